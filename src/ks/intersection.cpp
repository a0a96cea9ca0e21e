// Data intersection.
#include "ks/intersection.h"

#include "abi/export.h"
#include "ks/explain_intersection.h"
#include "ks/internal_code.h"
#include "ks/refusal.h"
#include "ks/sized_answer.h"

namespace ksbox::ks {
namespace {

KS_ASSERT_MS_ABI(PFNKSINTERSECTHANDLEREX);

const GUID &pick(const GUID &a, const GUID &b) {
    return is_wildcard(a) ? b : a;
}

/// Without a handler: only ranges that carry nothing behind their head.
NTSTATUS default_intersection(PIRP irp, void *data, const ClientFormat &caller,
                              const PinRange &pin) {
    const GUID &none = KSDATAFORMAT_SPECIFIER_NONE;
    const GUID &specifier = pick(caller.format->Specifier, pin.range->Specifier);
    if (!same_guid(specifier, none))
        return STATUS_NO_MATCH;
    KSDATAFORMAT format{};
    format.FormatSize = sizeof format;
    format.SampleSize = pin.range->SampleSize;
    format.MajorFormat = pick(pin.range->MajorFormat, caller.format->MajorFormat);
    format.SubFormat = pick(pin.range->SubFormat, caller.format->SubFormat);
    format.Specifier = none;
    if (is_wildcard(format.MajorFormat) || is_wildcard(format.SubFormat))
        return STATUS_NO_MATCH;
    return answer_value(irp, data, &format, sizeof format);
}

} // namespace

Result<std::vector<ClientFormat>> caller_ranges(PIRP irp, const KSP_PIN *pin) {
    const ULONG bytes =
        IoGetCurrentIrpStackLocation(irp)->Parameters.DeviceIoControl.InputBufferLength;
    if (bytes < sizeof(KSP_PIN))
        return refuse(STATUS_INVALID_BUFFER_SIZE, "the request has " + std::to_string(bytes) +
                                                      " bytes; KSP_PIN has " +
                                                      std::to_string(sizeof(KSP_PIN)));
    auto list =
        read_range_list({reinterpret_cast<const std::byte *>(pin + 1), bytes - sizeof(KSP_PIN)});
    if (!list)
        return refuse(list.error().value(),
                      "the " + std::to_string(bytes - sizeof(KSP_PIN)) +
                          " bytes behind KSP_PIN hold no whole KSMULTIPLE_ITEM of data ranges");
    return list;
}

NTSTATUS pin_data_intersection(PIRP irp, KSP_PIN *pin, void *data,
                               const KSPIN_DESCRIPTOR &descriptor, PFNKSINTERSECTHANDLEREX handler,
                               void *context) {
    irp->IoStatus.Information = 0;
    const auto callers = caller_ranges(irp, pin);
    if (!callers)
        return callers.error().value();
    const ULONG offered =
        IoGetCurrentIrpStackLocation(irp)->Parameters.DeviceIoControl.OutputBufferLength;
    const auto ranges = pin_ranges(descriptor);
    const auto ask = [&](const ClientFormat &caller, const PinRange &range) -> NTSTATUS {
        if (!handler)
            return default_intersection(irp, data, caller, range);
        ULONG bytes = 0;
        KSPROPERTY_ATTRIBUTES_IRP_STORAGE(irp) = const_cast<PKSATTRIBUTE_LIST>(range.attributes);
        const NTSTATUS status =
            call_code("KSPIN_DESCRIPTOR_EX.IntersectHandler", context, handler, context, irp, pin,
                      const_cast<PKSDATARANGE>(caller.format),
                      const_cast<PKSDATARANGE>(range.range), offered, data, &bytes);
        if (!NT_ERROR(status))
            irp->IoStatus.Information = bytes;
        else if (status != STATUS_NO_MATCH) [[unlikely]]
            refused(irp, status,
                    explain_handler(status, pin->PinId, *callers, caller, ranges, range));
        return status;
    };
    const NTSTATUS status = intersect(*callers, ranges, ask);
    if (status != STATUS_NO_MATCH)
        return status;
    Reason why = explain_no_intersection(pin->PinId, *callers, ranges, handler != nullptr);
    return refused(irp, status, std::move(why.sentence), std::move(why.details));
}

} // namespace ksbox::ks
