// Clocks: a driver's own default clock, a pin's, and the interface on either.
#include "ks_own_timer.h"

static constexpr LONGLONG Millisecond = 10000; // in clock units

EXPORT_CASE(KsAllocateDefaultClock, KsFreeDefaultClock, KsGetDefaultClockState,
            KsSetDefaultClockState, KsGetDefaultClockTime, KsSetDefaultClockTime) {
    PKSDEFAULTCLOCK Clock = NULL;
    REQUIRE_SUCCESS(KsAllocateDefaultClock(&Clock));
    EXPECT_EQ(KsGetDefaultClockState(Clock), KSSTATE_STOP);
    EXPECT_EQ(KsGetDefaultClockTime(Clock), 0);
    KsSetDefaultClockTime(Clock, 5000);
    CaseSleep(20);
    EXPECT_EQ(KsGetDefaultClockTime(Clock), 5000);
    KsSetDefaultClockState(Clock, KSSTATE_RUN);
    EXPECT_EQ(KsGetDefaultClockState(Clock), KSSTATE_RUN);
    CaseSleep(50);
    const LONGLONG Running = KsGetDefaultClockTime(Clock);
    EXPECT_TRUE(Running >= 5000 + 50 * Millisecond && Running < 5000 + 200 * Millisecond);
    KsSetDefaultClockState(Clock, KSSTATE_PAUSE);
    const LONGLONG Paused = KsGetDefaultClockTime(Clock);
    CaseSleep(20);
    EXPECT_EQ(KsGetDefaultClockTime(Clock), Paused);
    KsFreeDefaultClock(Clock);
}

// A clock file object below a plain object, as a pin without AVStream offers it.
static PKSDEFAULTCLOCK OfferedClock;
static NTSTATUS ValidatedStatus;
static NTSTATUS NTAPI CreateClock(PDEVICE_OBJECT Device, PIRP Irp) {
    UNREFERENCED_PARAMETER(Device);
    PKSCLOCK_CREATE Create = NULL;
    ValidatedStatus = KsValidateClockCreateRequest(Irp, &Create);
    if (NT_SUCCESS(ValidatedStatus)) {
        KSCLOCK_CREATE Seen; // what follows the name of a create request is not aligned
        RtlCopyMemory(&Seen, Create, sizeof Seen);
        EXPECT_EQ(Seen.CreateFlags, 0u);
    }
    return CaseFinish(Irp, KsCreateDefaultClock(Irp, OfferedClock));
}

namespace {
class ClockObject {
  public:
    explicit ClockObject(CASE_CONTEXT &Case) : Plain_(Case, {}) {
        static WCHAR Name[] = KSSTRING_Clock;
        EXPECT_SUCCESS(Plain_.Open(Parent_));
        EXPECT_SUCCESS(KsAddObjectCreateItemToObjectHeader(
            CasePlainDevice::Of(Parent_.Object)->Header, CreateClock, NULL, Name, NULL));
    }
    NTSTATUS Create(ULONG Flags) {
        KSCLOCK_CREATE Request;
        HANDLE Handle = NULL;
        Request.CreateFlags = Flags;
        const NTSTATUS Status = KsCreateClock(Parent_.Handle, &Request, &Handle);
        return NT_SUCCESS(Status) ? File.Adopt(Handle) : Status;
    }

  private:
    CasePlainDevice Plain_;
    CaseFile Parent_;

  public:
    CaseFile File;
};
} // namespace

EXPORT_CASE(KsCreateDefaultClock, KsCreateClock, KsValidateClockCreateRequest) {
    REQUIRE_SUCCESS(KsAllocateDefaultClock(&OfferedClock));
    KsSetDefaultClockTime(OfferedClock, 777);
    {
        ClockObject Own(Case);
        EXPECT_EQ(Own.Create(1), STATUS_INVALID_PARAMETER);
        EXPECT_EQ(ValidatedStatus, STATUS_INVALID_PARAMETER);
        REQUIRE_SUCCESS(Own.Create(0));
        EXPECT_SUCCESS(ValidatedStatus);
        LONGLONG Time = 0;
        EXPECT_SUCCESS(CaseProperty(Own.File, KSPROPSETID_Clock, KSPROPERTY_CLOCK_TIME,
                                    KSPROPERTY_TYPE_GET, &Time, sizeof Time));
        EXPECT_EQ(Time, 777);
        KSCLOCK_FUNCTIONTABLE Table = {};
        EXPECT_SUCCESS(CaseProperty(Own.File, KSPROPSETID_Clock, KSPROPERTY_CLOCK_FUNCTIONTABLE,
                                    KSPROPERTY_TYPE_GET, &Table, sizeof Table));
        REQUIRE(Table.GetTime != NULL);
        EXPECT_EQ(Table.GetTime(Own.File.Object), 777);
        // The owner goes first: the file object goes on telling the time, which stands.
        KsFreeDefaultClock(OfferedClock);
        EXPECT_EQ(Table.GetTime(Own.File.Object), 777);
    }
}

