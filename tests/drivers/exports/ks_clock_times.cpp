// What clocks tell: through the interface on a pin's own clock and on a master clock, of one-shot
// and of recurring marks, and what a clock's file object refuses.
#include "ks_own_timer.h"

static const GUID Unknown = {0, 0, 0, {0xc0, 0, 0, 0, 0, 0, 0, 0x46}};
static const GUID FastClock = {STATICGUIDOF(IID_IKsFastClock)};
static constexpr LONGLONG Ms = 10000;

static void LookAtClock(PIKSREFERENCECLOCK Clock, LONGLONG AtLeast, KSSTATE State) {
    LONGLONG System = 0, PhysicalSystem = 0;
    const LONGLONG Time = Clock->GetTime();
    const LONGLONG Physical = Clock->GetPhysicalTime();
    const LONGLONG Correlated = Clock->GetCorrelatedTime(&System);
    const LONGLONG CorrelatedPhysical = Clock->GetCorrelatedPhysicalTime(&PhysicalSystem);
    EXPECT_TRUE(Time >= AtLeast && Time < AtLeast + 100 * Ms);
    EXPECT_TRUE(Correlated >= Time && Correlated < Time + 10 * Ms);
    // The presentation time was set; the physical time was not.
    EXPECT_TRUE(Physical < AtLeast);
    EXPECT_TRUE(CorrelatedPhysical >= Physical && CorrelatedPhysical < Physical + 10 * Ms);
    EXPECT_NE(System, 0);
    EXPECT_TRUE(PhysicalSystem >= System);
    KSRESOLUTION Resolution = {};
    EXPECT_SUCCESS(Clock->GetResolution(&Resolution));
    EXPECT_EQ(Resolution.Granularity, 1);
    EXPECT_EQ(Resolution.Error, 156250);
    KSSTATE Found = KSSTATE_STOP;
    EXPECT_SUCCESS(Clock->GetState(&Found));
    EXPECT_EQ(Found, State);
}

static void LookAtInterface(PIKSREFERENCECLOCK Clock) {
    PVOID Found = Clock;
    EXPECT_EQ(Clock->QueryInterface(CaseOwnSet, &Found), STATUS_NOINTERFACE);
    EXPECT_EQ(Found, (PVOID)NULL);
    EXPECT_SUCCESS(Clock->QueryInterface(Unknown, &Found));
    EXPECT_EQ(Found, (PVOID)Clock);
    EXPECT_SUCCESS(Clock->QueryInterface(FastClock, &Found));
    EXPECT_EQ(Found, (PVOID)Clock);
    EXPECT_EQ(Clock->AddRef(), 4u);
    EXPECT_EQ(Clock->Release(), 3u);
    EXPECT_EQ(Clock->Release(), 2u);
    EXPECT_EQ(Clock->Release(), 1u);
}

EXPORT_CASE(KsPinGetReferenceClockInterface, KsPinSetPinClockTime) {
    constexpr LONGLONG Later = 900000 * Ms;
    CASE_FILTER Descriptor;
    CaseInitializeFilter(Descriptor);
    Descriptor.Pins[0].Flags = KSPIN_FLAG_IMPLEMENT_CLOCK;
    CaseStream Stream(Case, Descriptor);
    REQUIRE(Stream.Pin[0] != NULL && Stream.Pin[1] != NULL);
    KSCLOCK_CREATE Create = {0};
    HANDLE Handle = NULL;
    REQUIRE_SUCCESS(KsCreateClock(Stream.File[0].Handle, &Create, &Handle));
    EXPECT_SUCCESS(CaseProperty(Stream.File[1], KSPROPSETID_Stream, KSPROPERTY_STREAM_MASTERCLOCK,
                                KSPROPERTY_TYPE_SET, &Handle, sizeof Handle));
    ZwClose(Handle);
    PIKSREFERENCECLOCK Own = NULL, Master = NULL;
    REQUIRE_SUCCESS(KsPinGetReferenceClockInterface(Stream.Pin[0], &Own));
    REQUIRE_SUCCESS(KsPinGetReferenceClockInterface(Stream.Pin[1], &Master));
    EXPECT_NE(Own, Master);
    LookAtInterface(Own);
    LookAtInterface(Master);
    KsPinSetPinClockTime(Stream.Pin[0], Later);
    KsPinSetPinClockTime(Stream.Pin[1], 1); // it has no clock to set
    EXPECT_EQ(Own->GetTime(), Later);
    EXPECT_EQ(Master->GetTime(), Later);
    EXPECT_SUCCESS(Stream.Set(KSSTATE_RUN));
    CaseSleep(20);
    LookAtClock(Own, Later + 20 * Ms, KSSTATE_RUN);
    LookAtClock(Master, Later + 20 * Ms, KSSTATE_RUN);
    EXPECT_SUCCESS(Stream.Set(KSSTATE_PAUSE));
    CaseSleep(150);
    LookAtClock(Own, Later + 20 * Ms, KSSTATE_PAUSE);
    LookAtClock(Master, Later + 20 * Ms, KSSTATE_PAUSE);
    EXPECT_EQ(Own->Release(), 0u);
    EXPECT_EQ(Master->Release(), 0u);
}

