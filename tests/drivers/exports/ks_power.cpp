// Power requests of an AVStream device: who is asked, in which order, and what comes back.
#include "ks_stack.h"

// What the minidriver answers.
static NTSTATUS Answer;
namespace {
struct POWER_CHANGE {
    DEVICE_POWER_STATE DeviceTo, DeviceFrom;
    SYSTEM_POWER_STATE SystemTo, SystemFrom;
    POWER_ACTION Action;
};
} // namespace
static POWER_CHANGE Told;
static NTSTATUS NTAPI QueryPower(PKSDEVICE Device, PIRP Irp, DEVICE_POWER_STATE DeviceTo,
                                 DEVICE_POWER_STATE DeviceFrom, SYSTEM_POWER_STATE SystemTo,
                                 SYSTEM_POWER_STATE SystemFrom, POWER_ACTION Action) {
    UNREFERENCED_PARAMETER(Device);
    UNREFERENCED_PARAMETER(Irp);
    CaseNote('Q');
    Told = {DeviceTo, DeviceFrom, SystemTo, SystemFrom, Action};
    return Answer;
}
static void NTAPI SetPower(PKSDEVICE Device, PIRP Irp, DEVICE_POWER_STATE To,
                           DEVICE_POWER_STATE From) {
    UNREFERENCED_PARAMETER(Irp);
    CaseNote('P');
    EXPECT_EQ(Device->DevicePowerState, From);
    Told = {To, From, PowerSystemUnspecified, PowerSystemUnspecified, PowerActionNone};
}
static const KSDEVICE_DISPATCH Dispatch = {NULL, NULL, NULL, NULL, NULL,       NULL,     NULL,
                                           NULL, NULL, NULL, NULL, QueryPower, SetPower, NULL};
static const KSDEVICE_DESCRIPTOR Current = {&Dispatch, 0, NULL, KSDEVICE_DESCRIPTOR_VERSION};

// What the power manager has been told of the device.
static DEVICE_POWER_STATE Recorded(PDEVICE_OBJECT Fdo, DEVICE_POWER_STATE Same) {
    POWER_STATE State;
    State.DeviceState = Same;
    return PoSetPowerState(Fdo, DevicePowerState, State).DeviceState;
}

// Powering down the minidriver comes first, powering up the bus.
EXPORT_CASE(KsInitializeDevice) {
    CaseDeviceStack Own(Case, Current);
    REQUIRE(Own.Device != NULL);
    const KSDEVICE &Device = *Own.Device;
    EXPECT_EQ(Device.DevicePowerState, PowerDeviceD0);
    EXPECT_EQ(Device.SystemPowerState, PowerSystemWorking);
    Answer = STATUS_DEVICE_BUSY;
    EXPECT_EQ(Own.SendPower(IRP_MN_QUERY_POWER, DevicePowerState, PowerDeviceD2),
              STATUS_DEVICE_BUSY);
    EXPECT_TRUE(CaseSaw("Q"));
    Answer = STATUS_SUCCESS;
    EXPECT_SUCCESS(Own.SendPower(IRP_MN_QUERY_POWER, DevicePowerState, PowerDeviceD2));
    EXPECT_TRUE(CaseSaw("Ql"));
    EXPECT_SUCCESS(Own.CameWith);
    EXPECT_EQ(Told.DeviceTo, PowerDeviceD2);
    EXPECT_EQ(Told.DeviceFrom, PowerDeviceD0);
    EXPECT_EQ(Told.SystemTo, PowerSystemWorking);
    EXPECT_EQ(Told.SystemFrom, PowerSystemWorking);
    EXPECT_EQ(Told.Action, PowerActionSleep);
    EXPECT_SUCCESS(Own.SendPower(IRP_MN_QUERY_POWER, SystemPowerState, PowerSystemSleeping3));
    EXPECT_TRUE(CaseSaw("Ql"));
    EXPECT_EQ(Told.DeviceTo, PowerDeviceD0);
    EXPECT_EQ(Told.SystemTo, PowerSystemSleeping3);
    EXPECT_EQ(Told.SystemFrom, PowerSystemWorking);
    EXPECT_SUCCESS(Own.SendPower(IRP_MN_SET_POWER, DevicePowerState, PowerDeviceD3));
    EXPECT_TRUE(CaseSaw("Pl"));
    EXPECT_SUCCESS(Own.CameWith);
    EXPECT_EQ(Told.DeviceTo, PowerDeviceD3);
    EXPECT_EQ(Told.DeviceFrom, PowerDeviceD0);
    EXPECT_EQ(Device.DevicePowerState, PowerDeviceD3);
    EXPECT_EQ(Recorded(Device.FunctionalDeviceObject, PowerDeviceD3), PowerDeviceD3);
    Own.LowerAnswer = STATUS_DEVICE_POWER_FAILURE;
    EXPECT_EQ(Own.SendPower(IRP_MN_SET_POWER, DevicePowerState, PowerDeviceD0),
              STATUS_DEVICE_POWER_FAILURE);
    EXPECT_TRUE(CaseSaw("l"));
    EXPECT_EQ(Device.DevicePowerState, PowerDeviceD3);
    EXPECT_EQ(Own.SendPower(IRP_MN_POWER_SEQUENCE, DevicePowerState, PowerDeviceD0),
              STATUS_DEVICE_POWER_FAILURE);
    EXPECT_TRUE(CaseSaw("l"));
    Own.LowerAnswer = STATUS_SUCCESS;
    EXPECT_SUCCESS(Own.SendPower(IRP_MN_SET_POWER, DevicePowerState, PowerDeviceD0));
    EXPECT_TRUE(CaseSaw("lP"));
    EXPECT_EQ(Told.DeviceTo, PowerDeviceD0);
    EXPECT_EQ(Told.DeviceFrom, PowerDeviceD3);
    EXPECT_EQ(Device.DevicePowerState, PowerDeviceD0);
    EXPECT_EQ(Recorded(Device.FunctionalDeviceObject, PowerDeviceD0), PowerDeviceD0);
}

