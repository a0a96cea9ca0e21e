// Property, method and event sets: finding the item a request means and running its handler
// (@doc NF:ks.KsPropertyHandler, NF:ks.KsMethodHandler). Tables come in order of precedence: the
// minidriver's before AVStream's own.
#pragma once

#include <span>

#include "abi/windows.h"
#include "base/result.h"
#include "ks/request.h"

namespace ksbox::ks {

struct PropertyTable {
    const KSPROPERTY_SET *sets;
    ULONG count;
    ULONG item_bytes; ///< 0: sizeof(KSPROPERTY_ITEM)
};
struct MethodTable {
    const KSMETHOD_SET *sets;
    ULONG count;
    ULONG item_bytes;
};
struct EventTable {
    const KSEVENT_SET *sets;
    ULONG count;
    ULONG item_bytes;
};

/// A table's item size is 0, or at least the structure's and a multiple of 8 (H7).
template <typename Item> constexpr bool valid_item_size(ULONG bytes) {
    return bytes == 0 || (bytes >= sizeof(Item) && bytes % 8 == 0);
}

/// IOCTL_KS_PROPERTY. Neither sets IoStatus.Status nor completes; the statuses are the page's and
/// H3 to H5's. PASSIVE.
NTSTATUS handle_property(PIRP irp, std::span<const PropertyTable> tables, PFNKSALLOCATOR allocator);
/// IOCTL_KS_METHOD, likewise.
NTSTATUS handle_method(PIRP irp, std::span<const MethodTable> tables, PFNKSALLOCATOR allocator);

/// KSPROPERTY_TYPE_SETSUPPORT and its sisters with the null GUID: the list of sets.
NTSTATUS answer_set_list(PIRP irp, DataUse use, PFNKSALLOCATOR allocator,
                         std::span<const GUID *const> sets);

} // namespace ksbox::ks
