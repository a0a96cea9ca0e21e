// Waiting and signalling over the dispatcher headers in drivers' own memory. Everything here runs
// with the scheduler's lock held.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "abi/windows.h"

namespace ksbox::ke {

class Scheduler;
class Thread;

/// DISPATCHER_HEADER.Type of each kind of object, as NT has always numbered them.
enum DispatcherType : UCHAR {
    EventNotificationObject = 0,
    EventSynchronizationObject = 1,
    MutantObject = 2,
    ProcessObject = 3,
    QueueObject = 4,
    SemaphoreObject = 5,
    ThreadObject = 6,
    TimerNotificationObject = 8,
    TimerSynchronizationObject = 9,
};

/// Lock held for both; drivers read the state, and a mutex's owner its own name, without it.
inline void set_signal_state(DISPATCHER_HEADER &object, LONG state) {
    __atomic_store_n(&object.SignalState, state, __ATOMIC_RELEASE);
}
inline void set_owner(KMUTANT &mutant, PKTHREAD owner) {
    __atomic_store_n(&mutant.OwnerThread, owner, __ATOMIC_RELAXED);
}

/// Blocks the current thread until one (or all) of `objects` are signalled. Lock held at entry and
/// return. A due time is absolute interrupt time; 0 polls; nothing waits for ever. Returns
/// STATUS_WAIT_0 + index, STATUS_TIMEOUT, STATUS_ALERTED or STATUS_USER_APC.
NTSTATUS wait_for(Scheduler &scheduler, std::span<DISPATCHER_HEADER *const> objects, bool all,
                  std::optional<std::uint64_t> due_100ns, bool alertable, KPROCESSOR_MODE mode,
                  const char *reason);

/// The object's state has become signalled: releases what its waiters' rules allow.
void signal(Scheduler &scheduler, DISPATCHER_HEADER *object);

/// Takes a thread's wait blocks off the objects' lists.
void unlink_wait(Thread &thread);

/// Ends a wait from outside (alert, termination) with `status`.
void interrupt_wait(Scheduler &scheduler, Thread &thread, NTSTATUS status);

/// "synchronization event", "mutex" …: for reports.
const char *kind_of(const DISPATCHER_HEADER *object);

} // namespace ksbox::ke
