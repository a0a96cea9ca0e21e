// From KS's handlers to the miniport's.
#include "portcls/automation_handlers.h"

#include "abi/export.h"
#include "abi/guid.h"
#include "ks/quirks.h"
#include "ks/request.h"
#include "portcls/automation.h"
#include "portcls/exports.h"
#include "portcls/port.h"
#include "portcls/request_target.h"

using namespace ksbox;
using namespace ksbox::portcls;

namespace ksbox::portcls {

KS_ASSERT_MS_ABI(PCPFNPROPERTY_HANDLER);
KS_ASSERT_MS_ABI(PCPFNMETHOD_HANDLER);
KS_ASSERT_MS_ABI(PCPFNEVENT_HANDLER);

/// Reaches the miniport's item behind KS's.
struct AutomationHandlers {
    static const PCPROPERTY_ITEM &property(PIRP irp) {
        return *reinterpret_cast<const Automation::Property *>(KSPROPERTY_ITEM_IRP_STORAGE(irp))
                    ->item;
    }
    static const PCMETHOD_ITEM &method(PIRP irp) {
        return *reinterpret_cast<const Automation::Method *>(KSMETHOD_ITEM_IRP_STORAGE(irp))->item;
    }
    static const PCEVENT_ITEM &event(const KSEVENT_ITEM *item) {
        return *reinterpret_cast<const Automation::Event *>(item)->item;
    }
};

namespace {

constexpr ULONG request_tag = 0x71526350; // 'PcRq'

/// The request's head is a KSNODEPROPERTY for a node's, else a KSPROPERTY; what follows is the
/// instance.
std::pair<PVOID, ULONG> instance_of(PIRP irp, PKSIDENTIFIER request) {
    const ULONG bytes =
        IoGetCurrentIrpStackLocation(irp)->Parameters.DeviceIoControl.InputBufferLength;
    const ULONG head =
        (request->Flags & KSPROPERTY_TYPE_TOPOLOGY) ? sizeof(KSNODEPROPERTY) : sizeof(KSPROPERTY);
    if (bytes <= head)
        return {nullptr, 0};
    return {reinterpret_cast<char *>(request) + head, bytes - head};
}

/// IoStatus.Information once the handler has said how much the value has.
ULONG answered_bytes(NTSTATUS status, const PCPROPERTY_REQUEST &request) {
    return NT_ERROR(status) ? 0 : request.ValueSize;
}

/// The quirk of that name: an empty query that does not get to the miniport.
bool keeps_from_miniport(PIRP irp, const KSIDENTIFIER &request) {
    return ks::Quirks::of(current_kernel()).constrained_ranges_too_small &&
           request.Set == KSPROPSETID_Pin && request.Id == KSPROPERTY_PIN_CONSTRAINEDDATARANGES &&
           IoGetCurrentIrpStackLocation(irp)->Parameters.DeviceIoControl.OutputBufferLength == 0;
}

NTSTATUS run_property(PIRP irp, PKSIDENTIFIER request, PVOID data) {
    if (keeps_from_miniport(irp, *request)) {
        irp->IoStatus.Information = 0;
        return STATUS_BUFFER_TOO_SMALL;
    }
    const RequestTarget target = RequestTarget::of(irp, *request);
    // On the heap: a handler that answers later keeps it.
    auto *made = static_cast<PPCPROPERTY_REQUEST>(
        ExAllocatePoolWithTag(NonPagedPool, sizeof(PCPROPERTY_REQUEST), request_tag));
    if (!made)
        return STATUS_INSUFFICIENT_RESOURCES;
    const auto [instance, instance_bytes] = instance_of(irp, request);
    const PCPROPERTY_ITEM &item = AutomationHandlers::property(irp);
    made->MajorTarget = target.major();
    made->MinorTarget = target.minor();
    made->Node = target.node_id;
    made->PropertyItem = &item;
    // Node says already that it is a node's: handlers compare verbs. inferred
    made->Verb = request->Flags & ~ULONG(KSPROPERTY_TYPE_TOPOLOGY);
    made->InstanceSize = instance_bytes;
    made->Instance = instance;
    made->ValueSize =
        IoGetCurrentIrpStackLocation(irp)->Parameters.DeviceIoControl.OutputBufferLength;
    made->Value = data;
    made->Irp = irp;
    const NTSTATUS status = call_driver("PCPROPERTY_ITEM.Handler", irp, item.Handler, made);
    if (status == STATUS_PENDING)
        return status; // PcCompletePendingPropertyRequest has the request, or had it
    irp->IoStatus.Information = answered_bytes(status, *made);
    ExFreePoolWithTag(made, request_tag);
    return status;
}

PCEVENT_REQUEST event_request(const RequestTarget &target, const PCEVENT_ITEM &item,
                              PKSEVENT_ENTRY entry, ULONG verb, PIRP irp) {
    PCEVENT_REQUEST request{};
    request.MajorTarget = target.major();
    request.MinorTarget = target.minor();
    request.Node = target.node_id;
    request.EventItem = &item;
    request.EventEntry = entry;
    request.Verb = verb;
    request.Irp = irp;
    return request;
}

/// KSE_PIN, which mingw-w64's ks.h lacks. @doc NS:ks.KSE_PIN
struct PinEvent {
    KSEVENT Event;
    ULONG PinId;
    ULONG Reserved;
};

/// The pin factory that an event enabled on a filter is about (KSE_PIN), as those are whose
/// target is a pin that nobody has created (audio/ksevent-pincaps-formatchange). ULONG(-1): none.
ULONG pin_named(PIRP irp, const KSIDENTIFIER &request, const Port &port) {
    if ((request.Flags & KSEVENT_TYPE_TOPOLOGY) ||
        IoGetCurrentIrpStackLocation(irp)->Parameters.DeviceIoControl.InputBufferLength <
            sizeof(PinEvent))
        return ULONG(-1);
    const ULONG pin_id = reinterpret_cast<const PinEvent &>(request).PinId;
    return pin_id < port.description().pin_count() ? pin_id : ULONG(-1);
}

} // namespace

NTSTATUS NTAPI handle_property_item(PIRP irp, PKSIDENTIFIER request, PVOID data) {
    return run_property(irp, request, data);
}

NTSTATUS NTAPI handle_property_support(PIRP irp, PKSIDENTIFIER request, PVOID data) {
    // What the item does not claim to handle KS answers from the item.
    const ULONG verb = request->Flags & ~ULONG(KSPROPERTY_TYPE_TOPOLOGY);
    if (!(AutomationHandlers::property(irp).Flags & verb))
        return STATUS_NOT_SUPPORTED;
    return run_property(irp, request, data);
}

NTSTATUS NTAPI handle_method_item(PIRP irp, PKSIDENTIFIER request, PVOID) {
    const RequestTarget target = RequestTarget::of(irp, *request);
    const PCMETHOD_ITEM &item = AutomationHandlers::method(irp);
    PCMETHOD_REQUEST made{};
    made.MajorTarget = target.major();
    made.MinorTarget = target.minor();
    made.Node = target.node_id;
    made.MethodItem = &item;
    made.Verb = request->Flags & ~ULONG(KSMETHOD_TYPE_TOPOLOGY);
    return call_driver("PCMETHOD_ITEM.Handler", irp, item.Handler, &made);
}

EventTarget &target_of(KSEVENT_ENTRY &entry) {
    return *reinterpret_cast<EventTarget *>(&entry + 1);
}

NTSTATUS NTAPI add_event(PIRP irp, PKSEVENTDATA, PKSEVENT_ENTRY entry) {
    const KSIDENTIFIER &request = *ks::captured_identifier(irp);
    const RequestTarget target = RequestTarget::of(irp, request);
    const ULONG pin_id =
        target.pin_id == ULONG(-1) ? pin_named(irp, request, *target.port) : target.pin_id;
    target_of(*entry) = {pin_id, target.node_id};
    const PCEVENT_ITEM &item = AutomationHandlers::event(entry->EventItem);
    if (item.Handler) {
        PCEVENT_REQUEST made = event_request(target, item, entry, PCEVENT_VERB_ADD, irp);
        const NTSTATUS status = call_driver("PCEVENT_ITEM.Handler", irp, item.Handler, &made);
        if (!NT_SUCCESS(status))
            return status;
    }
    // An entry on no list could never be disabled. inferred
    target.port->add_event(*entry);
    return STATUS_SUCCESS;
}

void NTAPI remove_event(PFILE_OBJECT file, PKSEVENT_ENTRY entry) {
    RequestTarget target = RequestTarget::of(file);
    target.node_id = target_of(*entry).node_id;
    const PCEVENT_ITEM &item = AutomationHandlers::event(entry->EventItem);
    if (item.Handler) {
        PCEVENT_REQUEST made = event_request(target, item, entry, PCEVENT_VERB_REMOVE, nullptr);
        call_driver("PCEVENT_ITEM.Handler", entry, item.Handler, &made);
    }
    target.port->remove_event(*entry);
}

NTSTATUS NTAPI support_event(PIRP irp, PKSIDENTIFIER request, PVOID) {
    const PCEVENT_ITEM &item = AutomationHandlers::event(KSEVENT_ITEM_IRP_STORAGE(irp));
    PCEVENT_REQUEST made =
        event_request(RequestTarget::of(irp, *request), item, nullptr, PCEVENT_VERB_SUPPORT, irp);
    return call_driver("PCEVENT_ITEM.Handler", irp, item.Handler, &made);
}

} // namespace ksbox::portcls

extern "C" NTSTATUS NTAPI PcCompletePendingPropertyRequest(PPCPROPERTY_REQUEST PropertyRequest,
                                                           NTSTATUS NtStatus) {
    if (!PropertyRequest || NtStatus == STATUS_PENDING)
        return STATUS_INVALID_PARAMETER;
    const PIRP irp = PropertyRequest->Irp;
    irp->IoStatus.Information = answered_bytes(NtStatus, *PropertyRequest);
    irp->IoStatus.Status = NtStatus;
    ExFreePoolWithTag(PropertyRequest, request_tag);
    // The handler may not have returned yet; its STATUS_PENDING and this mark belong together.
    IoMarkIrpPending(irp);
    IoCompleteRequest(irp, IO_NO_INCREMENT);
    return STATUS_SUCCESS;
}

std::span<const Export> ksbox::portcls::property_request_exports() {
    static const Export table[] = {
        PC_EXPORT(done, PcCompletePendingPropertyRequest),
    };
    return table;
}
