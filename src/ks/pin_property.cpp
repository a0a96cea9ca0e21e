// Static pin properties.
#include "ks/pin_property.h"

#include "ks/connect_request.h"
#include "ks/data_range.h"
#include "ks/ks_names.h"
#include "ks/sized_answer.h"

#include <cstring>

namespace ksbox::ks {
namespace {

NTSTATUS answer_ranges(PIRP irp, void *data, const std::vector<PinRange> &ranges) {
    const ULONG needed = static_cast<ULONG>(range_list_bytes(ranges));
    const SizedAnswer answer = sized_list_answer(
        needed, IoGetCurrentIrpStackLocation(irp)->Parameters.DeviceIoControl.OutputBufferLength);
    irp->IoStatus.Information = answer.information;
    if (answer.header_only) {
        const KSMULTIPLE_ITEM header{needed, static_cast<ULONG>(ranges.size())};
        std::memcpy(data, &header, sizeof header);
    }
    if (answer.all)
        write_range_list(ranges, static_cast<std::byte *>(data));
    return answer.status;
}

/// "defaults to DATARANGES" (D11).
std::vector<PinRange> constrained_ranges(const KSPIN_DESCRIPTOR &descriptor) {
    if (!descriptor.ConstrainedDataRangesCount || !descriptor.ConstrainedDataRanges)
        return pin_ranges(descriptor);
    return pin_ranges(
        std::span(descriptor.ConstrainedDataRanges, descriptor.ConstrainedDataRangesCount));
}

} // namespace

NTSTATUS pin_property(PIRP irp, ULONG id, void *data, const KSPIN_DESCRIPTOR &descriptor) {
    irp->IoStatus.Information = 0;
    switch (id) {
    case KSPROPERTY_PIN_DATAFLOW:
        return answer_value(irp, data, &descriptor.DataFlow, sizeof descriptor.DataFlow);
    case KSPROPERTY_PIN_COMMUNICATION:
        return answer_value(irp, data, &descriptor.Communication, sizeof descriptor.Communication);
    case KSPROPERTY_PIN_DATARANGES:
        return answer_ranges(irp, data, pin_ranges(descriptor));
    case KSPROPERTY_PIN_CONSTRAINEDDATARANGES:
        return answer_ranges(irp, data, constrained_ranges(descriptor));
    case KSPROPERTY_PIN_INTERFACES: {
        const auto list = interfaces_of(descriptor);
        return KsHandleSizedListQuery(irp, static_cast<ULONG>(list.size()), sizeof(KSPIN_INTERFACE),
                                      list.data());
    }
    case KSPROPERTY_PIN_MEDIUMS: {
        const auto list = mediums_of(descriptor);
        return KsHandleSizedListQuery(irp, static_cast<ULONG>(list.size()), sizeof(KSPIN_MEDIUM),
                                      list.data());
    }
    case KSPROPERTY_PIN_CATEGORY:
        if (!descriptor.Category)
            return STATUS_NOT_FOUND;
        return answer_value(irp, data, descriptor.Category, sizeof(GUID));
    case KSPROPERTY_PIN_NAME:
        return answer_name(irp, data, {descriptor.Name, descriptor.Category});
    default:
        return STATUS_NOT_FOUND;
    }
}

} // namespace ksbox::ks
