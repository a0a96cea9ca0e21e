// KSPROPSETID_Pin: what a filter tells about its pin factories (section D of the conformance list).
#include "ks/own_sets.h"

#include "abi/export.h"
#include "ks/connect_request.h"
#include "ks/device.h"
#include "ks/explain.h"
#include "ks/filter.h"
#include "ks/filter_factory.h"
#include "ks/intersection.h"
#include "ks/item_tables.h"
#include "ks/pin.h"
#include "ks/pin_property.h"
#include "ks/refusal.h"
#include "ks/sized_answer.h"

namespace ksbox::ks {
namespace {

KSP_PIN *pin_request(PKSIDENTIFIER request) {
    return reinterpret_cast<KSP_PIN *>(request);
}

/// The properties are those of filters' file objects alone.
Filter &filter_of(PIRP irp) {
    return *Filter::of(IoGetCurrentIrpStackLocation(irp)->FileObject);
}

NTSTATUS no_such_factory(Filter &filter, ULONG id) {
    return refused(STATUS_INVALID_PARAMETER,
                   "pin ID " + std::to_string(id) + " is out of range: the filter has " +
                       counted(filter.pin_factory_count(), "pin factory", "pin factories"));
}

NTSTATUS answer_counts(PIRP irp, void *data, ULONG possible, ULONG current) {
    const KSPIN_CINSTANCES counts{possible, current};
    return answer_value(irp, data, &counts, sizeof counts);
}

/// The static members, and those that count instances. No driver code runs under the mutex.
NTSTATUS NTAPI get_general(PIRP irp, PKSIDENTIFIER request, PVOID data) {
    Filter &filter = filter_of(irp);
    MutexGuard guard(filter.control);
    if (request->Id == KSPROPERTY_PIN_CTYPES) {
        const ULONG count = filter.pin_factory_count();
        return answer_value(irp, data, &count, sizeof count);
    }
    const ULONG id = pin_request(request)->PinId;
    if (id >= filter.pin_factory_count())
        return no_such_factory(filter, id);
    const KSPIN_DESCRIPTOR_EX &descriptor = filter.pin_descriptor(id);
    switch (request->Id) {
    case KSPROPERTY_PIN_CINSTANCES:
        return answer_counts(irp, data, descriptor.InstancesPossible, filter.instances(id));
    case KSPROPERTY_PIN_NECESSARYINSTANCES:
        return answer_value(irp, data, &descriptor.InstancesNecessary, sizeof(ULONG));
    default:
        return pin_property(irp, request->Id, data, descriptor.PinDescriptor);
    }
}

NTSTATUS NTAPI get_global_instances(PIRP irp, PKSIDENTIFIER request, PVOID data) {
    Filter &filter = filter_of(irp);
    const ULONG id = pin_request(request)->PinId;
    if (id >= filter.pin_factory_count())
        return no_such_factory(filter, id);
    // A descriptor limits instances per filter only.
    return answer_counts(irp, data, KSINSTANCE_INDETERMINATE,
                         filter.factory().global_instances(id));
}

NTSTATUS NTAPI get_intersection(PIRP irp, PKSIDENTIFIER request, PVOID data) {
    Filter &filter = filter_of(irp);
    KSP_PIN *pin = pin_request(request);
    if (pin->PinId >= filter.pin_factory_count())
        return no_such_factory(filter, pin->PinId);
    const KSPIN_DESCRIPTOR_EX &descriptor = filter.pin_descriptor(pin->PinId);
    return pin_data_intersection(irp, pin, data, descriptor.PinDescriptor,
                                 descriptor.IntersectHandler, &filter.abi());
}

/// Asks only; nothing is opened or changed (D14).
NTSTATUS NTAPI set_propose_format(PIRP irp, PKSIDENTIFIER request, PVOID data) {
    Filter &filter = filter_of(irp);
    const ULONG id = pin_request(request)->PinId;
    if (id >= filter.pin_factory_count())
        return no_such_factory(filter, id);
    const ULONG bytes =
        IoGetCurrentIrpStackLocation(irp)->Parameters.DeviceIoControl.OutputBufferLength;
    const std::span given(static_cast<const std::byte *>(data), bytes);
    const auto format = read_format(given);
    if (!format)
        return refused(format.error().value(), explain_bad_format(given));
    MutexGuard guard(filter.control);
    const KSPIN_DESCRIPTOR &descriptor = filter.pin_descriptor(id).PinDescriptor;
    KSPIN_CONNECT connect{};
    connect.Interface = interfaces_of(descriptor).front();
    connect.Medium = mediums_of(descriptor).front();
    connect.PinId = id;
    const auto matching = match_connection(descriptor, connect, *format);
    return matching ? STATUS_SUCCESS : matching.error().value();
}

} // namespace

const KSPROPERTY_ITEM pin_factory_items[pin_factory_item_count] = {
    property_item(KSPROPERTY_PIN_CINSTANCES, get_general, nullptr, sizeof(KSP_PIN),
                  sizeof(KSPIN_CINSTANCES)),
    property_item(KSPROPERTY_PIN_CTYPES, get_general, nullptr, sizeof(KSPROPERTY), sizeof(ULONG)),
    property_item(KSPROPERTY_PIN_DATAFLOW, get_general, nullptr, sizeof(KSP_PIN),
                  sizeof(KSPIN_DATAFLOW)),
    property_item(KSPROPERTY_PIN_DATARANGES, get_general, nullptr, sizeof(KSP_PIN), 0),
    property_item(KSPROPERTY_PIN_DATAINTERSECTION, get_intersection, nullptr,
                  sizeof(KSP_PIN) + sizeof(KSMULTIPLE_ITEM), 0),
    property_item(KSPROPERTY_PIN_INTERFACES, get_general, nullptr, sizeof(KSP_PIN), 0),
    property_item(KSPROPERTY_PIN_MEDIUMS, get_general, nullptr, sizeof(KSP_PIN), 0),
    property_item(KSPROPERTY_PIN_COMMUNICATION, get_general, nullptr, sizeof(KSP_PIN),
                  sizeof(KSPIN_COMMUNICATION)),
    property_item(KSPROPERTY_PIN_GLOBALCINSTANCES, get_global_instances, nullptr, sizeof(KSP_PIN),
                  sizeof(KSPIN_CINSTANCES)),
    property_item(KSPROPERTY_PIN_NECESSARYINSTANCES, get_general, nullptr, sizeof(KSP_PIN),
                  sizeof(ULONG)),
    property_item(KSPROPERTY_PIN_CATEGORY, get_general, nullptr, sizeof(KSP_PIN), sizeof(GUID)),
    property_item(KSPROPERTY_PIN_NAME, get_general, nullptr, sizeof(KSP_PIN), 0),
    property_item(KSPROPERTY_PIN_CONSTRAINEDDATARANGES, get_general, nullptr, sizeof(KSP_PIN), 0),
    property_item(KSPROPERTY_PIN_PROPOSEDATAFORMAT, nullptr, set_propose_format, sizeof(KSP_PIN),
                  sizeof(KSDATAFORMAT)),
};

} // namespace ksbox::ks
