// IRQL and spin locks, as drivers call them.
#include "abi/windows.h"

#include "abi/export.h"
#include "nt/ke/bug_check.h"
#include "nt/ke/exports/exports.h"
#include "nt/ke/scheduler.h"
#include "nt/kernel.h"

using namespace ksbox;
using namespace ksbox::ke;

namespace {

Scheduler &scheduler() {
    return current_kernel().scheduler();
}

KIRQL raise_to(KIRQL irql) {
    KIRQL before = current_thread().irql;
    scheduler().raise_irql(irql);
    return before;
}

// Reader/writer spin locks: the top bit marks a writer, the rest counts readers.
constexpr LONG writer = LONG(0x8000'0000);

void acquire_exclusive(PEX_SPIN_LOCK lock) {
    scheduler().point(Point::spin_lock);
    for (;;) {
        LONG expected = 0;
        if (__atomic_compare_exchange_n(lock, &expected, writer, false, __ATOMIC_ACQUIRE,
                                        __ATOMIC_RELAXED))
            return;
        scheduler().stall(1);
    }
}

void acquire_shared(PEX_SPIN_LOCK lock) {
    scheduler().point(Point::spin_lock);
    for (;;) {
        LONG readers = __atomic_load_n(lock, __ATOMIC_RELAXED);
        if (readers >= 0 && __atomic_compare_exchange_n(lock, &readers, readers + 1, false,
                                                        __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
            return;
        scheduler().stall(1);
    }
}

void release_exclusive(PEX_SPIN_LOCK lock) {
    __atomic_store_n(lock, 0, __ATOMIC_RELEASE);
    scheduler().point(Point::spin_lock);
}

void release_shared(PEX_SPIN_LOCK lock) {
    __atomic_fetch_sub(lock, 1, __ATOMIC_RELEASE);
    scheduler().point(Point::spin_lock);
}

} // namespace

extern "C" {

KIRQL NTAPI KeGetCurrentIrql(void) {
    return current_thread().irql;
}
KIRQL NTAPI KfRaiseIrql(KIRQL NewIrql) {
    return raise_to(NewIrql);
}
KIRQL NTAPI KeRaiseIrqlToDpcLevel(void) {
    return raise_to(DISPATCH_LEVEL);
}
KIRQL NTAPI KeRaiseIrqlToSynchLevel(void) {
    return raise_to(12);
}
void NTAPI KeLowerIrql(KIRQL NewIrql) {
    scheduler().lower_irql(NewIrql);
}
void NTAPI KfLowerIrql(KIRQL NewIrql) {
    scheduler().lower_irql(NewIrql);
}

void NTAPI ksbox_KeInitializeSpinLock(PKSPIN_LOCK SpinLock) {
    *SpinLock = 0;
}

KIRQL NTAPI KeAcquireSpinLockRaiseToDpc(PKSPIN_LOCK SpinLock) {
    KIRQL before = raise_to(DISPATCH_LEVEL);
    scheduler().acquire_spin_lock(SpinLock);
    return before;
}

void NTAPI KeReleaseSpinLock(PKSPIN_LOCK SpinLock, KIRQL NewIrql) {
    scheduler().release_spin_lock(SpinLock);
    scheduler().lower_irql(NewIrql);
}

void NTAPI KeAcquireSpinLockAtDpcLevel(PKSPIN_LOCK SpinLock) {
    if (current_thread().irql < DISPATCH_LEVEL)
        bug_check(0xA /* IRQL_NOT_LESS_OR_EQUAL */, reinterpret_cast<std::uint64_t>(SpinLock),
                  current_thread().irql, 0, 0, "KeAcquireSpinLockAtDpcLevel below DISPATCH_LEVEL");
    scheduler().acquire_spin_lock(SpinLock);
}

void NTAPI KeReleaseSpinLockFromDpcLevel(PKSPIN_LOCK SpinLock) {
    scheduler().release_spin_lock(SpinLock);
}

BOOLEAN NTAPI KeTryToAcquireSpinLockAtDpcLevel(PKSPIN_LOCK SpinLock) {
    scheduler().point(Point::spin_lock);
    return scheduler().try_acquire_spin_lock(SpinLock);
}

/// Whether it is free, at this moment. DISPATCH_LEVEL. @doc NF:wdm.KeTestSpinLock
BOOLEAN NTAPI KeTestSpinLock(PKSPIN_LOCK SpinLock) {
    scheduler().point(Point::spin_lock);
    return __atomic_load_n(SpinLock, __ATOMIC_ACQUIRE) == 0;
}
KIRQL NTAPI KeAcquireSpinLockForDpc(PKSPIN_LOCK SpinLock) {
    return KeAcquireSpinLockRaiseToDpc(SpinLock);
}
void NTAPI KeReleaseSpinLockForDpc(PKSPIN_LOCK SpinLock, KIRQL OldIrql) {
    KeReleaseSpinLock(SpinLock, OldIrql);
}

// In-stack queued spin locks: the handle remembers the lock and the IRQL. Fairness is the
// scheduler's; a handle is queued for no longer than the acquire takes.
void NTAPI KeAcquireInStackQueuedSpinLock(PKSPIN_LOCK SpinLock, PKLOCK_QUEUE_HANDLE LockHandle) {
    LockHandle->LockQueue.Lock = SpinLock;
    LockHandle->LockQueue.Next = nullptr;
    LockHandle->OldIrql = KeAcquireSpinLockRaiseToDpc(SpinLock);
}

void NTAPI KeReleaseInStackQueuedSpinLock(PKLOCK_QUEUE_HANDLE LockHandle) {
    KeReleaseSpinLock(const_cast<PKSPIN_LOCK>(LockHandle->LockQueue.Lock), LockHandle->OldIrql);
}

void NTAPI KeAcquireInStackQueuedSpinLockAtDpcLevel(PKSPIN_LOCK SpinLock,
                                                    PKLOCK_QUEUE_HANDLE LockHandle) {
    LockHandle->LockQueue.Lock = SpinLock;
    LockHandle->LockQueue.Next = nullptr;
    KeAcquireSpinLockAtDpcLevel(SpinLock);
}

void NTAPI KeReleaseInStackQueuedSpinLockFromDpcLevel(PKLOCK_QUEUE_HANDLE LockHandle) {
    KeReleaseSpinLockFromDpcLevel(const_cast<PKSPIN_LOCK>(LockHandle->LockQueue.Lock));
}

KIRQL NTAPI ExAcquireSpinLockExclusive(PEX_SPIN_LOCK SpinLock) {
    KIRQL before = raise_to(DISPATCH_LEVEL);
    acquire_exclusive(SpinLock);
    return before;
}
void NTAPI ExReleaseSpinLockExclusive(PEX_SPIN_LOCK SpinLock, KIRQL OldIrql) {
    release_exclusive(SpinLock);
    scheduler().lower_irql(OldIrql);
}
KIRQL NTAPI ExAcquireSpinLockShared(PEX_SPIN_LOCK SpinLock) {
    KIRQL before = raise_to(DISPATCH_LEVEL);
    acquire_shared(SpinLock);
    return before;
}
void NTAPI ExReleaseSpinLockShared(PEX_SPIN_LOCK SpinLock, KIRQL OldIrql) {
    release_shared(SpinLock);
    scheduler().lower_irql(OldIrql);
}
void NTAPI ExAcquireSpinLockExclusiveAtDpcLevel(PEX_SPIN_LOCK SpinLock) {
    acquire_exclusive(SpinLock);
}
void NTAPI ExReleaseSpinLockExclusiveFromDpcLevel(PEX_SPIN_LOCK SpinLock) {
    release_exclusive(SpinLock);
}
void NTAPI ExAcquireSpinLockSharedAtDpcLevel(PEX_SPIN_LOCK SpinLock) {
    acquire_shared(SpinLock);
}
void NTAPI ExReleaseSpinLockSharedFromDpcLevel(PEX_SPIN_LOCK SpinLock) {
    release_shared(SpinLock);
}

} // extern "C"

std::span<const Export> ksbox::ke::irql_exports() {
    static const Export exports[] = {
        done<&KeGetCurrentIrql>("KeGetCurrentIrql", "NF:wdm.KeGetCurrentIrql"),
        done<&KfRaiseIrql>("KfRaiseIrql", "NF:wdm.KfRaiseIrql"),
        done<&KfLowerIrql>("KfLowerIrql", "NF:wdm.KeLowerIrql"),
        done<&KeLowerIrql>("KeLowerIrql", "NF:wdm.KeLowerIrql"),
        done<&KeRaiseIrqlToDpcLevel>("KeRaiseIrqlToDpcLevel", "NF:wdm.KeRaiseIrqlToDpcLevel"),
        done<&KeRaiseIrqlToSynchLevel>("KeRaiseIrqlToSynchLevel", ""),
        done<&ksbox_KeInitializeSpinLock>("KeInitializeSpinLock", "NF:wdm.KeInitializeSpinLock"),
        done<&KeAcquireSpinLockRaiseToDpc>("KeAcquireSpinLockRaiseToDpc",
                                           "NF:wdm.KeAcquireSpinLock"),
        done<&KeReleaseSpinLock>("KeReleaseSpinLock", "NF:wdm.KeReleaseSpinLock"),
        done<&KeAcquireSpinLockAtDpcLevel>("KeAcquireSpinLockAtDpcLevel",
                                           "NF:wdm.KeAcquireSpinLockAtDpcLevel"),
        done<&KeReleaseSpinLockFromDpcLevel>("KeReleaseSpinLockFromDpcLevel",
                                             "NF:wdm.KeReleaseSpinLockFromDpcLevel"),
        done<&KeTryToAcquireSpinLockAtDpcLevel>("KeTryToAcquireSpinLockAtDpcLevel",
                                                "NF:wdm.KeTryToAcquireSpinLockAtDpcLevel"),
        done<&KeTestSpinLock>("KeTestSpinLock", "NF:wdm.KeTestSpinLock"),
        done<&KeAcquireSpinLockForDpc>("KeAcquireSpinLockForDpc", "NF:wdm.KeAcquireSpinLockForDpc"),
        done<&KeReleaseSpinLockForDpc>("KeReleaseSpinLockForDpc", "NF:wdm.KeReleaseSpinLockForDpc"),
        done<&KeAcquireInStackQueuedSpinLock>("KeAcquireInStackQueuedSpinLock",
                                              "NF:wdm.KeAcquireInStackQueuedSpinLock"),
        done<&KeReleaseInStackQueuedSpinLock>("KeReleaseInStackQueuedSpinLock",
                                              "NF:wdm.KeReleaseInStackQueuedSpinLock"),
        done<&KeAcquireInStackQueuedSpinLockAtDpcLevel>(
            "KeAcquireInStackQueuedSpinLockAtDpcLevel",
            "NF:wdm.KeAcquireInStackQueuedSpinLockAtDpcLevel"),
        done<&KeReleaseInStackQueuedSpinLockFromDpcLevel>(
            "KeReleaseInStackQueuedSpinLockFromDpcLevel",
            "NF:wdm.KeReleaseInStackQueuedSpinLockFromDpcLevel"),
        done<&ExAcquireSpinLockExclusive>("ExAcquireSpinLockExclusive",
                                          "NF:wdm.ExAcquireSpinLockExclusive"),
        done<&ExReleaseSpinLockExclusive>("ExReleaseSpinLockExclusive",
                                          "NF:wdm.ExReleaseSpinLockExclusive"),
        done<&ExAcquireSpinLockShared>("ExAcquireSpinLockShared", "NF:wdm.ExAcquireSpinLockShared"),
        done<&ExReleaseSpinLockShared>("ExReleaseSpinLockShared", "NF:wdm.ExReleaseSpinLockShared"),
        done<&ExAcquireSpinLockExclusiveAtDpcLevel>("ExAcquireSpinLockExclusiveAtDpcLevel",
                                                    "NF:wdm.ExAcquireSpinLockExclusiveAtDpcLevel"),
        done<&ExReleaseSpinLockExclusiveFromDpcLevel>(
            "ExReleaseSpinLockExclusiveFromDpcLevel",
            "NF:wdm.ExReleaseSpinLockExclusiveFromDpcLevel"),
        done<&ExAcquireSpinLockSharedAtDpcLevel>("ExAcquireSpinLockSharedAtDpcLevel",
                                                 "NF:wdm.ExAcquireSpinLockSharedAtDpcLevel"),
        done<&ExReleaseSpinLockSharedFromDpcLevel>("ExReleaseSpinLockSharedFromDpcLevel",
                                                   "NF:wdm.ExReleaseSpinLockSharedFromDpcLevel"),
    };
    return exports;
}
