// The default clock: presentation time that runs while its owner is in RUN, over the performance
// counter or an owner's own time. Shared by the owner and every file object opened on it.
// @doc stream/default-clocks, NF:ks.KsAllocateDefaultClockEx
#pragma once

#include "abi/windows.h"
#include "base/result.h"

namespace ksbox::ks {

class DefaultClock {
  public:
    /// What an owner may replace. Functions are the driver's and get `context`.
    struct Options {
        PVOID context = nullptr;
        PFNKSSETTIMER set_timer = nullptr;
        PFNKSCANCELTIMER cancel_timer = nullptr;
        PFNKSCORRELATEDTIME correlated_time = nullptr;
        KSRESOLUTION resolution{};
        /// Instead of correlated_time, for owners inside the class driver.
        LONGLONG (*own_time)(PVOID context, PLONGLONG system_time) = nullptr;
        /// Instead of set_timer and cancel_timer, likewise.
        BOOLEAN (*own_set_timer)(PVOID context, PKTIMER timer, LARGE_INTEGER due,
                                 PKDPC dpc) = nullptr;
        BOOLEAN (*own_cancel_timer)(PVOID context, PKTIMER timer) = nullptr;
    };
    /// One reference, the owner's. Null when the pool is exhausted.
    static DefaultClock *create(const Options &options);
    /// The clock behind a PKSDEFAULTCLOCK; stops the box for anything else.
    static DefaultClock &from(PKSDEFAULTCLOCK clock);

    void reference();
    void dereference();
    /// The owner goes: its functions are not called any more; file objects see the time stand.
    void orphan();

    // IRQL <= DISPATCH_LEVEL; times in 100 ns.
    LONGLONG time();
    LONGLONG physical_time();
    /// The system time is that of KeQueryInterruptTime's clock, read at the same moment.
    LONGLONG correlated_time(LONGLONG &system_time);
    LONGLONG correlated_physical_time(LONGLONG &system_time);
    KSRESOLUTION resolution();
    KSSTATE state();
    void set_state(KSSTATE state);
    void set_time(LONGLONG time);

    /// Where the enabled events of all file objects on this clock are; KSEVENTS_SPINLOCK.
    LIST_ENTRY &marks() { return marks_; }
    KSPIN_LOCK &marks_lock() { return marks_lock_; }
    /// Sets the timer for the next mark, or takes it back when there is none or the clock does not
    /// run. Called after every change to marks, state or time. IRQL <= DISPATCH.
    void schedule_marks();

  private:
    explicit DefaultClock(const Options &options);
    LONGLONG source_time(LONGLONG &system_time);

    // clock_marks.cpp
    static void NTAPI mark_reached(PKDPC dpc, PVOID context, PVOID, PVOID);
    LONGLONG signal_marks(LONGLONG now);
    void set_timer(const Options &options, LONGLONG delta);
    void cancel_timer(const Options &options);

    static constexpr std::uint64_t expected = 0x6b636f6c436c6644ULL;
    std::uint64_t magic_ = expected;
    LONG references_ = 1;
    Options options_;
    KSPIN_LOCK lock_ = 0;
    KSSTATE state_ = KSSTATE_STOP;
    LONGLONG stopped_at_ = 0; ///< presentation time while not in RUN
    LONGLONG run_offset_ = 0; ///< presentation time = source time + this, in RUN

    KSPIN_LOCK marks_lock_ = 0; ///< may be held when lock_ is taken, not the other way round
    LIST_ENTRY marks_;          ///< KSEVENT_ENTRY.ListEntry
    KTIMER timer_;              ///< queued: holds a reference, as its DPC does
    LONG timer_set_ = 0;
    KDPC dpc_;
};

} // namespace ksbox::ks
