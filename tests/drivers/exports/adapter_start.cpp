// How an adapter driver and its devices come to PortCls, and IRPs back to it.
#include "adapter_fixture.h"

static NTSTATUS NTAPI OtherDispatch(PDEVICE_OBJECT, PIRP Irp) {
    return CaseComplete(Irp, STATUS_NOT_IMPLEMENTED, 0);
}
static NTSTATUS NTAPI OtherAddDevice(PDRIVER_OBJECT, PDEVICE_OBJECT) {
    return STATUS_NOT_IMPLEMENTED;
}

EXPORT_CASE(PcInitializeAdapterDriver) {
    PDRIVER_OBJECT Driver = Case.Driver;
    PDRIVER_DISPATCH Before[IRP_MJ_MAXIMUM_FUNCTION + 1];
    RtlCopyMemory(Before, Driver->MajorFunction, sizeof Before);
    const PDRIVER_ADD_DEVICE AddDevice = Driver->DriverExtension->AddDevice;
    const PDRIVER_UNLOAD Unload = Driver->DriverUnload;
    EXPECT_TRUE(Unload != nullptr);
    for (PDRIVER_DISPATCH &One : Driver->MajorFunction)
        One = OtherDispatch;

    EXPECT_EQ(PcInitializeAdapterDriver(nullptr, Case.RegistryPath, OtherAddDevice),
              STATUS_INVALID_PARAMETER);
    EXPECT_EQ(PcInitializeAdapterDriver(Driver, Case.RegistryPath, nullptr),
              STATUS_INVALID_PARAMETER);
    EXPECT_EQ(Driver->DriverExtension->AddDevice, AddDevice);
    EXPECT_EQ(Driver->MajorFunction[IRP_MJ_CREATE], OtherDispatch);

    Driver->DriverUnload = nullptr;
    EXPECT_SUCCESS(PcInitializeAdapterDriver(Driver, Case.RegistryPath, OtherAddDevice));
    EXPECT_EQ(Driver->DriverExtension->AddDevice, OtherAddDevice);
    EXPECT_TRUE(Driver->DriverUnload != nullptr);
    const ULONG Handled[] = {IRP_MJ_CLOSE,          IRP_MJ_CREATE, IRP_MJ_DEVICE_CONTROL,
                             IRP_MJ_FLUSH_BUFFERS,  IRP_MJ_PNP,    IRP_MJ_POWER,
                             IRP_MJ_QUERY_SECURITY, IRP_MJ_READ,   IRP_MJ_SET_SECURITY,
                             IRP_MJ_SYSTEM_CONTROL, IRP_MJ_WRITE};
    for (const ULONG Major : Handled) {
        EXPECT_NE(Driver->MajorFunction[Major], OtherDispatch);
        EXPECT_TRUE(Driver->MajorFunction[Major] != nullptr);
    }
    const ULONG Others[] = {IRP_MJ_INTERNAL_DEVICE_CONTROL, IRP_MJ_SHUTDOWN,
                            IRP_MJ_CREATE_MAILSLOT};
    for (const ULONG Major : Others)
        EXPECT_EQ(Driver->MajorFunction[Major], OtherDispatch);

    Driver->DriverExtension->AddDevice = AddDevice;
    Driver->DriverUnload = Unload;
    RtlCopyMemory(Driver->MajorFunction, Before, sizeof Before);
}

// The bottom of a second adapter's stack.
static NTSTATUS NTAPI Bus(PDEVICE_OBJECT, PIRP Irp) {
    const UCHAR Major = IoGetCurrentIrpStackLocation(Irp)->MajorFunction;
    const NTSTATUS Status = Major == IRP_MJ_PNP              ? STATUS_SUCCESS
                            : Major == IRP_MJ_SYSTEM_CONTROL ? STATUS_WMI_GUID_NOT_FOUND
                                                             : STATUS_INVALID_DEVICE_REQUEST;
    return CaseComplete(Irp, Status, 0);
}

static struct {
    LONG Calls;
    PDEVICE_OBJECT Device;
    PIRP Irp;
    ULONG Resources;
    NTSTATUS Answer;
} Started;

static NTSTATUS NTAPI Start(PDEVICE_OBJECT Device, PIRP Irp, PRESOURCELIST Resources) {
    ++Started.Calls;
    Started.Device = Device;
    Started.Irp = Irp;
    Started.Resources = Resources != nullptr ? Resources->NumberOfEntries() : ~0u;
    return Started.Answer;
}

static LONG Ticks;
static VOID NTAPI Tick(PDEVICE_OBJECT, PVOID) {
    ++Ticks;
}

static void CheckStart(PDEVICE_OBJECT Fdo, NTSTATUS Answer) {
    Started = {};
    Started.Answer = Answer;
    CaseIrp Request(Fdo, IRP_MJ_PNP, IRP_MN_START_DEVICE);
    EXPECT_EQ(Request.Send(), Answer);
    EXPECT_EQ(Started.Calls, 1);
    EXPECT_EQ(Started.Device, Fdo);
    EXPECT_EQ(Started.Irp, Request.Irp);
    EXPECT_EQ(Started.Resources, 0);
}

