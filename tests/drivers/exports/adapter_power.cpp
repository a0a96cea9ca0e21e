// What an adapter driver is told of power, and asks for.
#include "adapter_fixture.h"

namespace {

// What was called last is the latest.
LONG Moment;

// A miniport's interest in power.
class Notify : public CaseObject<IPowerNotify> {
  public:
    Notify() : CaseObject(IID_IPowerNotify) {}
    STDMETHODIMP_(void) PowerChangeNotify(POWER_STATE PowerState) override {
        EXPECT_EQ(KeGetCurrentIrql(), PASSIVE_LEVEL);
        ++Calls;
        Last = PowerState.DeviceState;
        At = ++Moment;
    }
    LONG Calls = 0;
    LONG At = 0;
    DEVICE_POWER_STATE Last = PowerDeviceUnspecified;
};

class Power : public CaseObject<IAdapterPowerManagement> {
  public:
    Power() : CaseObject(IID_IAdapterPowerManagement) {
        KeInitializeEvent(&Changed_, SynchronizationEvent, FALSE);
    }
    STDMETHODIMP_(void) PowerChangeState(POWER_STATE NewState) override {
        EXPECT_EQ(KeGetCurrentIrql(), PASSIVE_LEVEL);
        ++Changes;
        At = ++Moment;
        Last = NewState.DeviceState;
        KeSetEvent(&Changed_, IO_NO_INCREMENT, FALSE);
    }
    STDMETHODIMP_(NTSTATUS) QueryPowerChangeState(POWER_STATE NewState) override {
        ++Asked;
        Last = NewState.DeviceState;
        return Answer;
    }
    STDMETHODIMP_(NTSTATUS) QueryDeviceCapabilities(PDEVICE_CAPABILITIES Capabilities) override {
        Capabilities->D3Latency = 4321;
        return STATUS_SUCCESS;
    }
    // The next change has been told, within a second.
    bool WaitForChange() {
        LARGE_INTEGER Patience = CaseMilliseconds(1000);
        return KeWaitForSingleObject(&Changed_, Executive, KernelMode, FALSE, &Patience) ==
               STATUS_SUCCESS;
    }
    LONG Changes = 0;
    LONG At = 0;
    LONG Asked = 0;
    DEVICE_POWER_STATE Last = PowerDeviceUnspecified;
    NTSTATUS Answer = STATUS_SUCCESS;

  private:
    KEVENT Changed_;
};

// Set-power IRPs that reach the adapter.
LONG SetPowerIrps;
NTSTATUS NTAPI CountSetPower(PDEVICE_OBJECT Device, PIRP Irp) {
    if (IoGetCurrentIrpStackLocation(Irp)->MinorFunction == IRP_MN_SET_POWER)
        ++SetPowerIrps;
    return CasePassDown(Device, Irp);
}

NTSTATUS QueryPower(CASE_CONTEXT &Case, DEVICE_POWER_STATE State) {
    CaseIrp Query(Case.Device, IRP_MJ_POWER, IRP_MN_QUERY_POWER);
    Query.Stack->Parameters.Power.Type = DevicePowerState;
    Query.Stack->Parameters.Power.State.DeviceState = State;
    return Query.Send();
}

ULONG D3Latency(CASE_CONTEXT &Case) {
    DEVICE_CAPABILITIES Capabilities = {};
    Capabilities.Size = sizeof Capabilities;
    Capabilities.Version = 1;
    CaseIrp Query(Case.Device, IRP_MJ_PNP, IRP_MN_QUERY_CAPABILITIES);
    Query.Stack->Parameters.DeviceCapabilities.Capabilities = &Capabilities;
    EXPECT_SUCCESS(Query.Send());
    return Capabilities.D3Latency;
}

} // namespace

EXPORT_CASE(PcRegisterAdapterPowerManagement, PcUnregisterAdapterPowerManagement) {
    Power Own;
    CaseTopology Other(1, nullptr);
    EXPECT_EQ(PcRegisterAdapterPowerManagement(nullptr, Case.Device), STATUS_INVALID_PARAMETER);
    EXPECT_EQ(PcRegisterAdapterPowerManagement(&Own, nullptr), STATUS_INVALID_PARAMETER);
    EXPECT_EQ(PcRegisterAdapterPowerManagement(&Own, Case.PhysicalDevice),
              STATUS_INVALID_PARAMETER);
    EXPECT_EQ(PcUnregisterAdapterPowerManagement(nullptr), STATUS_INVALID_PARAMETER);
    EXPECT_EQ(PcRegisterAdapterPowerManagement(&Other, Case.Device),
              STATUS_INVALID_PARAMETER); // it has no such interface
    EXPECT_EQ(Other.References, 1);
    EXPECT_EQ(Own.Queries, 0);
    EXPECT_NE(D3Latency(Case), 4321);

    REQUIRE_SUCCESS(PcRegisterAdapterPowerManagement(&Own, Case.Device));
    EXPECT_EQ(Own.Queries, 3); // newer interfaces too
    EXPECT_EQ(Own.References, 2);
    EXPECT_EQ(PcRegisterAdapterPowerManagement(&Own, Case.Device), STATUS_INVALID_PARAMETER);
    EXPECT_FINDING("PcRegisterAdapterPowerManagement: called twice for an adapter");
    EXPECT_EQ(Own.References, 2);
    EXPECT_EQ(D3Latency(Case), 4321);
    EXPECT_SUCCESS(QueryPower(Case, PowerDeviceD2));
    EXPECT_EQ(Own.Asked, 1);
    EXPECT_EQ(Own.Last, PowerDeviceD2);
    Own.Answer = STATUS_DEVICE_BUSY; // "can deny the power state change"
    EXPECT_EQ(QueryPower(Case, PowerDeviceD3), STATUS_DEVICE_BUSY);
    EXPECT_EQ(Own.Asked, 2);

    EXPECT_SUCCESS(PcUnregisterAdapterPowerManagement(Case.Device));
    EXPECT_EQ(Own.References, 1);
    EXPECT_SUCCESS(QueryPower(Case, PowerDeviceD3));
    EXPECT_EQ(Own.Asked, 2);
    EXPECT_NE(D3Latency(Case), 4321);
    EXPECT_EQ(Own.Changes, 0);
}

