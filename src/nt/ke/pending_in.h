// What the scheduler still has of a driver that goes: objects in its image that are queued.
#pragma once

#include <cstddef>
#include <span>

namespace ksbox::ke {

class Scheduler;

/// Whether a timer that is set, a DPC that is queued or runs, or an object that somebody waits for
/// lies in `range`. IRQL: ≤ DISPATCH.
[[nodiscard]] bool has_pending_in(Scheduler &scheduler, std::span<const std::byte> range);

} // namespace ksbox::ke
