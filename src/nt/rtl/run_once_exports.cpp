// One-time initialisation: RtlRunOnceExecuteOnce and what it is made of. The word holds the context
// pointer and, in its two lowest bits, how far it is. IRQL <= APC_LEVEL.
#include <array>
#include <list>

#include "abi/windows.h"
#include "nt/call_driver.h"
#include "nt/ke/host_lock.h"
#include "nt/kernel.h"
#include "nt/rtl/exports.h"

namespace ksbox::rtl {
namespace {

KS_ASSERT_MS_ABI(PRTL_RUN_ONCE_INIT_FN);

enum State : ULONG_PTR { untouched, running, running_async, complete };
constexpr ULONG_PTR state_bits = 3;

/// Who waits for which word, in one list for the box: such waits are short and rare.
struct Waiters : KernelExtension {
    explicit Waiters(Kernel &) {}
    struct One {
        PRTL_RUN_ONCE word;
        PKEVENT event;
    };
    ke::HostLock lock;
    std::list<One> all;
};

State state_of(PVOID value) {
    return static_cast<State>(reinterpret_cast<ULONG_PTR>(value) & state_bits);
}

PVOID with_state(PVOID context, State state) {
    return reinterpret_cast<PVOID>((reinterpret_cast<ULONG_PTR>(context) & ~state_bits) | state);
}

PVOID load(PRTL_RUN_ONCE word) {
    return __atomic_load_n(&word->Ptr, __ATOMIC_ACQUIRE);
}

bool change(PRTL_RUN_ONCE word, PVOID expected, PVOID wanted) {
    return __atomic_compare_exchange_n(&word->Ptr, &expected, wanted, false, __ATOMIC_ACQ_REL,
                                       __ATOMIC_ACQUIRE);
}

/// Until the word is no longer `running`.
void wait_for_end(PRTL_RUN_ONCE word) {
    auto &waiters = current_kernel().extension<Waiters>();
    KEVENT event;
    KeInitializeEvent(&event, NotificationEvent, FALSE);
    {
        const ke::HostLockGuard guard(waiters.lock);
        if (state_of(load(word)) != running)
            return;
        waiters.all.push_back({word, &event});
    }
    KeWaitForSingleObject(&event, Executive, KernelMode, FALSE, nullptr);
}

/// Sets the word and wakes its waiters, one after the other: under the lock nothing may schedule.
void publish(PRTL_RUN_ONCE word, PVOID value) {
    auto &waiters = current_kernel().extension<Waiters>();
    std::list<Waiters::One> woken;
    {
        const ke::HostLockGuard guard(waiters.lock);
        __atomic_store_n(&word->Ptr, value, __ATOMIC_RELEASE);
        for (auto one = waiters.all.begin(); one != waiters.all.end();) {
            const auto next = std::next(one);
            if (one->word == word)
                woken.splice(woken.end(), waiters.all, one);
            one = next;
        }
    }
    for (const Waiters::One &one : woken)
        KeSetEvent(one.event, IO_NO_INCREMENT, FALSE);
}

} // namespace

extern "C" {

/// @doc NF:ntddk.RtlRunOnceInitialize
VOID NTAPI RtlRunOnceInitialize(PRTL_RUN_ONCE RunOnce) {
    RunOnce->Ptr = nullptr;
}

/// STATUS_PENDING: the caller initialises now. STATUS_UNSUCCESSFUL with RTL_RUN_ONCE_CHECK_ONLY for
/// what is not done yet, and for mixed modes as STATUS_INVALID_PARAMETER (inferred).
/// @doc NF:ntddk.RtlRunOnceBeginInitialize
NTSTATUS NTAPI RtlRunOnceBeginInitialize(PRTL_RUN_ONCE RunOnce, ULONG Flags, PVOID *Context) {
    if (Flags & ~ULONG(RTL_RUN_ONCE_ASYNC | RTL_RUN_ONCE_CHECK_ONLY))
        return STATUS_INVALID_PARAMETER;
    const bool async = Flags & RTL_RUN_ONCE_ASYNC;
    for (;;) {
        const PVOID seen = load(RunOnce);
        const State state = state_of(seen);
        if (state == complete) {
            if (Context)
                *Context = with_state(seen, untouched);
            return STATUS_SUCCESS;
        }
        if (Flags & RTL_RUN_ONCE_CHECK_ONLY)
            return STATUS_UNSUCCESSFUL;
        if (state == untouched) {
            if (change(RunOnce, seen, with_state(nullptr, async ? running_async : running)))
                return STATUS_PENDING;
            continue;
        }
        if (async != (state == running_async))
            return STATUS_INVALID_PARAMETER;
        if (async)
            return STATUS_PENDING;
        wait_for_end(RunOnce);
    }
}

/// @doc NF:ntddk.RtlRunOnceComplete
NTSTATUS NTAPI RtlRunOnceComplete(PRTL_RUN_ONCE RunOnce, ULONG Flags, PVOID Context) {
    const bool async = Flags & RTL_RUN_ONCE_ASYNC, failed = Flags & RTL_RUN_ONCE_INIT_FAILED;
    if (Flags & ~ULONG(RTL_RUN_ONCE_ASYNC | RTL_RUN_ONCE_INIT_FAILED) || (async && failed) ||
        (failed && Context) || reinterpret_cast<ULONG_PTR>(Context) & state_bits)
        return STATUS_INVALID_PARAMETER;
    const PVOID seen = load(RunOnce);
    if (async)
        return state_of(seen) == running_async &&
                       change(RunOnce, seen, with_state(Context, complete))
                   ? STATUS_SUCCESS
                   : STATUS_UNSUCCESSFUL;
    if (state_of(seen) != running)
        return STATUS_UNSUCCESSFUL;
    publish(RunOnce, failed ? nullptr : with_state(Context, complete));
    return STATUS_SUCCESS;
}

/// STATUS_UNSUCCESSFUL when the driver's routine says FALSE: a later call tries again.
/// @doc NF:ntddk.RtlRunOnceExecuteOnce
NTSTATUS NTAPI RtlRunOnceExecuteOnce(PRTL_RUN_ONCE RunOnce, PRTL_RUN_ONCE_INIT_FN InitFn,
                                     PVOID Parameter, PVOID *Context) {
    const NTSTATUS begun = RtlRunOnceBeginInitialize(RunOnce, 0, Context);
    if (begun != STATUS_PENDING)
        return begun;
    PVOID made = nullptr;
    KeEnterCriticalRegion();
    const bool is_made =
        call_driver("RunOnceInitialization", RunOnce, InitFn, RunOnce, Parameter, &made) != 0;
    KeLeaveCriticalRegion();
    if (!is_made) {
        RtlRunOnceComplete(RunOnce, RTL_RUN_ONCE_INIT_FAILED, nullptr);
        return STATUS_UNSUCCESSFUL;
    }
    if (Context)
        *Context = made;
    return RtlRunOnceComplete(RunOnce, 0, made);
}

} // extern "C"

std::span<const Export> run_once_exports() {
#define KSBOX_ROW(function) done<&function>(#function, "NF:ntddk." #function)
    static const std::array table{
        KSBOX_ROW(RtlRunOnceInitialize),
        KSBOX_ROW(RtlRunOnceBeginInitialize),
        KSBOX_ROW(RtlRunOnceComplete),
        KSBOX_ROW(RtlRunOnceExecuteOnce),
    };
#undef KSBOX_ROW
    return table;
}

} // namespace ksbox::rtl