// The device falls asleep before its system, and wakes after it.
EXPORT_CASE(KsInitializeDevice) {
    CaseDeviceStack Own(Case, Current);
    REQUIRE(Own.Device != NULL);
    const KSDEVICE &Device = *Own.Device;
    EXPECT_SUCCESS(Own.SendPower(IRP_MN_SET_POWER, SystemPowerState, PowerSystemSleeping3));
    EXPECT_TRUE(CaseSaw("Pll"));
    EXPECT_SUCCESS(Own.CameWith);
    EXPECT_EQ(Device.DevicePowerState, PowerDeviceD3);
    EXPECT_EQ(Device.SystemPowerState, PowerSystemSleeping3);
    Own.LowerAnswer = STATUS_DEVICE_POWER_FAILURE;
    EXPECT_EQ(Own.SendPower(IRP_MN_SET_POWER, SystemPowerState, PowerSystemWorking),
              STATUS_DEVICE_POWER_FAILURE);
    CaseSleep(1000);
    EXPECT_TRUE(CaseSaw("l"));
    EXPECT_EQ(Device.DevicePowerState, PowerDeviceD3);
    Own.LowerAnswer = STATUS_SUCCESS;
    EXPECT_SUCCESS(Own.SendPower(IRP_MN_SET_POWER, SystemPowerState, PowerSystemWorking));
    CaseSleep(1000);
    EXPECT_TRUE(CaseSaw("llP"));
    EXPECT_EQ(Device.DevicePowerState, PowerDeviceD0);
    EXPECT_EQ(Device.SystemPowerState, PowerSystemWorking);
    // Awake already: the system's request goes by alone.
    EXPECT_SUCCESS(Own.SendPower(IRP_MN_SET_POWER, SystemPowerState, PowerSystemWorking));
    CaseSleep(1000);
    EXPECT_TRUE(CaseSaw("l"));
}

// A device with a header alone passes both kinds on; without one below, power is granted.
EXPORT_CASE(KsSetDevicePnpAndBaseObject, KsDefaultDispatchPower) {
    CaseDeviceStack Own(Case, Current);
    CasePlainDevice Plain(Case, {});
    KsSetDevicePnpAndBaseObject(Plain.Header, Own.Lower, Plain.Device);
    Own.LowerAnswer = STATUS_DEVICE_NOT_READY;
    {
        CaseIrp Request(Plain.Device, IRP_MJ_PNP, IRP_MN_QUERY_PNP_DEVICE_STATE);
        EXPECT_EQ(Request.Send(), STATUS_DEVICE_NOT_READY);
        EXPECT_TRUE(CaseSaw("l"));
    }
    {
        CaseIrp Request(Plain.Device, IRP_MJ_POWER, IRP_MN_QUERY_POWER);
        Request.Stack->Parameters.Power.Type = DevicePowerState;
        EXPECT_EQ(Request.Send(), STATUS_DEVICE_NOT_READY);
        EXPECT_TRUE(CaseSaw("l"));
    }
    KsSetDevicePnpAndBaseObject(Plain.Header, NULL, Plain.Device);
    CaseIrp Request(Plain.Device, IRP_MJ_POWER, IRP_MN_QUERY_POWER);
    EXPECT_SUCCESS(KsDefaultDispatchPower(Plain.Device, Request.Irp));
    EXPECT_TRUE(Request.Completed());
    EXPECT_SUCCESS(Request.Status());
    EXPECT_TRUE(CaseSaw(""));
}
