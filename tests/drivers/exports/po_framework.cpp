// The power management framework: conditions, Fx states and the device's power.
#include "support/case.h"

namespace {
struct DEVICE_STATE {
    POHANDLE Handle;
    ULONG Active[2], Idle[2], Required, NotRequired;
    ULONG State[2], StateChanges;
    bool AnswerLate; // the case answers, not the callback
};

DEVICE_STATE &Of(PVOID Context) {
    return *static_cast<DEVICE_STATE *>(Context);
}
VOID NTAPI OnActive(PVOID Context, ULONG Component) {
    ++Of(Context).Active[Component];
}
VOID NTAPI OnIdle(PVOID Context, ULONG Component) {
    ++Of(Context).Idle[Component];
    if (!Of(Context).AnswerLate)
        PoFxCompleteIdleCondition(Of(Context).Handle, Component);
}
VOID NTAPI OnState(PVOID Context, ULONG Component, ULONG State) {
    Of(Context).State[Component] = State;
    ++Of(Context).StateChanges;
    PoFxCompleteIdleState(Of(Context).Handle, Component);
}
VOID NTAPI OnRequired(PVOID Context) {
    ++Of(Context).Required;
    PoFxReportDevicePoweredOn(Of(Context).Handle);
}
VOID NTAPI OnNotRequired(PVOID Context) {
    ++Of(Context).NotRequired;
    PoFxCompleteDevicePowerNotRequired(Of(Context).Handle);
}

PO_FX_COMPONENT_IDLE_STATE IdleStates[] = {
    {0, 0, PO_FX_UNKNOWN_POWER}, {1000, 10000, 10}, {50000, 500000, 1}};

struct TWO_COMPONENTS {
    PO_FX_DEVICE_V1 Device;
    PO_FX_COMPONENT_V1 Second;
};

void Describe(TWO_COMPONENTS &Description, DEVICE_STATE &State) {
    RtlZeroMemory(&Description, sizeof Description);
    RtlZeroMemory(&State, sizeof State);
    PO_FX_DEVICE_V1 &Device = Description.Device;
    Device.Version = PO_FX_VERSION_V1;
    Device.ComponentCount = 2;
    Device.ComponentActiveConditionCallback = OnActive;
    Device.ComponentIdleConditionCallback = OnIdle;
    Device.ComponentIdleStateCallback = OnState;
    Device.DevicePowerRequiredCallback = OnRequired;
    Device.DevicePowerNotRequiredCallback = OnNotRequired;
    Device.DeviceContext = &State;
    Device.Components[0].IdleStateCount = 3;
    Device.Components[0].DeepestWakeableIdleState = 1;
    Device.Components[0].IdleStates = IdleStates;
    Description.Second = Device.Components[0];
    Description.Second.IdleStateCount = 1;
    Description.Second.DeepestWakeableIdleState = 0;
}

PPO_FX_DEVICE AsDevice(TWO_COMPONENTS &Description) {
    return reinterpret_cast<PPO_FX_DEVICE>(&Description.Device);
}
} // namespace

