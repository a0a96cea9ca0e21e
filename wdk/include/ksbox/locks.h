// Locks and barriers that mingw-w64's wdm.h lacks on x64: reader/writer spin locks
// (EX_SPIN_LOCK) and the memory barriers.
#ifndef KSBOX_WDK_LOCKS_H
#define KSBOX_WDK_LOCKS_H

#ifdef __cplusplus
extern "C" {
#endif

typedef LONG EX_SPIN_LOCK, *PEX_SPIN_LOCK;

// @doc NF:wdm.ExAcquireSpinLockExclusive: returns the IRQL to give back on release.
NTKERNELAPI KIRQL NTAPI ExAcquireSpinLockExclusive(PEX_SPIN_LOCK SpinLock);
NTKERNELAPI KIRQL NTAPI ExAcquireSpinLockShared(PEX_SPIN_LOCK SpinLock);
NTKERNELAPI VOID NTAPI ExReleaseSpinLockExclusive(PEX_SPIN_LOCK SpinLock, KIRQL OldIrql);
NTKERNELAPI VOID NTAPI ExReleaseSpinLockShared(PEX_SPIN_LOCK SpinLock, KIRQL OldIrql);
NTKERNELAPI VOID NTAPI ExAcquireSpinLockExclusiveAtDpcLevel(PEX_SPIN_LOCK SpinLock);
NTKERNELAPI VOID NTAPI ExAcquireSpinLockSharedAtDpcLevel(PEX_SPIN_LOCK SpinLock);
NTKERNELAPI VOID NTAPI ExReleaseSpinLockExclusiveFromDpcLevel(PEX_SPIN_LOCK SpinLock);
NTKERNELAPI VOID NTAPI ExReleaseSpinLockSharedFromDpcLevel(PEX_SPIN_LOCK SpinLock);
NTKERNELAPI LOGICAL NTAPI ExTryConvertSharedSpinLockExclusive(PEX_SPIN_LOCK SpinLock);

// x64 orders everything except a later load before an earlier store: a locked operation does.
#ifndef KeMemoryBarrier
FORCEINLINE VOID KeMemoryBarrier(VOID) {
    __faststorefence();
}
#define KeMemoryBarrierWithoutFence() _ReadWriteBarrier()
#endif

#ifdef __cplusplus
}
#endif

#endif
