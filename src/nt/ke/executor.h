// What an executor does for the scheduler: run threads, stop one, let it go on, tell the time. The
// scheduler's lock is the executor's: a real one in realtime, nothing in simulated mode.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "abi/windows.h"

#include "nt/ke/scheduler.h"

namespace ksbox::ke {

class Executor {
  public:
    virtual ~Executor() = default;

    /// No box thread runs afterwards.
    virtual void shut_down() = 0;
    virtual CallOutcome call(const std::function<void()> &work) = 0;
    /// Makes a new thread runnable; it will run Scheduler::run_thread(). Lock held.
    virtual void start(Thread &thread) = 0;
    /// Stops the current thread until resume(); the lock is released meanwhile. Lock held.
    virtual void suspend() = 0;
    virtual void resume(Thread &thread) = 0;
    /// A point that Turn does not let the thread pass on its own.
    virtual void point(Point kind) = 0;
    virtual void yield() = 0;
    virtual void lock() = 0;
    virtual void unlock() = 0;
    /// Precise time since boot in 100 ns; `charge` makes a simulated read cost time.
    virtual std::uint64_t now(bool charge) = 0;
    /// Async-signal-safe: the time, charged, and no scheduling point.
    virtual std::uint64_t charge_clock_read() = 0;
    virtual void stall(std::uint64_t duration_100ns) = 0;
    /// The earliest timer has changed. Lock held.
    virtual void timers_changed() = 0;
    /// The spin lock is taken by another processor: come back when it may be free.
    virtual void spin(KSPIN_LOCK *lock) = 0;
    /// Only while Turn::spinning says so.
    virtual void spin_released(KSPIN_LOCK *lock) = 0;
    /// The current thread has ended. Lock held.
    [[noreturn]] virtual void exit() = 0;
    /// Waits until a thread that is in exit() has left its stack for good. Lock not held.
    virtual void bury(Thread &thread) = 0;
    /// The box stops: no thread of it runs again. Leaves the current thread for ever.
    [[noreturn]] virtual void freeze() = 0;
    /// A host thread found the box stopped while it held no lock: leaves the current box thread.
    [[noreturn]] virtual void leave() = 0;
};

std::unique_ptr<Executor> make_simulated(Scheduler &scheduler);
std::unique_ptr<Executor> make_realtime(Scheduler &scheduler);

} // namespace ksbox::ke
