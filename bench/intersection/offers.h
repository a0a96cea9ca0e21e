// Two lists of data ranges, of which only the last of each have a format in common: every pair has
// to be looked at. Both lists are cycles of formats with ranges of rates that lie between each
// other. Read by drivers too.
#pragma once

namespace ksbox::bench {

constexpr unsigned format_count = 5;

/// One data range, whatever its notation.
struct Offer {
    unsigned format; ///< of format_count
    unsigned channels, minimum_bits, maximum_bits, minimum_hz, maximum_hz;
};

/// The n-th of `count` that a caller, or a pin, offers.
constexpr Offer offer(unsigned n, unsigned count, bool pin) {
    const unsigned first = 8000 + 1000 * (n / format_count);
    const unsigned low = pin && n + 1 < count ? first + 500 : first;
    return {n % format_count, 8, 16, 32, low, low + 499};
}

} // namespace ksbox::bench
