// PnP, power and the rest at the bottom of the stack: every IRP that reaches a PDO is completed
// here, as the pages for bus drivers say.
#include "nt/io/root_bus.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/assert.h"
#include "nt/io/cancel_flag.h"
#include "nt/io/device_object.h"
#include "nt/io/driver_object.h"
#include "nt/io/pnp.h"
#include "nt/io/power_policy.h"
#include "nt/mm/pool.h"
#include "nt/ob/object_manager.h"

namespace ksbox::io {

namespace {

void *allocate(Kernel &kernel, std::size_t bytes) {
    return kernel.pool().allocate(mm::PoolKind::paged, bytes, pnp_tag, nullptr, true);
}

/// A terminated string (or list of strings) in paged pool, as the receiver frees it.
NTSTATUS give_text(Kernel &kernel, PIRP irp, std::u16string_view text) {
    auto *copy = static_cast<WCHAR *>(allocate(kernel, (text.size() + 2) * 2));
    if (!copy)
        return STATUS_INSUFFICIENT_RESOURCES;
    std::memcpy(copy, text.data(), text.size() * 2);
    irp->IoStatus.Information = reinterpret_cast<ULONG_PTR>(copy);
    return STATUS_SUCCESS;
}

std::u16string joined(const std::vector<std::u16string> &list) {
    std::u16string text;
    for (const auto &item : list)
        (text += item) += u'\0';
    return text;
}

/// @doc kernel/irp-mn-query-id
NTSTATUS query_id(Kernel &kernel, PIRP irp, const DeviceNode &node, BUS_QUERY_ID_TYPE type) {
    switch (type) {
    case BusQueryDeviceID:
        return give_text(kernel, irp, node.facts.device_id);
    case BusQueryInstanceID:
        return give_text(kernel, irp, node.facts.instance_id);
    case BusQueryHardwareIDs:
        return give_text(kernel, irp, joined(node.facts.hardware_ids));
    case BusQueryCompatibleIDs:
        return give_text(kernel, irp, joined(node.facts.compatible_ids));
    default:
        return irp->IoStatus.Status;
    }
}

/// @doc kernel/irp-mn-query-capabilities
NTSTATUS query_capabilities(DEVICE_CAPABILITIES &capabilities, const DeviceNode &node) {
    if (capabilities.Version != 1 || capabilities.Size < sizeof(DEVICE_CAPABILITIES))
        return STATUS_UNSUCCESSFUL;
    capabilities.UniqueID = TRUE;
    capabilities.SilentInstall = TRUE;
    capabilities.RawDeviceOK = FALSE;
    capabilities.SurpriseRemovalOK = FALSE;
    capabilities.Address = node.facts.address;
    capabilities.UINumber = ULONG(-1);
    capabilities.DeviceState[PowerSystemUnspecified] = PowerDeviceUnspecified;
    capabilities.DeviceState[PowerSystemWorking] = PowerDeviceD0;
    for (int state = PowerSystemSleeping1; state < PowerSystemMaximum; ++state)
        capabilities.DeviceState[state] = PowerDeviceD3;
    capabilities.SystemWake = node.facts.wakes_from;
    capabilities.DeviceWake = node.facts.wakes_in;
    capabilities.WakeFromD0 = node.facts.wakes_in >= PowerDeviceD0;
    capabilities.WakeFromD1 = node.facts.wakes_in >= PowerDeviceD1;
    capabilities.WakeFromD2 = node.facts.wakes_in >= PowerDeviceD2;
    capabilities.WakeFromD3 = node.facts.wakes_in >= PowerDeviceD3;
    return STATUS_SUCCESS;
}

VOID NTAPI reference_interface(PVOID context) {
    ObfReferenceObject(context);
}
VOID NTAPI dereference_interface(PVOID context) {
    ObfDereferenceObject(context);
}

BOOLEAN NTAPI translate_address(PVOID, PHYSICAL_ADDRESS address, ULONG, PULONG,
                                PPHYSICAL_ADDRESS to) {
    *to = address; // memory space is one in a box
    return TRUE;
}

PDMA_ADAPTER NTAPI dma_adapter(PVOID context, PDEVICE_DESCRIPTION description, PULONG registers) {
    return IoGetDmaAdapter(static_cast<PDEVICE_OBJECT>(context), description, registers);
}

/// Bytes moved between a device's configuration space and `buffer`: what of the range is there.
ULONG bus_data(PVOID context, ULONG space, PVOID buffer, ULONG offset, ULONG bytes, bool write) {
    auto *node = record_of(static_cast<PDEVICE_OBJECT>(context)).node;
    if (!node || space != PCI_WHICHSPACE_CONFIG)
        return 0;
    auto &all = node->facts.configuration;
    if (offset >= all.size())
        return 0;
    bytes = std::min(bytes, static_cast<ULONG>(all.size() - offset));
    if (write)
        std::memcpy(all.data() + offset, buffer, bytes);
    else
        std::memcpy(buffer, all.data() + offset, bytes);
    return bytes;
}

/// @doc NC:wdm.GET_SET_DEVICE_DATA
ULONG NTAPI get_bus_data(PVOID context, ULONG space, PVOID buffer, ULONG offset, ULONG bytes) {
    return bus_data(context, space, buffer, offset, bytes, false);
}
ULONG NTAPI set_bus_data(PVOID context, ULONG space, PVOID buffer, ULONG offset, ULONG bytes) {
    return bus_data(context, space, buffer, offset, bytes, true);
}

/// @doc kernel/irp-mn-query-interface
NTSTATUS query_interface(PDEVICE_OBJECT device, PIRP irp, const IO_STACK_LOCATION &stack) {
    const auto &query = stack.Parameters.QueryInterface;
    if (!IsEqualGUID(*query.InterfaceType, GUID_BUS_INTERFACE_STANDARD))
        return irp->IoStatus.Status;
    if (query.Size < sizeof(BUS_INTERFACE_STANDARD))
        return STATUS_INVALID_PARAMETER;
    auto &bus = *reinterpret_cast<PBUS_INTERFACE_STANDARD>(query.Interface);
    bus.Size = sizeof(BUS_INTERFACE_STANDARD);
    bus.Version = 1;
    bus.Context = device;
    bus.InterfaceReference = reference_interface;
    bus.InterfaceDereference = dereference_interface;
    bus.TranslateBusAddress = translate_address;
    bus.GetDmaAdapter = dma_adapter;
    bus.SetBusData = set_bus_data;
    bus.GetBusData = get_bus_data;
    reference_interface(device);
    return STATUS_SUCCESS;
}

/// @doc kernel/irp-mn-query-bus-information
NTSTATUS query_bus_information(Kernel &kernel, PIRP irp, const DeviceNode &node) {
    auto *information =
        static_cast<PPNP_BUS_INFORMATION>(allocate(kernel, sizeof(PNP_BUS_INFORMATION)));
    if (!information)
        return STATUS_INSUFFICIENT_RESOURCES;
    information->BusTypeGuid = GUID_BUS_TYPE_INTERNAL;
    information->LegacyBusType = node.facts.bus_type;
    information->BusNumber = node.facts.bus_number;
    irp->IoStatus.Information = reinterpret_cast<ULONG_PTR>(information);
    return STATUS_SUCCESS;
}

/// @doc kernel/irp-mn-query-device-relations
NTSTATUS query_relations(Kernel &kernel, PDEVICE_OBJECT device, PIRP irp,
                         DEVICE_RELATION_TYPE type) {
    if (type != TargetDeviceRelation)
        return irp->IoStatus.Status;
    auto *relations = static_cast<PDEVICE_RELATIONS>(allocate(kernel, sizeof(DEVICE_RELATIONS)));
    if (!relations)
        return STATUS_INSUFFICIENT_RESOURCES;
    relations->Count = 1;
    relations->Objects[0] = device;
    kernel.objects().reference(device);
    irp->IoStatus.Information = reinterpret_cast<ULONG_PTR>(relations);
    return STATUS_SUCCESS;
}

NTSTATUS answer_pnp(Kernel &kernel, PDEVICE_OBJECT device, PIRP irp, IO_STACK_LOCATION &stack) {
    const auto *node = record_of(device).node;
    if (!node)
        return STATUS_NO_SUCH_DEVICE;
    switch (stack.MinorFunction) {
    case IRP_MN_START_DEVICE:
    case IRP_MN_QUERY_REMOVE_DEVICE:
    case IRP_MN_REMOVE_DEVICE:
    case IRP_MN_CANCEL_REMOVE_DEVICE:
    case IRP_MN_STOP_DEVICE:
    case IRP_MN_QUERY_STOP_DEVICE:
    case IRP_MN_CANCEL_STOP_DEVICE:
    case IRP_MN_SURPRISE_REMOVAL:
    case IRP_MN_DEVICE_USAGE_NOTIFICATION:
        return STATUS_SUCCESS;
    case IRP_MN_QUERY_DEVICE_RELATIONS:
        return query_relations(kernel, device, irp, stack.Parameters.QueryDeviceRelations.Type);
    case IRP_MN_QUERY_INTERFACE:
        return query_interface(device, irp, stack);
    case IRP_MN_QUERY_CAPABILITIES:
        return query_capabilities(*stack.Parameters.DeviceCapabilities.Capabilities, *node);
    case IRP_MN_QUERY_ID:
        return query_id(kernel, irp, *node, stack.Parameters.QueryId.IdType);
    case IRP_MN_QUERY_DEVICE_TEXT:
        return give_text(kernel, irp,
                         stack.Parameters.QueryDeviceText.DeviceTextType == DeviceTextDescription
                             ? node->facts.description
                             : node->facts.location);
    case IRP_MN_QUERY_BUS_INFORMATION:
        return query_bus_information(kernel, irp, *node);
    case IRP_MN_QUERY_RESOURCES:
        irp->IoStatus.Information = reinterpret_cast<ULONG_PTR>(resource_list(kernel, *node));
        return STATUS_SUCCESS;
    case IRP_MN_QUERY_RESOURCE_REQUIREMENTS:
        irp->IoStatus.Information =
            reinterpret_cast<ULONG_PTR>(resource_requirements(kernel, *node));
        return STATUS_SUCCESS;
    default:
        return irp->IoStatus.Status; // "without modifying IoStatus"
    }
}

NTSTATUS complete(PIRP irp, NTSTATUS status) {
    irp->IoStatus.Status = status;
    IofCompleteRequest(irp, IO_NO_INCREMENT);
    return status;
}

NTSTATUS NTAPI dispatch_pnp(PDEVICE_OBJECT device, PIRP irp) {
    auto &stack = *IoGetCurrentIrpStackLocation(irp);
    return complete(irp, answer_pnp(current_kernel(), device, irp, stack));
}

VOID NTAPI cancel_wait_wake(PDEVICE_OBJECT device, PIRP irp) {
    if (auto *node = record_of(device).node; node && node->wait_wake == irp)
        node->wait_wake = nullptr;
    IoReleaseCancelSpinLock(irp->CancelIrql);
    complete(irp, STATUS_CANCELLED);
}

/// Keeps the IRP until the device wakes the system, or it is cancelled.
/// @doc kernel/irp-mn-wait-wake
NTSTATUS wait_for_wake(DeviceNode *node, PIRP irp, const IO_STACK_LOCATION &stack) {
    if (!node || node->facts.wakes_in == PowerDeviceUnspecified)
        return complete(irp, STATUS_NOT_SUPPORTED);
    if (node->power > node->facts.wakes_in ||
        stack.Parameters.WaitWake.PowerState > node->facts.wakes_from)
        return complete(irp, STATUS_INVALID_DEVICE_STATE);
    KIRQL irql;
    IoAcquireCancelSpinLock(&irql);
    const bool busy = node->wait_wake != nullptr;
    if (busy || is_cancelled(irp)) {
        IoReleaseCancelSpinLock(irql);
        return complete(irp, busy ? STATUS_DEVICE_BUSY : STATUS_CANCELLED);
    }
    IoMarkIrpPending(irp);
    node->wait_wake = irp;
    (void)IoSetCancelRoutine(irp, cancel_wait_wake);
    IoReleaseCancelSpinLock(irql);
    return STATUS_PENDING;
}

/// @doc kernel/rules-for-handling-power-irps
NTSTATUS NTAPI dispatch_power(PDEVICE_OBJECT device, PIRP irp) {
    auto &stack = *IoGetCurrentIrpStackLocation(irp);
    auto *node = record_of(device).node;
    NTSTATUS status = irp->IoStatus.Status;
    if (stack.MinorFunction == IRP_MN_WAIT_WAKE)
        return wait_for_wake(node, irp, stack);
    if (stack.MinorFunction == IRP_MN_SET_POWER || stack.MinorFunction == IRP_MN_QUERY_POWER) {
        status = STATUS_SUCCESS;
        const auto &power = stack.Parameters.Power;
        if (node && stack.MinorFunction == IRP_MN_SET_POWER) {
            if (power.Type == DevicePowerState) {
                node->power = power.State.DeviceState;
                if (node->power == PowerDeviceD0)
                    current_kernel().extension<PowerPolicy>().powered_up(device);
            } else {
                node->system_power = power.State.SystemState;
            }
        }
    }
    PoStartNextPowerIrp(irp);
    return complete(irp, status);
}

/// WMI is for whoever stands above. @doc kernel/handling-wmi-requests
NTSTATUS NTAPI dispatch_system_control(PDEVICE_OBJECT, PIRP irp) {
    return complete(irp, irp->IoStatus.Status);
}

} // namespace

bool end_wait_wake(DeviceNode &node, NTSTATUS status) {
    KIRQL irql;
    IoAcquireCancelSpinLock(&irql);
    PIRP irp = std::exchange(node.wait_wake, nullptr);
    if (irp && !IoSetCancelRoutine(irp, nullptr))
        irp = nullptr; // being cancelled
    IoReleaseCancelSpinLock(irql);
    if (!irp)
        return false;
    if (node.system_power > PowerSystemWorking)
        PoSetSystemWake(irp);
    complete(irp, status);
    return true;
}

PCM_RESOURCE_LIST resource_list(Kernel &kernel, const DeviceNode &node) {
    const auto &resources = node.facts.resources;
    if (resources.empty())
        return nullptr;
    const auto bytes =
        sizeof(CM_RESOURCE_LIST) + (resources.size() - 1) * sizeof(CM_PARTIAL_RESOURCE_DESCRIPTOR);
    auto *list = static_cast<PCM_RESOURCE_LIST>(allocate(kernel, bytes));
    if (!list)
        return nullptr;
    list->Count = 1;
    list->List[0].InterfaceType = node.facts.bus_type;
    list->List[0].BusNumber = node.facts.bus_number;
    auto &partial = list->List[0].PartialResourceList;
    partial.Version = 1;
    partial.Revision = 1;
    partial.Count = static_cast<ULONG>(resources.size());
    std::copy(resources.begin(), resources.end(), partial.PartialDescriptors);
    return list;
}

PIO_RESOURCE_REQUIREMENTS_LIST resource_requirements(Kernel &kernel, const DeviceNode &node) {
    const auto &resources = node.facts.resources;
    if (resources.empty())
        return nullptr;
    const auto bytes = sizeof(IO_RESOURCE_REQUIREMENTS_LIST) +
                       (resources.size() - 1) * sizeof(IO_RESOURCE_DESCRIPTOR);
    auto *list = static_cast<PIO_RESOURCE_REQUIREMENTS_LIST>(allocate(kernel, bytes));
    if (!list)
        return nullptr;
    list->ListSize = static_cast<ULONG>(bytes);
    list->InterfaceType = node.facts.bus_type;
    list->BusNumber = node.facts.bus_number;
    list->AlternativeLists = 1;
    auto &alternative = list->List[0];
    alternative.Version = 1;
    alternative.Revision = 1;
    alternative.Count = static_cast<ULONG>(resources.size());
    for (std::size_t i = 0; i < resources.size(); ++i) {
        const auto &have = resources[i];
        auto &want = alternative.Descriptors[i];
        want.Type = have.Type;
        want.ShareDisposition = have.ShareDisposition;
        want.Flags = have.Flags;
        if (have.Type == CmResourceTypeInterrupt) {
            want.u.Interrupt.MinimumVector = have.u.Interrupt.Vector;
            want.u.Interrupt.MaximumVector = have.u.Interrupt.Vector;
        } else if (have.Type == CmResourceTypeMemory || have.Type == CmResourceTypePort) {
            want.u.Memory.Length = have.u.Memory.Length;
            want.u.Memory.Alignment = 1;
            want.u.Memory.MinimumAddress = have.u.Memory.Start;
            want.u.Memory.MaximumAddress.QuadPart =
                have.u.Memory.Start.QuadPart + have.u.Memory.Length - 1;
        }
    }
    return list;
}

NTSTATUS NTAPI initialize_root_bus(PDRIVER_OBJECT driver, PUNICODE_STRING) {
    driver->MajorFunction[IRP_MJ_PNP] = dispatch_pnp;
    driver->MajorFunction[IRP_MJ_POWER] = dispatch_power;
    driver->MajorFunction[IRP_MJ_SYSTEM_CONTROL] = dispatch_system_control;
    return STATUS_SUCCESS;
}

} // namespace ksbox::io