// From the add to the removal; `Own` bytes of the extension are the driver's.
static void CheckAdapter(CASE_CONTEXT &Case, PDEVICE_OBJECT Pdo, ULONG Own) {
    const ULONG Size = Own != 0 ? PORT_CLASS_DEVICE_EXTENSION_SIZE + Own : 0;
    REQUIRE_SUCCESS(PcAddAdapterDevice(Case.Driver, Pdo, Start, 1, Size));
    const PDEVICE_OBJECT Fdo = Pdo->AttachedDevice;
    REQUIRE(Fdo != nullptr);
    EXPECT_EQ(Fdo->DriverObject, Case.Driver);
    EXPECT_EQ(Fdo->StackSize, Pdo->StackSize + 1);
    EXPECT_FALSE(Fdo->Flags & DO_DEVICE_INITIALIZING);
    // "array elements four through seven are available", and what is behind PortCls's own.
    auto *Elements = static_cast<ULONG_PTR *>(Fdo->DeviceExtension);
    auto *Tail = static_cast<UCHAR *>(Fdo->DeviceExtension) + PORT_CLASS_DEVICE_EXTENSION_SIZE;
    for (ULONG Index = 0; Index < Own; ++Index)
        EXPECT_EQ(Tail[Index], 0);
    RtlFillMemory(Elements + 4, 4 * sizeof *Elements, 0xa5);
    RtlFillMemory(Tail, Own, 0xa5);

    CheckStart(Fdo, STATUS_DEVICE_CONFIGURATION_ERROR);
    CheckStart(Fdo, STATUS_SUCCESS);
    for (ULONG Index = 4; Index < 8; ++Index)
        EXPECT_EQ(Elements[Index], 0xa5a5a5a5a5a5a5a5ull);
    for (ULONG Index = 0; Index < Own; ++Index)
        EXPECT_EQ(Tail[Index], 0xa5);
    CaseIrp Control(Fdo, IRP_MJ_SYSTEM_CONTROL);
    EXPECT_EQ(Control.Send(), STATUS_WMI_GUID_NOT_FOUND); // the bus's answer
    // A device that is stopped has no timer any more.
    Ticks = 0;
    EXPECT_SUCCESS(PcRegisterIoTimeout(Fdo, Tick, nullptr));
    CaseSleep(1500);
    EXPECT_EQ(Ticks, 1);
    CaseIrp Stop(Fdo, IRP_MJ_PNP, IRP_MN_STOP_DEVICE);
    EXPECT_SUCCESS(Stop.Send());
    EXPECT_EQ(PcUnregisterIoTimeout(Fdo, Tick, nullptr), STATUS_NOT_FOUND);
    CaseSleep(1500);
    EXPECT_EQ(Ticks, 1);
    CaseIrp Remove(Fdo, IRP_MJ_PNP, IRP_MN_REMOVE_DEVICE);
    EXPECT_SUCCESS(Remove.Send());
    EXPECT_EQ(Pdo->AttachedDevice, (PDEVICE_OBJECT) nullptr);
    EXPECT_EQ(Case.Driver->DeviceObject, Pdo); // the newest that is left
}

EXPORT_CASE(PcAddAdapterDevice) {
    PDEVICE_OBJECT Pdo = nullptr;
    REQUIRE_SUCCESS(CaseCreateDevice(Case, Bus, 0, &Pdo));
    const ULONG Illegal[] = {1, PORT_CLASS_DEVICE_EXTENSION_SIZE - 1};
    for (const ULONG Size : Illegal)
        EXPECT_EQ(PcAddAdapterDevice(Case.Driver, Pdo, Start, 1, Size), STATUS_INVALID_PARAMETER);
    EXPECT_FINDING("PcAddAdapterDevice: a device extension of 1 bytes; it is 0, or at least "
                   "PORT_CLASS_DEVICE_EXTENSION_SIZE (512)");
    EXPECT_FINDING("PcAddAdapterDevice: a device extension of 511 bytes; it is 0, or at least "
                   "PORT_CLASS_DEVICE_EXTENSION_SIZE (512)");
    EXPECT_EQ(PcAddAdapterDevice(Case.Driver, Pdo, nullptr, 1, 0), STATUS_INVALID_PARAMETER);
    EXPECT_EQ(PcAddAdapterDevice(Case.Driver, nullptr, Start, 1, 0), STATUS_INVALID_PARAMETER);
    EXPECT_EQ(Pdo->AttachedDevice, (PDEVICE_OBJECT) nullptr);
    EXPECT_EQ(Case.Driver->DeviceObject, Pdo); // nothing has been made
    CheckAdapter(Case, Pdo, 0);
    CheckAdapter(Case, Pdo, 64);
    IoDeleteDevice(Pdo);
}

