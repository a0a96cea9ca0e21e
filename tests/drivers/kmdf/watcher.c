/* Opens an I/O target by the name in its parameter Target and prints what becomes of the device
   behind it. Callbacks: none, close or refuse. It has a device of the old kind, made in
   DriverEntry. */
#include "../shared/parameters.h"

#include <wdf.h>

static PDEVICE_OBJECT OwnDevice;
static WDFDEVICE Device;
static WDFIOTARGET Target;
static WCHAR Callbacks[16];

DRIVER_INITIALIZE DriverEntry;

static NTSTATUS NTAPI QueryRemove(WDFIOTARGET IoTarget) {
    DbgPrint("query remove\n");
    if (wcscmp(Callbacks, L"refuse") == 0) {
        return STATUS_UNSUCCESSFUL;
    }
    WdfIoTargetCloseForQueryRemove(IoTarget);
    return STATUS_SUCCESS;
}

static VOID NTAPI RemoveCanceled(WDFIOTARGET IoTarget) {
    WDF_IO_TARGET_OPEN_PARAMS Params;
    NTSTATUS Status = STATUS_SUCCESS;
    if (WdfIoTargetGetState(IoTarget) == WdfIoTargetClosedForQueryRemove) {
        WDF_IO_TARGET_OPEN_PARAMS_INIT_REOPEN(&Params);
        Status = WdfIoTargetOpen(IoTarget, &Params);
    }
    DbgPrint("remove canceled: %x\n", Status);
}

static VOID NTAPI RemoveComplete(WDFIOTARGET IoTarget) {
    DbgPrint("remove complete\n");
    WdfIoTargetClose(IoTarget);
}

static VOID NTAPI Unload(PDRIVER_OBJECT DriverObject) {
    UNREFERENCED_PARAMETER(DriverObject);
    DbgPrint("state %d\n", WdfIoTargetGetState(Target));
    WdfDriverMiniportUnload(WdfGetDriver());
    IoDeleteDevice(OwnDevice);
}

static NTSTATUS OpenTarget(PUNICODE_STRING RegistryPath) {
    WCHAR Text[256];
    UNICODE_STRING Name;
    WDF_IO_TARGET_OPEN_PARAMS Params;
    NTSTATUS Status = ReadTextParameter(RegistryPath, L"Target", Text, 256);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    RtlInitUnicodeString(&Name, Text);
    WDF_IO_TARGET_OPEN_PARAMS_INIT_OPEN_BY_NAME(&Params, &Name, GENERIC_READ | GENERIC_WRITE);
    if (wcscmp(Callbacks, L"none") != 0) {
        Params.EvtIoTargetQueryRemove = QueryRemove;
        Params.EvtIoTargetRemoveCanceled = RemoveCanceled;
        Params.EvtIoTargetRemoveComplete = RemoveComplete;
    }
    Status = WdfIoTargetOpen(Target, &Params);
    if (NT_SUCCESS(Status)) {
        DbgPrint("opened, PnP device: %d\n", WdfIoTargetWdmGetTargetPhysicalDevice(Target) != NULL);
    }
    return Status;
}

NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath) {
    WDF_DRIVER_CONFIG Config;
    NTSTATUS Status;
    (void)ReadTextParameter(RegistryPath, L"Callbacks", Callbacks, 16);
    WDF_DRIVER_CONFIG_INIT(&Config, WDF_NO_EVENT_CALLBACK);
    Config.DriverInitFlags = WdfDriverInitNoDispatchOverride;
    Status = WdfDriverCreate(DriverObject, RegistryPath, WDF_NO_OBJECT_ATTRIBUTES, &Config,
                             WDF_NO_HANDLE);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Status = IoCreateDevice(DriverObject, 0, NULL, FILE_DEVICE_UNKNOWN, 0, FALSE, &OwnDevice);
    if (!NT_SUCCESS(Status)) {
        return Status; // the framework's library unbinds
    }
    DriverObject->DriverUnload = Unload;
    Status = WdfDeviceMiniportCreate(WdfGetDriver(), WDF_NO_OBJECT_ATTRIBUTES, OwnDevice, NULL,
                                     NULL, &Device);
    if (NT_SUCCESS(Status)) {
        Status = WdfIoTargetCreate(Device, WDF_NO_OBJECT_ATTRIBUTES, &Target);
    }
    if (NT_SUCCESS(Status)) {
        Status = OpenTarget(RegistryPath);
    }
    if (!NT_SUCCESS(Status)) {
        IoDeleteDevice(OwnDevice);
    }
    return Status;
}
