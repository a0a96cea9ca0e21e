// Timers and DPCs.
#include "support/case.h"

static LONG Expiries;

static VOID NTAPI Count(PKDPC, PVOID Context, PVOID, PVOID) {
    EXPECT_EQ(KeGetCurrentIrql(), DISPATCH_LEVEL);
    InterlockedIncrement(static_cast<volatile LONG *>(Context));
}

EXPORT_CASE(KeInitializeTimer, KeSetTimer, KeCancelTimer, KeReadStateTimer) {
    KTIMER Timer;
    KDPC Dpc;
    LONG Runs = 0;
    KeInitializeTimer(&Timer);
    KeInitializeDpc(&Dpc, Count, &Runs);
    EXPECT_FALSE(KeReadStateTimer(&Timer));
    EXPECT_FALSE(KeSetTimer(&Timer, CaseMilliseconds(50), &Dpc));
    EXPECT_TRUE(KeSetTimer(&Timer, CaseMilliseconds(30), &Dpc)); // it was in the queue
    EXPECT_SUCCESS(KeWaitForSingleObject(&Timer, Executive, KernelMode, FALSE, nullptr));
    EXPECT_TRUE(KeReadStateTimer(&Timer));
    KeFlushQueuedDpcs();
    EXPECT_EQ(Runs, 1);
    EXPECT_FALSE(KeCancelTimer(&Timer));
    EXPECT_FALSE(KeSetTimer(&Timer, CaseMilliseconds(50), &Dpc));
    EXPECT_FALSE(KeReadStateTimer(&Timer)); // setting resets it
    EXPECT_TRUE(KeCancelTimer(&Timer));
    CaseSleep(100);
    EXPECT_EQ(Runs, 1);
}

EXPORT_CASE(KeInitializeTimerEx, KeSetTimerEx) {
    KTIMER Timer;
    KDPC Dpc;
    Expiries = 0;
    KeInitializeTimerEx(&Timer, SynchronizationTimer);
    KeInitializeDpc(&Dpc, Count, &Expiries);
    EXPECT_FALSE(KeSetTimerEx(&Timer, CaseMilliseconds(20), 20, &Dpc));
    EXPECT_SUCCESS(KeWaitForSingleObject(&Timer, Executive, KernelMode, FALSE, nullptr));
    EXPECT_FALSE(KeReadStateTimer(&Timer)); // a synchronization timer lets one wait pass
    EXPECT_SUCCESS(KeWaitForSingleObject(&Timer, Executive, KernelMode, FALSE, nullptr));
    CaseSleep(200);
    EXPECT_TRUE(KeCancelTimer(&Timer)); // periodic: always queued
    KeFlushQueuedDpcs();
    EXPECT_TRUE(Expiries >= 6);
    EXPECT_TRUE(Expiries <= 16);
}

EXPORT_CASE(KeSetCoalescableTimer) {
    KTIMER Timer;
    KeInitializeTimer(&Timer);
    const ULONGLONG Before = KeQueryInterruptTime();
    EXPECT_FALSE(KeSetCoalescableTimer(&Timer, CaseMilliseconds(40), 0, 30, nullptr));
    EXPECT_SUCCESS(KeWaitForSingleObject(&Timer, Executive, KernelMode, FALSE, nullptr));
    const ULONGLONG Passed = KeQueryInterruptTime() - Before;
    EXPECT_TRUE(Passed >= 400000 - KeQueryTimeIncrement());
    EXPECT_TRUE(Passed <= 700000 + 2 * KeQueryTimeIncrement());
    EXPECT_FALSE(KeCancelTimer(&Timer));
}

EXPORT_CASE(KeInitializeDpc, KeInsertQueueDpc, KeRemoveQueueDpc, KeFlushQueuedDpcs) {
    struct SEEN {
        PVOID First, Second;
        LONG Runs;
    } Seen = {};
    KDPC Dpc;
    KeInitializeDpc(
        &Dpc,
        [](PKDPC, PVOID Context, PVOID First, PVOID Second) {
            SEEN *Into = static_cast<SEEN *>(Context);
            Into->First = First;
            Into->Second = Second;
            ++Into->Runs;
        },
        &Seen);
    EXPECT_FALSE(KeRemoveQueueDpc(&Dpc));
    const KIRQL Before = KeRaiseIrqlToDpcLevel();
    EXPECT_TRUE(KeInsertQueueDpc(&Dpc, &Dpc, &Seen));
    EXPECT_FALSE(KeInsertQueueDpc(&Dpc, nullptr, nullptr)); // queued already
    EXPECT_TRUE(KeRemoveQueueDpc(&Dpc));
    KeLowerIrql(Before);
    KeFlushQueuedDpcs();
    EXPECT_EQ(Seen.Runs, 0);
    EXPECT_TRUE(KeInsertQueueDpc(&Dpc, &Dpc, &Seen));
    KeFlushQueuedDpcs();
    EXPECT_EQ(Seen.Runs, 1);
    EXPECT_EQ(Seen.First, &Dpc);
    EXPECT_EQ(Seen.Second, &Seen);
}

EXPORT_CASE(KeInitializeThreadedDpc) {
    KDPC Dpc;
    LONG Level = -1;
    KeInitializeThreadedDpc(
        &Dpc,
        [](PKDPC, PVOID Context, PVOID, PVOID) {
            *static_cast<LONG *>(Context) = KeGetCurrentIrql();
        },
        &Level);
    EXPECT_TRUE(KeInsertQueueDpc(&Dpc, nullptr, nullptr));
    CaseSleep(50);
    EXPECT_TRUE(Level == PASSIVE_LEVEL || Level == DISPATCH_LEVEL); // the driver must bear both
}

EXPORT_CASE(KeSetImportanceDpc, KeSetTargetProcessorDpc, KeSetTargetProcessorDpcEx) {
    static ULONG Ran;
    KDPC Dpc;
    const PKDEFERRED_ROUTINE Note = [](PKDPC, PVOID, PVOID, PVOID) {
        Ran = KeGetCurrentProcessorNumberEx(nullptr);
    };
    for (ULONG Target = 0; Target < 2; ++Target) {
        KeInitializeDpc(&Dpc, Note, nullptr);
        KeSetImportanceDpc(&Dpc, HighImportance);
        EXPECT_EQ(Dpc.Importance, HighImportance);
        KeSetTargetProcessorDpc(&Dpc, static_cast<CCHAR>(Target));
        Ran = 99;
        KeInsertQueueDpc(&Dpc, nullptr, nullptr);
        KeFlushQueuedDpcs();
        EXPECT_EQ(Ran, Target);
        PROCESSOR_NUMBER Number = {0, static_cast<UCHAR>(1 - Target), 0};
        KeInitializeDpc(&Dpc, Note, nullptr);
        EXPECT_SUCCESS(KeSetTargetProcessorDpcEx(&Dpc, &Number));
        KeInsertQueueDpc(&Dpc, nullptr, nullptr);
        KeFlushQueuedDpcs();
        EXPECT_EQ(Ran, 1 - Target);
    }
    PROCESSOR_NUMBER None = {7, 63, 0};
    EXPECT_EQ(KeSetTargetProcessorDpcEx(&Dpc, &None), STATUS_INVALID_PARAMETER);
}
