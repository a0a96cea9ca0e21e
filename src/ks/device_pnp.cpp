// IRP_MJ_PNP of AVStream devices: the minidriver's callbacks in the order their pages give, and the
// stack below. Callback pages: NC:ks.PFNKSDEVICEPNPSTART, PFNKSDEVICE, PFNKSDEVICEIRP, …
#include "abi/export.h"
#include "ks/create_items.h"
#include "ks/device.h"
#include "ks/dispatch.h"
#include "ks/filter_factory.h"
#include "ks/headers.h"
#include "ks/thermal.h"
#include "nt/call_driver.h"
#include "nt/ke/bug_check.h"
#include "nt/trace.h"

namespace ksbox::ks {
namespace {

KS_ASSERT_MS_ABI(PFNKSDEVICEPNPSTART);
KS_ASSERT_MS_ABI(PFNKSDEVICEIRPVOID);
KS_ASSERT_MS_ABI(PFNKSDEVICEQUERYCAPABILITIES);

const KSDEVICE_DISPATCH no_dispatch{};

const KSDEVICE_DISPATCH &callbacks(Device &device) {
    return device.dispatch() ? *device.dispatch() : no_dispatch;
}

/// A callback that may not return STATUS_PENDING: it counts as a failure (verifier rule
/// KsCallbackReturn). The status is inferred.
NTSTATUS not_pending(NTSTATUS status) {
    return status == STATUS_PENDING ? STATUS_UNSUCCESSFUL : status;
}

NTSTATUS call(Device &device, const char *name, PFNKSDEVICEIRP callback, PIRP irp) {
    if (!callback)
        return STATUS_SUCCESS;
    return call_driver(name, &device.abi(), callback, &device.abi(), irp);
}

void call(Device &device, const char *name, PFNKSDEVICEIRPVOID callback, PIRP irp) {
    if (callback)
        call_driver(name, &device.abi(), callback, &device.abi(), irp);
}

NTSTATUS forward(Device &device, PIRP irp) {
    IoSkipCurrentIrpStackLocation(irp);
    return IoCallDriver(device.abi().NextDeviceObject, irp);
}

/// PostStart "in the context of a worker thread after PnP start"; interfaces follow it.
void NTAPI post_start(PDEVICE_OBJECT fdo, PVOID context) {
    auto *item = static_cast<PIO_WORKITEM>(context);
    Device *device = Device::of(fdo);
    if (device) {
        MutexGuard guard(device->mutex);
        KSDEVICE &abi = device->abi();
        const NTSTATUS status = not_pending(
            call_driver("KSDEVICE_DISPATCH.PostStart", &abi, callbacks(*device).PostStart, &abi));
        device->post_start_status = status;
        if (NT_SUCCESS(status) && abi.Started)
            device->set_interfaces_enabled(true);
        KeSetEvent(&device->post_start_done, IO_NO_INCREMENT, FALSE);
    }
    IoFreeWorkItem(item);
}

NTSTATUS start(Device &device, PIRP irp) {
    NTSTATUS status = forward_and_wait(device.abi().NextDeviceObject, irp);
    if (!NT_SUCCESS(status))
        return complete(irp, status);
    const auto &parameters = IoGetCurrentIrpStackLocation(irp)->Parameters.StartDevice;
    KSDEVICE &abi = device.abi();
    // The mutex page says that AVStream holds the device mutex here, but also that it is not
    // recursive, and shipped minidrivers take it in Start: @observed, it is free.
    if (callbacks(device).Start)
        status = not_pending(call_driver("KSDEVICE_DISPATCH.Start", &abi, callbacks(device).Start,
                                         &abi, irp, parameters.AllocatedResourcesTranslated,
                                         parameters.AllocatedResources));
    if (!NT_SUCCESS(status))
        return complete(irp, status);
    MutexGuard guard(device.mutex);
    abi.Started = TRUE;
    if (callbacks(device).PostStart) {
        PIO_WORKITEM item = IoAllocateWorkItem(device.fdo());
        if (!item) {
            abi.Started = FALSE;
            return complete(irp, STATUS_INSUFFICIENT_RESOURCES);
        }
        KeClearEvent(&device.post_start_done);
        IoQueueWorkItem(item, post_start, DelayedWorkQueue, item);
    } else {
        device.post_start_status = STATUS_SUCCESS;
        device.set_interfaces_enabled(true);
    }
    return complete(irp, STATUS_SUCCESS);
}

/// QueryStop and QueryRemove: the minidriver may refuse; else the stack below is asked.
NTSTATUS query(Device &device, const char *name, PFNKSDEVICEIRP callback, PIRP irp) {
    NTSTATUS status;
    {
        MutexGuard guard(device.mutex);
        status = not_pending(call(device, name, callback, irp));
    }
    if (!NT_SUCCESS(status))
        return complete(irp, status);
    irp->IoStatus.Status = STATUS_SUCCESS;
    return forward(device, irp);
}

/// CancelStop and CancelRemove: the stack below first, it must be working again.
NTSTATUS cancel(Device &device, const char *name, PFNKSDEVICEIRPVOID callback, PIRP irp) {
    irp->IoStatus.Status = STATUS_SUCCESS;
    forward_and_wait(device.abi().NextDeviceObject, irp);
    call(device, name, callback, irp);
    return complete(irp, STATUS_SUCCESS);
}

NTSTATUS stop(Device &device, PIRP irp) {
    {
        MutexGuard guard(device.mutex);
        device.set_interfaces_enabled(false);
        if (device.abi().Started)
            call(device, "KSDEVICE_DISPATCH.Stop", callbacks(device).Stop, irp);
        device.abi().Started = FALSE;
        // "after the client has received the PnP stop notification" (NF:ks.KsCreateFilterFactory)
        device.header().items.free_on_stop();
    }
    irp->IoStatus.Status = STATUS_SUCCESS;
    return forward(device, irp);
}

NTSTATUS surprise_removal(Device &device, PIRP irp) {
    {
        MutexGuard guard(device.mutex);
        device.removed = true;
        device.set_interfaces_enabled(false);
        call(device, "KSDEVICE_DISPATCH.SurpriseRemoval", callbacks(device).SurpriseRemoval, irp);
        device.abi().Started = FALSE;
    }
    irp->IoStatus.Status = STATUS_SUCCESS;
    return forward(device, irp);
}

NTSTATUS remove(Device &device, PIRP irp) {
    // A PostStart on its way still needs the object.
    KeWaitForSingleObject(&device.post_start_done, Executive, KernelMode, FALSE, nullptr);
    const PDEVICE_OBJECT fdo = device.fdo();
    const PDEVICE_OBJECT next = device.abi().NextDeviceObject;
    {
        MutexGuard guard(device.mutex);
        device.removed = true;
        device.set_interfaces_enabled(false);
        call(device, "KSDEVICE_DISPATCH.Remove", callbacks(device).Remove, irp);
        device.abi().Started = FALSE;
    }
    irp->IoStatus.Status = STATUS_SUCCESS;
    IoSkipCurrentIrpStackLocation(irp);
    const NTSTATUS status = IoCallDriver(next, irp);
    KsTerminateDevice(fdo);
    IoDetachDevice(next);
    IoDeleteDevice(fdo);
    return status;
}

NTSTATUS query_capabilities(Device &device, PIRP irp) {
    NTSTATUS status = forward_and_wait(device.abi().NextDeviceObject, irp);
    if (NT_SUCCESS(status) && callbacks(device).QueryCapabilities) {
        auto *capabilities =
            IoGetCurrentIrpStackLocation(irp)->Parameters.DeviceCapabilities.Capabilities;
        status = call_driver("KSDEVICE_DISPATCH.QueryCapabilities", &device.abi(),
                             callbacks(device).QueryCapabilities, &device.abi(), irp, capabilities);
    }
    return complete(irp, status);
}

NTSTATUS query_interface(Device &device, PIRP irp) {
    // The member exists only in tables of descriptors that say so.
    const KSDEVICE_DESCRIPTOR *descriptor = device.abi().Descriptor;
    if (descriptor && descriptor->Version >= KSDEVICE_DESCRIPTOR_VERSION &&
        callbacks(device).QueryInterface) {
        const NTSTATUS status =
            call(device, "KSDEVICE_DISPATCH.QueryInterface", callbacks(device).QueryInterface, irp);
        if (status == STATUS_PENDING)
            return status; // KsCompletePendingRequest finishes it
        if (NT_SUCCESS(status)) {
            irp->IoStatus.Status = status;
            note_interface_given(device, irp);
            return forward(device, irp);
        }
        if (status != STATUS_NOT_SUPPORTED)
            return complete(irp, status);
    }
    if (give_cooling_interface(device, irp))
        irp->IoStatus.Status = STATUS_SUCCESS;
    return forward(device, irp);
}

} // namespace

NTSTATUS NTAPI KsDevicePnp(PDEVICE_OBJECT device_object, PIRP irp) {
    Device *device = Device::of(device_object);
    if (!device)
        return KsDefaultDispatchPnp(device_object, irp);
    const KSDEVICE_DISPATCH &table = callbacks(*device);
    switch (IoGetCurrentIrpStackLocation(irp)->MinorFunction) {
    case IRP_MN_START_DEVICE:
        return start(*device, irp);
    case IRP_MN_QUERY_STOP_DEVICE:
        return query(*device, "KSDEVICE_DISPATCH.QueryStop", table.QueryStop, irp);
    case IRP_MN_CANCEL_STOP_DEVICE:
        return cancel(*device, "KSDEVICE_DISPATCH.CancelStop", table.CancelStop, irp);
    case IRP_MN_STOP_DEVICE:
        return stop(*device, irp);
    case IRP_MN_QUERY_REMOVE_DEVICE:
        return query(*device, "KSDEVICE_DISPATCH.QueryRemove", table.QueryRemove, irp);
    case IRP_MN_CANCEL_REMOVE_DEVICE:
        return cancel(*device, "KSDEVICE_DISPATCH.CancelRemove", table.CancelRemove, irp);
    case IRP_MN_SURPRISE_REMOVAL:
        return surprise_removal(*device, irp);
    case IRP_MN_REMOVE_DEVICE:
        return remove(*device, irp);
    case IRP_MN_QUERY_CAPABILITIES:
        return query_capabilities(*device, irp);
    case IRP_MN_QUERY_INTERFACE:
        return query_interface(*device, irp);
    default:
        return forward(*device, irp);
    }
}

} // namespace ksbox::ks
