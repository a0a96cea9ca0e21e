// Short forms for the class driver's own KSPROPERTY_ITEMs.
#pragma once

#include <cstddef>

#include "abi/windows.h"

namespace ksbox::ks {

constexpr KSPROPERTY_ITEM property_item(ULONG id, PFNKSHANDLER get, PFNKSHANDLER set,
                                        ULONG min_request, ULONG min_data) {
    KSPROPERTY_ITEM item{};
    item.PropertyId = id;
    item.GetPropertyHandler = get;
    item.MinProperty = min_request;
    item.MinData = min_data;
    item.SetPropertyHandler = set;
    return item;
}

/// Of properties alone; `sets` live as long as the table.
template <std::size_t Count>
constexpr KSAUTOMATION_TABLE property_table(const KSPROPERTY_SET (&sets)[Count]) {
    KSAUTOMATION_TABLE table{};
    table.PropertySetsCount = Count;
    table.PropertyItemSize = sizeof(KSPROPERTY_ITEM);
    table.PropertySets = sets;
    return table;
}

} // namespace ksbox::ks
