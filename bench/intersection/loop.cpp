// The limit: two arrays, two loops, three GUIDs compared (what stands for any is known beforehand),
// then the numbers.
#include <algorithm>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <vector>

#include <benchmark/benchmark.h>

#include "intersection/sides.h"

namespace ksbox::bench {

namespace {

struct Id {
    std::uint64_t low, high;
};
struct Range {
    Id major, sub, specifier;
    std::uint32_t wild; ///< bits 0 to 2: which of the three stand for any
    std::uint32_t channels, minimum_bits, maximum_bits, minimum_hz, maximum_hz;
};

Range range_of(const Offer &offer) {
    return {{1, 2},
            {3 + offer.format, 4},
            {5, 6},
            0,
            offer.channels,
            offer.minimum_bits,
            offer.maximum_bits,
            offer.minimum_hz,
            offer.maximum_hz};
}

inline bool same(const Id &a, const Id &b) {
    return ((a.low ^ b.low) | (a.high ^ b.high)) == 0;
}

inline bool overlap(const Range &a, const Range &b) {
    const std::uint32_t wild = a.wild | b.wild;
    return (same(a.major, b.major) || (wild & 1)) && (same(a.sub, b.sub) || (wild & 2)) &&
           (same(a.specifier, b.specifier) || (wild & 4)) &&
           std::max(a.minimum_bits, b.minimum_bits) <= std::min(a.maximum_bits, b.maximum_bits) &&
           std::max(a.minimum_hz, b.minimum_hz) <= std::min(a.maximum_hz, b.maximum_hz) &&
           std::min(a.channels, b.channels) != 0;
}

struct Lists {
    std::vector<Range> callers, pins;
};

/// The number of the pair, or as many as there are.
[[gnu::noinline]] std::size_t first_match(const Lists &lists) {
    std::size_t pair = 0;
    for (const Range &caller : lists.callers)
        for (const Range &pin : lists.pins) {
            if (overlap(caller, pin))
                return pair;
            ++pair;
        }
    return pair;
}

} // namespace

Work compare_offers(unsigned count) {
    auto lists = std::make_shared<Lists>();
    for (unsigned i = 0; i < count; ++i) {
        lists->callers.push_back(range_of(offer(i, count, false)));
        lists->pins.push_back(range_of(offer(i, count, true)));
    }
    return [lists, count](std::uint64_t times) {
        for (std::uint64_t i = 0; i < times; ++i) {
            benchmark::ClobberMemory(); // each time anew
            if (first_match(*lists) + 1 != std::size_t(count) * count)
                throw std::logic_error("the last pair did not match");
        }
    };
}

} // namespace ksbox::bench