// A default clock of the case's, and file objects on it.
static PKSDEFAULTCLOCK Offered;
static NTSTATUS NTAPI CreateOffered(PDEVICE_OBJECT Device, PIRP Irp) {
    UNREFERENCED_PARAMETER(Device);
    return CaseFinish(Irp, KsCreateDefaultClock(Irp, Offered));
}
namespace {
class ClockFile {
  public:
    explicit ClockFile(CASE_CONTEXT &Case) : Plain_(Case, {}) {
        static WCHAR Name[] = KSSTRING_Clock;
        KSCLOCK_CREATE Request = {0};
        HANDLE Handle = NULL;
        EXPECT_SUCCESS(Plain_.Open(Parent_));
        EXPECT_SUCCESS(KsAddObjectCreateItemToObjectHeader(
            CasePlainDevice::Of(Parent_.Object)->Header, CreateOffered, NULL, Name, NULL));
        if (EXPECT_SUCCESS(KsCreateClock(Parent_.Handle, &Request, &Handle)))
            File.Adopt(Handle);
    }

  private:
    CasePlainDevice Plain_;
    CaseFile Parent_;

  public:
    CaseFile File;
};
} // namespace

EXPORT_CASE(KsCreateDefaultClock, KsAllocateDefaultClock) {
    REQUIRE_SUCCESS(KsAllocateDefaultClock(&Offered));
    {
        ClockFile Own(Case);
        REQUIRE(Own.File.Object != NULL);
        ULONG Data[4] = {}, Returned = 0;
        EXPECT_EQ(CaseControl(Own.File, IOCTL_KS_RESET_STATE, Data, sizeof Data, NULL, 0),
                  STATUS_INVALID_DEVICE_REQUEST);
        EXPECT_EQ(CaseControl(Own.File, IOCTL_KS_METHOD, Data, sizeof Data, NULL, 0),
                  STATUS_PROPSET_NOT_FOUND);
        KSSTATE State = KSSTATE_RUN;
        EXPECT_SUCCESS(CaseProperty(Own.File, KSPROPSETID_Clock, KSPROPERTY_CLOCK_STATE,
                                    KSPROPERTY_TYPE_GET, &State, sizeof State, &Returned));
        EXPECT_EQ(State, KSSTATE_STOP);
        EXPECT_EQ(Returned, sizeof State);
        IO_STATUS_BLOCK IoStatus = {};
        EXPECT_EQ(
            KsReadFile(Own.File.Object, NULL, NULL, &IoStatus, Data, sizeof Data, 0, KernelMode),
            STATUS_INVALID_DEVICE_REQUEST);
        EXPECT_EQ(
            KsWriteFile(Own.File.Object, NULL, NULL, &IoStatus, Data, sizeof Data, 0, KernelMode),
            STATUS_INVALID_DEVICE_REQUEST);
    }
    KsFreeDefaultClock(Offered);
}

static CaseOwnTimer Timer;

