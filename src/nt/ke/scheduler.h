// The one seam for threads and time. Two executors stand behind it: realtime (host threads, the
// monotonic clock) and simulated (fibers on one host thread, virtual time, a seed). Dispatcher
// objects, timers, DPCs, IRQL and spin locks are written once, above it (DESIGN D3).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "nt/ke/thread.h"

namespace ksbox::ke {

class Executor;

/// A virtual processor: held by one thread at a time, at DISPATCH_LEVEL or above.
struct Processor {
    unsigned number = 0;
    Thread *owner = nullptr;
    Thread *dpc_thread = nullptr;
    LIST_ENTRY dpcs;            ///< KDPC.DpcListEntry
    Thread *draining_for = nullptr; ///< waits in lower_irql() until the DPCs have run
};

/// Where the running thread may lose the processor in simulated mode.
enum class Point : std::uint8_t { irql, spin_lock, signal, call, clock };

/// What a host thread's call into the box came to.
enum class CallOutcome : std::uint8_t { done, stopped };

class Scheduler {
  public:
    static Result<std::unique_ptr<Scheduler>> create(Kernel &kernel);
    ~Scheduler();

    /// Runs `work` on the box thread that the calling host thread is adopted as (made at the first
    /// call), until it returns or the box stops. On a box thread of this kernel: runs it in place.
    /// In simulated mode a second host thread is refused (KS_ASSERT with a message).
    CallOutcome call(const std::function<void()> &work);

    /// A new thread, ready to run. The object (body) has one reference for the caller and one for
    /// the running thread. STATUS_INSUFFICIENT_RESOURCES.
    Result<Thread *> create_thread(ThreadOptions options);
    /// Ends the current thread (PsTerminateSystemThread); never returns.
    [[noreturn]] void exit_thread(NTSTATUS status);

    /// A scheduling point: in simulated mode the seed may let another thread run; in both, a
    /// stopped box's thread does not come back from here.
    void point(Point kind);
    /// Gives the rest of the turn to any ready thread.
    void yield();

    // Time, in 100 ns units. Precise reads cost virtual time; tick reads move with the clock.
    std::uint64_t interrupt_time();         ///< since boot, by ticks (KeQueryInterruptTime)
    std::uint64_t interrupt_time_precise(); ///< since boot
    std::uint64_t system_time();            ///< since 1601, by ticks
    std::uint64_t system_time_precise();
    std::uint64_t peek_time() const; ///< as interrupt_time_precise, free of charge: trace, reports
    std::uint64_t system_time_base() const { return system_time_base_; }
    std::uint32_t clock_period() const { return clock_period_100ns_; }
    void set_clock_period(std::uint32_t period_100ns);
    /// KeStallExecutionProcessor: virtual time passes (realtime: spins), nothing else runs here.
    void stall(std::uint64_t duration_100ns);

    // IRQL and processors.
    void raise_irql(KIRQL irql);
    void lower_irql(KIRQL irql);

    // Blocking, for dispatcher objects: call with the dispatcher lock held; block() releases it
    // while blocked. A due time is absolute interrupt time; nothing: for ever.
    void lock();
    void unlock();
    /// Blocks the current thread until ready(thread) or the due time; false when time ran out.
    bool block(std::optional<std::uint64_t> due_100ns);
    void ready(Thread &thread);

    // Timers: one heap for KTIMERs and for waits with a timeout.
    void insert_timer(KTIMER *timer, std::uint64_t due_100ns);
    bool remove_timer(KTIMER *timer);
    /// High-resolution one-shot for the runtime's own devices: not tied to clock ticks.
    void queue_dpc_to(unsigned processor, KDPC *dpc, bool at_head);
    bool remove_dpc(KDPC *dpc);
    /// Waits until no DPC is queued or running anywhere (KeFlushQueuedDpcs). PASSIVE_LEVEL.
    void flush_dpcs();

    // Spin locks: KSPIN_LOCK holds 0 or its owner. The IRQL is already DISPATCH_LEVEL or more.
    void acquire_spin_lock(KSPIN_LOCK *lock);
    bool try_acquire_spin_lock(KSPIN_LOCK *lock);
    void release_spin_lock(KSPIN_LOCK *lock);

    std::vector<Processor> &processors() { return processors_; }
    const std::vector<std::unique_ptr<Thread>> &threads() const { return threads_; }
    Kernel &kernel() { return kernel_; }
    /// Counts scheduling points; the watchdog looks whether it moves.
    std::uint64_t progress() const { return __atomic_load_n(&progress_, __ATOMIC_RELAXED); }

    /// Freezes the box and leaves the current thread for ever (bug checks).
    [[noreturn]] void freeze();
    /// Who waits for what, one thread a line.
    std::string describe_waits() const;

  private:
    friend class Simulated;
    friend class Realtime;
    explicit Scheduler(Kernel &kernel);

    Kernel &kernel_;
    std::unique_ptr<Executor> executor_;
    std::vector<Processor> processors_;
    std::vector<std::unique_ptr<Thread>> threads_;
    std::uint64_t system_time_base_ = 0;
    std::uint32_t clock_period_100ns_ = 156'250;
    std::uint64_t progress_ = 0;
};

} // namespace ksbox::ke
