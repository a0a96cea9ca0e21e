// nt_exports.sys: a plain WDM function driver on the root bus whose device runs cases by control
// code. See ../README.md.
#include "runner.h"

extern "C" DRIVER_INITIALIZE DriverEntry;

struct FUNCTION_DEVICE {
    CASE_DEVICE Case;
    PDEVICE_OBJECT Lower;
    PDEVICE_OBJECT Physical;
    UNICODE_STRING Link;
};

PDRIVER_DISPATCH CaseHook[IRP_MJ_MAXIMUM_FUNCTION + 1];

// {E3B5F5C1-6A44-4E0A-9B6D-2D5C1F7B9A20}
static const GUID InterfaceClass = {
    0xe3b5f5c1, 0x6a44, 0x4e0a, {0x9b, 0x6d, 0x2d, 0x5c, 0x1f, 0x7b, 0x9a, 0x20}};

static FUNCTION_DEVICE *Extension(PDEVICE_OBJECT Device) {
    return static_cast<FUNCTION_DEVICE *>(Device->DeviceExtension);
}

NTSTATUS CasePassDown(PDEVICE_OBJECT Device, PIRP Irp) {
    if (IoGetCurrentIrpStackLocation(Irp)->MajorFunction == IRP_MJ_POWER)
        PoStartNextPowerIrp(Irp);
    IoSkipCurrentIrpStackLocation(Irp);
    return IoCallDriver(Extension(Device)->Lower, Irp);
}

static NTSTATUS RunCase(PDEVICE_OBJECT Device, PIRP Irp) {
    const PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
    const auto &Request = Stack->Parameters.DeviceIoControl;
    ULONG Number;
    if (Request.InputBufferLength < sizeof Number)
        return CaseComplete(Irp, STATUS_BUFFER_TOO_SMALL, 0);
    RtlCopyMemory(&Number, Request.Type3InputBuffer, sizeof Number);
    CASE_CONTEXT Case = {};
    Case.Driver = Device->DriverObject;
    Case.RegistryPath = &KeptRegistryPath;
    Case.Device = Device;
    Case.LowerDevice = Extension(Device)->Lower;
    Case.PhysicalDevice = Extension(Device)->Physical;
    Case.Irp = Irp;
    Case.ClientBuffer = Irp->UserBuffer;
    Case.ClientBytes = Request.OutputBufferLength;
    const bool Found = RunExportCase(Number, Case) != nullptr;
    return CaseComplete(Irp, Found ? STATUS_SUCCESS : STATUS_NOT_FOUND, 0);
}

static NTSTATUS Control(PDEVICE_OBJECT Device, PIRP Irp) {
    const auto &Request = IoGetCurrentIrpStackLocation(Irp)->Parameters.DeviceIoControl;
    if (Request.IoControlCode == IOCTL_EXPORT_CASE_RUN)
        return RunCase(Device, Irp);
    if (Request.IoControlCode != IOCTL_EXPORT_CASE_REPORT)
        return CaseComplete(Irp, STATUS_INVALID_DEVICE_REQUEST, 0);
    if (Request.OutputBufferLength < sizeof(EXPORT_CASE_REPORT))
        return CaseComplete(Irp, STATUS_BUFFER_TOO_SMALL, 0);
    RtlCopyMemory(Irp->AssociatedIrp.SystemBuffer, LastExportCaseReport(),
                  sizeof(EXPORT_CASE_REPORT));
    return CaseComplete(Irp, STATUS_SUCCESS, sizeof(EXPORT_CASE_REPORT));
}

static NTSTATUS Start(PDEVICE_OBJECT Device, PIRP Irp) {
    if (!IoForwardIrpSynchronously(Extension(Device)->Lower, Irp))
        Irp->IoStatus.Status = STATUS_UNSUCCESSFUL;
    NTSTATUS Status = Irp->IoStatus.Status;
    if (NT_SUCCESS(Status))
        Status = IoSetDeviceInterfaceState(&Extension(Device)->Link, TRUE);
    return CaseComplete(Irp, Status, 0);
}

