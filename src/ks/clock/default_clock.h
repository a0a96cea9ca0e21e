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

  private:
    explicit DefaultClock(const Options &options);
    LONGLONG source_time(LONGLONG &system_time);

    static constexpr std::uint64_t expected = 0x6b636f6c436c6644ULL;
    std::uint64_t magic_ = expected;
    LONG references_ = 1;
    Options options_;
    KSPIN_LOCK lock_ = 0;
    KSSTATE state_ = KSSTATE_STOP;
    LONGLONG stopped_at_ = 0; ///< presentation time while not in RUN
    LONGLONG run_offset_ = 0; ///< presentation time = source time + this, in RUN
};

} // namespace ksbox::ks
