// Service groups, and routines called every second.
#include "support/pc_case.h"

namespace {

class Sink : public CaseObject<IServiceSink> {
  public:
    Sink() : CaseObject(IID_IServiceSink) {}
    STDMETHODIMP_(void) RequestService() {
        ++Calls;
        Irql = KeGetCurrentIrql();
        Order = InterlockedIncrement(Clock);
        if (Leaves != nullptr)
            Leaves->RemoveMember(this);
    }
    LONG Calls = 0;
    LONG Order = 0;
    KIRQL Irql = 0xff;
    PLONG Clock = nullptr;
    PSERVICEGROUP Leaves = nullptr;
};

// A timer routine's counter.
struct Ticks {
    PDEVICE_OBJECT Device;
    LONG Count;
    KIRQL Irql;
    bool Leaves;
    NTSTATUS Left;
};

VOID NTAPI Tick(PDEVICE_OBJECT Device, PVOID Context) {
    auto *Own = static_cast<Ticks *>(Context);
    Own->Device = Device;
    Own->Irql = KeGetCurrentIrql();
    ++Own->Count;
    if (Own->Leaves)
        Own->Left = PcUnregisterIoTimeout(Device, Tick, Context);
}

} // namespace

EXPORT_CASE(PcNewServiceGroup) {
    EXPECT_EQ(PcNewServiceGroup(nullptr, nullptr), STATUS_INVALID_PARAMETER);
    PSERVICEGROUP Group = nullptr;
    REQUIRE_SUCCESS(PcNewServiceGroup(&Group, nullptr));
    LONG Clock = 0;
    Sink First, Second;
    First.Clock = Second.Clock = &Clock;
    EXPECT_EQ(Group->AddMember(nullptr), STATUS_INVALID_PARAMETER);
    EXPECT_SUCCESS(Group->AddMember(&First));
    EXPECT_EQ(First.References, 2);
    EXPECT_SUCCESS(Group->AddMember(&Second));

    KIRQL Before;
    KeRaiseIrql(CaseInterruptIrql, &Before);
    Group->RequestService(); // as an interrupt service routine does
    Group->RequestService();
    EXPECT_EQ(First.Calls, 0);
    KeLowerIrql(Before);
    KeFlushQueuedDpcs();
    EXPECT_EQ(First.Calls, 1); // two requests before the DPC are one
    EXPECT_EQ(Second.Calls, 1);
    EXPECT_EQ(First.Irql, DISPATCH_LEVEL);
    EXPECT_TRUE(First.Order < Second.Order);

    Group->RemoveMember(&First);
    EXPECT_EQ(First.References, 1);
    Group->RemoveMember(&First); // no member any more
    EXPECT_EQ(First.References, 1);
    Second.Leaves = Group;
    Group->RequestService();
    KeFlushQueuedDpcs();
    EXPECT_EQ(First.Calls, 1);
    EXPECT_EQ(Second.Calls, 2);
    EXPECT_EQ(Second.References, 1);
    Group->RequestService();
    KeFlushQueuedDpcs();
    EXPECT_EQ(Second.Calls, 2);

    Second.Leaves = nullptr;
    EXPECT_SUCCESS(Group->AddMember(&Second));
    EXPECT_EQ(Group->Release(), 0);
    EXPECT_EQ(Second.References, 1); // members of a group that goes are released
}

// Who leaves while it is served takes nobody's turn.
EXPORT_CASE(PcNewServiceGroup) {
    PSERVICEGROUP Group = nullptr;
    REQUIRE_SUCCESS(PcNewServiceGroup(&Group, nullptr));
    LONG Clock = 0;
    Sink Members[3];
    for (Sink &One : Members) {
        One.Clock = &Clock;
        EXPECT_SUCCESS(Group->AddMember(&One));
    }
    Members[0].Leaves = Members[1].Leaves = Group;
    Group->RequestService();
    KeFlushQueuedDpcs();
    for (const Sink &One : Members)
        EXPECT_EQ(One.Calls, 1);
    Group->RequestService();
    KeFlushQueuedDpcs();
    EXPECT_EQ(Members[0].Calls, 1);
    EXPECT_EQ(Members[1].Calls, 1);
    EXPECT_EQ(Members[2].Calls, 2);
    EXPECT_EQ(Members[0].References, 1);
    EXPECT_EQ(Members[1].References, 1);
    EXPECT_EQ(Group->Release(), 0);
    EXPECT_EQ(Members[2].References, 1);
}

