// Fast mutexes: a count in the driver's memory (1 is free), and an event for those who must wait.
// Guarded mutexes are the same, with a guarded region in place of APC_LEVEL. Neither can be
// acquired again by its owner; the deadlock report names who waits.
#include <array>
#include <cstddef>

#include "abi/windows.h"

#include "nt/exports.h"

namespace ksbox::ex {
namespace {

void acquire(FAST_MUTEX *mutex, KIRQL old_irql, KWAIT_REASON reason = WrFastMutex) {
    if (__atomic_sub_fetch(&mutex->Count, 1, __ATOMIC_ACQUIRE) != 0) {
        __atomic_add_fetch(&mutex->Contention, 1, __ATOMIC_RELAXED);
        KeWaitForSingleObject(&mutex->Event, reason, KernelMode, FALSE, nullptr);
    }
    mutex->Owner = KeGetCurrentThread();
    mutex->OldIrql = old_irql;
}

bool try_to_acquire(FAST_MUTEX *mutex, KIRQL old_irql) {
    LONG free = 1;
    if (!__atomic_compare_exchange_n(&mutex->Count, &free, 0, false, __ATOMIC_ACQUIRE,
                                     __ATOMIC_RELAXED))
        return false;
    mutex->Owner = KeGetCurrentThread();
    mutex->OldIrql = old_irql;
    return true;
}

void release(FAST_MUTEX *mutex) {
    mutex->Owner = nullptr;
    if (__atomic_add_fetch(&mutex->Count, 1, __ATOMIC_RELEASE) <= 0)
        KeSetEvent(&mutex->Event, IO_NO_INCREMENT, FALSE);
}

static_assert(offsetof(KGUARDED_MUTEX, Owner) == offsetof(FAST_MUTEX, Owner));
static_assert(offsetof(KGUARDED_MUTEX, Gate) == offsetof(FAST_MUTEX, Event));
static_assert(sizeof(KGUARDED_MUTEX) == sizeof(FAST_MUTEX));

FAST_MUTEX *fast(KGUARDED_MUTEX *mutex) {
    return reinterpret_cast<FAST_MUTEX *>(mutex);
}

} // namespace

extern "C" {

/// IRQL <= APC_LEVEL; returns at APC_LEVEL. @doc NF:wdm.ExAcquireFastMutex
VOID NTAPI ExAcquireFastMutex(PFAST_MUTEX FastMutex) {
    acquire(FastMutex, KfRaiseIrql(APC_LEVEL));
}

/// @doc NF:wdm.ExTryToAcquireFastMutex
BOOLEAN NTAPI ExTryToAcquireFastMutex(PFAST_MUTEX FastMutex) {
    const KIRQL old_irql = KfRaiseIrql(APC_LEVEL);
    if (try_to_acquire(FastMutex, old_irql))
        return TRUE;
    KeLowerIrql(old_irql);
    return FALSE;
}

/// @doc NF:wdm.ExReleaseFastMutex
VOID NTAPI ExReleaseFastMutex(PFAST_MUTEX FastMutex) {
    const auto old_irql = static_cast<KIRQL>(FastMutex->OldIrql);
    release(FastMutex);
    KeLowerIrql(old_irql);
}

/// At APC_LEVEL, or in a critical region. @doc NF:wdm.ExAcquireFastMutexUnsafe
VOID NTAPI ExAcquireFastMutexUnsafe(PFAST_MUTEX FastMutex) {
    acquire(FastMutex, KeGetCurrentIrql());
}

/// @doc NF:wdm.ExReleaseFastMutexUnsafe
VOID NTAPI ExReleaseFastMutexUnsafe(PFAST_MUTEX FastMutex) {
    release(FastMutex);
}

/// @doc NF:wdm.KeInitializeGuardedMutex
VOID NTAPI KeInitializeGuardedMutex(PKGUARDED_MUTEX GuardedMutex) {
    ExInitializeFastMutex(fast(GuardedMutex));
}

/// IRQL <= APC_LEVEL. @doc NF:wdm.KeAcquireGuardedMutex
VOID NTAPI KeAcquireGuardedMutex(PKGUARDED_MUTEX GuardedMutex) {
    KeEnterGuardedRegion();
    acquire(fast(GuardedMutex), KeGetCurrentIrql(), WrGuardedMutex);
}

/// @doc NF:wdm.KeTryToAcquireGuardedMutex
BOOLEAN NTAPI KeTryToAcquireGuardedMutex(PKGUARDED_MUTEX GuardedMutex) {
    KeEnterGuardedRegion();
    if (try_to_acquire(fast(GuardedMutex), KeGetCurrentIrql()))
        return TRUE;
    KeLeaveGuardedRegion();
    return FALSE;
}

/// @doc NF:wdm.KeReleaseGuardedMutex
VOID NTAPI KeReleaseGuardedMutex(PKGUARDED_MUTEX GuardedMutex) {
    release(fast(GuardedMutex));
    KeLeaveGuardedRegion();
}

/// At APC_LEVEL, or in a guarded region. @doc NF:wdm.KeAcquireGuardedMutexUnsafe
VOID NTAPI KeAcquireGuardedMutexUnsafe(PKGUARDED_MUTEX GuardedMutex) {
    acquire(fast(GuardedMutex), KeGetCurrentIrql(), WrGuardedMutex);
}

/// @doc NF:wdm.KeReleaseGuardedMutexUnsafe
VOID NTAPI KeReleaseGuardedMutexUnsafe(PKGUARDED_MUTEX GuardedMutex) {
    release(fast(GuardedMutex));
}

} // extern "C"
} // namespace ksbox::ex

namespace ksbox {

std::span<const Export> fast_mutex_exports() {
    static const std::array table{
        done<&ExAcquireFastMutex>("ExAcquireFastMutex", "NF:wdm.ExAcquireFastMutex"),
        done<&ExTryToAcquireFastMutex>("ExTryToAcquireFastMutex", "NF:wdm.ExTryToAcquireFastMutex"),
        done<&ExReleaseFastMutex>("ExReleaseFastMutex", "NF:wdm.ExReleaseFastMutex"),
        done<&ExAcquireFastMutexUnsafe>("ExAcquireFastMutexUnsafe",
                                        "NF:wdm.ExAcquireFastMutexUnsafe"),
        done<&ExReleaseFastMutexUnsafe>("ExReleaseFastMutexUnsafe",
                                        "NF:wdm.ExReleaseFastMutexUnsafe"),
        done<&KeInitializeGuardedMutex>("KeInitializeGuardedMutex",
                                        "NF:wdm.KeInitializeGuardedMutex"),
        done<&KeAcquireGuardedMutex>("KeAcquireGuardedMutex", "NF:wdm.KeAcquireGuardedMutex"),
        done<&KeTryToAcquireGuardedMutex>("KeTryToAcquireGuardedMutex",
                                          "NF:wdm.KeTryToAcquireGuardedMutex"),
        done<&KeReleaseGuardedMutex>("KeReleaseGuardedMutex", "NF:wdm.KeReleaseGuardedMutex"),
        done<&KeAcquireGuardedMutexUnsafe>("KeAcquireGuardedMutexUnsafe",
                                           "NF:wdm.KeAcquireGuardedMutexUnsafe"),
        done<&KeReleaseGuardedMutexUnsafe>("KeReleaseGuardedMutexUnsafe",
                                           "NF:wdm.KeReleaseGuardedMutexUnsafe"),
    };
    return table;
}

} // namespace ksbox
