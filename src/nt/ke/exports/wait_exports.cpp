// Waiting, as drivers call it.
#include <optional>

#include "abi/windows.h"

#include "abi/export.h"
#include "nt/ke/bug_check.h"
#include "nt/ke/dispatcher.h"
#include "nt/ke/exports/exports.h"
#include "nt/ke/scheduler.h"
#include "nt/kernel.h"

using namespace ksbox;
using namespace ksbox::ke;

namespace {

// A Timeout parameter as absolute interrupt time: 0 polls, null waits for ever, negative is
// relative, positive is system time.
std::optional<std::uint64_t> due_time(Scheduler &scheduler, const LARGE_INTEGER *timeout) {
    if (timeout == nullptr)
        return std::nullopt;
    if (timeout->QuadPart == 0)
        return 0;
    if (timeout->QuadPart < 0)
        return scheduler.interrupt_time_precise() + static_cast<std::uint64_t>(-timeout->QuadPart);
    auto absolute = static_cast<std::uint64_t>(timeout->QuadPart);
    return absolute > scheduler.system_time_base() ? absolute - scheduler.system_time_base() : 1;
}

NTSTATUS wait(std::span<DISPATCHER_HEADER *const> objects, bool all, KPROCESSOR_MODE mode,
              BOOLEAN alertable, const LARGE_INTEGER *timeout, const char *reason) {
    Scheduler &scheduler = current_kernel().scheduler();
    Thread &thread = current_thread();
    bool polls = timeout != nullptr && timeout->QuadPart == 0;
    if (thread.irql > DISPATCH_LEVEL || (thread.irql == DISPATCH_LEVEL && !polls))
        bug_check(0xB8 /* ATTEMPTED_SWITCH_FROM_DPC */,
                  reinterpret_cast<std::uint64_t>(thread.body), 0,
                  reinterpret_cast<std::uint64_t>(objects.front()), 0,
                  "a wait that may block was called at DISPATCH_LEVEL or above");
    scheduler.point(Point::signal);
    std::optional<std::uint64_t> due = due_time(scheduler, timeout);
    DispatcherLock guard(scheduler);
    return wait_for(scheduler, objects, all, due, alertable, mode, reason);
}

} // namespace

extern "C" {

NTSTATUS NTAPI KeWaitForSingleObject(PVOID Object, KWAIT_REASON, KPROCESSOR_MODE WaitMode,
                                     BOOLEAN Alertable, PLARGE_INTEGER Timeout) {
    auto *header = static_cast<DISPATCHER_HEADER *>(Object);
    return wait({&header, 1}, false, WaitMode, Alertable, Timeout, "KeWaitForSingleObject");
}

NTSTATUS NTAPI KeWaitForMultipleObjects(ULONG Count, PVOID Object[], WAIT_TYPE WaitType,
                                        KWAIT_REASON, KPROCESSOR_MODE WaitMode, BOOLEAN Alertable,
                                        PLARGE_INTEGER Timeout, PKWAIT_BLOCK WaitBlockArray) {
    std::uint32_t limit = WaitBlockArray != nullptr ? MAXIMUM_WAIT_OBJECTS : THREAD_WAIT_OBJECTS;
    if (Count == 0 || Count > limit)
        bug_check(0xC /* MAXIMUM_WAIT_OBJECTS_EXCEEDED */, Count, limit, 0, 0,
                  "KeWaitForMultipleObjects on more objects than it has wait blocks for");
    return wait({reinterpret_cast<DISPATCHER_HEADER **>(Object), Count}, WaitType == WaitAll,
                WaitMode, Alertable, Timeout, "KeWaitForMultipleObjects");
}

NTSTATUS NTAPI KeDelayExecutionThread(KPROCESSOR_MODE WaitMode, BOOLEAN Alertable,
                                      PLARGE_INTEGER Interval) {
    Scheduler &scheduler = current_kernel().scheduler();
    Thread &thread = current_thread();
    if (thread.irql >= DISPATCH_LEVEL)
        bug_check(0xB8 /* ATTEMPTED_SWITCH_FROM_DPC */,
                  reinterpret_cast<std::uint64_t>(thread.body), 0, 0, 0,
                  "KeDelayExecutionThread at DISPATCH_LEVEL or above");
    if (Interval->QuadPart == 0) {
        scheduler.yield();
        return STATUS_SUCCESS;
    }
    std::optional<std::uint64_t> due = due_time(scheduler, Interval);
    // Nobody signals this event: only time, an alert or termination ends the wait.
    KEVENT never;
    KeInitializeEvent(&never, NotificationEvent, FALSE);
    DISPATCHER_HEADER *header = &never.Header;
    DispatcherLock guard(scheduler);
    NTSTATUS status = wait_for(scheduler, {&header, 1}, false, due, Alertable, WaitMode,
                               "KeDelayExecutionThread");
    return status == STATUS_TIMEOUT ? STATUS_SUCCESS : status;
}

BOOLEAN NTAPI KeAlertThread(PKTHREAD Thread, KPROCESSOR_MODE) {
    Scheduler &scheduler = current_kernel().scheduler();
    DispatcherLock guard(scheduler);
    ke::Thread *target = reinterpret_cast<ThreadBody *>(Thread)->thread;
    if (target == nullptr)
        return FALSE;
    BOOLEAN before = target->alerted;
    if (target->wait.active && target->wait.alertable)
        interrupt_wait(scheduler, *target, STATUS_ALERTED);
    else
        target->alerted = true;
    return before;
}

} // extern "C"

std::span<const Export> ksbox::ke::wait_exports() {
    static const Export exports[] = {
        done<&KeWaitForSingleObject>("KeWaitForSingleObject", "NF:wdm.KeWaitForSingleObject"),
        done<&KeWaitForSingleObject>("KeWaitForMutexObject", "NF:wdm.KeWaitForMutexObject"),
        done<&KeWaitForMultipleObjects>("KeWaitForMultipleObjects",
                                        "NF:wdm.KeWaitForMultipleObjects"),
        done<&KeDelayExecutionThread>("KeDelayExecutionThread", "NF:wdm.KeDelayExecutionThread"),
        done<&KeAlertThread>("KeAlertThread", ""),
    };
    return exports;
}
