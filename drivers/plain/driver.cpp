// DriverEntry, the device and its plug and play. KS's header of the device knows how a filter is
// opened; KsSetMajorFunctionHandler lets KS find whose request an IRP is.
#include "parts.h"

static const GUID PlainCategory = {STATICGUIDOF(KSCATEGORY_AUDIO)};

NTSTATUS Complete(PIRP Irp, NTSTATUS Status) {
    Irp->IoStatus.Status = Status;
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    return Status;
}

static NTSTATUS PrepareDevice(PlainDevice *Device, PDEVICE_OBJECT Physical) {
    KSOBJECT_CREATE_ITEM Item = {CreateFilter, NULL, {0, 0, NULL}, NULL, 0};
    NTSTATUS Status = KsAllocateDeviceHeader(&Device->Header, 0, NULL);
    if (NT_SUCCESS(Status)) {
        // The interface has no reference string, so the filter's class name is empty.
        Status = KsAllocateObjectCreateItem(Device->Header, &Item, TRUE, NULL);
    }
    if (NT_SUCCESS(Status)) {
        Status = IoRegisterDeviceInterface(Physical, &PlainCategory, NULL, &Device->Interface);
    }
    if (!NT_SUCCESS(Status) && Device->Header != NULL) {
        KsFreeDeviceHeader(Device->Header);
    }
    return Status;
}

static NTSTATUS NTAPI AddDevice(PDRIVER_OBJECT Driver, PDEVICE_OBJECT Physical) {
    PDEVICE_OBJECT Self;
    NTSTATUS Status =
        IoCreateDevice(Driver, sizeof(PlainDevice), NULL, FILE_DEVICE_KS, 0, FALSE, &Self);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    PlainDevice *Device = static_cast<PlainDevice *>(Self->DeviceExtension);
    Status = PrepareDevice(Device, Physical);
    if (!NT_SUCCESS(Status)) {
        IoDeleteDevice(Self);
        return Status;
    }
    Device->Next = IoAttachDeviceToDeviceStack(Self, Physical);
    KsSetDevicePnpAndBaseObject(Device->Header, Device->Next, Self);
    Self->Flags &= ~DO_DEVICE_INITIALIZING;
    return STATUS_SUCCESS;
}

static NTSTATUS Start(PlainDevice *Device, PIRP Irp) {
    NTSTATUS Status = KsForwardAndCatchIrp(
        Device->Next, Irp, IoGetCurrentIrpStackLocation(Irp)->FileObject, KsStackCopyToNewLocation);
    if (NT_SUCCESS(Status)) {
        Status = IoSetDeviceInterfaceState(&Device->Interface, TRUE);
    }
    return Complete(Irp, Status);
}

// KsDefaultDispatchPnp frees the header and the device when the device is removed.
static NTSTATUS NTAPI DispatchPnp(PDEVICE_OBJECT Self, PIRP Irp) {
    PlainDevice *Device = static_cast<PlainDevice *>(Self->DeviceExtension);
    switch (IoGetCurrentIrpStackLocation(Irp)->MinorFunction) {
    case IRP_MN_START_DEVICE:
        return Start(Device, Irp);
    case IRP_MN_REMOVE_DEVICE:
        IoSetDeviceInterfaceState(&Device->Interface, FALSE);
        RtlFreeUnicodeString(&Device->Interface);
        Irp->IoStatus.Status = STATUS_SUCCESS;
        break;
    case IRP_MN_QUERY_REMOVE_DEVICE:
    case IRP_MN_CANCEL_REMOVE_DEVICE:
    case IRP_MN_SURPRISE_REMOVAL:
    case IRP_MN_QUERY_STOP_DEVICE:
    case IRP_MN_CANCEL_STOP_DEVICE:
    case IRP_MN_STOP_DEVICE:
        Irp->IoStatus.Status = STATUS_SUCCESS;
        break;
    default:
        break;
    }
    return KsDefaultDispatchPnp(Self, Irp);
}

// The last handle of a file is closed: what waits at a pin would wait for ever. Of the files only
// pins were opened relative to another.
static NTSTATUS NTAPI DispatchCleanup(PDEVICE_OBJECT Self, PIRP Irp) {
    UNREFERENCED_PARAMETER(Self);
    PFILE_OBJECT File = IoGetCurrentIrpStackLocation(Irp)->FileObject;
    if (File->RelatedFileObject != NULL) {
        PlainPin *Pin = static_cast<PlainPin *>(File->FsContext);
        KsCancelIo(&Pin->Waiting, &Pin->WaitingLock);
    }
    return Complete(Irp, STATUS_SUCCESS);
}

static VOID NTAPI Unload(PDRIVER_OBJECT Driver) {
    UNREFERENCED_PARAMETER(Driver);
}

extern "C" DRIVER_INITIALIZE DriverEntry;

extern "C" NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath) {
    UNREFERENCED_PARAMETER(RegistryPath);
    DriverObject->DriverExtension->AddDevice = AddDevice;
    DriverObject->MajorFunction[IRP_MJ_CLEANUP] = DispatchCleanup;
    DriverObject->DriverUnload = Unload;
    DriverObject->MajorFunction[IRP_MJ_PNP] = DispatchPnp;
    DriverObject->MajorFunction[IRP_MJ_POWER] = KsDefaultDispatchPower;
    DriverObject->MajorFunction[IRP_MJ_SYSTEM_CONTROL] = KsDefaultForwardIrp;
    KsSetMajorFunctionHandler(DriverObject, IRP_MJ_CREATE);
    KsSetMajorFunctionHandler(DriverObject, IRP_MJ_CLOSE);
    return KsSetMajorFunctionHandler(DriverObject, IRP_MJ_DEVICE_CONTROL);
}