EXPORT_CASE(KsAllocateDefaultClockEx, KsFreeDefaultClock) {
    Timer = {};
    Timer.Now = 1000;
    REQUIRE_SUCCESS(KsAllocateDefaultClockEx(&Offered, &Timer, CaseOwnTimer::Set,
                                             CaseOwnTimer::Cancel, CaseOwnTimer::GetTime, NULL, 0));
    {
        ClockFile Own(Case);
        REQUIRE(Own.File.Object != NULL);
        KSRESOLUTION Resolution = {9, 9};
        EXPECT_SUCCESS(CaseProperty(Own.File, KSPROPSETID_Clock, KSPROPERTY_CLOCK_RESOLUTION,
                                    KSPROPERTY_TYPE_GET, &Resolution, sizeof Resolution));
        EXPECT_EQ(Resolution.Granularity, 1);
        EXPECT_EQ(Resolution.Error, 0); // the timer's owner would know
        KSCORRELATED_TIME Both = {};
        EXPECT_SUCCESS(CaseProperty(Own.File, KSPROPSETID_Clock,
                                    KSPROPERTY_CLOCK_CORRELATEDPHYSICALTIME, KSPROPERTY_TYPE_GET,
                                    &Both, sizeof Both));
        EXPECT_EQ(Both.Time, 1000);
        EXPECT_EQ(Both.SystemTime, 3);
        CaseWatch Often, Once;
        Often.Interval.TimeBase = 1200;
        Often.Interval.Interval = 100;
        Once.Interval.TimeBase = 1100;
        Once.Interval.Interval = 10;
        KsSetDefaultClockState(Offered, KSSTATE_RUN);
        EXPECT_EQ(Timer.Sets, 0); // no marks
        REQUIRE_SUCCESS(Often.Enable(Own.File, KSEVENTSETID_Clock, KSEVENT_CLOCK_INTERVAL_MARK));
        EXPECT_EQ(Timer.Due, -200);
        REQUIRE_SUCCESS(Once.Enable(Own.File, KSEVENTSETID_Clock, KSEVENT_CLOCK_INTERVAL_MARK,
                                    KSEVENT_TYPE_ONESHOT));
        EXPECT_EQ(Timer.Due, -100); // the earlier one
        EXPECT_EQ(Timer.Sets, 2);
        Timer.Reach(1100);
        EXPECT_TRUE(Once.Signalled());
        EXPECT_FALSE(Often.Signalled());
        EXPECT_EQ(Timer.Due, -100); // the one that is left
        Timer.Reach(1200);
        EXPECT_TRUE(Often.Signalled());
        EXPECT_FALSE(Once.Signalled());
        EXPECT_EQ(Timer.Due, -100);
        // One notification for all that have passed.
        Timer.Reach(1550);
        EXPECT_TRUE(Often.Signalled());
        EXPECT_FALSE(Often.Signalled());
        EXPECT_EQ(Timer.Due, -50);
        Timer.Reach(1599);
        EXPECT_FALSE(Often.Signalled());
        EXPECT_EQ(Timer.Due, -1);
        // Paused, the timer is taken back; what was too late for that does nothing.
        const PKDPC Late = Timer.Dpc;
        KsSetDefaultClockState(Offered, KSSTATE_PAUSE);
        EXPECT_EQ(Timer.Cancels, 1);
        KsSetDefaultClockState(Offered, KSSTATE_RUN);
        EXPECT_EQ(Timer.Dpc, Late);
        EXPECT_EQ(Timer.Due, -1);
        EXPECT_SUCCESS(Often.Disable(Own.File));
        Timer.Reach(1700);
        EXPECT_FALSE(Often.Signalled());
        EXPECT_EQ(Timer.Dpc, (PKDPC)NULL); // nothing to wait for
        // The owner's going takes the timer back, too.
        REQUIRE_SUCCESS(Often.Enable(Own.File, KSEVENTSETID_Clock, KSEVENT_CLOCK_INTERVAL_MARK));
        EXPECT_TRUE(Often.Signalled()); // long due
        EXPECT_TRUE(Timer.Dpc != NULL);
        KsFreeDefaultClock(Offered);
        EXPECT_EQ(Timer.Dpc, (PKDPC)NULL);
        EXPECT_EQ(Timer.Cancels, 2);
        LONGLONG Time = 0;
        EXPECT_SUCCESS(CaseProperty(Own.File, KSPROPSETID_Clock, KSPROPERTY_CLOCK_TIME,
                                    KSPROPERTY_TYPE_GET, &Time, sizeof Time));
        EXPECT_EQ(Time, 1700);
    }
}

// A time that is set while the clock runs counts from there, and reaches marks.
EXPORT_CASE(KsSetDefaultClockTime, KsSetDefaultClockState) {
    REQUIRE_SUCCESS(KsAllocateDefaultClock(&Offered));
    {
        ClockFile Own(Case);
        REQUIRE(Own.File.Object != NULL);
        CaseWatch Mark;
        Mark.Mark.MarkTime = 5000 * Ms;
        REQUIRE_SUCCESS(Mark.Enable(Own.File, KSEVENTSETID_Clock, KSEVENT_CLOCK_POSITION_MARK));
        KsSetDefaultClockState(Offered, KSSTATE_RUN);
        CaseSleep(20);
        EXPECT_FALSE(Mark.Signalled());
        KsSetDefaultClockTime(Offered, 5000 * Ms);
        EXPECT_TRUE(Mark.Signalled());
        KsSetDefaultClockState(Offered, KSSTATE_RUN); // already
        CaseSleep(20);
        const LONGLONG Time = KsGetDefaultClockTime(Offered);
        EXPECT_TRUE(Time >= 5020 * Ms && Time < 5100 * Ms);
        KsSetDefaultClockState(Offered, KSSTATE_STOP);
        KsSetDefaultClockState(Offered, KSSTATE_ACQUIRE); // stands still
        EXPECT_TRUE(KsGetDefaultClockTime(Offered) >= Time);
        EXPECT_TRUE(KsGetDefaultClockTime(Offered) < Time + 10 * Ms);
    }
    KsFreeDefaultClock(Offered);
}