// An owner's own time and timer: marks are set by deltas to its presentation time.
static CaseOwnTimer OwnTimer;

EXPORT_CASE(KsAllocateDefaultClockEx) {
    const KSRESOLUTION Resolution = {100, 200};
    EXPECT_EQ(
        KsAllocateDefaultClockEx(&OfferedClock, NULL, NULL, NULL, CaseOwnTimer::GetTime, NULL, 0),
        STATUS_INVALID_PARAMETER);
    EXPECT_EQ(
        KsAllocateDefaultClockEx(&OfferedClock, &OwnTimer, CaseOwnTimer::Set, NULL, NULL, NULL, 0),
        STATUS_INVALID_PARAMETER);
    OfferedClock = static_cast<PKSDEFAULTCLOCK>(&OwnTimer);
    EXPECT_EQ(KsAllocateDefaultClockEx(&OfferedClock, &OwnTimer, NULL, CaseOwnTimer::Cancel, NULL,
                                       NULL, 0),
              STATUS_INVALID_PARAMETER);
    EXPECT_EQ(OfferedClock, (PVOID)NULL);
    EXPECT_EQ(KsAllocateDefaultClockEx(&OfferedClock, NULL, CaseOwnTimer::Set, CaseOwnTimer::Cancel,
                                       NULL, NULL, 0),
              STATUS_INVALID_PARAMETER);
    EXPECT_EQ(KsAllocateDefaultClockEx(&OfferedClock, NULL, NULL, NULL, NULL, NULL, 1),
              STATUS_INVALID_PARAMETER);
    // A granularity is told by who tells the time, an error by who keeps the timer.
    const KSRESOLUTION Granular = {100, 0}, Late = {0, 200}, None = {0, 0};
    EXPECT_EQ(KsAllocateDefaultClockEx(&OfferedClock, &OwnTimer, CaseOwnTimer::Set,
                                       CaseOwnTimer::Cancel, NULL, &Granular, 0),
              STATUS_INVALID_PARAMETER);
    EXPECT_EQ(KsAllocateDefaultClockEx(&OfferedClock, &OwnTimer, NULL, NULL, CaseOwnTimer::GetTime,
                                       &Late, 0),
              STATUS_INVALID_PARAMETER);
    REQUIRE_SUCCESS(KsAllocateDefaultClockEx(&OfferedClock, NULL, NULL, NULL, NULL, &None, 0));
    KsFreeDefaultClock(OfferedClock);
    OwnTimer = {};
    OwnTimer.Now = 1000;
    REQUIRE_SUCCESS(KsAllocateDefaultClockEx(&OfferedClock, &OwnTimer, CaseOwnTimer::Set,
                                             CaseOwnTimer::Cancel, CaseOwnTimer::GetTime,
                                             &Resolution, 0));
    EXPECT_EQ(KsGetDefaultClockTime(OfferedClock), 1000);
    {
        ClockObject Own(Case);
        REQUIRE_SUCCESS(Own.Create(0));
        KSRESOLUTION Found = {};
        EXPECT_SUCCESS(CaseProperty(Own.File, KSPROPSETID_Clock, KSPROPERTY_CLOCK_RESOLUTION,
                                    KSPROPERTY_TYPE_GET, &Found, sizeof Found));
        EXPECT_EQ(Found.Granularity, 100);
        EXPECT_EQ(Found.Error, 200);
        CaseWatch Mark;
        Mark.Mark.MarkTime = 1500;
        REQUIRE_SUCCESS(Mark.Enable(Own.File, KSEVENTSETID_Clock, KSEVENT_CLOCK_POSITION_MARK));
        // It stands: nothing is to be waited for.
        EXPECT_EQ(OwnTimer.Sets, 0);
        KsSetDefaultClockState(OfferedClock, KSSTATE_RUN);
        EXPECT_EQ(OwnTimer.Sets, 1);
        EXPECT_EQ(OwnTimer.Due, -500);
        OwnTimer.Reach(1400); // too early
        EXPECT_FALSE(Mark.Signalled());
        EXPECT_EQ(OwnTimer.Due, -100);
        OwnTimer.Reach(1500);
        EXPECT_TRUE(Mark.Signalled());
        Mark.Disable(Own.File);
        Mark.Mark.MarkTime = 9000;
        REQUIRE_SUCCESS(Mark.Enable(Own.File, KSEVENTSETID_Clock, KSEVENT_CLOCK_POSITION_MARK));
        EXPECT_EQ(OwnTimer.Due, -7500);
        KsSetDefaultClockState(OfferedClock, KSSTATE_STOP);
        EXPECT_EQ(OwnTimer.Cancels, 1);
    }
    KsFreeDefaultClock(OfferedClock);
}

