// Enabling the marks of a default clock, and signalling them in time.
#include "ks/clock/clock_marks.h"

#include <algorithm>

#include "ks/clock/default_clock.h"
#include "ks/events.h"
#include "nt/call_driver.h"
#include "nt/spin_guard.h"

namespace ksbox::ks {
namespace {

void add(PIRP irp, PKSEVENT_ENTRY entry, LONGLONG first, LONGLONG interval) {
    DefaultClock &clock = clock_of_irp(irp);
    ClockMark::of(entry) = {first, interval};
    {
        SpinGuard guard(clock.marks_lock());
        InsertTailList(&clock.marks(), &entry->ListEntry);
    }
    clock.schedule_marks();
}

NTSTATUS NTAPI add_interval(PIRP irp, PKSEVENTDATA data, PKSEVENT_ENTRY entry) {
    const auto &mark = *reinterpret_cast<const KSEVENT_TIME_INTERVAL *>(data);
    if (mark.Interval <= 0)
        return STATUS_INVALID_PARAMETER;
    add(irp, entry, mark.TimeBase, mark.Interval);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI add_position(PIRP irp, PKSEVENTDATA data, PKSEVENT_ENTRY entry) {
    add(irp, entry, reinterpret_cast<const KSEVENT_TIME_MARK *>(data)->MarkTime, 0);
    return STATUS_SUCCESS;
}

const KSEVENT_ITEM items[] = {
    {KSEVENT_CLOCK_INTERVAL_MARK, sizeof(KSEVENT_TIME_INTERVAL), sizeof(ClockMark), add_interval,
     nullptr, nullptr},
    {KSEVENT_CLOCK_POSITION_MARK, sizeof(KSEVENT_TIME_MARK), sizeof(ClockMark), add_position,
     nullptr, nullptr},
};
const KSEVENT_SET sets[] = {{&KSEVENTSETID_Clock, std::size(items), items}};

} // namespace

std::span<const KSEVENT_SET> clock_event_sets() {
    return sets;
}

/// Signals what is due and returns the time of the next mark.
LONGLONG DefaultClock::signal_marks(LONGLONG now) {
    LONGLONG next = ClockMark::passed;
    SpinGuard guard(marks_lock_);
    for (LIST_ENTRY *link = marks_.Flink; link != &marks_;) {
        auto *entry = CONTAINING_RECORD(link, KSEVENT_ENTRY, ListEntry);
        link = link->Flink; // a one-shot entry goes
        ClockMark &mark = ClockMark::of(entry);
        const bool due = mark.next <= now;
        // One notification for all the intervals that have passed.
        if (due)
            mark.next = mark.interval
                            ? mark.next + ((now - mark.next) / mark.interval + 1) * mark.interval
                            : ClockMark::passed;
        if (!due || !(entry->Flags & KSEVENT_ENTRY_ONESHOT))
            next = std::min(next, mark.next);
        if (due)
            generate_event(entry, 0, nullptr);
    }
    return next;
}

void DefaultClock::schedule_marks() {
    Options options;
    bool running = false;
    {
        SpinGuard guard(lock_);
        options = options_;
        running = state_ == KSSTATE_RUN;
    }
    if (!running)
        return cancel_timer(options);
    const LONGLONG now = time();
    const LONGLONG next = signal_marks(now);
    if (next == ClockMark::passed)
        cancel_timer(options);
    else
        set_timer(options, next - now);
}

void DefaultClock::set_timer(const Options &options, LONGLONG delta) {
    LARGE_INTEGER due;
    due.QuadPart = -delta;
    reference();
    InterlockedExchange(&timer_set_, 1);
    BOOLEAN replaced;
    if (options.own_set_timer)
        replaced = options.own_set_timer(options.context, &timer_, due, &dpc_);
    else if (options.set_timer)
        replaced = call_driver("KStrSetTimer", this, options.set_timer, options.context, &timer_,
                               due, &dpc_);
    else
        replaced = KeSetTimer(&timer_, due, &dpc_);
    if (replaced)
        dereference();
}

void DefaultClock::cancel_timer(const Options &options) {
    if (!InterlockedExchange(&timer_set_, 0))
        return;
    BOOLEAN was_queued;
    if (options.own_cancel_timer)
        was_queued = options.own_cancel_timer(options.context, &timer_);
    else if (options.cancel_timer)
        was_queued =
            call_driver("KStrCancelTimer", this, options.cancel_timer, options.context, &timer_);
    else
        was_queued = KeCancelTimer(&timer_);
    if (was_queued)
        dereference();
}

void NTAPI DefaultClock::mark_reached(PKDPC, PVOID context, PVOID, PVOID) {
    auto &clock = *static_cast<DefaultClock *>(context);
    InterlockedExchange(&clock.timer_set_, 0);
    clock.schedule_marks();
    clock.dereference();
}

} // namespace ksbox::ks
