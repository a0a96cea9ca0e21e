// Binding, the driver object and miniport devices.
#include "support/wdf_case.h"

extern "C" {
NTSYSAPI NTSTATUS NTAPI WdfVersionBind(PDRIVER_OBJECT, PUNICODE_STRING, PWDF_BIND_INFO,
                                       PWDF_COMPONENT_GLOBALS *);
NTSYSAPI NTSTATUS NTAPI WdfVersionUnbind(PUNICODE_STRING, PWDF_BIND_INFO, PWDF_COMPONENT_GLOBALS);
}

namespace {

typedef NTSTATUS(NTAPI *DRIVER_CREATE)(PWDF_DRIVER_GLOBALS, PDRIVER_OBJECT, PCUNICODE_STRING,
                                       PWDF_OBJECT_ATTRIBUTES, PWDF_DRIVER_CONFIG, WDFDRIVER *);
WDFFUNC OwnTable[432 + 1];
const WDFFUNC *PointedTable;
WDF_BIND_INFO Info;
WDF_BIND_INFO2 NewInfo;
BOOLEAN IsHigher;
ULONG Count;
WCHAR Library[] = L"KmdfLibrary";
WCHAR OtherLibrary[] = L"UmdfLibrary";

void Describe(WDF_BIND_INFO &To, ULONG Minor, ULONG Functions, WDFFUNC *Table) {
    To = {};
    To.Size = sizeof To;
    To.Component = Library;
    To.Version.Major = 1;
    To.Version.Minor = Minor;
    To.FuncCount = Functions;
    To.FuncTable = Table;
}

NTSTATUS Bind(CASE_CONTEXT &Case, PWDF_DRIVER_GLOBALS *Globals) {
    return WdfVersionBind(Case.Driver, Case.RegistryPath, &Info, Globals);
}

} // namespace

EXPORT_CASE(WdfVersionBind, WdfVersionUnbind) {
    CaseFramework Framework(Case);
    PWDF_DRIVER_GLOBALS Globals = nullptr;
    // Before 1.15 the driver has the table.
    Describe(Info, 11, 432, OwnTable);
    REQUIRE_SUCCESS(Bind(Case, &Globals));
    EXPECT_TRUE(Globals != WdfDriverGlobals);
    EXPECT_EQ(Globals->Driver, (WDFDRIVER) nullptr);
    EXPECT_TRUE(OwnTable[WdfDriverCreateTableIndex] == WdfFunctions[WdfDriverCreateTableIndex]);
    EXPECT_TRUE(OwnTable[431] != nullptr);
    EXPECT_TRUE(OwnTable[432] == nullptr); // it has no more than it said
    EXPECT_SUCCESS(WdfVersionUnbind(Case.RegistryPath, &Info, Globals));
    // Since then, a pointer to it.
    Describe(Info, 15, 444, (WDFFUNC *)&PointedTable);
    REQUIRE_SUCCESS(Bind(Case, &Globals));
    EXPECT_TRUE(PointedTable[WdfObjectDeleteTableIndex] == WdfFunctions[WdfObjectDeleteTableIndex]);
    EXPECT_SUCCESS(WdfVersionUnbind(Case.RegistryPath, &Info, Globals));
    // Since 1.25 it is told how the versions compare.
    IsHigher = TRUE;
    Describe(NewInfo.V1, 25, 453, (WDFFUNC *)&PointedTable);
    NewInfo.V1.Size = sizeof NewInfo;
    NewInfo.ClientVersionHigherThanFramework = &IsHigher;
    NewInfo.FuncCountPtr = &Count;
    REQUIRE_SUCCESS(WdfVersionBind(Case.Driver, Case.RegistryPath, &NewInfo.V1, &Globals));
    EXPECT_FALSE(IsHigher);
    EXPECT_EQ(Count, 453u);
    // Unbinding deletes what the driver has left.
    WDF_DRIVER_CONFIG Config;
    WDF_DRIVER_CONFIG_INIT(&Config, WDF_NO_EVENT_CALLBACK);
    Config.DriverInitFlags = WdfDriverInitNoDispatchOverride;
    EXPECT_SUCCESS(((DRIVER_CREATE)PointedTable[WdfDriverCreateTableIndex])(
        Globals, Case.Driver, Case.RegistryPath, nullptr, &Config, nullptr));
    EXPECT_TRUE(Globals->Driver != nullptr);
    EXPECT_SUCCESS(WdfVersionUnbind(Case.RegistryPath, &NewInfo.V1, Globals));
}

