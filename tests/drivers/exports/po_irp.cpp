// Power IRPs, idle detection, power settings and requests.
#include "support/case.h"

namespace {
struct POWER_NOTES {
    ULONG Calls;
    UCHAR Minor;
    DEVICE_POWER_STATE State;
    NTSTATUS Status;
    KEVENT Event;
};

VOID NTAPI PowerDone(PDEVICE_OBJECT, UCHAR Minor, POWER_STATE State, PVOID Context,
                     PIO_STATUS_BLOCK Block) {
    auto *Notes = static_cast<POWER_NOTES *>(Context);
    ++Notes->Calls;
    Notes->Minor = Minor;
    Notes->State = State.DeviceState;
    Notes->Status = Block->Status;
    KeSetEvent(&Notes->Event, IO_NO_INCREMENT, FALSE);
}

ULONG SetPowerIrps;
DEVICE_POWER_STATE LastState;

NTSTATUS NTAPI WatchPower(PDEVICE_OBJECT Device, PIRP Irp) {
    const PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
    if (Stack->MinorFunction == IRP_MN_SET_POWER &&
        Stack->Parameters.Power.Type == DevicePowerState) {
        ++SetPowerIrps;
        LastState = Stack->Parameters.Power.State.DeviceState;
        PoSetPowerState(Device, DevicePowerState, Stack->Parameters.Power.State);
    }
    return CasePassDown(Device, Irp);
}

NTSTATUS RequestState(PDEVICE_OBJECT Device, DEVICE_POWER_STATE State) {
    POWER_NOTES Notes = {};
    KeInitializeEvent(&Notes.Event, NotificationEvent, FALSE);
    POWER_STATE Power;
    Power.DeviceState = State;
    NTSTATUS Status =
        PoRequestPowerIrp(Device, IRP_MN_SET_POWER, Power, PowerDone, &Notes, nullptr);
    if (Status == STATUS_PENDING) {
        KeWaitForSingleObject(&Notes.Event, Executive, KernelMode, FALSE, nullptr);
        Status = Notes.Status;
    }
    return Status;
}
} // namespace

EXPORT_CASE(PoRequestPowerIrp, PoSetPowerState, PoStartNextPowerIrp) {
    POWER_NOTES Notes = {};
    KeInitializeEvent(&Notes.Event, NotificationEvent, FALSE);
    POWER_STATE State;
    State.DeviceState = PowerDeviceD3;
    EXPECT_EQ(PoRequestPowerIrp(Case.PhysicalDevice, IRP_MN_POWER_SEQUENCE, State, nullptr, nullptr,
                                nullptr),
              STATUS_INVALID_PARAMETER_2);
    CaseHook[IRP_MJ_POWER] = WatchPower;
    SetPowerIrps = 0;
    EXPECT_EQ(
        PoRequestPowerIrp(Case.PhysicalDevice, IRP_MN_SET_POWER, State, PowerDone, &Notes, nullptr),
        STATUS_PENDING);
    EXPECT_SUCCESS(KeWaitForSingleObject(&Notes.Event, Executive, KernelMode, FALSE, nullptr));
    EXPECT_EQ(Notes.Calls, 1);
    EXPECT_EQ(Notes.Minor, IRP_MN_SET_POWER);
    EXPECT_EQ(Notes.State, PowerDeviceD3);
    EXPECT_SUCCESS(Notes.Status);
    EXPECT_EQ(SetPowerIrps, 1); // it went to the top of the stack
    EXPECT_EQ(LastState, PowerDeviceD3);
    State.DeviceState = PowerDeviceD0;
    EXPECT_EQ(PoSetPowerState(Case.Device, DevicePowerState, State).DeviceState, PowerDeviceD3);
    EXPECT_EQ(PoSetPowerState(Case.Device, DevicePowerState, State).DeviceState, PowerDeviceD0);
    EXPECT_SUCCESS(RequestState(Case.PhysicalDevice, PowerDeviceD0));
    CaseHook[IRP_MJ_POWER] = nullptr;
}

