// Adapters with the newer interfaces for power: the newest that PortCls finds is the one it uses.
#include "adapter_fixture.h"

namespace {

// What the adapter was told last, and how often.
struct TOLD {
    LONG First, Second, Third, Latencies;
    DEVICE_POWER_STATE Device;
    SYSTEM_POWER_STATE System;
    PC_EXIT_LATENCY Exit;    // of the last change
    PC_EXIT_LATENCY Latency; // of the last D3ExitLatencyChanged
};

// Answers for the interface that it is made for and, if asked to, for those before it.
class Versioned : public IAdapterPowerManagement3 {
  public:
    Versioned(ULONG Oldest, ULONG Newest) : Oldest_(Oldest), Newest_(Newest) {
        KeInitializeEvent(&Changed_, SynchronizationEvent, FALSE);
    }
    STDMETHODIMP_(NTSTATUS) QueryInterface(REFIID Id, PVOID *Object) override {
        const GUID *const Ids[] = {&IID_IAdapterPowerManagement, &IID_IAdapterPowerManagement2,
                                   &IID_IAdapterPowerManagement3};
        *Object = nullptr;
        for (ULONG Version = Oldest_; Version <= Newest_; ++Version)
            if (IsEqualGUIDAligned(Id, *Ids[Version - 1]))
                *Object = this;
        if (*Object == nullptr)
            return STATUS_INVALID_PARAMETER;
        AddRef();
        return STATUS_SUCCESS;
    }
    STDMETHODIMP_(ULONG) AddRef() override { return InterlockedIncrement(&References); }
    STDMETHODIMP_(ULONG) Release() override { return InterlockedDecrement(&References); }
    STDMETHODIMP_(NTSTATUS) QueryPowerChangeState(POWER_STATE) override {
        ++Asked;
        return STATUS_DEVICE_BUSY;
    }
    STDMETHODIMP_(NTSTATUS) QueryDeviceCapabilities(PDEVICE_CAPABILITIES) override {
        ++Capabilities;
        return STATUS_SUCCESS;
    }
    STDMETHODIMP_(void) PowerChangeState(POWER_STATE NewState) override {
        ++Told.First;
        Told.Device = NewState.DeviceState;
        Note();
    }
    STDMETHODIMP_(void)
    PowerChangeState2(DEVICE_POWER_STATE NewDeviceState,
                      SYSTEM_POWER_STATE NewSystemState) override {
        ++Told.Second;
        Told.Device = NewDeviceState;
        Told.System = NewSystemState;
        Note();
    }
    STDMETHODIMP_(void)
    PowerChangeState3(DEVICE_POWER_STATE NewDeviceState, SYSTEM_POWER_STATE NewSystemState,
                      PC_EXIT_LATENCY D3ExitLatency) override {
        ++Told.Third;
        Told.Device = NewDeviceState;
        Told.System = NewSystemState;
        Told.Exit = D3ExitLatency;
        Note();
    }
    STDMETHODIMP_(NTSTATUS) D3ExitLatencyChanged(PC_EXIT_LATENCY NewD3ExitLatency) override {
        EXPECT_EQ(KeGetCurrentIrql(), PASSIVE_LEVEL);
        EXPECT_EQ(Told.Device, PowerDeviceD3); // "only called when the device is the D3"
        ++Told.Latencies;
        Told.Latency = NewD3ExitLatency;
        return STATUS_SUCCESS;
    }
    // The next change has been told.
    bool WaitForChange() {
        LARGE_INTEGER Patience = CaseMilliseconds(1000);
        return KeWaitForSingleObject(&Changed_, Executive, KernelMode, FALSE, &Patience) ==
               STATUS_SUCCESS;
    }
    LONG References = 1;
    LONG Asked = 0;
    LONG Capabilities = 0;
    TOLD Told = {};

  private:
    void Note() {
        EXPECT_EQ(KeGetCurrentIrql(), PASSIVE_LEVEL);
        KeSetEvent(&Changed_, IO_NO_INCREMENT, FALSE);
    }
    const ULONG Oldest_, Newest_;
    KEVENT Changed_;
};

void Request(CASE_CONTEXT &Case, Versioned &Own, DEVICE_POWER_STATE State) {
    EXPECT_SUCCESS(PcRequestNewPowerState(Case.Device, State));
    EXPECT_TRUE(Own.WaitForChange());
    CaseSleep(10);
    EXPECT_EQ(Own.Told.Device, State);
}

NTSTATUS Send(CASE_CONTEXT &Case, UCHAR Minor, POWER_STATE_TYPE Type, LONG State) {
    CaseIrp Irp(Case.Device, IRP_MJ_POWER, Minor);
    Irp.Stack->Parameters.Power.Type = Type;
    if (Type == SystemPowerState)
        Irp.Stack->Parameters.Power.State.SystemState = static_cast<SYSTEM_POWER_STATE>(State);
    else
        Irp.Stack->Parameters.Power.State.DeviceState = static_cast<DEVICE_POWER_STATE>(State);
    return Irp.Send();
}

} // namespace

