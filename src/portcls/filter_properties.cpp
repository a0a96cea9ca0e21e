// What PortCls answers about pin factories.
#include "portcls/filter_properties.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "ks/filter.h"
#include "ks/filter_factory.h"
#include "ks/item_tables.h"
#include "ks/ks_names.h"
#include "ks/pin.h"
#include "ks/refusal.h"
#include "ks/sized_answer.h"
#include "ks/transport.h"
#include "portcls/adapter.h"
#include "portcls/port.h"
#include "portcls/request_target.h"

namespace ksbox::portcls {
namespace {

/// The pin factory that a KSP_PIN names.
struct PinFactory {
    ks::Filter &filter;
    Port &port;
    ULONG id;
};

Result<PinFactory> pin_factory(PIRP irp, PKSIDENTIFIER request) {
    // The sets are of filters alone.
    ks::Filter &filter = *ks::Filter::of(IoGetCurrentIrpStackLocation(irp)->FileObject);
    Port &port = port_of(filter.abi());
    const ULONG id = reinterpret_cast<const KSP_PIN *>(request)->PinId;
    const ULONG count = port.description().pin_count();
    if (id >= count)
        return ks::refuse(STATUS_INVALID_PARAMETER,
                          "pin ID " + std::to_string(id) + " is out of range: the filter has " +
                              ks::counted(count, "pin factory", "pin factories"));
    return PinFactory{filter, port, id};
}

NTSTATUS NTAPI get_counts(PIRP irp, PKSIDENTIFIER request, PVOID data) {
    const auto factory = pin_factory(irp, request);
    if (!factory)
        return factory.error().value();
    const Port::PinCounts counts = factory->port.pin_counts(factory->filter, factory->id);
    if (request->Id == KSPROPERTY_PIN_NECESSARYINSTANCES)
        return ks::answer_value(irp, data, &counts.necessary, sizeof counts.necessary);
    const KSPIN_CINSTANCES answer =
        request->Id == KSPROPERTY_PIN_CINSTANCES
            ? KSPIN_CINSTANCES{counts.possible, counts.current}
            : KSPIN_CINSTANCES{counts.global_possible, counts.global_current};
    return ks::answer_value(irp, data, &answer, sizeof answer);
}

/// The name by which a client opens the other filter: an audio interface's if it has one.
std::u16string link_of(const ks::FilterFactory &factory) {
    const ks::FilterFactory::Interface *best = nullptr;
    for (const auto &one : factory.interfaces)
        if (!best || one.category == KSCATEGORY_AUDIO)
            best = &one;
    if (!best)
        return {};
    return {best->symbolic_link.Buffer, best->symbolic_link.Length / sizeof(WCHAR)};
}

NTSTATUS NTAPI get_physical_connection(PIRP irp, PKSIDENTIFIER request, PVOID data) {
    const auto factory = pin_factory(irp, request);
    if (!factory)
        return factory.error().value();
    const auto other = factory->port.adapter()->connections.other_end(factory->port, factory->id);
    if (!other)
        return STATUS_NOT_FOUND;
    std::u16string link;
    if (const auto *port = std::get_if<Port *>(&other->filter)) {
        const ks::FilterFactory *registered = (*port)->factory;
        if (!registered || registered->deleted) // connected, and no filter to open
            return STATUS_NOT_FOUND;
        link = link_of(*registered);
    } else {
        link = std::get<std::u16string>(other->filter);
    }
    // The name by which the requestor opens it: CreateFile's spelling, or ZwCreateFile's. inferred
    if (irp->RequestorMode == UserMode && link.starts_with(u"\\??\\"))
        link[1] = u'\\';
    const std::size_t text = (link.size() + 1) * sizeof(WCHAR);
    const std::size_t bytes = offsetof(KSPIN_PHYSICALCONNECTION, SymbolicLinkName) + text;
    const KSPIN_PHYSICALCONNECTION head{static_cast<ULONG>(bytes), other->pin_id, {}};
    std::vector<std::byte> answer(bytes);
    std::memcpy(answer.data(), &head, offsetof(KSPIN_PHYSICALCONNECTION, SymbolicLinkName));
    std::memcpy(answer.data() + offsetof(KSPIN_PHYSICALCONNECTION, SymbolicLinkName), link.c_str(),
                text);
    return ks::answer_value(irp, data, answer.data(), static_cast<ULONG>(bytes));
}

/// @doc NF:portcls.IPinName.GetPinName
NTSTATUS NTAPI get_name(PIRP irp, PKSIDENTIFIER request, PVOID data) {
    const auto factory = pin_factory(irp, request);
    if (!factory)
        return factory.error().value();
    NTSTATUS status = STATUS_NOT_SUPPORTED;
    if (IPinName *name = factory->port.pin_name()) {
        irp->IoStatus.Information = 0;
        status = call_method("IPinName.GetPinName", name, &IPinName::GetPinName, irp,
                             reinterpret_cast<PKSP_PIN>(request), data);
    }
    // "The client uses the friendly name": so a miniport may name some of its pins only. inferred
    if (status != STATUS_NOT_SUPPORTED && status != STATUS_NOT_IMPLEMENTED)
        return status;
    const KSPIN_DESCRIPTOR &pin = factory->port.description().pin(factory->id).KsPinDescriptor;
    return ks::answer_name(irp, data, {pin.Name, pin.Category});
}

/// The modes of a pin; none for one without: STATUS_NOT_SUPPORTED is the miniport's word for that.
/// @doc NF:portcls.IMiniportAudioSignalProcessing.GetModes
Result<std::vector<GUID>> modes_of(const PinFactory &factory) {
    IMiniportAudioSignalProcessing *miniport = factory.port.signal_processing();
    const auto ask = [&](GUID *modes, ULONG &count) {
        return call_method("IMiniportAudioSignalProcessing.GetModes", miniport,
                           &IMiniportAudioSignalProcessing::GetModes, factory.id, modes, &count);
    };
    ULONG count = 0;
    NTSTATUS status = ask(nullptr, count);
    if (status == STATUS_NOT_SUPPORTED)
        return std::vector<GUID>();
    if (!NT_SUCCESS(status))
        return fail(ks::driver_refused("GetModes", status));
    constexpr ULONG most_modes = 1024;
    if (count > most_modes) {
        factory.port.adapter()->finding(
            "IMiniportAudioSignalProcessing::GetModes: " + std::to_string(count) +
            " modes of pin " + std::to_string(factory.id));
        return fail(STATUS_UNSUCCESSFUL);
    }
    std::vector<GUID> modes(count);
    if (count == 0)
        return modes;
    status = ask(modes.data(), count);
    if (!NT_SUCCESS(status))
        return fail(ks::driver_refused("GetModes", status));
    modes.resize(std::min<std::size_t>(count, modes.size()));
    return modes;
}

NTSTATUS NTAPI get_modes(PIRP irp, PKSIDENTIFIER request, PVOID data) {
    const auto factory = pin_factory(irp, request);
    if (!factory)
        return factory.error().value();
    const auto modes = modes_of(*factory);
    if (!modes)
        return modes.error().value();
    return KsHandleSizedListQuery(irp, static_cast<ULONG>(modes->size()), sizeof(GUID),
                                  modes->data());
}

/// "Should advertise support only on non-loopback streaming pins": the others have no access.
NTSTATUS NTAPI support_modes(PIRP irp, PKSIDENTIFIER request, PVOID data) {
    const auto *stack = IoGetCurrentIrpStackLocation(irp);
    if (!(request->Flags & KSPROPERTY_TYPE_BASICSUPPORT) ||
        stack->Parameters.DeviceIoControl.InputBufferLength < sizeof(KSP_PIN) ||
        stack->Parameters.DeviceIoControl.OutputBufferLength != sizeof(ULONG))
        return STATUS_NOT_SUPPORTED; // KS knows what to answer
    const auto factory = pin_factory(irp, request);
    if (!factory)
        return factory.error().value();
    const auto modes = modes_of(*factory);
    if (!modes || !modes->empty())
        return STATUS_NOT_SUPPORTED;
    constexpr ULONG no_access = 0;
    return ks::answer_value(irp, data, &no_access, sizeof no_access);
}

const KSPROPERTY_ITEM pin_items[] = {
    ks::property_item(KSPROPERTY_PIN_NAME, get_name, nullptr, sizeof(KSP_PIN), 0),
    ks::property_item(KSPROPERTY_PIN_CINSTANCES, get_counts, nullptr, sizeof(KSP_PIN),
                      sizeof(KSPIN_CINSTANCES)),
    ks::property_item(KSPROPERTY_PIN_GLOBALCINSTANCES, get_counts, nullptr, sizeof(KSP_PIN),
                      sizeof(KSPIN_CINSTANCES)),
    ks::property_item(KSPROPERTY_PIN_NECESSARYINSTANCES, get_counts, nullptr, sizeof(KSP_PIN),
                      sizeof(ULONG)),
    ks::property_item(KSPROPERTY_PIN_PHYSICALCONNECTION, get_physical_connection, nullptr,
                      sizeof(KSP_PIN), 0),
};

constexpr KSPROPERTY_ITEM modes_item() {
    KSPROPERTY_ITEM item = ks::property_item(KSPROPERTY_AUDIOSIGNALPROCESSING_MODES, get_modes,
                                             nullptr, sizeof(KSP_PIN), 0);
    item.SupportHandler = support_modes;
    return item;
}
const KSPROPERTY_ITEM signal_processing_items[] = {modes_item()};

} // namespace

std::span<const KSPROPERTY_SET> signal_processing_sets() {
    static const KSPROPERTY_SET sets[] = {
        {&KSPROPSETID_AudioSignalProcessing, std::size(signal_processing_items),
         signal_processing_items, 0, nullptr},
    };
    return sets;
}

std::span<const KSPROPERTY_SET> filter_property_sets() {
    static const KSPROPERTY_SET sets[] = {
        {&KSPROPSETID_Pin, std::size(pin_items), pin_items, 0, nullptr},
    };
    return sets;
}

} // namespace ksbox::portcls
