// Push locks; see push_lock.h.
#include "nt/ex/push_lock.h"

#include <array>

#include "nt/ex/executive.h"
#include "nt/exports.h"
#include "nt/ke/bug_check.h"
#include "nt/kernel.h"

namespace ksbox::ex {
namespace {

constexpr ULONG_PTR owned_exclusive = 1;
constexpr ULONG_PTR one_shared = 2;

struct Waiter {
    LIST_ENTRY link;
    ULONG_PTR *lock;
    KEVENT released;
};

/// Called with the list's lock held, so the word changes under it alone.
bool try_acquire(ULONG_PTR *lock, bool exclusive) {
    if (exclusive ? *lock != 0 : (*lock & owned_exclusive) != 0)
        return false;
    *lock = exclusive ? owned_exclusive : *lock + one_shared;
    return true;
}

} // namespace

PushLocks::PushLocks() {
    InitializeListHead(&waiters_);
}

void PushLocks::acquire(ULONG_PTR *lock, bool exclusive) {
    Waiter waiter;
    waiter.lock = lock;
    KeInitializeEvent(&waiter.released, SynchronizationEvent, FALSE);
    for (;;) {
        const KIRQL irql = KeAcquireSpinLockRaiseToDpc(&lock_);
        const bool got = try_acquire(lock, exclusive);
        if (!got)
            InsertTailList(&waiters_, &waiter.link);
        KeReleaseSpinLock(&lock_, irql);
        if (got)
            return;
        KeWaitForSingleObject(&waiter.released, WrPushLock, KernelMode, FALSE, nullptr);
    }
}

void PushLocks::release(ULONG_PTR *lock, bool exclusive) {
    const KIRQL irql = KeAcquireSpinLockRaiseToDpc(&lock_);
    const ULONG_PTR held = *lock;
    const bool owned =
        exclusive ? held == owned_exclusive : held >= one_shared && !(held & owned_exclusive);
    if (owned) {
        *lock = exclusive ? 0 : held - one_shared;
        for (LIST_ENTRY *at = waiters_.Flink; at != &waiters_;) {
            auto *waiter = CONTAINING_RECORD(at, Waiter, link);
            at = at->Flink;
            if (waiter->lock == lock) {
                RemoveEntryList(&waiter->link);
                KeSetEvent(&waiter->released, IO_NO_INCREMENT, FALSE);
            }
        }
    }
    KeReleaseSpinLock(&lock_, irql);
    if (!owned)
        bug_check(0xc4, 0x1009, reinterpret_cast<std::uint64_t>(lock), held, exclusive,
                  "a push lock was released in a way it is not held");
}

extern "C" {

/// @doc NF:wdm.ExInitializePushLock
VOID NTAPI ksbox_ExInitializePushLock(ULONG_PTR *PushLock) {
    *PushLock = 0;
}

/// @doc NF:wdm.ExAcquirePushLockExclusive
VOID NTAPI ksbox_ExAcquirePushLockExclusiveEx(ULONG_PTR *PushLock, ULONG) {
    current_kernel().executive().push_locks().acquire(PushLock, true);
}

/// @doc NF:wdm.ExAcquirePushLockShared
VOID NTAPI ksbox_ExAcquirePushLockSharedEx(ULONG_PTR *PushLock, ULONG) {
    current_kernel().executive().push_locks().acquire(PushLock, false);
}

/// @doc NF:wdm.ExReleasePushLockExclusive
VOID NTAPI ksbox_ExReleasePushLockExclusiveEx(ULONG_PTR *PushLock, ULONG) {
    current_kernel().executive().push_locks().release(PushLock, true);
}

/// @doc NF:wdm.ExReleasePushLockShared
VOID NTAPI ksbox_ExReleasePushLockSharedEx(ULONG_PTR *PushLock, ULONG) {
    current_kernel().executive().push_locks().release(PushLock, false);
}

} // extern "C"
} // namespace ksbox::ex

namespace ksbox {

std::span<const Export> push_lock_exports() {
    using namespace ex;
    static const std::array table{
        done<&ksbox_ExInitializePushLock>("ExInitializePushLock", "NF:wdm.ExInitializePushLock"),
        done<&ksbox_ExAcquirePushLockExclusiveEx>("ExAcquirePushLockExclusiveEx",
                                                  "NF:wdm.ExAcquirePushLockExclusive"),
        done<&ksbox_ExAcquirePushLockSharedEx>("ExAcquirePushLockSharedEx",
                                               "NF:wdm.ExAcquirePushLockShared"),
        done<&ksbox_ExReleasePushLockExclusiveEx>("ExReleasePushLockExclusiveEx",
                                                  "NF:wdm.ExReleasePushLockExclusive"),
        done<&ksbox_ExReleasePushLockSharedEx>("ExReleasePushLockSharedEx",
                                               "NF:wdm.ExReleasePushLockShared"),
    };
    return table;
}

} // namespace ksbox
