// Clocks.
#include "support/case.h"

extern "C" {
ULONGLONG NTAPI ImportedInterruptTime(VOID) IMPORT_OF(KeQueryInterruptTime);
VOID NTAPI ImportedSystemTime(PLARGE_INTEGER Time) IMPORT_OF(KeQuerySystemTime);
VOID NTAPI ImportedTickCount(PLARGE_INTEGER Count) IMPORT_OF(KeQueryTickCount);
}

EXPORT_CASE(KeQueryInterruptTime, KeQueryInterruptTimePrecise, KeQueryUnbiasedInterruptTime) {
    const ULONGLONG Before = ImportedInterruptTime();
    ULONG64 Counter = 0;
    EXPECT_TRUE(KeQueryInterruptTimePrecise(&Counter) >= Before);
    EXPECT_NE(Counter, 0);
    CaseSleep(100);
    const ULONGLONG Passed = ImportedInterruptTime() - Before;
    EXPECT_TRUE(Passed >= 1000000 - KeQueryTimeIncrement() && Passed < 2000000);
    EXPECT_TRUE(KeQueryUnbiasedInterruptTime() >= Before + Passed); // the box did not sleep
}

EXPORT_CASE(KeQuerySystemTime, KeQuerySystemTimePrecise) {
    LARGE_INTEGER First;
    LARGE_INTEGER Second;
    LARGE_INTEGER Precise;
    ImportedSystemTime(&First);
    CaseSleep(50);
    ImportedSystemTime(&Second);
    KeQuerySystemTimePrecise(&Precise);
    EXPECT_TRUE(Second.QuadPart - First.QuadPart >= 500000 - (LONGLONG)KeQueryTimeIncrement());
    EXPECT_TRUE(Precise.QuadPart >= Second.QuadPart);
    EXPECT_TRUE(Precise.QuadPart - Second.QuadPart <= (LONGLONG)KeQueryTimeIncrement());
    TIME_FIELDS Fields;
    RtlTimeToTimeFields(&Precise, &Fields);
    EXPECT_TRUE(Fields.Year >= 2015); // 100 ns since 1601
}

EXPORT_CASE(KeQueryPerformanceCounter) {
    LARGE_INTEGER Frequency = {};
    const LARGE_INTEGER First = KeQueryPerformanceCounter(&Frequency);
    EXPECT_EQ(Frequency.QuadPart, 10000000); // since Windows 10 1809
    CaseSleep(100);
    const LARGE_INTEGER Second = KeQueryPerformanceCounter(nullptr);
    const LONGLONG Ticks = Second.QuadPart - First.QuadPart;
    EXPECT_TRUE(Ticks > Frequency.QuadPart / 20 && Ticks < Frequency.QuadPart);
}

EXPORT_CASE(KeQueryTickCount, KeQueryTimeIncrement) {
    LARGE_INTEGER First;
    LARGE_INTEGER Second;
    ImportedTickCount(&First);
    CaseSleep(1000);
    ImportedTickCount(&Second);
    const LONGLONG Passed = (Second.QuadPart - First.QuadPart) * KeQueryTimeIncrement();
    EXPECT_TRUE(Passed >= 9500000 && Passed <= 10500000);
}

EXPORT_CASE(KeStallExecutionProcessor) {
    ULONG64 Counter;
    const KIRQL Irql = KeRaiseIrqlToDpcLevel();
    const ULONGLONG Before = KeQueryInterruptTimePrecise(&Counter);
    KeStallExecutionProcessor(40);
    EXPECT_TRUE(KeQueryInterruptTimePrecise(&Counter) - Before >= 400);
    KeLowerIrql(Irql);
}