// Notifications at a time and at intervals, by KeSetTimer.
EXPORT_CASE(KsSetDefaultClockState, KsCreateDefaultClock) {
    REQUIRE_SUCCESS(KsAllocateDefaultClock(&OfferedClock));
    {
        ClockObject Own(Case);
        REQUIRE_SUCCESS(Own.Create(0));
        CaseWatch Once, Often, Wrong;
        Once.Mark.MarkTime = 100 * Millisecond;
        Often.Interval.TimeBase = 50 * Millisecond;
        Often.Interval.Interval = 40 * Millisecond;
        EXPECT_EQ(Wrong.Enable(Own.File, KSEVENTSETID_Clock, KSEVENT_CLOCK_INTERVAL_MARK),
                  STATUS_INVALID_PARAMETER);
        REQUIRE_SUCCESS(Once.Enable(Own.File, KSEVENTSETID_Clock, KSEVENT_CLOCK_POSITION_MARK));
        REQUIRE_SUCCESS(Often.Enable(Own.File, KSEVENTSETID_Clock, KSEVENT_CLOCK_INTERVAL_MARK));
        KsSetDefaultClockState(OfferedClock, KSSTATE_RUN);
        EXPECT_TRUE(Often.WaitFor(1000));
        EXPECT_TRUE(KsGetDefaultClockTime(OfferedClock) >= 50 * Millisecond);
        EXPECT_FALSE(Once.Signalled());
        EXPECT_TRUE(Once.WaitFor(1000));
        EXPECT_TRUE(KsGetDefaultClockTime(OfferedClock) >= 100 * Millisecond);
        for (int Round = 0; Round < 3; ++Round)
            EXPECT_TRUE(Often.WaitFor(100));
        EXPECT_FALSE(Once.WaitFor(200));
        KsSetDefaultClockState(OfferedClock, KSSTATE_PAUSE);
        KeFlushQueuedDpcs(); // one may have begun before
        Often.Signalled();
        EXPECT_FALSE(Often.WaitFor(200));
        EXPECT_SUCCESS(Often.Disable(Own.File));
    }
    KsFreeDefaultClock(OfferedClock);
}

EXPORT_CASE(KsPinGetReferenceClockInterface, KsPinSetPinClockTime) {
    CASE_FILTER Descriptor;
    CaseInitializeFilter(Descriptor);
    Descriptor.Pins[0].Flags = KSPIN_FLAG_IMPLEMENT_CLOCK;
    CaseStream Stream(Case, Descriptor);
    REQUIRE(Stream.Pin[0] != NULL && Stream.Pin[1] != NULL);
    PIKSREFERENCECLOCK Clock = NULL;
    // No clock of its own, no master clock.
    EXPECT_EQ(KsPinGetReferenceClockInterface(Stream.Pin[1], &Clock), STATUS_DEVICE_NOT_READY);
    EXPECT_EQ(Clock, (PIKSREFERENCECLOCK)NULL);
    REQUIRE_SUCCESS(KsPinGetReferenceClockInterface(Stream.Pin[0], &Clock));
    KsPinSetPinClockTime(Stream.Pin[0], 4321);
    EXPECT_EQ(Clock->GetTime(), 4321);
    EXPECT_SUCCESS(Stream.Set(KSSTATE_RUN));
    CaseSleep(30);
    EXPECT_TRUE(Clock->GetTime() >= 4321 + 30 * Millisecond);
    KSSTATE State = KSSTATE_STOP;
    EXPECT_SUCCESS(Clock->GetState(&State));
    EXPECT_EQ(State, KSSTATE_RUN);
    LONGLONG SystemTime = 0;
    EXPECT_TRUE(Clock->GetCorrelatedTime(&SystemTime) >= 4321 + 30 * Millisecond);
    EXPECT_NE(SystemTime, 0);
    EXPECT_EQ(Clock->Release(), 0u);
}
