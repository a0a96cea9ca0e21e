// DDIs of IRP dispatching, forwarding and defaults.
#include "ks/dispatch.h"

#include "ks/exports.h"
#include "ks/headers.h"

using namespace ksbox;
using namespace ksbox::ks;

extern "C" {

NTSTATUS NTAPI KsDispatchIrp(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
    switch (IoGetCurrentIrpStackLocation(Irp)->MajorFunction) {
    case IRP_MJ_CREATE:
        return dispatch_create(DeviceObject, Irp);
    case IRP_MJ_CLEANUP:
        return dispatch_cleanup(DeviceObject, Irp);
    default:
        return dispatch_by_table(DeviceObject, Irp);
    }
}

NTSTATUS NTAPI KsSetMajorFunctionHandler(PDRIVER_OBJECT DriverObject, ULONG MajorFunction) {
    switch (MajorFunction) {
    case IRP_MJ_CREATE:
    case IRP_MJ_CLOSE:
    case IRP_MJ_DEVICE_CONTROL:
    case IRP_MJ_READ:
    case IRP_MJ_WRITE:
    case IRP_MJ_FLUSH_BUFFERS:
    case IRP_MJ_QUERY_SECURITY:
    case IRP_MJ_SET_SECURITY:
        DriverObject->MajorFunction[MajorFunction] = KsDispatchIrp;
        return STATUS_SUCCESS;
    default:
        return STATUS_INVALID_PARAMETER;
    }
}

NTSTATUS NTAPI KsDispatchInvalidDeviceRequest(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
    return complete(Irp, STATUS_INVALID_DEVICE_REQUEST);
}

NTSTATUS NTAPI KsDefaultDeviceIoCompletion(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
    NTSTATUS status;
    switch (IoGetCurrentIrpStackLocation(Irp)->Parameters.DeviceIoControl.IoControlCode) {
    case IOCTL_KS_PROPERTY:
    case IOCTL_KS_METHOD:
    case IOCTL_KS_ENABLE_EVENT:
        status = STATUS_PROPSET_NOT_FOUND;
        break;
    default:
        status = STATUS_INVALID_DEVICE_REQUEST;
        break;
    }
    Irp->IoStatus.Information = 0;
    return complete(Irp, status);
}

BOOLEAN NTAPI KsDispatchFastIoDeviceControlFailure(PFILE_OBJECT, BOOLEAN, PVOID, ULONG, PVOID,
                                                   ULONG, ULONG, PIO_STATUS_BLOCK, PDEVICE_OBJECT) {
    return FALSE;
}

BOOLEAN NTAPI KsDispatchFastReadFailure(PFILE_OBJECT, PLARGE_INTEGER, ULONG, BOOLEAN, ULONG, PVOID,
                                        PIO_STATUS_BLOCK, PDEVICE_OBJECT) {
    return FALSE;
}

void NTAPI KsNullDriverUnload(PDRIVER_OBJECT DriverObject) {}

NTSTATUS NTAPI KsDefaultForwardIrp(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
    const DeviceHeader &header = DeviceHeader::of(DeviceObject);
    if (!header.pnp_object)
        return complete(Irp, STATUS_INVALID_DEVICE_REQUEST);
    IoSkipCurrentIrpStackLocation(Irp);
    return IoCallDriver(header.pnp_object, Irp);
}

NTSTATUS NTAPI KsForwardIrp(PIRP Irp, PFILE_OBJECT FileObject, BOOLEAN ReuseStackLocation) {
    const PDEVICE_OBJECT target = IoGetRelatedDeviceObject(FileObject);
    auto *stack = IoGetCurrentIrpStackLocation(Irp);
    if (ReuseStackLocation) {
        stack->FileObject = FileObject;
        IoSkipCurrentIrpStackLocation(Irp);
        return IoCallDriver(target, Irp);
    }
    if (Irp->CurrentLocation <= 1)
        return complete(Irp, STATUS_INVALID_DEVICE_REQUEST);
    IoCopyCurrentIrpStackLocationToNext(Irp);
    IoGetNextIrpStackLocation(Irp)->FileObject = FileObject;
    return IoCallDriver(target, Irp);
}

} // extern "C"

