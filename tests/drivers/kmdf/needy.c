/* Asks for a part of KMDF that ksbox has not, by its parameter Needs: framework (a driver that
   leaves its requests to KMDF), acx, class (another class extension), version, queue. */
#include "../shared/parameters.h"

#include <wdf.h>

NTSYSAPI NTSTATUS NTAPI WdfVersionBind(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath,
                                       PWDF_BIND_INFO BindInfo,
                                       PWDF_COMPONENT_GLOBALS *ComponentGlobals);
NTSYSAPI NTSTATUS NTAPI WdfVersionBindClass(PWDF_BIND_INFO BindInfo, PWDF_COMPONENT_GLOBALS Globals,
                                            PWDF_CLASS_BIND_INFO ClassBindInfo);

static const WDFFUNC *Table;
static WDF_BIND_INFO BindInfo = {
    sizeof(WDF_BIND_INFO), L"KmdfLibrary", {1, 35, 0}, 460, (WDFFUNC *)&Table, NULL};
static WDF_CLASS_BIND_INFO ClassInfo = {sizeof(WDF_CLASS_BIND_INFO), NULL};

DRIVER_INITIALIZE DriverEntry;

static NTSTATUS CreateDriver(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath,
                             ULONG Flags) {
    WDF_DRIVER_CONFIG Config;
    WDF_DRIVER_CONFIG_INIT(&Config, WDF_NO_EVENT_CALLBACK);
    Config.DriverInitFlags = Flags;
    return WdfDriverCreate(DriverObject, RegistryPath, WDF_NO_OBJECT_ATTRIBUTES, &Config,
                           WDF_NO_HANDLE);
}

NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath) {
    PWDF_DRIVER_GLOBALS Globals;
    WCHAR Needs[16];
    NTSTATUS Status = ReadTextParameter(RegistryPath, L"Needs", Needs, 16);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    if (wcscmp(Needs, L"framework") == 0) {
        return CreateDriver(DriverObject, RegistryPath, 0);
    }
    if (wcscmp(Needs, L"version") == 0) {
        return WdfVersionBind(DriverObject, RegistryPath, &BindInfo, &Globals);
    }
    if (wcscmp(Needs, L"queue") == 0) {
        typedef NTSTATUS(NTAPI * QUEUE_CREATE)(PWDF_DRIVER_GLOBALS, PVOID, PVOID, PVOID, PVOID);
        Status = CreateDriver(DriverObject, RegistryPath, WdfDriverInitNoDispatchOverride);
        if (NT_SUCCESS(Status)) {
            Status = ((QUEUE_CREATE)WdfFunctions[WdfIoQueueCreateTableIndex])(
                WdfDriverGlobals, NULL, NULL, NULL, NULL);
        }
        return Status;
    }
    ClassInfo.ClassName = wcscmp(Needs, L"acx") == 0 ? L"acx01000" : L"Ucx01000";
    return WdfVersionBindClass(&BindInfo, WdfDriverGlobals, &ClassInfo);
}
