// The data format of a pin: the minidriver's SetDataFormat over the ranges that match
// (@doc NC:ks.PFNKSPINSETDATAFORMAT).
#include <cstring>

#include "abi/export.h"
#include "ks/connect_request.h"
#include "ks/filter.h"
#include "ks/object_bag.h"
#include "ks/object_name.h"
#include "ks/pin.h"
#include "ks/refusal.h"
#include "ks/transport.h"
#include "nt/call_driver.h"
#include "nt/trace.h"

namespace ksbox::ks {
namespace {

KS_ASSERT_MS_ABI(PFNKSPINSETDATAFORMAT);
constexpr ULONG format_tag = 0x6d46734b; // 'KsFm'

/// A copy of the format and its attributes in pool, in the pin's bag (drivers may _KsEdit it).
Result<PKSDATAFORMAT> store(Pin &pin, const ClientFormat &format) {
    void *memory = ExAllocatePoolWithTag(NonPagedPool, format.total_bytes, format_tag);
    if (!memory)
        return fail(STATUS_INSUFFICIENT_RESOURCES);
    std::memcpy(memory, format.format, format.total_bytes);
    pin.bag().add(memory, nullptr);
    return static_cast<PKSDATAFORMAT>(memory);
}

PKSMULTIPLE_ITEM attributes_in(PKSDATAFORMAT copy, const ClientFormat &format) {
    if (!format.attributes)
        return nullptr;
    const auto offset = reinterpret_cast<const char *>(format.attributes) -
                        reinterpret_cast<const char *>(format.format);
    return reinterpret_cast<PKSMULTIPLE_ITEM>(reinterpret_cast<char *>(copy) + offset);
}

Status ask_minidriver(Pin &pin, PKSDATAFORMAT old_format, PKSMULTIPLE_ITEM old_attributes,
                      const std::vector<PinRange> &ranges) {
    const PFNKSPINSETDATAFORMAT callback = pin.dispatch() ? pin.dispatch()->SetDataFormat : nullptr;
    if (!callback)
        return Status(STATUS_SUCCESS);
    NTSTATUS status = STATUS_NO_MATCH;
    for (const PinRange &one : ranges) {
        status = call_driver("KSPIN_DISPATCH.SetDataFormat", &pin.abi(), callback, &pin.abi(),
                             old_format, old_attributes, one.range, one.attributes);
        if (status == STATUS_PENDING)
            status = STATUS_UNSUCCESSFUL; // forbidden; counts as a failure (C7)
        if (status != STATUS_NO_MATCH)
            break;
    }
    return Status(status);
}

} // namespace

Result<void> Pin::set_data_format(const ClientFormat &format, const std::vector<PinRange> &ranges) {
    const PKSDATAFORMAT old_format = abi().ConnectionFormat;
    const PKSMULTIPLE_ITEM old_attributes = abi().AttributeList;
    PKSDATAFORMAT copy = KS_TRY(store(*this, format));
    abi().ConnectionFormat = copy;
    abi().AttributeList = attributes_in(copy, format);
    const Status status = ask_minidriver(*this, old_format, old_attributes, ranges);
    if (!status.success()) {
        if (status == Status(STATUS_NO_MATCH))
            Refusal::record("the driver's SetDataFormat refused " + describe(*format.format) +
                            " in every data range that matches it");
        else
            Refusal::record("the driver's SetDataFormat failed for " + describe(*format.format));
        abi().ConnectionFormat = old_format;
        abi().AttributeList = old_attributes;
        bag().remove(copy, true);
        return std::unexpected(status);
    }
    if (old_format)
        bag().remove(old_format, true);
    kernel.trace().event("ks.format", {{"pin", std::string_view(name_of(*this))},
                                       {"format", std::string_view(describe(*copy))}});
    if (transport)
        transport->format_changed();
    return {};
}

Result<void> Pin::change_data_format(const ClientFormat &format) {
    if (has_flag(KSPIN_FLAG_FIXED_FORMAT))
        return fail(STATUS_INVALID_DEVICE_REQUEST);
    KSPIN_CONNECT as_connected{};
    as_connected.Interface = abi().ConnectionInterface;
    as_connected.Medium = abi().ConnectionMedium;
    const auto ranges = KS_TRY(match_connection(descriptor().PinDescriptor, as_connected, format));
    return set_data_format(format, ranges);
}

} // namespace ksbox::ks
