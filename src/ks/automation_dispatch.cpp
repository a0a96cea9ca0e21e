// Device controls to property, method and event tables.
#include "ks/automation_dispatch.h"

#include <vector>

#include "abi/export.h"
#include "ks/automation.h"
#include "ks/data_range.h"
#include "ks/dispatch.h"
#include "ks/events.h"
#include "ks/file_context.h"
#include "ks/filter.h"
#include "ks/handshake.h"
#include "ks/object_name.h"
#include "ks/own_sets.h"
#include "ks/pin.h"
#include "ks/refusal.h"
#include "ks/request.h"
#include "ks/thermal.h"
#include "ks/transport.h"
#include "nt/call_driver.h"

namespace ksbox::ks {
namespace {

struct Tables {
    std::vector<PropertyTable> properties;
    std::vector<MethodTable> methods;
    std::vector<EventTable> events;

    void add(const KSAUTOMATION_TABLE *table) {
        if (!table)
            return;
        properties.push_back(
            {table->PropertySets, table->PropertySetsCount, table->PropertyItemSize});
        methods.push_back({table->MethodSets, table->MethodSetsCount, table->MethodItemSize});
        events.push_back({table->EventSets, table->EventSetsCount, table->EventItemSize});
    }
    void add(std::span<const KSPROPERTY_SET> sets) {
        properties.push_back({sets.data(), static_cast<ULONG>(sets.size()), 0});
    }
    void add(std::span<const KSEVENT_SET> sets) {
        if (!sets.empty())
            events.push_back({sets.data(), static_cast<ULONG>(sets.size()), 0});
    }
};

/// Which node a request is for: KSFILTER_NODE, or the NodeId of KSP_NODE (KSM_NODE, KSE_NODE).
Result<ULONG> requested_node(PIRP irp) {
    auto identifier = peek_identifier(irp);
    // KSPROPERTY_TYPE_TOPOLOGY and its sisters are the same bit. A short request fails later, with
    // the status of its kind.
    if (!identifier || !(identifier->Flags & KSPROPERTY_TYPE_TOPOLOGY))
        return KSFILTER_NODE;
    // A node's name is asked for with its KSP_NODE, and is the filter's to tell, flag or not
    // (stream/ksproperty-topology-name).
    if (same_guid(identifier->Set, KSPROPSETID_Topology))
        return KSFILTER_NODE;
    KSP_NODE node;
    KS_CHECK(peek_request(irp, &node, sizeof node));
    return node.NodeId;
}

Result<Tables> node_tables(Filter &filter, ULONG node_id) {
    MutexGuard guard(filter.control);
    if (node_id >= filter.descriptor().NodeDescriptorsCount)
        return refuse(STATUS_INVALID_PARAMETER,
                      "node " + std::to_string(node_id) + " is out of range: the filter has " +
                          counted(filter.descriptor().NodeDescriptorsCount, "node", "nodes"));
    Tables tables;
    tables.add(filter.node_descriptor(node_id).AutomationTable);
    return tables;
}

Tables filter_tables(Filter &filter) {
    Tables tables;
    tables.add(filter.descriptor().AutomationTable);
    tables.add(filter_property_sets());
    tables.add(thermal_event_sets(filter.device()));
    return tables;
}

Tables pin_tables(Pin &pin) {
    Tables tables;
    tables.add(pin.descriptor().AutomationTable);
    tables.add(pin_property_sets());
    tables.add(pin_stream_property_sets());
    tables.add(pin_event_sets(pin));
    tables.add(thermal_event_sets(pin.device()));
    return tables;
}

/// Properties, methods and events; anything else is STATUS_INVALID_DEVICE_REQUEST.
NTSTATUS handle(PIRP irp, const Tables &tables, Object &object) {
    switch (IoGetCurrentIrpStackLocation(irp)->Parameters.DeviceIoControl.IoControlCode) {
    case IOCTL_KS_PROPERTY:
        return handle_property(irp, tables.properties, nullptr);
    case IOCTL_KS_METHOD:
        return handle_method(irp, tables.methods, nullptr);
    case IOCTL_KS_ENABLE_EVENT:
        return enable_event(irp, tables.events, events_of(object), nullptr);
    case IOCTL_KS_DISABLE_EVENT:
        return disable_event(irp, events_of(object));
    default:
        return STATUS_INVALID_DEVICE_REQUEST;
    }
}

NTSTATUS finish(PIRP irp, NTSTATUS status) {
    return status == STATUS_PENDING ? status : complete(irp, status);
}

bool is_automation(ULONG code) {
    return code == IOCTL_KS_PROPERTY || code == IOCTL_KS_METHOD || code == IOCTL_KS_ENABLE_EVENT;
}

NTSTATUS reset_state(Pin &pin, PIRP irp) {
    KSRESET reset;
    const NTSTATUS status = KsAcquireResetValue(irp, &reset);
    if (!NT_SUCCESS(status))
        return complete(irp, status);
    MutexGuard guard(pin.control());
    pin.abi().ResetState = reset;
    if (pin.transport)
        pin.transport->reset(reset);
    else if (pin.dispatch() && pin.dispatch()->Reset)
        call_driver("KSPIN_DISPATCH.Reset", &pin.abi(), pin.dispatch()->Reset, &pin.abi());
    return complete(irp, STATUS_SUCCESS);
}

NTSTATUS stream(Pin &pin, PIRP irp) {
    // A pin without a standard transport has no queue; its streaming is its automation's matter.
    if (!pin.transport)
        return complete(irp, refused(irp, STATUS_INVALID_DEVICE_REQUEST,
                                     "the pin is not of the standard transport: it has no queue"));
    // IRP sources send IRPs, they take none (B12).
    if (pin.irp_source())
        return complete(irp, refused(irp, STATUS_INVALID_DEVICE_REQUEST,
                                     name_of(pin) + " is an IRP source: it sends IRPs, and takes "
                                                    "none"));
    if (pin.abi().ResetState == KSRESET_BEGIN)
        return complete(irp, refused(irp, STATUS_DEVICE_NOT_READY, in_reset_text(pin)));
    return pin.transport->submit(irp);
}

} // namespace

NTSTATUS NTAPI filter_ioctl(PDEVICE_OBJECT, PIRP irp) {
    const auto *stack = IoGetCurrentIrpStackLocation(irp);
    Filter *filter = Filter::of(stack->FileObject);
    if (!filter)
        return complete(irp, STATUS_INVALID_DEVICE_REQUEST);
    irp->IoStatus.Information = 0;
    if (is_automation(stack->Parameters.DeviceIoControl.IoControlCode)) {
        auto node = requested_node(irp);
        if (!node)
            return complete(irp, node.error().value());
        if (*node != KSFILTER_NODE) {
            auto tables = node_tables(*filter, *node);
            if (!tables)
                return complete(irp, tables.error().value());
            return finish(irp, handle(irp, *tables, *filter));
        }
    }
    return finish(irp, handle(irp, filter_tables(*filter), *filter));
}

NTSTATUS NTAPI node_ioctl(PDEVICE_OBJECT, PIRP irp) {
    const FileContext *context = FileContext::of(IoGetCurrentIrpStackLocation(irp)->FileObject);
    if (!context)
        return complete(irp, STATUS_INVALID_DEVICE_REQUEST);
    Filter &filter = static_cast<Filter &>(*context->object);
    irp->IoStatus.Information = 0;
    auto tables = node_tables(filter, context->node_id);
    if (!tables)
        return complete(irp, tables.error().value());
    return finish(irp, handle(irp, *tables, filter));
}

NTSTATUS NTAPI pin_ioctl(PDEVICE_OBJECT, PIRP irp) {
    const auto *stack = IoGetCurrentIrpStackLocation(irp);
    Pin *pin = Pin::of(stack->FileObject);
    if (!pin)
        return complete(irp, STATUS_INVALID_DEVICE_REQUEST);
    irp->IoStatus.Information = 0;
    const ULONG code = stack->Parameters.DeviceIoControl.IoControlCode;
    switch (code) {
    case IOCTL_KS_READ_STREAM:
    case IOCTL_KS_WRITE_STREAM:
        return stream(*pin, irp);
    case IOCTL_KS_RESET_STATE:
        return reset_state(*pin, irp);
    case IOCTL_KS_HANDSHAKE:
        return handshake_ioctl(*pin, irp);
    default:
        break;
    }
    if (is_automation(code)) {
        auto node = requested_node(irp);
        if (!node)
            return complete(irp, node.error().value());
        if (*node != KSFILTER_NODE) {
            auto tables = node_tables(pin->filter(), *node);
            if (!tables)
                return complete(irp, tables.error().value());
            return finish(irp, handle(irp, *tables, *pin));
        }
    }
    return finish(irp, handle(irp, pin_tables(*pin), *pin));
}

} // namespace ksbox::ks
