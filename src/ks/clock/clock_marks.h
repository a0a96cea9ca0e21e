// KSEVENTSETID_Clock: notifications at a time of the clock, or at fixed intervals from one on.
// @doc stream/kseventsetid-clock
#pragma once

#include <span>

#include "abi/windows.h"

namespace ksbox::ks {

/// What a mark keeps behind its KSEVENT_ENTRY.
struct ClockMark {
    LONGLONG next;     ///< presentation time of the next notification; `passed`: none any more
    LONGLONG interval; ///< 0: a position mark
    static constexpr LONGLONG passed = 0x7fffffffffffffff;

    static ClockMark &of(KSEVENT_ENTRY *entry) { return *reinterpret_cast<ClockMark *>(entry + 1); }
};

/// The event sets of a clock's file object.
std::span<const KSEVENT_SET> clock_event_sets();

/// The clock whose file object an IRP is for; clock_file.cpp.
class DefaultClock;
DefaultClock &clock_of_irp(PIRP irp);

} // namespace ksbox::ks
