// The device: a KS device header with one create item, the filter's. See bare.h.
#include "parts.h"

static const GUID Category = {STATICGUIDOF(KSCATEGORY_DATATRANSFORM)};

struct DeviceExtension {
    KSDEVICE_HEADER Header; // KS wants it first
    UNICODE_STRING Link;
};

// The list stays where it is for as long as the header lives.
static KSOBJECT_CREATE_ITEM DeviceItems[1];

static NTSTATUS NTAPI Pnp(PDEVICE_OBJECT Device, PIRP Irp) {
    DeviceExtension *Own = static_cast<DeviceExtension *>(Device->DeviceExtension);
    switch (IoGetCurrentIrpStackLocation(Irp)->MinorFunction) {
    case IRP_MN_START_DEVICE: {
        NTSTATUS Status = KsForwardAndCatchIrp(KsQueryDevicePnpObject(Own->Header), Irp, NULL,
                                               KsStackCopyToNewLocation);
        if (NT_SUCCESS(Status)) {
            Status = IoSetDeviceInterfaceState(&Own->Link, TRUE);
        }
        Irp->IoStatus.Status = Status;
        IoCompleteRequest(Irp, IO_NO_INCREMENT);
        return Status;
    }
    case IRP_MN_REMOVE_DEVICE:
        IoSetDeviceInterfaceState(&Own->Link, FALSE);
        RtlFreeUnicodeString(&Own->Link);
        Irp->IoStatus.Status = STATUS_SUCCESS;
        break;
    case IRP_MN_QUERY_REMOVE_DEVICE:
    case IRP_MN_QUERY_STOP_DEVICE:
        Irp->IoStatus.Status = STATUS_SUCCESS;
        break;
    default:
        break;
    }
    return KsDefaultDispatchPnp(Device, Irp);
}

static NTSTATUS NTAPI Cleanup(PDEVICE_OBJECT Device, PIRP Irp) {
    UNREFERENCED_PARAMETER(Device);
    const PFILE_OBJECT File = IoGetCurrentIrpStackLocation(Irp)->FileObject;
    Journal(BARE_CLEANUP, static_cast<BareObject *>(File->FsContext)->Kind);
    Irp->IoStatus.Status = STATUS_SUCCESS;
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI AddDevice(PDRIVER_OBJECT DriverObject, PDEVICE_OBJECT Physical) {
    PDEVICE_OBJECT Device;
    NTSTATUS Status = IoCreateDevice(DriverObject, sizeof(DeviceExtension), NULL, FILE_DEVICE_KS, 0,
                                     FALSE, &Device);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    DeviceExtension *Own = static_cast<DeviceExtension *>(Device->DeviceExtension);
    UNICODE_STRING Reference;
    RtlInitUnicodeString(&Reference, L"bare");
    DeviceItems[0] = {CreateFilter, NULL, Reference, NULL, 0};
    Status = KsAllocateDeviceHeader(&Own->Header, SIZEOF_ARRAY(DeviceItems), DeviceItems);
    if (NT_SUCCESS(Status)) {
        Status = IoRegisterDeviceInterface(Physical, &Category, &Reference, &Own->Link);
        if (!NT_SUCCESS(Status)) {
            KsFreeDeviceHeader(Own->Header);
        }
    }
    if (!NT_SUCCESS(Status)) {
        IoDeleteDevice(Device);
        return Status;
    }
    KsSetDevicePnpAndBaseObject(Own->Header, IoAttachDeviceToDeviceStack(Device, Physical), Device);
    Device->Flags &= ~DO_DEVICE_INITIALIZING;
    return STATUS_SUCCESS;
}

extern "C" DRIVER_INITIALIZE DriverEntry;

extern "C" NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath) {
    UNREFERENCED_PARAMETER(RegistryPath);
    InitializeObjects();
    KsSetMajorFunctionHandler(DriverObject, IRP_MJ_CREATE);
    KsSetMajorFunctionHandler(DriverObject, IRP_MJ_CLOSE);
    KsSetMajorFunctionHandler(DriverObject, IRP_MJ_DEVICE_CONTROL);
    DriverObject->MajorFunction[IRP_MJ_CLEANUP] = Cleanup;
    DriverObject->MajorFunction[IRP_MJ_PNP] = Pnp;
    DriverObject->MajorFunction[IRP_MJ_POWER] = KsDefaultDispatchPower;
    DriverObject->MajorFunction[IRP_MJ_SYSTEM_CONTROL] = KsDefaultForwardIrp;
    DriverObject->DriverExtension->AddDevice = AddDevice;
    DriverObject->DriverUnload = KsNullDriverUnload;
    return STATUS_SUCCESS;
}
