// Fast mutexes, guarded mutexes and push locks.
#include "support/case.h"

extern "C" {
VOID NTAPI ImportedInitializePush(PEX_PUSH_LOCK Lock) IMPORT_OF(ExInitializePushLock);
VOID NTAPI ImportedAcquireExclusive(PEX_PUSH_LOCK Lock, ULONG Flags)
    IMPORT_OF(ExAcquirePushLockExclusiveEx);
VOID NTAPI ImportedReleaseExclusive(PEX_PUSH_LOCK Lock, ULONG Flags)
    IMPORT_OF(ExReleasePushLockExclusiveEx);
VOID NTAPI ImportedAcquireShared(PEX_PUSH_LOCK Lock, ULONG Flags)
    IMPORT_OF(ExAcquirePushLockSharedEx);
VOID NTAPI ImportedReleaseShared(PEX_PUSH_LOCK Lock, ULONG Flags)
    IMPORT_OF(ExReleasePushLockSharedEx);
}

EXPORT_CASE(ExAcquireFastMutex, ExReleaseFastMutex, ExTryToAcquireFastMutex) {
    FAST_MUTEX Mutex;
    ExInitializeFastMutex(&Mutex);
    ExAcquireFastMutex(&Mutex);
    EXPECT_EQ(KeGetCurrentIrql(), APC_LEVEL);
    EXPECT_EQ(Mutex.Owner, KeGetCurrentThread());
    volatile bool Has = false;
    CaseThread Other([&] {
        EXPECT_FALSE(ExTryToAcquireFastMutex(&Mutex));
        EXPECT_EQ(KeGetCurrentIrql(), PASSIVE_LEVEL);
        ExAcquireFastMutex(&Mutex);
        Has = true;
        ExReleaseFastMutex(&Mutex);
        EXPECT_EQ(KeGetCurrentIrql(), PASSIVE_LEVEL);
    });
    CaseSleep(10);
    EXPECT_FALSE(Has);
    ExReleaseFastMutex(&Mutex);
    EXPECT_EQ(KeGetCurrentIrql(), PASSIVE_LEVEL);
    Other.Join();
    EXPECT_TRUE(Has);
    EXPECT_TRUE(ExTryToAcquireFastMutex(&Mutex));
    EXPECT_EQ(KeGetCurrentIrql(), APC_LEVEL);
    ExReleaseFastMutex(&Mutex);
}

EXPORT_CASE(ExAcquireFastMutexUnsafe, ExReleaseFastMutexUnsafe) {
    FAST_MUTEX Mutex;
    ExInitializeFastMutex(&Mutex);
    KeEnterCriticalRegion();
    ExAcquireFastMutexUnsafe(&Mutex);
    EXPECT_EQ(KeGetCurrentIrql(), PASSIVE_LEVEL); // the caller sees to APCs
    EXPECT_EQ(Mutex.Owner, KeGetCurrentThread());
    CaseThread Other([&] { EXPECT_FALSE(ExTryToAcquireFastMutex(&Mutex)); });
    Other.Join();
    ExReleaseFastMutexUnsafe(&Mutex);
    KeLeaveCriticalRegion();
}

EXPORT_CASE(KeInitializeGuardedMutex, KeAcquireGuardedMutex, KeReleaseGuardedMutex,
            KeTryToAcquireGuardedMutex) {
    KGUARDED_MUTEX Mutex;
    KeInitializeGuardedMutex(&Mutex);
    KeAcquireGuardedMutex(&Mutex);
    EXPECT_EQ(KeGetCurrentIrql(), PASSIVE_LEVEL);
    EXPECT_TRUE(KeAreAllApcsDisabled());
    volatile bool Has = false;
    CaseThread Other([&] {
        EXPECT_FALSE(KeTryToAcquireGuardedMutex(&Mutex));
        EXPECT_FALSE(KeAreAllApcsDisabled());
        KeAcquireGuardedMutex(&Mutex);
        Has = true;
        KeReleaseGuardedMutex(&Mutex);
        EXPECT_FALSE(KeAreAllApcsDisabled());
    });
    CaseSleep(10);
    EXPECT_FALSE(Has);
    KeReleaseGuardedMutex(&Mutex);
    EXPECT_FALSE(KeAreAllApcsDisabled());
    Other.Join();
    EXPECT_TRUE(Has);
    EXPECT_TRUE(KeTryToAcquireGuardedMutex(&Mutex));
    EXPECT_TRUE(KeAreAllApcsDisabled());
    KeReleaseGuardedMutex(&Mutex);
    EXPECT_FALSE(KeAreAllApcsDisabled());
}

EXPORT_CASE(KeAcquireGuardedMutexUnsafe, KeReleaseGuardedMutexUnsafe) {
    KGUARDED_MUTEX Mutex;
    KeInitializeGuardedMutex(&Mutex);
    KeEnterGuardedRegion();
    KeAcquireGuardedMutexUnsafe(&Mutex);
    CaseThread Other([&] { EXPECT_FALSE(KeTryToAcquireGuardedMutex(&Mutex)); });
    Other.Join();
    KeReleaseGuardedMutexUnsafe(&Mutex);
    EXPECT_TRUE(KeAreAllApcsDisabled()); // the caller's region
    KeLeaveGuardedRegion();
    EXPECT_TRUE(KeTryToAcquireGuardedMutex(&Mutex));
    KeReleaseGuardedMutex(&Mutex);
}

EXPORT_CASE(ExInitializePushLock, ExAcquirePushLockExclusiveEx, ExReleasePushLockExclusiveEx,
            ExAcquirePushLockSharedEx, ExReleasePushLockSharedEx) {
    EX_PUSH_LOCK Lock = 1;
    ImportedInitializePush(&Lock);
    EXPECT_EQ(Lock, 0);
    KeEnterCriticalRegion();
    ImportedAcquireExclusive(&Lock, 0);
    volatile LONG Step = 0;
    CaseThread Reader([&] {
        KeEnterCriticalRegion();
        ImportedAcquireShared(&Lock, 0);
        EXPECT_EQ(Step, 1); // not before the writer is done
        ImportedReleaseShared(&Lock, 0);
        KeLeaveCriticalRegion();
    });
    CaseSleep(10);
    Step = 1;
    ImportedReleaseExclusive(&Lock, 0);
    Reader.Join();
    ImportedAcquireShared(&Lock, 0);
    CaseThread Second([&] {
        KeEnterCriticalRegion();
        ImportedAcquireShared(&Lock, 0); // readers share
        Step = 2;
        ImportedReleaseShared(&Lock, 0);
        KeLeaveCriticalRegion();
    });
    Second.Join();
    EXPECT_EQ(Step, 2);
    ImportedReleaseShared(&Lock, 0);
    KeLeaveCriticalRegion();
    EXPECT_EQ(Lock, 0);
}