EXPORT_CASE(PoCallDriver) {
    // What PoRequestPowerIrp would send, by hand, to the device below.
    KEVENT Event;
    IO_STATUS_BLOCK Block = {};
    KeInitializeEvent(&Event, NotificationEvent, FALSE);
    PIRP Irp = IoBuildSynchronousFsdRequest(IRP_MJ_PNP, Case.LowerDevice, nullptr, 0, nullptr,
                                            &Event, &Block);
    REQUIRE(Irp != nullptr);
    Irp->IoStatus.Status = STATUS_NOT_SUPPORTED;
    PIO_STACK_LOCATION Next = IoGetNextIrpStackLocation(Irp);
    Next->MajorFunction = IRP_MJ_POWER;
    Next->MinorFunction = IRP_MN_QUERY_POWER;
    Next->Parameters.Power.Type = DevicePowerState;
    Next->Parameters.Power.State.DeviceState = PowerDeviceD3;
    NTSTATUS Status = PoCallDriver(Case.LowerDevice, Irp);
    if (Status == STATUS_PENDING) {
        KeWaitForSingleObject(&Event, Executive, KernelMode, FALSE, nullptr);
        Status = Block.Status;
    }
    EXPECT_SUCCESS(Status);
}

// A root device that cannot wake says so; the mark is the driver's to set.
EXPORT_CASE(PoSetSystemWake, PoGetSystemWake, PoRequestPowerIrp) {
    POWER_NOTES Notes = {};
    KeInitializeEvent(&Notes.Event, NotificationEvent, FALSE);
    POWER_STATE State;
    State.SystemState = PowerSystemSleeping3;
    EXPECT_EQ(
        PoRequestPowerIrp(Case.PhysicalDevice, IRP_MN_WAIT_WAKE, State, PowerDone, &Notes, nullptr),
        STATUS_PENDING);
    KeWaitForSingleObject(&Notes.Event, Executive, KernelMode, FALSE, nullptr);
    EXPECT_EQ(Notes.Minor, IRP_MN_WAIT_WAKE);
    EXPECT_EQ(Notes.Status, STATUS_NOT_SUPPORTED);
    PIRP Irp = IoAllocateIrp(1, FALSE);
    REQUIRE(Irp != nullptr);
    EXPECT_FALSE(PoGetSystemWake(Irp));
    PoSetSystemWake(Irp);
    EXPECT_TRUE(PoGetSystemWake(Irp));
    IoFreeIrp(Irp);
}

// Three seconds without use, and the power manager sends the device to its state.
EXPORT_CASE(PoRegisterDeviceForIdleDetection, PoSetDeviceBusyEx, PoStartDeviceBusy,
            PoEndDeviceBusy) {
    EXPECT_EQ(PoRegisterDeviceForIdleDetection(Case.Device, (ULONG)-1, (ULONG)-1, PowerDeviceD3),
              nullptr); // no disk
    EXPECT_EQ(PoRegisterDeviceForIdleDetection(Case.Device, 3, 3, PowerDeviceD0), nullptr);
    CaseHook[IRP_MJ_POWER] = WatchPower;
    SetPowerIrps = 0;
    PULONG Idle = PoRegisterDeviceForIdleDetection(Case.Device, 3, 3, PowerDeviceD3);
    REQUIRE(Idle != nullptr);
    CaseSleep(2500);
    PoSetDeviceBusyEx(Idle);
    CaseSleep(2000);
    EXPECT_EQ(SetPowerIrps, 0);
    PoSetDeviceBusy(Idle); // the macro
    PoStartDeviceBusy(Idle);
    CaseSleep(10000);
    EXPECT_EQ(SetPowerIrps, 0);
    PoEndDeviceBusy(Idle);
    CaseSleep(4500);
    EXPECT_EQ(SetPowerIrps, 1);
    EXPECT_EQ(LastState, PowerDeviceD3);
    CaseSleep(60000);
    EXPECT_EQ(SetPowerIrps, 1);
    // Back in D0 it counts again.
    EXPECT_SUCCESS(RequestState(Case.PhysicalDevice, PowerDeviceD0));
    SetPowerIrps = 0;
    CaseSleep(4500);
    EXPECT_EQ(SetPowerIrps, 1);
    EXPECT_SUCCESS(RequestState(Case.PhysicalDevice, PowerDeviceD0));
    EXPECT_EQ(PoRegisterDeviceForIdleDetection(Case.Device, 0, 0, PowerDeviceD3), nullptr);
    SetPowerIrps = 0;
    CaseSleep(10000);
    EXPECT_EQ(SetPowerIrps, 0);
    CaseHook[IRP_MJ_POWER] = nullptr;
}

