// ExAllocateTimer and the clock's resolution.
#include "support/case.h"

extern "C" VOID NTAPI ExQueryTimerResolution(PULONG MaximumTime, PULONG MinimumTime,
                                             PULONG CurrentTime);

namespace {
struct RUNS {
    volatile LONG Count;
    ULONGLONG Last;
};
VOID NTAPI Expired(PEX_TIMER, PVOID Context) {
    RUNS *Runs = static_cast<RUNS *>(Context);
    EXPECT_EQ(KeGetCurrentIrql(), DISPATCH_LEVEL);
    ULONG64 Counter;
    Runs->Last = KeQueryInterruptTimePrecise(&Counter);
    InterlockedIncrement(&Runs->Count);
}
} // namespace

EXPORT_CASE(ExAllocateTimer, ExSetTimer, ExCancelTimer, ExDeleteTimer) {
    RUNS Runs = {};
    PEX_TIMER Timer = ExAllocateTimer(Expired, &Runs, 0);
    REQUIRE(Timer != nullptr);
    EXPECT_FALSE(ExCancelTimer(Timer, nullptr));
    EXPECT_FALSE(ExSetTimer(Timer, -300000, 0, nullptr));
    EXPECT_TRUE(ExSetTimer(Timer, -200000, 0, nullptr)); // it was set
    CaseSleep(100);
    EXPECT_EQ(Runs.Count, 1);
    EXPECT_FALSE(ExSetTimer(Timer, -500000, 100000, nullptr));
    EXPECT_TRUE(ExCancelTimer(Timer, nullptr));
    CaseSleep(100);
    EXPECT_EQ(Runs.Count, 1);
    EXPECT_FALSE(ExSetTimer(Timer, -100000, 100000, nullptr));
    CaseSleep(300);
    EXPECT_TRUE(Runs.Count >= 8);
    EXPECT_TRUE(ExDeleteTimer(Timer, TRUE, TRUE, nullptr)); // set: it is periodic
    const LONG Final = Runs.Count;
    CaseSleep(100);
    EXPECT_EQ(Runs.Count, Final);
}

// A high-resolution timer does not wait for the clock interrupt.
EXPORT_CASE(ExAllocateTimer, ExSetTimer) {
    RUNS Runs = {};
    PEX_TIMER Timer = ExAllocateTimer(Expired, &Runs, EX_TIMER_HIGH_RESOLUTION);
    REQUIRE(Timer != nullptr);
    ULONG64 Counter;
    const ULONGLONG Before = KeQueryInterruptTimePrecise(&Counter);
    ExSetTimer(Timer, -20000, 0, nullptr); // 2 ms
    CaseSleep(50);
    EXPECT_EQ(Runs.Count, 1);
    EXPECT_TRUE(Runs.Last - Before >= 20000);
    EXPECT_TRUE(Runs.Last - Before < 35000);
    EXPECT_FALSE(ExDeleteTimer(Timer, TRUE, TRUE, nullptr)); // it has expired
}

EXPORT_CASE(ExSetTimerResolution, ExQueryTimerResolution) {
    ULONG Maximum = 0;
    ULONG Minimum = 0;
    ULONG Current = 0;
    ExQueryTimerResolution(&Maximum, &Minimum, &Current);
    EXPECT_EQ(Current, KeQueryTimeIncrement());
    EXPECT_TRUE(Minimum <= Current && Current <= Maximum);
    const ULONG Set = ExSetTimerResolution(10000, TRUE);
    EXPECT_TRUE(Set <= 10000);
    ExQueryTimerResolution(&Maximum, &Minimum, &Current);
    EXPECT_EQ(Current, Set);
    ExSetTimerResolution(0, FALSE);
    ExQueryTimerResolution(&Maximum, &Minimum, &Current);
    EXPECT_EQ(Current, Maximum);
}
