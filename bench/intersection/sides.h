// Two lists of data ranges, of which only the last of each have a format in common: every pair has
// to be looked at. Both lists are cycles of formats with ranges of rates that lie between each
// other.
#pragma once

#include <cstdint>

#include "support/question.h"

namespace ksbox::bench {

constexpr unsigned format_count = 5;

/// One data range, whatever its notation.
struct Offer {
    unsigned format; ///< of format_count
    std::uint32_t channels, minimum_bits, maximum_bits, minimum_hz, maximum_hz;
};

/// The n-th of `count` that a caller, or a pin, offers.
constexpr Offer offer(unsigned n, unsigned count, bool pin) {
    const std::uint32_t first = 8000 + 1000 * (n / format_count);
    const std::uint32_t low = pin && n + 1 < count ? first + 500 : first;
    return {n % format_count, 8, 16, 32, low, low + 499};
}

Work match_ranges(unsigned count);
Work intersect_caps(unsigned count);
Work compare_offers(unsigned count);

} // namespace ksbox::bench
