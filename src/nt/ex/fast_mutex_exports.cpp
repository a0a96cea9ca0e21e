// Fast mutexes: a count in the driver's memory (1 is free), and an event for those who must wait.
// A fast mutex cannot be acquired again by its owner; the deadlock report names who waits.
#include <array>

#include "abi/windows.h"

#include "nt/exports.h"

namespace ksbox::ex {
namespace {

void acquire(FAST_MUTEX *mutex, KIRQL old_irql) {
    if (__atomic_sub_fetch(&mutex->Count, 1, __ATOMIC_ACQUIRE) != 0) {
        __atomic_add_fetch(&mutex->Contention, 1, __ATOMIC_RELAXED);
        KeWaitForSingleObject(&mutex->Event, WrFastMutex, KernelMode, FALSE, nullptr);
    }
    mutex->Owner = KeGetCurrentThread();
    mutex->OldIrql = old_irql;
}

void release(FAST_MUTEX *mutex) {
    mutex->Owner = nullptr;
    if (__atomic_add_fetch(&mutex->Count, 1, __ATOMIC_RELEASE) <= 0)
        KeSetEvent(&mutex->Event, IO_NO_INCREMENT, FALSE);
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
    LONG free = 1;
    if (!__atomic_compare_exchange_n(&FastMutex->Count, &free, 0, false, __ATOMIC_ACQUIRE,
                                     __ATOMIC_RELAXED)) {
        KeLowerIrql(old_irql);
        return FALSE;
    }
    FastMutex->Owner = KeGetCurrentThread();
    FastMutex->OldIrql = old_irql;
    return TRUE;
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
    };
    return table;
}

} // namespace ksbox
