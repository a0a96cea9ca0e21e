// DriverEntry, the device and its plug and play.
#include "parts.h"

static const GUID Category = {STATICGUIDOF(KSCATEGORY_DATATRANSFORM)};

static KSOBJECT_CREATE_ITEM FilterItem;

NTSTATUS Complete(PIRP Irp, NTSTATUS Status) {
    Irp->IoStatus.Status = Status;
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
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
    Device->Self = Self;
    FilterItem.Create = CreateFilter;
    RtlInitUnicodeString(&FilterItem.ObjectClass, L"");
    Status = KsAllocateDeviceHeader(&Device->Header, 1, &FilterItem);
    if (NT_SUCCESS(Status)) {
        Status = IoRegisterDeviceInterface(Physical, &Category, NULL, &Device->Interface);
    }
    if (!NT_SUCCESS(Status)) {
        if (Device->Header != NULL) {
            KsFreeDeviceHeader(Device->Header);
        }
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

static VOID NTAPI Unload(PDRIVER_OBJECT Driver) {
    UNREFERENCED_PARAMETER(Driver);
}

extern "C" DRIVER_INITIALIZE DriverEntry;

extern "C" NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath) {
    UNREFERENCED_PARAMETER(RegistryPath);
    InitializeFilters();
    InitializePins();
    InitializeStreams();
    DriverObject->DriverExtension->AddDevice = AddDevice;
    DriverObject->DriverUnload = Unload;
    DriverObject->MajorFunction[IRP_MJ_PNP] = DispatchPnp;
    DriverObject->MajorFunction[IRP_MJ_POWER] = KsDefaultDispatchPower;
    DriverObject->MajorFunction[IRP_MJ_SYSTEM_CONTROL] = KsDefaultForwardIrp;
    KsSetMajorFunctionHandler(DriverObject, IRP_MJ_CREATE);
    KsSetMajorFunctionHandler(DriverObject, IRP_MJ_CLOSE);
    return KsSetMajorFunctionHandler(DriverObject, IRP_MJ_DEVICE_CONTROL);
}
