// Binds a driver that uses KMDF to the framework before its DriverEntry runs, and unbinds it when
// it unloads. Linked into a driver that refers to the framework's table.
#include <ntddk.h>

#include <wdf.h>

NTSYSAPI NTSTATUS NTAPI WdfVersionBind(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath,
                                       PWDF_BIND_INFO BindInfo,
                                       PWDF_COMPONENT_GLOBALS *ComponentGlobals);
NTSYSAPI NTSTATUS NTAPI WdfVersionUnbind(PUNICODE_STRING RegistryPath, PWDF_BIND_INFO BindInfo,
                                         PWDF_COMPONENT_GLOBALS ComponentGlobals);

const WDFFUNC *WdfFunctions;
PWDF_DRIVER_GLOBALS WdfDriverGlobals;
WDFFUNC WdfDriverMiniportUnloadOverride;
BOOLEAN WdfClientVersionHigherThanFramework;
ULONG WdfFunctionCount = WdfFunctionTableNumEntries;
ULONG WdfStructureCount;

static ULONG MinimumVersion = 33;
static size_t *StructureSizes;
static WDF_BIND_INFO2 BindInfo = {{sizeof(WDF_BIND_INFO2),
                                   L"KmdfLibrary",
                                   {1, 33, 0},
                                   WdfFunctionTableNumEntries,
                                   (WDFFUNC *)&WdfFunctions,
                                   NULL},
                                  &MinimumVersion,
                                  &WdfClientVersionHigherThanFramework,
                                  &WdfFunctionCount,
                                  &WdfStructureCount,
                                  &StructureSizes};
static UNICODE_STRING RegistryPathCopy;
static WCHAR RegistryPathText[260];

DRIVER_INITIALIZE DriverEntry;
DRIVER_INITIALIZE FxDriverEntry;

// @doc NF:wdfminiport.WdfDriverMiniportUnload: the last that such a driver does.
static VOID NTAPI MiniportUnload(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDRIVER Driver) {
    typedef VOID(NTAPI * FUNCTION)(PWDF_DRIVER_GLOBALS, WDFDRIVER);
    ((FUNCTION)WdfFunctions[WdfDriverMiniportUnloadTableIndex])(DriverGlobals, Driver);
    WdfVersionUnbind(&RegistryPathCopy, &BindInfo.V1, DriverGlobals);
}

NTSTATUS NTAPI FxDriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath) {
    NTSTATUS Status;
    RegistryPathCopy.Buffer = RegistryPathText;
    RegistryPathCopy.MaximumLength = sizeof(RegistryPathText);
    RtlCopyUnicodeString(&RegistryPathCopy, RegistryPath);
    Status = WdfVersionBind(DriverObject, &RegistryPathCopy, &BindInfo.V1, &WdfDriverGlobals);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    WdfDriverMiniportUnloadOverride = WdfFunctions[WdfDriverMiniportUnloadTableIndex];
    Status = DriverEntry(DriverObject, RegistryPath);
    if (NT_SUCCESS(Status)) {
        WdfDriverMiniportUnloadOverride = (WDFFUNC)MiniportUnload;
    } else {
        WdfVersionUnbind(&RegistryPathCopy, &BindInfo.V1, WdfDriverGlobals);
    }
    return Status;
}

__declspec(allocate(".rdata$KsboxEntryM")) DRIVER_INITIALIZE *const KsboxFrameworkEntry =
    FxDriverEntry;