EXPORT_CASE(WdfVersionBind) {
    CaseFramework Framework(Case);
    PWDF_DRIVER_GLOBALS Globals = nullptr;
    Describe(Info, 11, 433, OwnTable); // no version has that many
    EXPECT_EQ(Bind(Case, &Globals), STATUS_INVALID_PARAMETER);
    Describe(Info, 99, 458, (WDFFUNC *)&PointedTable);
    EXPECT_EQ(Bind(Case, &Globals), STATUS_NOT_SUPPORTED);
    Describe(Info, 11, 432, OwnTable);
    Info.Version.Major = 2;
    EXPECT_EQ(Bind(Case, &Globals), STATUS_NOT_SUPPORTED);
    Describe(Info, 11, 432, OwnTable);
    Info.Component = OtherLibrary;
    EXPECT_EQ(Bind(Case, &Globals), STATUS_NOT_SUPPORTED);
    Describe(Info, 11, 432, nullptr);
    EXPECT_EQ(Bind(Case, &Globals), STATUS_INVALID_PARAMETER);
    Describe(Info, 11, 432, OwnTable);
    Info.Size = 20;
    EXPECT_EQ(Bind(Case, &Globals), STATUS_INVALID_PARAMETER);
    EXPECT_TRUE(Globals == nullptr);
}

EXPORT_CASE(WdfDriverCreate, WdfDriverWdmGetDriverObject, WdfDriverGetRegistryPath,
            WdfDriverIsVersionAvailable, WdfWdmDriverGetWdfDriverHandle) {
    WDF_DRIVER_CONFIG Config;
    WDF_DRIVER_CONFIG_INIT(&Config, WDF_NO_EVENT_CALLBACK);
    // Without the flag the framework would have to own the driver's dispatch table.
    EXPECT_EQ(WdfDriverCreate(Case.Driver, Case.RegistryPath, nullptr, &Config, nullptr),
              STATUS_NOT_SUPPORTED);
    EXPECT_TRUE(WdfGetDriver() == nullptr);
    EXPECT_TRUE(WdfWdmDriverGetWdfDriverHandle(Case.Driver) == nullptr);
    Config.Size = 1;
    EXPECT_EQ(WdfDriverCreate(Case.Driver, Case.RegistryPath, nullptr, &Config, nullptr),
              STATUS_INFO_LENGTH_MISMATCH);
    CaseFramework Framework(Case);
    EXPECT_TRUE(WdfGetDriver() == Framework.Driver);
    EXPECT_EQ(WdfDriverGlobals->DriverFlags, ULONG(WdfDriverInitNoDispatchOverride));
    EXPECT_EQ(WdfDriverGlobals->DriverTag, ULONG('fdmk')); // of the service's name
    WDF_DRIVER_CONFIG_INIT(&Config, WDF_NO_EVENT_CALLBACK);
    Config.DriverInitFlags = WdfDriverInitNoDispatchOverride;
    WDFDRIVER Second = Framework.Driver;
    EXPECT_EQ(WdfDriverCreate(Case.Driver, Case.RegistryPath, nullptr, &Config, &Second),
              STATUS_DRIVER_INTERNAL_ERROR);
    EXPECT_TRUE(Second == nullptr);
    EXPECT_TRUE(WdfDriverWdmGetDriverObject(Framework.Driver) == Case.Driver);
    EXPECT_TRUE(WdfWdmDriverGetWdfDriverHandle(Case.Driver) == Framework.Driver);
    UNICODE_STRING Path;
    RtlInitUnicodeString(&Path, WdfDriverGetRegistryPath(Framework.Driver));
    EXPECT_TRUE(RtlEqualUnicodeString(&Path, Case.RegistryPath, FALSE));
    WDF_DRIVER_VERSION_AVAILABLE_PARAMS Version;
    WDF_DRIVER_VERSION_AVAILABLE_PARAMS_INIT(&Version, 1, 33);
    EXPECT_TRUE(WdfDriverIsVersionAvailable(Framework.Driver, &Version));
    Version.MinorVersion = 34;
    EXPECT_FALSE(WdfDriverIsVersionAvailable(Framework.Driver, &Version));
}