EXPORT_CASE(PoFxRegisterDevice, PoFxStartDevicePowerManagement, PoFxUnregisterDevice,
            PoFxActivateComponent, PoFxIdleComponent, PoFxCompleteIdleCondition,
            PoFxCompleteIdleState, PoFxReportDevicePoweredOn, PoFxCompleteDevicePowerNotRequired) {
    TWO_COMPONENTS Description;
    DEVICE_STATE State;
    Describe(Description, State);
    EXPECT_EQ(PoFxRegisterDevice(nullptr, AsDevice(Description), &State.Handle),
              STATUS_INVALID_PARAMETER);
    Description.Device.ComponentCount = 0;
    EXPECT_EQ(PoFxRegisterDevice(Case.PhysicalDevice, AsDevice(Description), &State.Handle),
              STATUS_INVALID_PARAMETER);
    Description.Device.ComponentCount = 2;
    Description.Device.ComponentIdleStateCallback = nullptr; // several states need it
    EXPECT_EQ(PoFxRegisterDevice(Case.PhysicalDevice, AsDevice(Description), &State.Handle),
              STATUS_INVALID_PARAMETER);
    Description.Device.ComponentIdleStateCallback = OnState;
    REQUIRE_SUCCESS(PoFxRegisterDevice(Case.PhysicalDevice, AsDevice(Description), &State.Handle));
    // Active until management starts, and then those without references go idle.
    PoFxActivateComponent(State.Handle, 0, PO_FX_FLAG_BLOCKING);
    EXPECT_EQ(State.Active[0], 0);
    PoFxStartDevicePowerManagement(State.Handle);
    CaseSleep(20);
    EXPECT_EQ(State.Idle[0], 0);
    EXPECT_EQ(State.Idle[1], 1);
    EXPECT_EQ(State.NotRequired, 0);

    PoFxIdleComponent(State.Handle, 0, PO_FX_FLAG_BLOCKING);
    EXPECT_EQ(State.Idle[0], 1);
    CaseSleep(20);
    EXPECT_EQ(State.State[0], 2); // the deepest
    EXPECT_EQ(State.NotRequired, 1);

    PoFxActivateComponent(State.Handle, 0, PO_FX_FLAG_BLOCKING);
    EXPECT_EQ(State.Required, 1);
    EXPECT_EQ(State.State[0], 0);
    EXPECT_EQ(State.Active[0], 1);
    // Counted: the second reference changes nothing, nor does giving it back.
    PoFxActivateComponent(State.Handle, 0, 0);
    PoFxIdleComponent(State.Handle, 0, 0);
    CaseSleep(20);
    EXPECT_EQ(State.Active[0], 1);
    EXPECT_EQ(State.Idle[0], 1);

    State.AnswerLate = true;
    PoFxIdleComponent(State.Handle, 0, PO_FX_FLAG_ASYNC_ONLY);
    CaseSleep(20);
    EXPECT_EQ(State.Idle[0], 2);
    EXPECT_EQ(State.NotRequired, 1); // not before the answer
    PoFxCompleteIdleCondition(State.Handle, 0);
    CaseSleep(20);
    EXPECT_EQ(State.NotRequired, 2);
    PoFxUnregisterDevice(State.Handle);
}

EXPORT_CASE(PoFxSetComponentLatency, PoFxSetComponentResidency, PoFxSetComponentWake) {
    TWO_COMPONENTS Description;
    DEVICE_STATE State;
    Describe(Description, State);
    Description.Device.DevicePowerNotRequiredCallback = nullptr;
    Description.Device.DevicePowerRequiredCallback = nullptr;
    REQUIRE_SUCCESS(PoFxRegisterDevice(Case.PhysicalDevice, AsDevice(Description), &State.Handle));
    PoFxActivateComponent(State.Handle, 1, 0); // keeps the device in D0
    PoFxSetComponentLatency(State.Handle, 0, 2000);
    PoFxStartDevicePowerManagement(State.Handle);
    CaseSleep(20);
    EXPECT_EQ(State.State[0], 1);
    EXPECT_EQ(State.StateChanges, 1);
    PoFxSetComponentLatency(State.Handle, 0, 1000000);
    CaseSleep(20);
    EXPECT_EQ(State.State[0], 2);
    EXPECT_EQ(State.StateChanges, 3); // over F0
    PoFxSetComponentResidency(State.Handle, 0, 100);
    CaseSleep(20);
    EXPECT_EQ(State.State[0], 0);
    PoFxSetComponentResidency(State.Handle, 0, 1000000);
    PoFxSetComponentWake(State.Handle, 0, TRUE);
    CaseSleep(20);
    EXPECT_EQ(State.State[0], 1); // the deepest that can wake
    PoFxUnregisterDevice(State.Handle);
}