EXPORT_CASE(PcNewServiceGroup) {
    PSERVICEGROUP Group = nullptr;
    REQUIRE_SUCCESS(PcNewServiceGroup(&Group, nullptr));
    LONG Clock = 0;
    Sink Member;
    Member.Clock = &Clock;
    EXPECT_SUCCESS(Group->AddMember(&Member));
    Group->SupportDelayedService();
    Group->RequestDelayedService(ULONGLONG(-10 * 10000LL));
    CaseSleep(5);
    EXPECT_EQ(Member.Calls, 0);
    CaseSleep(40);
    EXPECT_EQ(Member.Calls, 1);
    EXPECT_EQ(Member.Irql, DISPATCH_LEVEL);
    Group->RequestDelayedService(ULONGLONG(-10 * 10000LL));
    Group->RequestDelayedService(ULONGLONG(-500 * 10000LL)); // replaces the one before
    CaseSleep(100);
    EXPECT_EQ(Member.Calls, 1);
    CaseSleep(500);
    EXPECT_EQ(Member.Calls, 2);
    Group->RequestDelayedService(ULONGLONG(-10 * 10000LL));
    Group->CancelDelayedService();
    CaseSleep(100);
    EXPECT_EQ(Member.Calls, 2);
    Group->RequestDelayedService(ULONGLONG(-10 * 10000LL));
    EXPECT_EQ(Group->Release(), 0); // the timer goes, too
    CaseSleep(100);
    EXPECT_EQ(Member.Calls, 2);
}

EXPORT_CASE(PcNewServiceGroup) {
    CaseObject<IUnknown> Outer(IID_IPortEvents);
    PSERVICEGROUP Group = nullptr;
    REQUIRE_SUCCESS(PcNewServiceGroup(&Group, &Outer));
    PVOID Found = nullptr;
    EXPECT_SUCCESS(Group->QueryInterface(IID_IServiceSink, &Found));
    EXPECT_EQ(Found, static_cast<PVOID>(static_cast<PSERVICESINK>(Group)));
    EXPECT_EQ(Outer.Queries, 0);
    Group->Release();
    EXPECT_SUCCESS(Group->QueryInterface(IID_IPortEvents, &Found));
    EXPECT_EQ(Found, static_cast<PVOID>(&Outer));
    EXPECT_EQ(Outer.References, 2);
    EXPECT_EQ(Group->QueryInterface(IID_IPort, &Found), STATUS_INVALID_PARAMETER);
    EXPECT_EQ(Found, nullptr);
    EXPECT_EQ(Group->Release(), 0);
}

EXPORT_CASE(PcRegisterIoTimeout, PcUnregisterIoTimeout) {
    Ticks First = {}, Second = {};
    EXPECT_EQ(PcUnregisterIoTimeout(Case.Device, Tick, &First), STATUS_NOT_FOUND);
    EXPECT_EQ(PcRegisterIoTimeout(Case.Device, nullptr, &First), STATUS_INVALID_PARAMETER);
    EXPECT_SUCCESS(PcRegisterIoTimeout(Case.Device, Tick, &First));
    EXPECT_EQ(PcRegisterIoTimeout(Case.Device, Tick, &First), STATUS_UNSUCCESSFUL);
    Second.Leaves = true;
    EXPECT_SUCCESS(PcRegisterIoTimeout(Case.Device, Tick, &Second));
    CaseSleep(3500);
    EXPECT_EQ(First.Count, 3);
    EXPECT_EQ(First.Device, Case.Device);
    EXPECT_EQ(First.Irql, DISPATCH_LEVEL);
    EXPECT_EQ(Second.Count, 1); // it left by itself
    EXPECT_SUCCESS(Second.Left);
    EXPECT_SUCCESS(PcUnregisterIoTimeout(Case.Device, Tick, &First));
    EXPECT_EQ(PcUnregisterIoTimeout(Case.Device, Tick, &First), STATUS_NOT_FOUND);
    CaseSleep(2500);
    EXPECT_EQ(First.Count, 3);
    EXPECT_SUCCESS(PcRegisterIoTimeout(Case.Device, Tick, &First)); // the timer starts again
    CaseSleep(1500);
    EXPECT_EQ(First.Count, 4);
    EXPECT_SUCCESS(PcUnregisterIoTimeout(Case.Device, Tick, &First));
}

EXPORT_CASE(PcGetTimeInterval) {
    LARGE_INTEGER Before, After;
    KeQuerySystemTimePrecise(&Before);
    const ULONGLONG Start = PcGetTimeInterval(0);
    KeQuerySystemTimePrecise(&After);
    EXPECT_TRUE(Start >= ULONGLONG(Before.QuadPart) && Start <= ULONGLONG(After.QuadPart));
    CaseSleep(30);
    const ULONGLONG Interval = PcGetTimeInterval(Start);
    EXPECT_TRUE(Interval >= GTI_MILLISECONDS(30));
    EXPECT_TRUE(Interval < GTI_SECONDS(1));
}