static LONG Unloads;
static VOID NTAPI EvtUnload(WDFDRIVER Driver) {
    EXPECT_TRUE(WdfGetDriver() == Driver); // it is still there
    ++Unloads;
}
static VOID NTAPI SeesDriver(WDFOBJECT) {
    EXPECT_TRUE(WdfGetDriver() != nullptr);
    ++Unloads;
}

EXPORT_CASE(WdfDriverMiniportUnload) {
    WDF_DRIVER_CONFIG Config;
    WDF_DRIVER_CONFIG_INIT(&Config, WDF_NO_EVENT_CALLBACK);
    Config.DriverInitFlags = WdfDriverInitNoDispatchOverride;
    Config.EvtDriverUnload = EvtUnload;
    Config.DriverPoolTag = 'xaMy';
    WDFDRIVER Driver;
    REQUIRE_SUCCESS(WdfDriverCreate(Case.Driver, Case.RegistryPath, nullptr, &Config, &Driver));
    EXPECT_EQ(WdfDriverGlobals->DriverTag, ULONG('xaMy'));
    WDF_OBJECT_ATTRIBUTES Attributes = CaseAttributes();
    Attributes.EvtCleanupCallback = Attributes.EvtDestroyCallback = SeesDriver;
    WDFOBJECT Object;
    REQUIRE_SUCCESS(WdfObjectCreate(&Attributes, &Object));
    WdfDriverMiniportUnload(Driver);
    EXPECT_EQ(Unloads, 3);
}

EXPORT_CASE(WdfDeviceMiniportCreate, WdfDeviceWdmGetDeviceObject, WdfDeviceWdmGetAttachedDevice,
            WdfDeviceWdmGetPhysicalDevice, WdfDeviceGetDriver, WdfDeviceGetIoTarget) {
    CaseFramework Framework(Case);
    EXPECT_TRUE(WdfDeviceWdmGetDeviceObject(Framework.Device) == Case.Device);
    EXPECT_TRUE(WdfDeviceWdmGetAttachedDevice(Framework.Device) == Case.LowerDevice);
    EXPECT_TRUE(WdfDeviceWdmGetPhysicalDevice(Framework.Device) == Case.PhysicalDevice);
    EXPECT_TRUE(WdfDeviceGetDriver(Framework.Device) == Framework.Driver);
    const WDFIOTARGET Target = WdfDeviceGetIoTarget(Framework.Device);
    EXPECT_TRUE(Target != nullptr);
    // A device may stand alone; its parent is always the driver.
    WDFDEVICE Lone = nullptr;
    WDF_OBJECT_ATTRIBUTES Attributes = CaseAttributes(Framework.Device);
    EXPECT_EQ(WdfDeviceMiniportCreate(Framework.Driver, &Attributes, Case.Device, nullptr, nullptr,
                                      &Lone),
              STATUS_WDF_PARENT_ASSIGNMENT_NOT_ALLOWED);
    WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&Attributes, CASE_NUMBER);
    REQUIRE_SUCCESS(WdfDeviceMiniportCreate(Framework.Driver, &Attributes, Case.Device, nullptr,
                                            nullptr, &Lone));
    EXPECT_EQ(CaseNumber(Lone)->Number, 0u);
    EXPECT_TRUE(WdfDeviceGetIoTarget(Lone) == nullptr);
    WdfObjectDelete(Lone);
}