EXPORT_CASE(PoFxSetDeviceIdleTimeout, PoFxSetTargetDripsDevicePowerState, PoFxPowerControl) {
    static const GUID Code = {1, 2, 3, {4, 5, 6, 7, 8, 9, 10, 11}};
    TWO_COMPONENTS Description;
    DEVICE_STATE State;
    Describe(Description, State);
    REQUIRE_SUCCESS(PoFxRegisterDevice(Case.PhysicalDevice, AsDevice(Description), &State.Handle));
    SIZE_T Returned = 5;
    EXPECT_EQ(PoFxPowerControl(State.Handle, &Code, nullptr, 0, nullptr, 0, &Returned),
              STATUS_NOT_IMPLEMENTED);
    EXPECT_EQ(Returned, 0);
    PoFxSetTargetDripsDevicePowerState(State.Handle, PowerDeviceD3);
    PoFxSetDeviceIdleTimeout(State.Handle, 2 * 10000000ull);
    PoFxStartDevicePowerManagement(State.Handle);
    CaseSleep(1500);
    EXPECT_EQ(State.NotRequired, 0);
    // Used in between: the time starts again.
    PoFxActivateComponent(State.Handle, 1, PO_FX_FLAG_BLOCKING);
    EXPECT_EQ(State.Required, 0);
    PoFxIdleComponent(State.Handle, 1, PO_FX_FLAG_BLOCKING);
    CaseSleep(1500);
    EXPECT_EQ(State.NotRequired, 0);
    CaseSleep(1000);
    EXPECT_EQ(State.NotRequired, 1);
    PoFxUnregisterDevice(State.Handle);
}

// A provider is active before its dependant, and idle after it.
EXPORT_CASE(PoFxRegisterDevice, PoFxActivateComponent) {
    struct {
        PO_FX_DEVICE_V2 Device;
        PO_FX_COMPONENT_V2 Second;
    } Description = {};
    DEVICE_STATE State = {};
    ULONG Provider = 1;
    Description.Device.Version = PO_FX_VERSION_V2;
    Description.Device.ComponentActiveConditionCallback = OnActive;
    Description.Device.ComponentIdleConditionCallback = OnIdle;
    Description.Device.ComponentIdleStateCallback = OnState;
    Description.Device.DeviceContext = &State;
    Description.Device.ComponentCount = 2;
    Description.Device.Components[0].IdleStateCount = 1;
    Description.Device.Components[0].IdleStates = IdleStates;
    Description.Second = Description.Device.Components[0];
    Description.Device.Components[0].ProviderCount = 1;
    Description.Device.Components[0].Providers = &Provider;
    Description.Second.ProviderCount = 1;
    ULONG Zero = 0;
    Description.Second.Providers = &Zero; // a cycle
    EXPECT_EQ(PoFxRegisterDevice(Case.PhysicalDevice, (PPO_FX_DEVICE)&Description, &State.Handle),
              STATUS_INVALID_PARAMETER);
    Description.Second.ProviderCount = 0;
    REQUIRE_SUCCESS(
        PoFxRegisterDevice(Case.PhysicalDevice, (PPO_FX_DEVICE)&Description, &State.Handle));
    PoFxStartDevicePowerManagement(State.Handle);
    CaseSleep(20);
    EXPECT_EQ(State.Idle[0], 1);
    EXPECT_EQ(State.Idle[1], 1);
    PoFxActivateComponent(State.Handle, 0, PO_FX_FLAG_BLOCKING);
    EXPECT_EQ(State.Active[0], 1);
    EXPECT_EQ(State.Active[1], 1);
    PoFxIdleComponent(State.Handle, 0, PO_FX_FLAG_BLOCKING);
    CaseSleep(20);
    EXPECT_EQ(State.Idle[1], 2);
    PoFxUnregisterDevice(State.Handle);
}

EXPORT_CASE_STOPS(PoFxRegisterDevice, 0xA0) {
    TWO_COMPONENTS Description;
    DEVICE_STATE State;
    Describe(Description, State);
    REQUIRE_SUCCESS(PoFxRegisterDevice(Case.PhysicalDevice, AsDevice(Description), &State.Handle));
    PoFxRegisterDevice(Case.PhysicalDevice, AsDevice(Description), &State.Handle);
}
