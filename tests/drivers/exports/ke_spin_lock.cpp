// Spin locks: plain, in-stack queued, reader/writer.
#include "support/case.h"

extern "C" VOID(NTAPI *ImportedInitialize)(PKSPIN_LOCK SpinLock)
    IMPORT_SLOT_OF(KeInitializeSpinLock);

EXPORT_CASE(KeInitializeSpinLock, KeAcquireSpinLockRaiseToDpc, KeReleaseSpinLock) {
    KSPIN_LOCK Lock = 7;
    ImportedInitialize(&Lock);
    EXPECT_EQ(Lock, 0);
    EXPECT_EQ(KeAcquireSpinLockRaiseToDpc(&Lock), PASSIVE_LEVEL);
    EXPECT_EQ(KeGetCurrentIrql(), DISPATCH_LEVEL);
    EXPECT_NE(Lock, 0);
    KeReleaseSpinLock(&Lock, PASSIVE_LEVEL);
    EXPECT_EQ(Lock, 0);
    EXPECT_EQ(KeGetCurrentIrql(), PASSIVE_LEVEL);
}

EXPORT_CASE(KeAcquireSpinLockAtDpcLevel, KeReleaseSpinLockFromDpcLevel,
            KeTryToAcquireSpinLockAtDpcLevel, KeTestSpinLock) {
    KSPIN_LOCK Lock;
    KeInitializeSpinLock(&Lock);
    const KIRQL Before = KeRaiseIrqlToDpcLevel();
    EXPECT_TRUE(KeTestSpinLock(&Lock));
    KeAcquireSpinLockAtDpcLevel(&Lock);
    EXPECT_FALSE(KeTestSpinLock(&Lock));
    EXPECT_FALSE(KeTryToAcquireSpinLockAtDpcLevel(&Lock));
    KeReleaseSpinLockFromDpcLevel(&Lock);
    EXPECT_TRUE(KeTryToAcquireSpinLockAtDpcLevel(&Lock));
    KeReleaseSpinLockFromDpcLevel(&Lock);
    EXPECT_EQ(KeGetCurrentIrql(), DISPATCH_LEVEL);
    KeLowerIrql(Before);
}

EXPORT_CASE(KeAcquireSpinLockForDpc, KeReleaseSpinLockForDpc) {
    KSPIN_LOCK Lock;
    KeInitializeSpinLock(&Lock);
    CaseRunInDpc([&] {
        const KIRQL Before = KeAcquireSpinLockForDpc(&Lock);
        EXPECT_EQ(Before, DISPATCH_LEVEL);
        KeReleaseSpinLockForDpc(&Lock, Before);
        EXPECT_EQ(KeGetCurrentIrql(), DISPATCH_LEVEL);
    });
    // A threaded DPC runs at PASSIVE_LEVEL: there it raises.
    const KIRQL Before = KeAcquireSpinLockForDpc(&Lock);
    EXPECT_EQ(Before, PASSIVE_LEVEL);
    EXPECT_EQ(KeGetCurrentIrql(), DISPATCH_LEVEL);
    KeReleaseSpinLockForDpc(&Lock, Before);
    EXPECT_EQ(KeGetCurrentIrql(), PASSIVE_LEVEL);
}

EXPORT_CASE(KeAcquireInStackQueuedSpinLock, KeReleaseInStackQueuedSpinLock) {
    KSPIN_LOCK Lock;
    KLOCK_QUEUE_HANDLE Handle;
    KeInitializeSpinLock(&Lock);
    KeAcquireInStackQueuedSpinLock(&Lock, &Handle);
    EXPECT_EQ(KeGetCurrentIrql(), DISPATCH_LEVEL);
    EXPECT_EQ(Handle.OldIrql, PASSIVE_LEVEL);
    EXPECT_NE(Lock, 0);
    KeReleaseInStackQueuedSpinLock(&Handle);
    EXPECT_EQ(Lock, 0);
    EXPECT_EQ(KeGetCurrentIrql(), PASSIVE_LEVEL);
}

EXPORT_CASE(KeAcquireInStackQueuedSpinLockAtDpcLevel, KeReleaseInStackQueuedSpinLockFromDpcLevel) {
    KSPIN_LOCK Lock;
    KLOCK_QUEUE_HANDLE Handle;
    KeInitializeSpinLock(&Lock);
    CaseRunInDpc([&] {
        KeAcquireInStackQueuedSpinLockAtDpcLevel(&Lock, &Handle);
        EXPECT_NE(Lock, 0);
        KeReleaseInStackQueuedSpinLockFromDpcLevel(&Handle);
        EXPECT_EQ(KeGetCurrentIrql(), DISPATCH_LEVEL);
    });
    EXPECT_EQ(Lock, 0);
}

EXPORT_CASE(ExAcquireSpinLockExclusive, ExReleaseSpinLockExclusive, ExAcquireSpinLockShared,
            ExReleaseSpinLockShared) {
    EX_SPIN_LOCK Lock = 0;
    KIRQL Before = ExAcquireSpinLockExclusive(&Lock);
    EXPECT_EQ(Before, PASSIVE_LEVEL);
    EXPECT_EQ(KeGetCurrentIrql(), DISPATCH_LEVEL);
    EXPECT_NE(Lock, 0);
    ExReleaseSpinLockExclusive(&Lock, Before);
    EXPECT_EQ(Lock, 0);
    Before = ExAcquireSpinLockShared(&Lock);
    EXPECT_EQ(ExAcquireSpinLockShared(&Lock), DISPATCH_LEVEL); // readers share
    ExReleaseSpinLockShared(&Lock, DISPATCH_LEVEL);
    EXPECT_NE(Lock, 0);
    ExReleaseSpinLockShared(&Lock, Before);
    EXPECT_EQ(Lock, 0);
    EXPECT_EQ(KeGetCurrentIrql(), PASSIVE_LEVEL);
}

EXPORT_CASE(ExAcquireSpinLockExclusiveAtDpcLevel, ExReleaseSpinLockExclusiveFromDpcLevel,
            ExAcquireSpinLockSharedAtDpcLevel, ExReleaseSpinLockSharedFromDpcLevel) {
    EX_SPIN_LOCK Lock = 0;
    const KIRQL Before = KeRaiseIrqlToDpcLevel();
    ExAcquireSpinLockExclusiveAtDpcLevel(&Lock);
    EXPECT_NE(Lock, 0);
    ExReleaseSpinLockExclusiveFromDpcLevel(&Lock);
    EXPECT_EQ(Lock, 0);
    ExAcquireSpinLockSharedAtDpcLevel(&Lock);
    ExAcquireSpinLockSharedAtDpcLevel(&Lock);
    ExReleaseSpinLockSharedFromDpcLevel(&Lock);
    EXPECT_NE(Lock, 0);
    ExReleaseSpinLockSharedFromDpcLevel(&Lock);
    EXPECT_EQ(Lock, 0);
    EXPECT_EQ(KeGetCurrentIrql(), DISPATCH_LEVEL);
    KeLowerIrql(Before);
}
