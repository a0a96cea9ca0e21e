// Pins of virtual devices: creation, requests, closing.
#include "sysaudio/virtual_pin.h"

#include <fmt/format.h>

#include "abi/guid.h"
#include "ks/dispatch.h"
#include "ks/kernel_create.h"
#include "ks/refusal.h"
#include "ks/request.h"
#include "nt/io/reasons.h"
#include "sysaudio/forwarding.h"
#include "sysaudio/sysaudio_properties.h"

namespace ksbox::sysaudio {

VirtualPin &VirtualPin::of(PIRP irp) {
    return static_cast<VirtualPin &>(*VirtualFile::of(irp));
}

namespace {

// "attaches a virtual source to a pin instance": audio/ksproperty-sysaudio-attach-virtual-source.
// The page has a get of no value, too: whether that source is attached [inferred].
NTSTATUS NTAPI get_attached(PIRP irp, PKSIDENTIFIER request, PVOID) {
    const auto &asked = *reinterpret_cast<const SYSAUDIO_ATTACH_VIRTUAL_SOURCE *>(request);
    VirtualPin &pin = VirtualPin::of(irp);
    LockGuard guard(pin.filter.lock);
    return pin.virtual_source == asked.MixerPinId ? STATUS_SUCCESS : STATUS_NOT_FOUND;
}

NTSTATUS NTAPI attach(PIRP irp, PKSIDENTIFIER request, PVOID) {
    const auto &asked = *reinterpret_cast<const SYSAUDIO_ATTACH_VIRTUAL_SOURCE *>(request);
    VirtualPin &pin = VirtualPin::of(irp);
    if (!pin.filter.system.has_virtual_source(asked.MixerPinId))
        return ks::refused(irp, STATUS_INVALID_PARAMETER,
                           fmt::format("there is no virtual source {}", asked.MixerPinId));
    const PinOf end = pin.factory.first;
    if (pin.current.plan->filters()[end.filter].pins[end.pin].flow != KSPIN_DATAFLOW_IN)
        return ks::refused(irp, STATUS_INVALID_DEVICE_REQUEST,
                           "virtual sources are attached to pins that render");
    LockGuard guard(pin.filter.lock);
    pin.virtual_source = asked.MixerPinId;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI set_state(PIRP irp, PKSIDENTIFIER, PVOID data) {
    VirtualPin &pin = VirtualPin::of(irp);
    const KSSTATE to = *static_cast<const KSSTATE *>(data);
    if (to < KSSTATE_STOP || to > KSSTATE_RUN)
        return ks::refused(irp, STATUS_INVALID_PARAMETER,
                           fmt::format("there is no state {}", int(to)));
    io::Reasons::forget();
    LockGuard guard(pin.current.device->lock);
    const NTSTATUS status = pin.graph->set_state(to);
    // Whoever forwards requests himself knows only now how deep his stack is.
    KsRecalculateStackDepth(pin.filter.system.header(), FALSE);
    if (Reason why = io::Reasons::take(); !NT_SUCCESS(status) && !why.empty())
        return ks::refused(irp, status, std::move(why.sentence), std::move(why.details));
    return status;
}

const KSPROPERTY_ITEM attach_items[] = {{KSPROPERTY_SYSAUDIO_ATTACH_VIRTUAL_SOURCE,
                                         {get_attached},
                                         sizeof(SYSAUDIO_ATTACH_VIRTUAL_SOURCE),
                                         0,
                                         {attach},
                                         nullptr,
                                         0,
                                         nullptr,
                                         nullptr,
                                         0}};
const KSPROPERTY_SET attach_sets[] = {{&KSPROPSETID_Sysaudio_Pin, 1, attach_items, 0, nullptr}};
const KSPROPERTY_ITEM state_items[] = {{KSPROPERTY_CONNECTION_STATE,
                                        {nullptr},
                                        sizeof(KSPROPERTY),
                                        sizeof(KSSTATE),
                                        {set_state},
                                        nullptr,
                                        0,
                                        nullptr,
                                        nullptr,
                                        0}};
const KSPROPERTY_SET state_sets[] = {{&KSPROPSETID_Connection, 1, state_items, 0, nullptr}};

/// The state is every pin's; a virtual source is ours; all else is the entry's, in its place.
NTSTATUS NTAPI control_pin(PDEVICE_OBJECT, PIRP irp) {
    VirtualPin &pin = VirtualPin::of(irp);
    const ULONG code = IoGetCurrentIrpStackLocation(irp)->Parameters.DeviceIoControl.IoControlCode;
    if (code == IOCTL_KS_PROPERTY || code == IOCTL_KS_METHOD || code == IOCTL_KS_ENABLE_EVENT) {
        const auto request = ks::peek_identifier(irp);
        if (!request)
            return ks::complete(irp, request.error().value());
        const bool property = code == IOCTL_KS_PROPERTY;
        if (property && request->Set == KSPROPSETID_Sysaudio_Pin)
            return ks::complete(irp, KsPropertyHandler(irp, 1, attach_sets));
        if (property && request->Set == KSPROPSETID_Connection &&
            request->Id == KSPROPERTY_CONNECTION_STATE && request->Flags == KSPROPERTY_TYPE_SET)
            return ks::complete(irp, KsPropertyHandler(irp, 1, state_sets));
        // KSEVENT_TYPE_TOPOLOGY and KSMETHOD_TYPE_TOPOLOGY are the same flag.
        if (request->Flags & KSPROPERTY_TYPE_TOPOLOGY)
            return ks::complete(
                irp, code == IOCTL_KS_ENABLE_EVENT
                         ? ks::refused(irp, STATUS_NOT_SUPPORTED,
                                       "events of nodes are enabled on the filter that has the "
                                       "node, not on a virtual device")
                         : forward_to_node(irp, pin.current, pin.graph.get()));
    }
    return KsForwardIrp(irp, pin.graph->entry().object(), FALSE);
}

void count(VirtualPin &pin, int change) {
    {
        LockGuard guard(pin.filter.lock);
        if (auto &own = pin.filter.pin_counts[pin.factory]; change > 0 || own > 0)
            own += ULONG(change);
    }
    pin.current.device->pin_counts[pin.factory] += ULONG(change);
}

NTSTATUS NTAPI close_pin(PDEVICE_OBJECT, PIRP irp) {
    VirtualPin *pin = &VirtualPin::of(irp);
    IoGetCurrentIrpStackLocation(irp)->FileObject->FsContext = nullptr;
    {
        LockGuard guard(pin->current.device->lock);
        count(*pin, -1);
        pin->graph.reset();
    }
    KsFreeObjectHeader(pin->header);
    delete pin;
    return ks::complete(irp, STATUS_SUCCESS);
}

const KSDISPATCH_TABLE &dispatch_table() {
    static const KSDISPATCH_TABLE table{control_pin,
                                        KsDispatchInvalidDeviceRequest,
                                        KsDispatchInvalidDeviceRequest,
                                        KsDispatchInvalidDeviceRequest,
                                        close_pin,
                                        KsDispatchQuerySecurity,
                                        KsDispatchSetSecurity,
                                        KsDispatchFastIoDeviceControlFailure,
                                        KsDispatchFastReadFailure,
                                        KsDispatchFastWriteFailure};
    return table;
}

/// The factory's paths, or the one that includes what SELECT_GRAPH has named.
Result<std::vector<Path>> paths_for(PIRP irp, VirtualFilter &filter,
                                    const VirtualFilter::Current &current, ULONG pin_id) {
    const Factory &factory = current.arrangement().factories[pin_id];
    LockGuard guard(filter.lock);
    const auto chosen = filter.selected.find(pin_id);
    if (chosen == filter.selected.end()) {
        std::vector<Path> paths = factory.paths;
        paths.insert(paths.end(), factory.otherwise.begin(), factory.otherwise.end());
        return paths;
    }
    Found found = current.plan->path_through(factory, chosen->second);
    if (!found.path)
        return fail(ks::refused(irp, STATUS_NO_MATCH,
                                "no graph includes the node that was selected",
                                std::move(found.why_not)));
    return std::vector{*found.path};
}

Result<void> create(PIRP irp, VirtualFilter &filter) {
    const VirtualFilter::Current current = filter.current();
    if (!current.device)
        return ks::refuse(irp, STATUS_INVALID_DEVICE_REQUEST,
                          "no virtual device has been chosen on this file");
    const Arrangement &offered = current.arrangement();
    PKSPIN_CONNECT connect = nullptr;
    const NTSTATUS valid = KsValidateConnectRequest(irp, ULONG(offered.descriptors.size()),
                                                    offered.descriptors.data(), &connect);
    if (!NT_SUCCESS(valid))
        return fail(valid);
    const Factory &factory = offered.factories[connect->PinId];
    if (factory.paths.empty())
        return ks::refuse(
            irp, STATUS_INVALID_PARAMETER,
            fmt::format("pin {} of the virtual device is a bridge pin: it stands for a "
                        "wire",
                        connect->PinId));
    const auto paths = paths_for(irp, filter, current, connect->PinId);
    if (!paths)
        return fail(paths.error());
    const auto *bytes = reinterpret_cast<const std::byte *>(connect + 1);
    const Format format(bytes, bytes + ks::connect_bytes(connect) - sizeof *connect);
    LockGuard guard(current.device->lock);
    auto pin = std::make_unique<VirtualPin>(filter, current, key_of(factory));
    Reason why;
    auto graph = current.device->build(*current.plan, *paths, connect->Priority, format, why);
    if (!graph)
        return fail(ks::refused(irp, graph.error().value(), std::move(why.sentence),
                                std::move(why.details)));
    pin->graph = std::move(*graph);
    if (const NTSTATUS status =
            KsAllocateObjectHeader(&pin->header, 0, nullptr, irp, &dispatch_table());
        !NT_SUCCESS(status))
        return fail(status);
    const PFILE_OBJECT entry = pin->graph->entry().object();
    KsSetTargetDeviceObject(pin->header, IoGetRelatedDeviceObject(entry));
    KsSetTargetState(pin->header, KSTARGET_STATE_ENABLED);
    KsRecalculateStackDepth(filter.system.header(), FALSE);
    count(*pin, 1);
    {
        LockGuard selected(filter.lock);
        filter.selected.erase(connect->PinId);
    }
    IoGetCurrentIrpStackLocation(irp)->FileObject->FsContext = pin.release();
    return {};
}

} // namespace

NTSTATUS NTAPI create_virtual_pin(PDEVICE_OBJECT, PIRP irp) {
    const PFILE_OBJECT parent = IoGetCurrentIrpStackLocation(irp)->FileObject->RelatedFileObject;
    auto &filter = static_cast<VirtualFilter &>(*static_cast<VirtualFile *>(parent->FsContext));
    const auto created = create(irp, filter);
    return ks::complete(irp, created ? STATUS_SUCCESS : created.error().value());
}

void clean_up_virtual_pin(PIRP irp) {
    VirtualPin &pin = VirtualPin::of(irp);
    LockGuard guard(pin.current.device->lock);
    pin.graph->close();
}

} // namespace ksbox::sysaudio