// One interface is enough, and of several the newest counts; what only the first declares is asked
// of all.
EXPORT_CASE(PcRegisterAdapterPowerManagement, PcUnregisterAdapterPowerManagement,
            PcRequestNewPowerState) {
    for (ULONG Newest = 1; Newest <= 3; ++Newest)
        for (ULONG Oldest = 1; Oldest <= Newest; ++Oldest) {
            Versioned Own(Oldest, Newest);
            REQUIRE_SUCCESS(PcRegisterAdapterPowerManagement(&Own, Case.Device));
            EXPECT_EQ(Own.References, 2);
            Request(Case, Own, PowerDeviceD2);
            Request(Case, Own, PowerDeviceD0);
            EXPECT_EQ(Own.Told.First, Newest == 1 ? 2 : 0);
            EXPECT_EQ(Own.Told.Second, Newest == 2 ? 2 : 0);
            EXPECT_EQ(Own.Told.Third, Newest == 3 ? 2 : 0);
            EXPECT_EQ(Own.Told.Latencies, 0); // never in D3
            EXPECT_EQ(Own.Told.System, Newest == 1 ? PowerSystemUnspecified : PowerSystemWorking);
            EXPECT_EQ(Send(Case, IRP_MN_QUERY_POWER, DevicePowerState, PowerDeviceD3),
                      STATUS_DEVICE_BUSY);
            EXPECT_EQ(Own.Asked, 1);
            DEVICE_CAPABILITIES Capabilities = {};
            Capabilities.Size = sizeof Capabilities;
            Capabilities.Version = 1;
            CaseIrp Query(Case.Device, IRP_MJ_PNP, IRP_MN_QUERY_CAPABILITIES);
            Query.Stack->Parameters.DeviceCapabilities.Capabilities = &Capabilities;
            EXPECT_SUCCESS(Query.Send());
            EXPECT_EQ(Own.Capabilities, 1);
            EXPECT_SUCCESS(PcUnregisterAdapterPowerManagement(Case.Device));
            EXPECT_EQ(Own.References, 1);
        }
    Versioned None(4, 3);
    EXPECT_EQ(PcRegisterAdapterPowerManagement(&None, Case.Device), STATUS_INVALID_PARAMETER);
    EXPECT_EQ(None.References, 1);
}

// The latency of a device's way out of D3. When it is told is inferred.
EXPORT_CASE(PcRegisterAdapterPowerManagement, PcRequestNewPowerState) {
    Versioned Own(1, 3);
    REQUIRE_SUCCESS(PcRegisterAdapterPowerManagement(&Own, Case.Device));
    Request(Case, Own, PowerDeviceD1);
    EXPECT_EQ(Own.Told.Exit, PcExitLatencyInstant);
    Request(Case, Own, PowerDeviceD3);
    EXPECT_EQ(Own.Told.Exit, PcExitLatencyInstant); // not out of D3
    EXPECT_EQ(Own.Told.Latencies, 1);
    EXPECT_EQ(Own.Told.Latency, PcExitLatencyFast);
    Request(Case, Own, PowerDeviceD2);
    EXPECT_EQ(Own.Told.Exit, PcExitLatencyFast);
    Request(Case, Own, PowerDeviceD0);
    EXPECT_EQ(Own.Told.Exit, PcExitLatencyInstant);
    EXPECT_EQ(Own.Told.Latencies, 1);

    // With the system, which says so.
    EXPECT_SUCCESS(Send(Case, IRP_MN_SET_POWER, SystemPowerState, PowerSystemSleeping3));
    EXPECT_EQ(Own.Told.Device, PowerDeviceD3);
    EXPECT_EQ(Own.Told.System, PowerSystemSleeping3);
    EXPECT_EQ(Own.Told.Latencies, 2);
    EXPECT_EQ(Own.Told.Latency, PcExitLatencyResponsive);
    EXPECT_TRUE(Own.WaitForChange());
    EXPECT_SUCCESS(Send(Case, IRP_MN_SET_POWER, SystemPowerState, PowerSystemWorking));
    EXPECT_TRUE(Own.WaitForChange());
    EXPECT_EQ(Own.Told.Device, PowerDeviceD0);
    EXPECT_EQ(Own.Told.System, PowerSystemWorking);
    EXPECT_EQ(Own.Told.Exit, PcExitLatencyFast);

    // Of a device that sleeps already, only the latency changes.
    CaseSleep(10);
    Request(Case, Own, PowerDeviceD3);
    const TOLD Before = Own.Told;
    EXPECT_SUCCESS(Send(Case, IRP_MN_SET_POWER, SystemPowerState, PowerSystemSleeping1));
    EXPECT_EQ(Own.Told.Third, Before.Third);
    EXPECT_EQ(Own.Told.Latencies, Before.Latencies + 1);
    EXPECT_EQ(Own.Told.Latency, PcExitLatencyResponsive);
    EXPECT_SUCCESS(Send(Case, IRP_MN_SET_POWER, SystemPowerState, PowerSystemWorking));
    EXPECT_TRUE(Own.WaitForChange());
    EXPECT_EQ(Own.Told.Device, PowerDeviceD0);
    EXPECT_SUCCESS(PcUnregisterAdapterPowerManagement(Case.Device));
    EXPECT_EQ(Own.References, 1);
}