EXPORT_CASE(PcGetPhysicalDeviceObject) {
    PDEVICE_OBJECT Pdo = nullptr;
    EXPECT_SUCCESS(PcGetPhysicalDeviceObject(Case.Device, &Pdo));
    REQUIRE(Pdo != nullptr);
    EXPECT_NE(Pdo, Case.Device);
    PDEVICE_OBJECT Top = IoGetAttachedDeviceReference(Pdo);
    EXPECT_EQ(Top, Case.Device);
    ObDereferenceObject(Top);
    ULONG Bytes = 0; // only PnP's own have properties
    EXPECT_EQ(IoGetDeviceProperty(Pdo, DevicePropertyPhysicalDeviceObjectName, 0, nullptr, &Bytes),
              STATUS_BUFFER_TOO_SMALL);
    EXPECT_EQ(PcGetPhysicalDeviceObject(Case.Device, nullptr), STATUS_INVALID_PARAMETER);
    PDEVICE_OBJECT None = nullptr;
    EXPECT_EQ(PcGetPhysicalDeviceObject(nullptr, &None), STATUS_INVALID_PARAMETER);
    EXPECT_EQ(PcGetPhysicalDeviceObject(Pdo, &None), STATUS_INVALID_PARAMETER);
    EXPECT_EQ(None, (PDEVICE_OBJECT) nullptr);
}

static LONG Passed[IRP_MJ_MAXIMUM_FUNCTION + 1];
static NTSTATUS Answered;
static NTSTATUS NTAPI PassToPortCls(PDEVICE_OBJECT Device, PIRP Irp) {
    ++Passed[IoGetCurrentIrpStackLocation(Irp)->MajorFunction];
    return Answered = PcDispatchIrp(Device, Irp);
}

// As a driver's own handlers use it for what they leave to PortCls.
EXPORT_CASE(PcDispatchIrp) {
    const ULONG Majors[] = {IRP_MJ_CREATE, IRP_MJ_DEVICE_CONTROL, IRP_MJ_PNP,
                            IRP_MJ_POWER,  IRP_MJ_CLEANUP,        IRP_MJ_CLOSE};
    for (const ULONG Major : Majors)
        CaseHook[Major] = PassToPortCls;
    {
        CaseLink Link(Case, KSCATEGORY_TOPOLOGY, L"Main");
        CaseFile Filter;
        REQUIRE(Link.Found());
        EXPECT_SUCCESS(Filter.Open(&Link.Text));
        EXPECT_EQ(Passed[IRP_MJ_CREATE], 1);
        EXPECT_EQ(CasePinCount(Filter), 2);
        EXPECT_EQ(Passed[IRP_MJ_DEVICE_CONTROL], 1);
        EXPECT_SUCCESS(Answered);
        ULONG Value = 0;
        EXPECT_EQ(CaseProperty(Filter, CaseOwnSet, 0, KSPROPERTY_TYPE_GET, &Value, sizeof Value),
                  STATUS_PROPSET_NOT_FOUND);
        EXPECT_EQ(Answered, STATUS_PROPSET_NOT_FOUND);
        EXPECT_EQ(Passed[IRP_MJ_CLOSE], 0);
    }
    EXPECT_EQ(Passed[IRP_MJ_CLEANUP], 1);
    EXPECT_EQ(Passed[IRP_MJ_CLOSE], 1);

    DEVICE_CAPABILITIES Capabilities = {};
    Capabilities.Size = sizeof Capabilities;
    Capabilities.Version = 1;
    Capabilities.Address = Capabilities.UINumber = ~0u;
    CaseIrp Query(Case.Device, IRP_MJ_PNP, IRP_MN_QUERY_CAPABILITIES);
    Query.Stack->Parameters.DeviceCapabilities.Capabilities = &Capabilities;
    EXPECT_SUCCESS(Query.Send());
    EXPECT_EQ(Capabilities.DeviceState[PowerSystemWorking], PowerDeviceD0); // the bus's answer
    EXPECT_EQ(Passed[IRP_MJ_PNP], 1);

    CaseIrp Power(Case.Device, IRP_MJ_POWER, IRP_MN_QUERY_POWER);
    Power.Stack->Parameters.Power.Type = DevicePowerState;
    Power.Stack->Parameters.Power.State.DeviceState = PowerDeviceD3;
    EXPECT_SUCCESS(Power.Send());
    EXPECT_EQ(Passed[IRP_MJ_POWER], 1);
    for (const ULONG Major : Majors)
        CaseHook[Major] = nullptr;

    CaseIrp Unknown(Case.Device, IRP_MJ_SHUTDOWN); // PortCls has no handler for it
    EXPECT_EQ(PcDispatchIrp(Case.Device, Unknown.Irp), STATUS_INVALID_DEVICE_REQUEST);
    EXPECT_TRUE(Unknown.Completed());
    EXPECT_EQ(Unknown.Status(), STATUS_INVALID_DEVICE_REQUEST);
}