EXPORT_CASE(PcRequestNewPowerState) {
    Power Own;
    EXPECT_EQ(PcRequestNewPowerState(nullptr, PowerDeviceD3), STATUS_INVALID_PARAMETER);
    EXPECT_EQ(PcRequestNewPowerState(Case.PhysicalDevice, PowerDeviceD3), STATUS_INVALID_PARAMETER);
    REQUIRE_SUCCESS(PcRegisterAdapterPowerManagement(&Own, Case.Device));
    CaseHook[IRP_MJ_POWER] = CountSetPower;
    SetPowerIrps = 0;
    const DEVICE_POWER_STATE None[] = {PowerDeviceUnspecified, PowerDeviceMaximum};
    for (const DEVICE_POWER_STATE State : None)
        EXPECT_EQ(PcRequestNewPowerState(Case.Device, State), STATUS_INVALID_PARAMETER);
    LONG Changes = 0;
    const DEVICE_POWER_STATE States[] = {PowerDeviceD3, PowerDeviceD0, PowerDeviceD1, PowerDeviceD2,
                                         PowerDeviceD0};
    for (const DEVICE_POWER_STATE State : States) {
        EXPECT_SUCCESS(PcRequestNewPowerState(Case.Device, State));
        EXPECT_TRUE(Own.WaitForChange());
        EXPECT_EQ(Own.Changes, ++Changes);
        EXPECT_EQ(Own.Last, State);
    }
    EXPECT_EQ(SetPowerIrps, Changes);

    EXPECT_SUCCESS(PcUnregisterAdapterPowerManagement(Case.Device));
    EXPECT_SUCCESS(PcRequestNewPowerState(Case.Device, PowerDeviceD3));
    EXPECT_SUCCESS(PcRequestNewPowerState(Case.Device, PowerDeviceD0));
    EXPECT_FALSE(Own.WaitForChange());
    EXPECT_EQ(SetPowerIrps, Changes + 2); // it changes, and nobody is told
    EXPECT_EQ(Own.Changes, Changes);
    EXPECT_EQ(Own.References, 1);
    CaseHook[IRP_MJ_POWER] = nullptr;
}

// A miniport saves its context before the adapter powers down and restores it once it is up again.
EXPORT_CASE(PcRequestNewPowerState, PcRegisterAdapterPowerManagement) {
    Power Own;
    Notify Miniport;
    CaseSubdevice Sub(Case);
    Sub.Miniport.Further = &Miniport;
    REQUIRE_SUCCESS(Sub.Register(L"Notified"));
    REQUIRE_SUCCESS(PcRegisterAdapterPowerManagement(&Own, Case.Device));
    const DEVICE_POWER_STATE States[] = {PowerDeviceD2, PowerDeviceD3, PowerDeviceD1,
                                         PowerDeviceD0};
    DEVICE_POWER_STATE From = PowerDeviceD0;
    for (const DEVICE_POWER_STATE State : States) {
        const LONG Calls = Miniport.Calls;
        EXPECT_SUCCESS(PcRequestNewPowerState(Case.Device, State));
        EXPECT_TRUE(Own.WaitForChange());
        CaseSleep(10);
        EXPECT_EQ(Miniport.Calls, Calls + 1);
        EXPECT_EQ(Miniport.Last, State);
        EXPECT_EQ(Miniport.At<Own.At, State> From);
        From = State;
    }
    EXPECT_EQ(Miniport.References, 1);

    EXPECT_SUCCESS(PcUnregisterAdapterPowerManagement(Case.Device));
    EXPECT_SUCCESS(PcRequestNewPowerState(Case.Device, PowerDeviceD3));
    EXPECT_SUCCESS(PcRequestNewPowerState(Case.Device, PowerDeviceD0));
    CaseSleep(1000);
    EXPECT_EQ(Miniport.Calls, 6); // whether the adapter is told or not
    EXPECT_EQ(Own.Changes, 4);
    EXPECT_SUCCESS(PcRequestNewPowerState(Case.Device, PowerDeviceD0)); // as it is
    CaseSleep(1000);
    EXPECT_EQ(Miniport.Calls, 6);
    EXPECT_SUCCESS(Sub.Unregister());
    EXPECT_SUCCESS(PcRequestNewPowerState(Case.Device, PowerDeviceD3));
    EXPECT_SUCCESS(PcRequestNewPowerState(Case.Device, PowerDeviceD0));
    CaseSleep(1000);
    EXPECT_EQ(Miniport.Calls, 6);
}
