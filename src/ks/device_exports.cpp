// DDIs of drivers and devices.
#include "ks/device.h"
#include "ks/dispatch.h"
#include "ks/exports.h"
#include "ks/filter_factory.h"
#include "ks/headers.h"
#include "ks/internal_code.h"
#include "ks/ks_class.h"

using namespace ksbox;
using namespace ksbox::ks;

extern "C" {

NTSTATUS NTAPI KsInitializeDriver(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPathName,
                                  const KSDEVICE_DESCRIPTOR *Descriptor) {
    KsClass::current().set_descriptor(DriverObject, Descriptor);
    for (ULONG major :
         {IRP_MJ_CREATE, IRP_MJ_CLOSE, IRP_MJ_DEVICE_CONTROL, IRP_MJ_READ, IRP_MJ_WRITE,
          IRP_MJ_FLUSH_BUFFERS, IRP_MJ_QUERY_SECURITY, IRP_MJ_SET_SECURITY})
        KsSetMajorFunctionHandler(DriverObject, major);
    DriverObject->MajorFunction[IRP_MJ_CLEANUP] = KsDispatchCleanup;
    DriverObject->MajorFunction[IRP_MJ_PNP] = KsDevicePnp;
    DriverObject->MajorFunction[IRP_MJ_POWER] = KsDevicePower;
    DriverObject->MajorFunction[IRP_MJ_SYSTEM_CONTROL] = KsDefaultForwardIrp;
    DriverObject->DriverExtension->AddDevice = KsAddDevice;
    DriverObject->DriverUnload = KsNullDriverUnload;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI KsAddDevice(PDRIVER_OBJECT DriverObject, PDEVICE_OBJECT PhysicalDeviceObject) {
    return KsCreateDevice(DriverObject, PhysicalDeviceObject,
                          KsClass::current().descriptor_of(DriverObject), 0, nullptr);
}

NTSTATUS NTAPI KsCreateDevice(PDRIVER_OBJECT DriverObject, PDEVICE_OBJECT PhysicalDeviceObject,
                              const KSDEVICE_DESCRIPTOR *Descriptor, ULONG ExtensionSize,
                              PKSDEVICE *Device) {
    if (ExtensionSize && ExtensionSize < sizeof(KSDEVICE_HEADER))
        return STATUS_INVALID_PARAMETER;
    PDEVICE_OBJECT fdo = nullptr;
    NTSTATUS status =
        IoCreateDevice(DriverObject, ExtensionSize ? ExtensionSize : sizeof(KSDEVICE_HEADER),
                       nullptr, FILE_DEVICE_KS, 0, FALSE, &fdo);
    if (!NT_SUCCESS(status))
        return status;
    const PDEVICE_OBJECT next = IoAttachDeviceToDeviceStack(fdo, PhysicalDeviceObject);
    if (!next) {
        IoDeleteDevice(fdo);
        return STATUS_DEVICE_REMOVED;
    }
    status = KsInitializeDevice(fdo, PhysicalDeviceObject, next, Descriptor);
    if (!NT_SUCCESS(status)) {
        IoDetachDevice(next);
        IoDeleteDevice(fdo);
        return status;
    }
    fdo->Flags |= DO_POWER_PAGABLE;
    fdo->Flags &= ~DO_DEVICE_INITIALIZING;
    if (Device)
        *Device = &ks::Device::of(fdo)->abi();
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI KsInitializeDevice(PDEVICE_OBJECT FunctionalDeviceObject,
                                  PDEVICE_OBJECT PhysicalDeviceObject,
                                  PDEVICE_OBJECT NextDeviceObject,
                                  const KSDEVICE_DESCRIPTOR *Descriptor) {
    auto &slot = *static_cast<KSDEVICE_HEADER *>(FunctionalDeviceObject->DeviceExtension);
    const NTSTATUS status = KsAllocateDeviceHeader(&slot, 0, nullptr);
    if (!NT_SUCCESS(status))
        return status;
    KsSetDevicePnpAndBaseObject(slot, NextDeviceObject, FunctionalDeviceObject);
    auto device =
        Device::create(FunctionalDeviceObject, PhysicalDeviceObject, NextDeviceObject, Descriptor);
    if (!device) {
        KsFreeDeviceHeader(slot);
        slot = nullptr;
        return device.error().value();
    }
    return STATUS_SUCCESS;
}

void NTAPI KsTerminateDevice(PDEVICE_OBJECT DeviceObject) {
    if (Device *device = Device::of(DeviceObject))
        device->destroy();
    auto &slot = *static_cast<KSDEVICE_HEADER *>(DeviceObject->DeviceExtension);
    if (slot)
        KsFreeDeviceHeader(slot);
    slot = nullptr;
}

PKSDEVICE NTAPI KsGetDeviceForDeviceObject(PDEVICE_OBJECT FunctionalDeviceObject) {
    Device *device = Device::of(FunctionalDeviceObject);
    return device ? &device->abi() : nullptr;
}

void NTAPI KsAcquireDevice(PKSDEVICE Device) {
    Device::from(Device).mutex.acquire();
}

void NTAPI KsReleaseDevice(PKSDEVICE Device) {
    Device::from(Device).mutex.release();
}

void NTAPI KsDeviceRegisterAdapterObject(PKSDEVICE Device, PADAPTER_OBJECT AdapterObject,
                                         ULONG MaxMappingsByteCount, ULONG MappingTableStride) {
    auto &device = Device::from(Device);
    MappingTableStride =
        MappingTableStride < sizeof(KSMAPPING) ? sizeof(KSMAPPING) : MappingTableStride;
    device.dma = {AdapterObject, MaxMappingsByteCount, MappingTableStride};
}

NTSTATUS NTAPI KsDefaultDispatchPnp(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
    DeviceHeader &header = DeviceHeader::of(DeviceObject);
    const bool remove = IoGetCurrentIrpStackLocation(Irp)->MinorFunction == IRP_MN_REMOVE_DEVICE;
    const PDEVICE_OBJECT next = header.pnp_object;
    IoSkipCurrentIrpStackLocation(Irp);
    const NTSTATUS status = IoCallDriver(next, Irp);
    if (remove) {
        auto &slot = *static_cast<KSDEVICE_HEADER *>(DeviceObject->DeviceExtension);
        KsFreeDeviceHeader(slot);
        slot = nullptr;
        IoDetachDevice(next);
        IoDeleteDevice(DeviceObject);
    }
    return status;
}

NTSTATUS NTAPI KsDefaultDispatchPower(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
    DeviceHeader &header = DeviceHeader::of(DeviceObject);
    // The function may take its own entry off the list.
    for (ObjectHeader *object : std::vector(header.powered))
        if (object->power_dispatch)
            call_code("KsSetPowerDispatch.PowerDispatch", Irp, object->power_dispatch,
                      object->power_context, Irp);
    if (!header.pnp_object) {
        Irp->IoStatus.Status = STATUS_SUCCESS;
        return complete(Irp, STATUS_SUCCESS);
    }
    IoSkipCurrentIrpStackLocation(Irp);
    return PoCallDriver(header.pnp_object, Irp);
}

} // extern "C"

std::span<const Export> ksbox::ks::device_exports() {
    static const Export table[] = {
        KS_EXPORT(done, KsInitializeDriver),
        KS_EXPORT(done, KsAddDevice),
        KS_EXPORT(done, KsCreateDevice),
        KS_EXPORT(done, KsInitializeDevice),
        KS_EXPORT(done, KsTerminateDevice),
        KS_EXPORT(done, KsGetDeviceForDeviceObject),
        KS_EXPORT(done, KsAcquireDevice),
        KS_EXPORT(done, KsReleaseDevice),
        KS_EXPORT(done, KsDeviceRegisterAdapterObject),
        KS_EXPORT(done, KsDefaultDispatchPnp),
        KS_EXPORT(done, KsDefaultDispatchPower),
    };
    return table;
}
