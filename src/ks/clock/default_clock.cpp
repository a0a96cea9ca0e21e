// Time of a default clock.
#include "ks/clock/default_clock.h"

#include <algorithm>
#include <new>

#include "ks/misuse.h"
#include "nt/call_driver.h"
#include "nt/spin_guard.h"

namespace ksbox::ks {

namespace {

constexpr ULONG pool_tag = 'kCsK';

/// The performance counter in 100 ns units, as KSCONVERT_PERFORMANCE_TIME does it.
LONGLONG performance_time() {
    LARGE_INTEGER frequency;
    const LARGE_INTEGER count = KeQueryPerformanceCounter(&frequency);
    return static_cast<LONGLONG>(static_cast<unsigned __int128>(count.QuadPart) * NANOSECONDS /
                                 static_cast<std::uint64_t>(frequency.QuadPart));
}

} // namespace

DefaultClock::DefaultClock(const Options &options) : options_(options) {
    InitializeListHead(&marks_);
    KeInitializeTimer(&timer_);
    KeInitializeDpc(&dpc_, mark_reached, this);
}

DefaultClock *DefaultClock::create(const Options &options) {
    void *const memory = ExAllocatePoolWithTag(NonPagedPool, sizeof(DefaultClock), pool_tag);
    return memory ? new (memory) DefaultClock(options) : nullptr;
}

DefaultClock &DefaultClock::from(PKSDEFAULTCLOCK clock) {
    auto *const result = static_cast<DefaultClock *>(clock);
    if (!clock || !has_magic(&result->magic_, expected))
        misuse(Rule::foreign_object, clock, "a driver used something that is not a default clock");
    return *result;
}

void DefaultClock::reference() {
    InterlockedIncrement(&references_);
}

void DefaultClock::dereference() {
    if (InterlockedDecrement(&references_))
        return;
    magic_ = 0;
    ExFreePoolWithTag(this, pool_tag);
}

void DefaultClock::orphan() {
    const LONGLONG now = time();
    cancel_timer(options_);
    SpinGuard guard(lock_);
    options_ = {};
    state_ = KSSTATE_STOP;
    stopped_at_ = now;
}

LONGLONG DefaultClock::source_time(LONGLONG &system_time) {
    if (options_.own_time)
        return options_.own_time(options_.context, &system_time);
    if (options_.correlated_time)
        return call_driver("KStrCorrelatedTime", this, options_.correlated_time, options_.context,
                           &system_time);
    system_time = static_cast<LONGLONG>(KeQueryInterruptTime());
    return performance_time();
}

LONGLONG DefaultClock::correlated_time(LONGLONG &system_time) {
    // An owner with a time of its own knows the presentation time; nothing is added to it.
    if (options_.own_time || options_.correlated_time)
        return source_time(system_time);
    const LONGLONG now = source_time(system_time);
    SpinGuard guard(lock_);
    return state_ == KSSTATE_RUN ? now + run_offset_ : stopped_at_;
}

LONGLONG DefaultClock::time() {
    LONGLONG system_time;
    return correlated_time(system_time);
}

LONGLONG DefaultClock::correlated_physical_time(LONGLONG &system_time) {
    return source_time(system_time);
}

LONGLONG DefaultClock::physical_time() {
    LONGLONG system_time;
    return source_time(system_time);
}

KSRESOLUTION DefaultClock::resolution() {
    KSRESOLUTION resolution = options_.resolution;
    // Granularity: one tick of the performance counter, at least the unit itself. Error: how late
    // a notification may come, that is one clock interrupt.
    if (resolution.Granularity == 0) {
        LARGE_INTEGER frequency;
        static_cast<void>(KeQueryPerformanceCounter(&frequency));
        resolution.Granularity = std::max<LONGLONG>(NANOSECONDS / frequency.QuadPart, 1);
    }
    if (resolution.Error == 0 && !options_.set_timer && !options_.own_set_timer)
        resolution.Error = KeQueryTimeIncrement();
    return resolution;
}

KSSTATE DefaultClock::state() {
    SpinGuard guard(lock_);
    return state_;
}

void DefaultClock::set_state(KSSTATE state) {
    LONGLONG system_time;
    const bool own = options_.own_time || options_.correlated_time;
    const LONGLONG now = own ? 0 : source_time(system_time);
    {
        SpinGuard guard(lock_);
        if (state == KSSTATE_RUN && state_ != KSSTATE_RUN)
            run_offset_ = stopped_at_ - now;
        else if (state != KSSTATE_RUN && state_ == KSSTATE_RUN)
            stopped_at_ = now + run_offset_;
        state_ = state;
    }
    schedule_marks();
}

void DefaultClock::set_time(LONGLONG time) {
    LONGLONG system_time;
    const bool own = options_.own_time || options_.correlated_time;
    const LONGLONG now = own ? 0 : source_time(system_time);
    {
        SpinGuard guard(lock_);
        stopped_at_ = time;
        run_offset_ = time - now;
    }
    schedule_marks();
}

} // namespace ksbox::ks
