// Short forms for the class driver's own KSPROPERTY_ITEMs.
#pragma once

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

} // namespace ksbox::ks
