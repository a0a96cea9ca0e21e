// The properties of SysAudio's filters: KSPROPSETID_Sysaudio, _Pin, _Topology, _General.
#include <array>

#include <fmt/format.h>

#include "abi/guid.h"
#include "ks/refusal.h"
#include "ks/sized_answer.h"
#include "nt/io/interfaces.h"
#include "sysaudio/forwarding.h"
#include "sysaudio/sysaudio_properties.h"
#include "sysaudio/virtual_filter.h"

namespace ksbox::sysaudio {
namespace {

constexpr ULONG current_device = ULONG(-1);

NTSTATUS no_device(PIRP irp) {
    return ks::refused(irp, STATUS_INVALID_DEVICE_REQUEST,
                       "no virtual device has been chosen on this file");
}

NTSTATUS no_such_device(PIRP irp, ULONG id) {
    return ks::refused(irp, STATUS_INVALID_PARAMETER,
                       fmt::format("there are {} virtual devices; the request is for device {}",
                                   VirtualFilter::of(irp).system.device_count(), id));
}

NTSTATUS NTAPI get_count(PIRP irp, PKSIDENTIFIER, PVOID data) {
    *static_cast<ULONG *>(data) = ULONG(VirtualFilter::of(irp).system.device_count());
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI get_instance(PIRP irp, PKSIDENTIFIER, PVOID data) {
    VirtualFilter &filter = VirtualFilter::of(irp);
    const auto current = filter.current();
    if (!current.device)
        return no_device(irp);
    const auto id = filter.system.id_of(*current.device);
    if (!id)
        return ks::refused(irp, STATUS_DEVICE_DOES_NOT_EXIST,
                           "the virtual device of this file has lost its wave filter");
    *static_cast<ULONG *>(data) = *id;
    return STATUS_SUCCESS;
}

NTSTATUS choose(PIRP irp, ULONG id, bool separate) {
    VirtualFilter &filter = VirtualFilter::of(irp);
    auto device = filter.system.device(id);
    if (!device)
        return no_such_device(irp, id);
    filter.choose(std::move(device), separate);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI set_instance(PIRP irp, PKSIDENTIFIER, PVOID data) {
    return choose(irp, *static_cast<const ULONG *>(data), false);
}

NTSTATUS NTAPI set_instance_info(PIRP irp, PKSIDENTIFIER request, PVOID) {
    const auto &info = *reinterpret_cast<const SYSAUDIO_INSTANCE_INFO *>(request);
    if (info.Flags & ~ULONG(SYSAUDIO_FLAGS_DONT_COMBINE_PINS))
        return ks::refused(irp, STATUS_INVALID_PARAMETER,
                           fmt::format("of the flags {:#x} only {:#x} is defined",
                                       ULONG(info.Flags), SYSAUDIO_FLAGS_DONT_COMBINE_PINS));
    return choose(irp, info.DeviceNumber, info.Flags != 0);
}

// The page has a get of no value: whether that device is the current one, with those flags
// [inferred].
NTSTATUS NTAPI get_instance_info(PIRP irp, PKSIDENTIFIER request, PVOID) {
    const auto &info = *reinterpret_cast<const SYSAUDIO_INSTANCE_INFO *>(request);
    VirtualFilter &filter = VirtualFilter::of(irp);
    const auto current = filter.current();
    if (!filter.system.device(info.DeviceNumber))
        return no_such_device(irp, info.DeviceNumber);
    const ULONG flags = current.separate ? SYSAUDIO_FLAGS_DONT_COMBINE_PINS : 0;
    return current.device && filter.system.id_of(*current.device) == info.DeviceNumber &&
                   flags == info.Flags
               ? STATUS_SUCCESS
               : STATUS_NOT_FOUND;
}

/// The device of a request with a KSPROPERTY and a ULONG; -1: the file's.
Result<std::shared_ptr<VirtualDevice>> device_of(PIRP irp, const KSIDENTIFIER *request) {
    VirtualFilter &filter = VirtualFilter::of(irp);
    ULONG id;
    std::memcpy(&id, request + 1, sizeof id);
    auto device = id == current_device ? filter.current().device : filter.system.device(id);
    if (!device)
        return fail(id == current_device ? no_device(irp) : no_such_device(irp, id));
    return device;
}

NTSTATUS answer_text(PIRP irp, PVOID data, const std::u16string &text) {
    return ks::answer_value(irp, data, text.c_str(), ULONG((text.size() + 1) * sizeof(char16_t)));
}

NTSTATUS NTAPI get_friendly_name(PIRP irp, PKSIDENTIFIER request, PVOID data) {
    const auto device = device_of(irp, request);
    return device ? answer_text(irp, data, (*device)->friendly_name) : device.error().value();
}

NTSTATUS NTAPI get_interface_name(PIRP irp, PKSIDENTIFIER request, PVOID data) {
    const auto device = device_of(irp, request);
    return device ? answer_text(irp, data, io::user_link((*device)->interface_link))
                  : device.error().value();
}

/// Of the wave filter: "the component ID from the wave-rendering device".
NTSTATUS component_id(PIRP irp, VirtualDevice &device, PVOID data) {
    const auto plan = device.plan();
    Result<std::shared_ptr<const KernelFile>> file = fail(STATUS_NOT_FOUND);
    {
        LockGuard guard(device.lock);
        file = device.shared_file(plan->filters().front());
    }
    if (!file)
        return file.error().value();
    const KSPROPERTY property{
        {{KSPROPSETID_General, KSPROPERTY_GENERAL_COMPONENTID, KSPROPERTY_TYPE_GET}}};
    const auto answer = (*file)->get(property);
    if (!answer)
        return answer.error().value();
    if (answer->size() < sizeof(KSCOMPONENTID))
        return STATUS_NOT_FOUND;
    std::memcpy(data, answer->data(), sizeof(KSCOMPONENTID));
    irp->IoStatus.Information = sizeof(KSCOMPONENTID);
    return STATUS_SUCCESS;
}

// "valid device IDs range from 0 to n-1": -1 is for the two names only.
NTSTATUS NTAPI get_device_component_id(PIRP irp, PKSIDENTIFIER request, PVOID data) {
    ULONG id;
    std::memcpy(&id, request + 1, sizeof id);
    const auto device = VirtualFilter::of(irp).system.device(id);
    return device ? component_id(irp, *device, data) : no_such_device(irp, id);
}

NTSTATUS NTAPI get_component_id(PIRP irp, PKSIDENTIFIER, PVOID data) {
    const auto device = VirtualFilter::of(irp).current().device;
    return device ? component_id(irp, *device, data) : no_device(irp);
}

NTSTATUS NTAPI select_graph(PIRP irp, PKSIDENTIFIER request, PVOID) {
    const auto &wanted = *reinterpret_cast<const SYSAUDIO_SELECT_GRAPH *>(request);
    VirtualFilter &filter = VirtualFilter::of(irp);
    const auto current = filter.current();
    if (!current.device)
        return no_device(irp);
    const auto &factories = current.arrangement().factories;
    const auto &nodes = current.plan->nodes();
    if (wanted.PinId >= factories.size() || wanted.NodeId >= nodes.size())
        return ks::refused(irp, STATUS_INVALID_PARAMETER,
                           fmt::format("the virtual device has {} pin factories and {} nodes; the "
                                       "request is for pin {} and node {}",
                                       factories.size(), nodes.size(), ULONG(wanted.PinId),
                                       ULONG(wanted.NodeId)));
    if (wanted.Flags || wanted.Reserved)
        return ks::refused(irp, STATUS_INVALID_PARAMETER, "no flags are defined");
    const Factory &factory = factories[wanted.PinId];
    const std::size_t chosen = nodes[wanted.NodeId].filter;
    if (Found found = current.plan->path_through(factory, chosen); !found.path)
        return ks::refused(irp, STATUS_INVALID_DEVICE_REQUEST,
                           fmt::format("node {} is no optional node in the data path of pin {}",
                                       ULONG(wanted.NodeId), ULONG(wanted.PinId)),
                           std::move(found.why_not));
    LockGuard guard(filter.lock);
    filter.selected[wanted.PinId] = chosen;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI create_virtual_source(PIRP irp, PKSIDENTIFIER request, PVOID data) {
    const auto &source = *reinterpret_cast<const SYSAUDIO_CREATE_VIRTUAL_SOURCE *>(request);
    *static_cast<ULONG *>(data) =
        VirtualFilter::of(irp).system.virtual_source(source.PinCategory, source.PinName);
    return STATUS_SUCCESS;
}

/// What KS's own handler knows of a descriptor.
NTSTATUS NTAPI get_pin(PIRP irp, PKSIDENTIFIER request, PVOID data) {
    const auto current = VirtualFilter::of(irp).current();
    if (!current.device)
        return no_device(irp);
    const auto &descriptors = current.arrangement().descriptors;
    return KsPinPropertyHandler(irp, reinterpret_cast<PKSPROPERTY>(request), data,
                                ULONG(descriptors.size()), descriptors.data());
}

/// The factory that a KSP_PIN names.
Result<const Factory *> factory_of(PIRP irp, const VirtualFilter::Current &current,
                                   const KSIDENTIFIER *request) {
    if (!current.device)
        return fail(no_device(irp));
    const auto &factories = current.arrangement().factories;
    const ULONG pin = reinterpret_cast<const KSP_PIN *>(request)->PinId;
    if (pin < factories.size())
        return &factories[pin];
    return ks::refuse(irp, STATUS_INVALID_PARAMETER,
                      fmt::format("the virtual device has {} pin factories; the request is for "
                                  "pin {}",
                                  factories.size(), pin));
}

NTSTATUS NTAPI get_instances(PIRP irp, PKSIDENTIFIER request, PVOID data) {
    VirtualFilter &filter = VirtualFilter::of(irp);
    const auto current = filter.current();
    const auto factory = factory_of(irp, current, request);
    if (!factory)
        return factory.error().value();
    KSPIN_CINSTANCES counts{(*factory)->possible(current.plan->filters()), 0};
    const FactoryKey key = key_of(**factory);
    if (request->Id == KSPROPERTY_PIN_CINSTANCES) {
        LockGuard guard(filter.lock);
        if (const auto own = filter.pin_counts.find(key); own != filter.pin_counts.end())
            counts.CurrentCount = own->second;
    } else {
        LockGuard guard(current.device->lock);
        const auto &all = current.device->pin_counts;
        if (const auto found = all.find(key); found != all.end())
            counts.CurrentCount = found->second;
    }
    *static_cast<KSPIN_CINSTANCES *>(data) = counts;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI get_necessary(PIRP irp, PKSIDENTIFIER request, PVOID data) {
    const auto current = VirtualFilter::of(irp).current();
    if (const auto factory = factory_of(irp, current, request); !factory)
        return factory.error().value();
    *static_cast<ULONG *>(data) = 0; // any pin works without the others
    return STATUS_SUCCESS;
}

/// What only the filter behind a factory can tell.
NTSTATUS NTAPI ask_filter(PIRP irp, PKSIDENTIFIER request, PVOID) {
    const auto current = VirtualFilter::of(irp).current();
    const auto factory = factory_of(irp, current, request);
    return factory ? forward_to_factory(irp, current, **factory) : factory.error().value();
}

NTSTATUS NTAPI get_topology(PIRP irp, PKSIDENTIFIER request, PVOID data) {
    const auto current = VirtualFilter::of(irp).current();
    if (!current.device)
        return no_device(irp);
    if (request->Id == KSPROPERTY_TOPOLOGY_NAME)
        return forward_to_node(irp, current, nullptr);
    const KSTOPOLOGY topology = current.plan->topology(current.separate);
    return KsTopologyPropertyHandler(irp, reinterpret_cast<PKSPROPERTY>(request), data, &topology);
}

KSPROPERTY_ITEM item(ULONG id, PFNKSHANDLER get, std::size_t request, std::size_t data,
                     PFNKSHANDLER set = nullptr) {
    KSPROPERTY_ITEM made{};
    made.PropertyId = id;
    made.GetPropertyHandler = get;
    made.MinProperty = ULONG(request);
    made.MinData = ULONG(data);
    made.SetPropertyHandler = set;
    return made;
}

constexpr std::size_t with_device = sizeof(KSPROPERTY) + sizeof(ULONG);

const KSPROPERTY_ITEM sysaudio_items[] = {
    item(KSPROPERTY_SYSAUDIO_DEVICE_COUNT, get_count, sizeof(KSPROPERTY), sizeof(ULONG)),
    item(KSPROPERTY_SYSAUDIO_DEVICE_FRIENDLY_NAME, get_friendly_name, with_device, 0),
    item(KSPROPERTY_SYSAUDIO_DEVICE_INSTANCE, get_instance, sizeof(KSPROPERTY), sizeof(ULONG),
         set_instance),
    item(KSPROPERTY_SYSAUDIO_DEVICE_INTERFACE_NAME, get_interface_name, with_device, 0),
    item(KSPROPERTY_SYSAUDIO_SELECT_GRAPH, nullptr, sizeof(SYSAUDIO_SELECT_GRAPH), 0, select_graph),
    item(KSPROPERTY_SYSAUDIO_CREATE_VIRTUAL_SOURCE, create_virtual_source,
         sizeof(SYSAUDIO_CREATE_VIRTUAL_SOURCE), sizeof(ULONG)),
    item(KSPROPERTY_SYSAUDIO_INSTANCE_INFO, get_instance_info, sizeof(SYSAUDIO_INSTANCE_INFO), 0,
         set_instance_info),
    item(KSPROPERTY_SYSAUDIO_COMPONENT_ID, get_device_component_id, with_device,
         sizeof(KSCOMPONENTID))};

const KSPROPERTY_ITEM pin_items[] = {
    item(KSPROPERTY_PIN_CINSTANCES, get_instances, sizeof(KSP_PIN), sizeof(KSPIN_CINSTANCES)),
    item(KSPROPERTY_PIN_CTYPES, get_pin, sizeof(KSPROPERTY), sizeof(ULONG)),
    item(KSPROPERTY_PIN_DATAFLOW, get_pin, sizeof(KSP_PIN), sizeof(KSPIN_DATAFLOW)),
    item(KSPROPERTY_PIN_DATARANGES, get_pin, sizeof(KSP_PIN), 0),
    item(KSPROPERTY_PIN_DATAINTERSECTION, ask_filter, sizeof(KSP_PIN) + sizeof(KSMULTIPLE_ITEM), 0),
    item(KSPROPERTY_PIN_INTERFACES, get_pin, sizeof(KSP_PIN), 0),
    item(KSPROPERTY_PIN_MEDIUMS, get_pin, sizeof(KSP_PIN), 0),
    item(KSPROPERTY_PIN_COMMUNICATION, get_pin, sizeof(KSP_PIN), sizeof(KSPIN_COMMUNICATION)),
    item(KSPROPERTY_PIN_GLOBALCINSTANCES, get_instances, sizeof(KSP_PIN), sizeof(KSPIN_CINSTANCES)),
    item(KSPROPERTY_PIN_NECESSARYINSTANCES, get_necessary, sizeof(KSP_PIN), sizeof(ULONG)),
    item(KSPROPERTY_PIN_PHYSICALCONNECTION, ask_filter, sizeof(KSP_PIN), 0),
    item(KSPROPERTY_PIN_CATEGORY, get_pin, sizeof(KSP_PIN), sizeof(GUID)),
    item(KSPROPERTY_PIN_NAME, ask_filter, sizeof(KSP_PIN), 0),
    item(KSPROPERTY_PIN_CONSTRAINEDDATARANGES, get_pin, sizeof(KSP_PIN), 0),
    item(KSPROPERTY_PIN_PROPOSEDATAFORMAT, ask_filter, sizeof(KSP_PIN), 0, ask_filter)};

const KSPROPERTY_ITEM topology_items[] = {
    item(KSPROPERTY_TOPOLOGY_CATEGORIES, get_topology, sizeof(KSPROPERTY), 0),
    item(KSPROPERTY_TOPOLOGY_NODES, get_topology, sizeof(KSPROPERTY), 0),
    item(KSPROPERTY_TOPOLOGY_CONNECTIONS, get_topology, sizeof(KSPROPERTY), 0),
    item(KSPROPERTY_TOPOLOGY_NAME, get_topology, sizeof(KSP_NODE), 0)};

const KSPROPERTY_ITEM general_items[] = {item(KSPROPERTY_GENERAL_COMPONENTID, get_component_id,
                                              sizeof(KSPROPERTY), sizeof(KSCOMPONENTID))};

const KSPROPERTY_SET sets[] = {
    {&KSPROPSETID_Sysaudio, std::size(sysaudio_items), sysaudio_items, 0, nullptr},
    {&KSPROPSETID_Pin, std::size(pin_items), pin_items, 0, nullptr},
    {&KSPROPSETID_Topology, std::size(topology_items), topology_items, 0, nullptr},
    {&KSPROPSETID_General, std::size(general_items), general_items, 0, nullptr}};

} // namespace

NTSTATUS filter_property(PIRP irp) {
    return KsPropertyHandler(irp, std::size(sets), sets);
}

} // namespace ksbox::sysaudio
