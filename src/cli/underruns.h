// Where a stream ran dry: what a real-time run has to own up to.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ksbox/filter.h"

namespace ksbox::cli {

struct Underrun {
    std::uint64_t position_bytes = 0;
    std::uint64_t missing_bytes = 0; ///< 0: not known
};

/// What the cable driver counted itself (KSPROPERTY_CABLE_UNDERRUNS); nothing when the filter has
/// no such property. Its list is cut off, `count` is not.
/// Throws Error: a want of memory.
struct DriverUnderruns {
    std::vector<Underrun> list;
    std::uint32_t count = 0;
};
std::optional<DriverUnderruns> driver_underruns(Filter &filter);

/// "under-run 1: at byte 96000 (1.000 s), 1920 bytes (0.010 s) late".
std::string to_string(const Underrun &underrun, std::size_t number, std::uint64_t bytes_per_second);

} // namespace ksbox::cli
