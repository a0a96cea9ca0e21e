// Helpers of adapter drivers' own IRP handlers, and the device's properties.
#include "portcls/part_exports.h"

#include "abi/windows.h"

using namespace ksbox;
using namespace ksbox::portcls;

extern "C" {

NTSTATUS NTAPI PcCompleteIrp(PDEVICE_OBJECT DeviceObject, PIRP Irp, NTSTATUS Status) {
    if (!DeviceObject || !Irp || Status == STATUS_PENDING)
        return STATUS_INVALID_PARAMETER; // inferred
    Irp->IoStatus.Status = Status;
    IofCompleteRequest(Irp, IO_NO_INCREMENT);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI PcForwardIrpSynchronous(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
    if (!DeviceObject || !Irp)
        return STATUS_INVALID_PARAMETER;
    PDEVICE_OBJECT lower = IoGetLowerDeviceObject(DeviceObject);
    if (!lower)
        return STATUS_INVALID_PARAMETER;
    if (!IoForwardIrpSynchronously(lower, Irp))
        Irp->IoStatus.Status = STATUS_INVALID_DEVICE_STATE; // no stack location is left
    const NTSTATUS status = Irp->IoStatus.Status;
    ObfDereferenceObject(lower);
    return status;
}

NTSTATUS NTAPI PcGetDeviceProperty(PVOID DeviceObject, DEVICE_REGISTRY_PROPERTY DeviceProperty,
                                   ULONG BufferLength, PVOID PropertyBuffer, PULONG ResultLength) {
    if (!DeviceObject || !ResultLength)
        return STATUS_INVALID_PARAMETER;
    PDEVICE_OBJECT physical =
        IoGetDeviceAttachmentBaseRef(static_cast<PDEVICE_OBJECT>(DeviceObject));
    const NTSTATUS status =
        IoGetDeviceProperty(physical, DeviceProperty, BufferLength, PropertyBuffer, ResultLength);
    ObfDereferenceObject(physical);
    return status;
}

} // extern "C"

std::span<const Export> ksbox::portcls::irp_exports() {
    static const Export table[] = {
        PC_EXPORT(done, PcCompleteIrp),
        PC_EXPORT(done, PcForwardIrpSynchronous),
        PC_EXPORT(done, PcGetDeviceProperty),
    };
    return table;
}
