// The data format of a pin: the minidriver's SetDataFormat over the ranges that match
// (@doc NC:ks.PFNKSPINSETDATAFORMAT).
#include <cstring>

#include "abi/export.h"
#include "base/status_names.h"
#include "ks/connect_request.h"
#include "ks/explain.h"
#include "ks/filter.h"
#include "ks/object_bag.h"
#include "ks/object_name.h"
#include "ks/pin.h"
#include "ks/refusal.h"
#include "nt/call_driver.h"
#include "nt/kernel.h"
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

std::string explain(Pin &pin, const KSDATARANGE &range, NTSTATUS status) {
    const std::string seen = observation(range, *pin.abi().ConnectionFormat);
    return "the driver's SetDataFormat returned " + describe_status(status) + " for " +
           range_name(pin.descriptor().PinDescriptor, pin.abi().Id, &range) +
           (status == STATUS_PENDING ? ", which is not allowed there" : "") +
           (seen.empty() ? "" : " (" + seen + ")");
}

Status ask_minidriver(Pin &pin, PKSDATAFORMAT old_format, PKSMULTIPLE_ITEM old_attributes,
                      const std::vector<PinRange> &ranges) {
    const PFNKSPINSETDATAFORMAT callback = pin.dispatch() ? pin.dispatch()->SetDataFormat : nullptr;
    if (!callback)
        return Status(STATUS_SUCCESS);
    NTSTATUS status = STATUS_NO_MATCH;
    std::vector<std::string> tried;
    for (const PinRange &one : ranges) {
        status = call_driver("KSPIN_DISPATCH.SetDataFormat", &pin.abi(), callback, &pin.abi(),
                             old_format, old_attributes, one.range, one.attributes);
        if (NT_SUCCESS(status) && status != STATUS_PENDING)
            return Status(status);
        tried.push_back(explain(pin, *one.range, status));
        if (status == STATUS_PENDING)
            status = STATUS_UNSUCCESSFUL; // forbidden; counts as a failure (C7)
        if (status != STATUS_NO_MATCH)
            break;
    }
    const std::string last = tried.back();
    if (tried.size() == 1)
        tried.clear();
    return Status(refused(status, last, std::move(tried)));
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
        abi().ConnectionFormat = old_format;
        abi().AttributeList = old_attributes;
        bag().remove(copy, true);
        return std::unexpected(status);
    }
    if (old_format)
        bag().remove(old_format, true);
    kernel.trace().event("ks.format", {{"pin", std::string_view(name_of(*this))},
                                       {"format", std::string_view(describe(*copy))}});
    return {};
}

NTSTATUS Pin::refuse_format_change() {
    return refused(STATUS_INVALID_DEVICE_REQUEST,
                   "pin factory " + std::to_string(abi().Id) +
                       " has KSPIN_FLAG_FIXED_FORMAT: the format of a connection does not change");
}

Result<void> Pin::change_data_format(const ClientFormat &format) {
    if (has_flag(KSPIN_FLAG_FIXED_FORMAT))
        return fail(refuse_format_change());
    KSPIN_CONNECT as_connected{};
    as_connected.Interface = abi().ConnectionInterface;
    as_connected.Medium = abi().ConnectionMedium;
    as_connected.PinId = abi().Id;
    const auto ranges = KS_TRY(match_connection(descriptor().PinDescriptor, as_connected, format));
    return set_data_format(format, ranges);
}

} // namespace ksbox::ks