namespace {

NTSTATUS NTAPI signal_catcher(PDEVICE_OBJECT, PIRP irp, PVOID context) {
    if (irp->PendingReturned)
        KeSetEvent(static_cast<PKEVENT>(context), IO_NO_INCREMENT, FALSE);
    return STATUS_MORE_PROCESSING_REQUIRED;
}

} // namespace

extern "C" {

NTSTATUS NTAPI KsForwardAndCatchIrp(PDEVICE_OBJECT DeviceObject, PIRP Irp, PFILE_OBJECT FileObject,
                                    KSSTACK_USE StackUse) {
    if (StackUse == KsStackReuseCurrentLocation)
        // The location that is below the current one becomes the current one again.
        ++Irp->CurrentLocation, ++Irp->Tail.Overlay.CurrentStackLocation;
    else if (Irp->CurrentLocation <= 1)
        return STATUS_INVALID_DEVICE_REQUEST;
    if (StackUse == KsStackCopyToNewLocation)
        IoCopyCurrentIrpStackLocationToNext(Irp);
    IoGetNextIrpStackLocation(Irp)->FileObject = FileObject;
    KEVENT done;
    KeInitializeEvent(&done, NotificationEvent, FALSE);
    IoSetCompletionRoutine(Irp, signal_catcher, &done, TRUE, TRUE, TRUE);
    NTSTATUS status = IoCallDriver(DeviceObject, Irp);
    if (status == STATUS_PENDING) {
        KeWaitForSingleObject(&done, Executive, KernelMode, FALSE, nullptr);
        status = Irp->IoStatus.Status;
    }
    if (StackUse == KsStackReuseCurrentLocation)
        --Irp->CurrentLocation, --Irp->Tail.Overlay.CurrentStackLocation;
    return status;
}

NTSTATUS NTAPI KsSynchronousIoControlDevice(PFILE_OBJECT FileObject, KPROCESSOR_MODE RequestorMode,
                                            ULONG IoControl, PVOID InBuffer, ULONG InSize,
                                            PVOID OutBuffer, ULONG OutSize, PULONG BytesReturned) {
    const PDEVICE_OBJECT device = IoGetRelatedDeviceObject(FileObject);
    KEVENT done;
    KeInitializeEvent(&done, NotificationEvent, FALSE);
    IO_STATUS_BLOCK io{};
    PIRP irp = IoBuildDeviceIoControlRequest(IoControl, device, InBuffer, InSize, OutBuffer,
                                             OutSize, FALSE, &done, &io);
    if (!irp)
        return STATUS_INSUFFICIENT_RESOURCES;
    irp->RequestorMode = RequestorMode;
    irp->Tail.Overlay.OriginalFileObject = FileObject;
    IoGetNextIrpStackLocation(irp)->FileObject = FileObject;
    // The I/O manager gives this reference back when it finishes an IRP with a file object.
    ObReferenceObject(FileObject);
    NTSTATUS status = IoCallDriver(device, irp);
    if (status == STATUS_PENDING) {
        KeWaitForSingleObject(&done, Executive, KernelMode, FALSE, nullptr);
        status = io.Status;
    }
    *BytesReturned = static_cast<ULONG>(io.Information);
    return status;
}

} // extern "C"

std::span<const Export> ksbox::ks::dispatch_exports() {
    static const Export table[] = {
        KS_EXPORT(done, KsDispatchIrp),
        KS_EXPORT(done, KsSetMajorFunctionHandler),
        KS_EXPORT(done, KsDispatchInvalidDeviceRequest),
        KS_EXPORT(done, KsDefaultDeviceIoCompletion),
        KS_EXPORT(done, KsDispatchFastIoDeviceControlFailure),
        KS_EXPORT(done, KsDispatchFastReadFailure),
        KS_EXPORT(done, KsNullDriverUnload),
        KS_EXPORT(done, KsDefaultForwardIrp),
        KS_EXPORT(done, KsForwardIrp),
        KS_EXPORT(done, KsForwardAndCatchIrp),
        KS_EXPORT(done, KsSynchronousIoControlDevice),
    };
    return table;
}
