// The one seam for threads and time. Two executors stand behind it: realtime (host threads, the
// monotonic clock) and simulated (fibers on one host thread, virtual time, a seed). Dispatcher
// objects, timers, DPCs, IRQL and spin locks are written once, above it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "nt/ke/thread.h"
#include "nt/ke/timer_heap.h"

namespace ksbox::ke {

class Executor;

/// A virtual processor: held by one thread at a time, at DISPATCH_LEVEL or above.
struct Processor {
    unsigned number = 0;
    Thread *owner = nullptr;
    Thread *dpc_thread = nullptr;
    Thread *draining_for = nullptr; ///< waits in lower_irql() until the DPCs have run
    LIST_ENTRY dpcs;                ///< KDPC.DpcListEntry
    KDPC *running_dpc = nullptr;
};

/// Where the running thread may lose its turn in simulated mode.
enum class Point : std::uint8_t { irql, spin_lock, signal, call, clock };

/// What the executor lets the scheduler do without asking it. Written by the executor only.
struct Turn {
    bool needs_lock = true;        ///< host threads share the dispatcher; the time is theirs too
    std::uint64_t now_100ns = 0;   ///< simulated time, when nothing needs the lock
    bool timer_due = false;        ///< the next point must look at the timers
    std::uint32_t points_left = 0; ///< points the running thread passes before it may lose its turn
    std::uint32_t spinning = 0;    ///< threads parked on a spin lock
};

/// What a host thread's call into the box came to.
enum class CallOutcome : std::uint8_t { done, stopped };

class Scheduler {
  public:
    /// start() makes the threads that the scheduler itself needs (DPC threads); call it when the
    /// object manager is there.
    explicit Scheduler(Kernel &kernel);
    Result<void> start();
    ~Scheduler();
    /// Ends every thread for good; the objects they used may go afterwards.
    void shut_down();

    /// Runs `work` on the box thread that the calling host thread is adopted as (made at the first
    /// call), until it returns or the box stops. On a box thread of this kernel: runs it in place.
    /// In simulated mode a second host thread is a broken precondition.
    CallOutcome call(const std::function<void()> &work);

    /// A new thread, ready to run. Its object has two references: the running thread's own, and
    /// one for the caller to drop. STATUS_INSUFFICIENT_RESOURCES.
    Result<Thread *> create_thread(ThreadOptions options);
    /// Ends the current thread (PsTerminateSystemThread).
    [[noreturn]] void exit_thread(NTSTATUS status);

    /// A scheduling point: in simulated mode the seed may let another thread run; in both, a
    /// stopped box's thread does not come back from here.
    void point(Point kind) {
        if (turn_.points_left > 1 && !turn_.timer_due) [[likely]] {
            --turn_.points_left;
            Thread &thread = current_thread();
            thread.progress = thread.progress + 1;
        } else {
            reach_point(kind);
        }
    }
    void yield();

    // Time, in 100 ns. Reads by drivers and clients cost virtual time; peek_time() does not.
    std::uint64_t interrupt_time();         ///< since boot, by clock ticks
    std::uint64_t interrupt_time_precise(); ///< since boot
    std::uint64_t system_time();            ///< since 1601, by clock ticks
    std::uint64_t system_time_precise();
    std::uint64_t peek_time() const { return turn_.needs_lock ? host_time() : turn_.now_100ns; }
    /// As interrupt_time_precise() without its scheduling point: for signal handlers, which follow
    /// up with a point of their own.
    std::uint64_t charge_clock_read();
    std::uint64_t tick_of(std::uint64_t time_100ns) const;
    std::uint64_t system_time_base() const { return system_time_base_; }
    std::uint32_t clock_period() const { return clock_period_100ns_; }
    void set_clock_period(std::uint32_t period_100ns) { clock_period_100ns_ = period_100ns; }
    void stall(std::uint64_t duration_100ns);

    // IRQL and processors.
    void raise_irql(KIRQL irql);
    void lower_irql(KIRQL irql);

    // Blocking, below the dispatcher objects. All with the lock held.
    void lock() {
        if (turn_.needs_lock)
            take_lock();
    }
    void unlock() {
        if (turn_.needs_lock)
            drop_lock();
    }
    /// Blocks the current thread until unblock(), or until the absolute interrupt time `due`
    /// (quantised to the clock); false when time ran out. A scheduling thread has no processor.
    bool block(std::optional<std::uint64_t> due_100ns, const char *reason);
    void unblock(Thread &thread);

    // Timers (lock held). A high-resolution timer is not rounded up to a clock tick.
    void insert_timer(KTIMER *timer, std::uint64_t due_100ns, bool high_resolution = false);
    bool remove_timer(KTIMER *timer);
    /// Expires what is due: called by the executors. Lock held.
    void expire_timers(std::uint64_t now_100ns);
    const TimerHeap &timers() const { return timers_; }

    // DPCs (lock held).
    bool queue_dpc(KDPC *dpc, void *argument1, void *argument2, unsigned processor);
    bool remove_dpc(KDPC *dpc);
    /// Waits until every DPC queued before has run (KeFlushQueuedDpcs). PASSIVE_LEVEL, no lock.
    void flush_dpcs();

    // Spin locks: a KSPIN_LOCK holds 0 or its owner's mark. IRQL is DISPATCH_LEVEL or more.
    void acquire_spin_lock(KSPIN_LOCK *lock);
    bool try_acquire_spin_lock(KSPIN_LOCK *lock);
    void release_spin_lock(KSPIN_LOCK *lock);

    std::vector<Processor> &processors() { return processors_; }
    unsigned free_processors() const;
    const std::vector<std::unique_ptr<Thread>> &threads() const { return threads_; }
    Kernel &kernel() { return kernel_; }

    /// The executor's.
    Turn &turn() { return turn_; }

    /// Freezes the box and leaves the current thread for ever (bug checks).
    [[noreturn]] void freeze();
    /// The current thread of a frozen box leaves for ever.
    [[noreturn]] void leave();
    /// Who waits for what, one thread a line.
    std::string describe_waits() const;

    /// The life of a thread on its own stack; called by the executors.
    [[noreturn]] void run_thread(Thread &thread);
    /// The box thread of the calling host thread, made but not started. Lock held.
    Result<Thread *> adopt(std::string name);
    void reap();

  private:
    void reach_point(Point kind);
    void take_lock();
    void drop_lock();
    std::uint64_t host_time() const;
    void claim_processor(Thread &thread, Processor &processor);
    void release_processor(Thread &thread);
    void set_processor_number(Thread &thread, unsigned number);
    [[noreturn]] void run_dpcs(Processor &processor);

    Kernel &kernel_;
    Turn turn_;
    std::vector<Processor> processors_;
    std::vector<Thread *> processor_waiters_;
    std::vector<std::unique_ptr<Thread>> threads_;
    std::vector<std::unique_ptr<Thread>> ended_;
    std::vector<Thread *> flush_waiters_;
    TimerHeap timers_;
    std::uint64_t system_time_base_ = 0;
    std::uint32_t clock_period_100ns_;
    std::uint64_t next_thread_id_ = 4;
    std::unique_ptr<Executor> executor_; // last: it goes first
};

/// Holds the dispatcher lock for a scope.
class DispatcherLock {
  public:
    explicit DispatcherLock(Scheduler &scheduler) : scheduler_(scheduler) { scheduler_.lock(); }
    ~DispatcherLock() { scheduler_.unlock(); }
    DispatcherLock(const DispatcherLock &) = delete;
    DispatcherLock &operator=(const DispatcherLock &) = delete;

  private:
    Scheduler &scheduler_;
};

} // namespace ksbox::ke