static NTSTATUS Remove(PDEVICE_OBJECT Device, PIRP Irp) {
    FUNCTION_DEVICE *Own = Extension(Device);
    IoSetDeviceInterfaceState(&Own->Link, FALSE);
    RtlFreeUnicodeString(&Own->Link);
    Irp->IoStatus.Status = STATUS_SUCCESS;
    IoSkipCurrentIrpStackLocation(Irp);
    const NTSTATUS Status = IoCallDriver(Own->Lower, Irp);
    IoDetachDevice(Own->Lower);
    IoDeleteDevice(Device);
    return Status;
}

static NTSTATUS NTAPI DispatchFunctionDevice(PDEVICE_OBJECT Device, PIRP Irp) {
    const PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
    if (CaseHook[Stack->MajorFunction] != nullptr)
        return CaseHook[Stack->MajorFunction](Device, Irp);
    switch (Stack->MajorFunction) {
    case IRP_MJ_CREATE:
    case IRP_MJ_CLEANUP:
    case IRP_MJ_CLOSE:
        return CaseComplete(Irp, STATUS_SUCCESS, 0);
    case IRP_MJ_DEVICE_CONTROL:
        return Control(Device, Irp);
    case IRP_MJ_PNP:
        if (Stack->MinorFunction == IRP_MN_START_DEVICE)
            return Start(Device, Irp);
        if (Stack->MinorFunction == IRP_MN_REMOVE_DEVICE)
            return Remove(Device, Irp);
        if (Stack->MinorFunction == IRP_MN_QUERY_STOP_DEVICE ||
            Stack->MinorFunction == IRP_MN_QUERY_REMOVE_DEVICE)
            Irp->IoStatus.Status = STATUS_SUCCESS;
        return CasePassDown(Device, Irp);
    case IRP_MJ_POWER:
    case IRP_MJ_SYSTEM_CONTROL:
        return CasePassDown(Device, Irp);
    default:
        return CaseComplete(Irp, STATUS_INVALID_DEVICE_REQUEST, 0);
    }
}

static NTSTATUS NTAPI DispatchAny(PDEVICE_OBJECT Device, PIRP Irp) {
    return static_cast<CASE_DEVICE *>(Device->DeviceExtension)->Dispatch(Device, Irp);
}

static NTSTATUS NTAPI AddDevice(PDRIVER_OBJECT Driver, PDEVICE_OBJECT Physical) {
    PDEVICE_OBJECT Device;
    NTSTATUS Status = IoCreateDevice(Driver, sizeof(FUNCTION_DEVICE), NULL, FILE_DEVICE_UNKNOWN, 0,
                                     FALSE, &Device);
    if (!NT_SUCCESS(Status))
        return Status;
    FUNCTION_DEVICE *Own = Extension(Device);
    Own->Case.Dispatch = DispatchFunctionDevice;
    Own->Physical = Physical;
    Status = IoRegisterDeviceInterface(Physical, &InterfaceClass, NULL, &Own->Link);
    if (!NT_SUCCESS(Status)) {
        IoDeleteDevice(Device);
        return Status;
    }
    Own->Lower = IoAttachDeviceToDeviceStack(Device, Physical);
    if (Own->Lower == NULL) {
        RtlFreeUnicodeString(&Own->Link);
        IoDeleteDevice(Device);
        return STATUS_NO_SUCH_DEVICE;
    }
    Device->Flags |= Own->Lower->Flags & DO_POWER_PAGABLE;
    Device->Flags &= ~DO_DEVICE_INITIALIZING;
    return STATUS_SUCCESS;
}

static VOID NTAPI Unload(PDRIVER_OBJECT Driver) {
    UNREFERENCED_PARAMETER(Driver);
}

extern "C" NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT Driver, PUNICODE_STRING RegistryPath) {
    const NTSTATUS Status = KeepRegistryPath(RegistryPath);
    if (!NT_SUCCESS(Status))
        return Status;
    for (ULONG Major = 0; Major <= IRP_MJ_MAXIMUM_FUNCTION; ++Major)
        Driver->MajorFunction[Major] = DispatchAny;
    Driver->DriverExtension->AddDevice = AddDevice;
    Driver->DriverUnload = Unload;
    return STATUS_SUCCESS;
}