namespace {
struct SETTING {
    ULONG Calls, Value;
};
NTSTATUS NTAPI HearSetting(LPCGUID, PVOID Value, ULONG ValueLength, PVOID Context) {
    EXPECT_EQ(KeGetCurrentIrql(), PASSIVE_LEVEL);
    EXPECT_EQ(ValueLength, 4);
    ++static_cast<SETTING *>(Context)->Calls;
    static_cast<SETTING *>(Context)->Value = *static_cast<PULONG>(Value);
    return STATUS_SUCCESS;
}
} // namespace

// "immediately calling the callback routine and passing the current value"
EXPORT_CASE(PoRegisterPowerSettingCallback, PoUnregisterPowerSettingCallback) {
    // GUID_MONITOR_POWER_ON, and one that no system has.
    static const GUID Monitor = {
        0x02731015, 0x4510, 0x4526, {0x99, 0xe6, 0xe5, 0xa1, 0x7e, 0xbd, 0x1a, 0xea}};
    static const GUID Unknown = {1, 2, 3, {4, 5, 6, 7, 8, 9, 10, 11}};
    SETTING Known = {}, None = {};
    PVOID First = nullptr, Second = nullptr;
    EXPECT_SUCCESS(
        PoRegisterPowerSettingCallback(Case.Device, &Monitor, HearSetting, &Known, &First));
    EXPECT_SUCCESS(PoRegisterPowerSettingCallback(nullptr, &Unknown, HearSetting, &None, &Second));
    CaseSleep(10);
    EXPECT_EQ(Known.Calls, 1);
    EXPECT_EQ(Known.Value, 1);
    EXPECT_EQ(None.Calls, 0);
    EXPECT_SUCCESS(PoUnregisterPowerSettingCallback(First));
    EXPECT_SUCCESS(PoUnregisterPowerSettingCallback(Second));
    EXPECT_EQ(PoUnregisterPowerSettingCallback(First), STATUS_INVALID_PARAMETER);
}

EXPORT_CASE(PoCreatePowerRequest, PoSetPowerRequest, PoClearPowerRequest, PoDeletePowerRequest) {
    PVOID Request = &Case;
    EXPECT_EQ(PoCreatePowerRequest(&Request, nullptr, nullptr), STATUS_INVALID_PARAMETER);
    EXPECT_EQ(Request, nullptr);
    REQUIRE_SUCCESS(PoCreatePowerRequest(&Request, Case.Device, nullptr));
    EXPECT_EQ(PoSetPowerRequest(Request, (POWER_REQUEST_TYPE)77), STATUS_NOT_SUPPORTED);
    EXPECT_SUCCESS(PoSetPowerRequest(Request, PowerRequestSystemRequired));
    EXPECT_SUCCESS(PoSetPowerRequest(Request, PowerRequestSystemRequired));
    EXPECT_SUCCESS(PoClearPowerRequest(Request, PowerRequestSystemRequired));
    EXPECT_SUCCESS(PoClearPowerRequest(Request, PowerRequestSystemRequired));
    EXPECT_FALSE(NT_SUCCESS(PoClearPowerRequest(Request, PowerRequestSystemRequired)));
    PoDeletePowerRequest(Request);
}

EXPORT_CASE(PoRegisterSystemState, PoUnregisterSystemState, PoSetSystemState, PoQueryWatchdogTime) {
    PVOID State = PoRegisterSystemState(nullptr, ES_SYSTEM_REQUIRED | ES_CONTINUOUS);
    REQUIRE(State != nullptr);
    EXPECT_EQ(PoRegisterSystemState(State, ES_CONTINUOUS), State);
    PoUnregisterSystemState(State);
    PoSetSystemState(ES_SYSTEM_REQUIRED);
    ULONG Seconds = 0;
    EXPECT_FALSE(PoQueryWatchdogTime(Case.PhysicalDevice, &Seconds)); // no power IRP is about
}
