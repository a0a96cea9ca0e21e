// An adapter's component in the power management framework. What PortCls does with the settings is
// inferred.
#include "adapter_fixture.h"

namespace {

struct {
    LONG Posts, Pres, Actives, Idles, States;
    ULONG State;
    POHANDLE Handle;
    NTSTATUS Answer;
} Fx;

NTSTATUS NTAPI Post(PVOID Context, POHANDLE Handle) {
    EXPECT_EQ(Context, &Fx);
    EXPECT_EQ(KeGetCurrentIrql(), PASSIVE_LEVEL);
    ++Fx.Posts;
    if (NT_SUCCESS(Fx.Answer))
        Fx.Handle = Handle;
    return Fx.Answer;
}
VOID NTAPI Pre(PVOID Context, POHANDLE Handle) {
    EXPECT_EQ(Context, &Fx);
    EXPECT_EQ(Handle, Fx.Handle);
    ++Fx.Pres;
    Fx.Handle = nullptr;
}
VOID NTAPI Active(PVOID Context, ULONG Component) {
    EXPECT_EQ(Context, &Fx);
    EXPECT_EQ(Component, 0);
    EXPECT_EQ(Fx.State, 0); // back in F0 first
    ++Fx.Actives;
}
VOID NTAPI Idle(PVOID Context, ULONG Component) {
    EXPECT_EQ(Context, &Fx);
    ++Fx.Idles;
    PoFxCompleteIdleCondition(Fx.Handle, Component);
}
VOID NTAPI IdleState(PVOID Context, ULONG Component, ULONG State) {
    EXPECT_EQ(Context, &Fx);
    ++Fx.States;
    Fx.State = State;
    PoFxCompleteIdleState(Fx.Handle, Component);
}

NTSTATUS Send(CASE_CONTEXT &Case, UCHAR Minor) {
    CaseIrp Request(Case.Device, IRP_MJ_PNP, Minor);
    return Request.Send();
}

} // namespace

EXPORT_CASE(PcAssignPowerFrameworkSettings) {
    EXPECT_SUCCESS(Send(Case, IRP_MN_STOP_DEVICE)); // it may have been assigned before
    RtlZeroMemory(&Fx, sizeof Fx);
    PO_FX_COMPONENT_IDLE_STATE States[2] = {};
    States[1].TransitionLatency = 10000;
    States[1].ResidencyRequirement = 20000;
    PO_FX_COMPONENT_V1 Component = {};
    Component.IdleStateCount = 2;
    PC_POWER_FRAMEWORK_SETTINGS Settings;
    PC_POWER_FRAMEWORK_SETTINGS_INIT(&Settings);
    Settings.EvtPcPostPoFxRegisterDevice = Post;
    Settings.EvtPcPrePoFxUnregisterDevice = Pre;
    Settings.ComponentActiveConditionCallback = Active;
    Settings.ComponentIdleConditionCallback = Idle;
    Settings.ComponentIdleStateCallback = IdleState;
    Settings.PoFxDeviceContext = &Fx;
    const auto Assign = [&] { return PcAssignPowerFrameworkSettings(Case.Device, &Settings); };
    EXPECT_EQ(PcAssignPowerFrameworkSettings(Case.Device, nullptr), STATUS_INVALID_PARAMETER);
    EXPECT_EQ(Assign(), STATUS_INVALID_PARAMETER); // it names no component
    Settings.Component = &Component;
    EXPECT_EQ(Assign(), STATUS_INVALID_PARAMETER); // nor that a state
    Component.IdleStates = States;
    const ULONG Count = Component.IdleStateCount;
    Component.IdleStateCount = 0;
    EXPECT_EQ(Assign(), STATUS_INVALID_PARAMETER);
    Component.IdleStateCount = 1; // F0 alone
    EXPECT_SUCCESS(Assign());
    Component.IdleStateCount = Count;
    EXPECT_EQ(PcAssignPowerFrameworkSettings(nullptr, &Settings), STATUS_INVALID_PARAMETER);
    EXPECT_EQ(PcAssignPowerFrameworkSettings(Case.PhysicalDevice, &Settings),
              STATUS_INVALID_PARAMETER);
    Settings.Size -= 8;
    EXPECT_EQ(Assign(), STATUS_INVALID_PARAMETER);
    Settings.Size += 8;
    REQUIRE_SUCCESS(Assign());
    RtlZeroMemory(States, sizeof States); // PortCls has a copy
    EXPECT_EQ(Fx.Posts, 0);

    Fx.Answer = STATUS_DEVICE_NOT_READY;
    EXPECT_EQ(Send(Case, IRP_MN_START_DEVICE), STATUS_DEVICE_NOT_READY);
    EXPECT_EQ(Fx.Posts, 1);
    EXPECT_EQ(Fx.Pres, 0);
    Fx.Answer = STATUS_SUCCESS;
    REQUIRE_SUCCESS(Send(Case, IRP_MN_START_DEVICE));
    EXPECT_EQ(Fx.Posts, 2);
    EXPECT_EQ(Assign(), STATUS_INVALID_DEVICE_STATE);
    CaseSleep(10);
    EXPECT_EQ(Fx.Idles, 1); // nobody has come since
    EXPECT_EQ(Fx.State, 1);
    EXPECT_EQ(Fx.Actives, 0);

    CaseLink Link(Case, KSCATEGORY_AUDIO, L"Main");
    REQUIRE(Link.Found());
    CaseFile Filter;
    REQUIRE_SUCCESS(Filter.Open(&Link.Text));
    EXPECT_TRUE(Fx.Actives >= 1);
    CaseSleep(10);
    EXPECT_EQ(Fx.Idles, Fx.Actives + 1);
    EXPECT_EQ(Fx.State, 1);
    const LONG Before = Fx.Actives;
    EXPECT_EQ(CasePinCount(Filter), 2);
    EXPECT_TRUE(Fx.Actives > Before);
    Filter.Close();
    CaseSleep(10);
    EXPECT_EQ(Fx.Idles, Fx.Actives + 1);

    EXPECT_SUCCESS(Send(Case, IRP_MN_STOP_DEVICE));
    EXPECT_EQ(Fx.Pres, 1);
    EXPECT_SUCCESS(Send(Case, IRP_MN_START_DEVICE));
    EXPECT_EQ(Fx.Posts, 3);
}
