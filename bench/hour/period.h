// One period of the stream: 10 ms of 48 kHz stereo in 16 bit. Each stereo sample is the number of
// samples before it, so that a lost, doubled or swapped one shows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace ksbox::bench {

constexpr std::uint32_t period_100ns = 100'000;
constexpr std::uint32_t period_samples = 480;
constexpr std::uint32_t period_bytes = period_samples * 4;
constexpr std::uint64_t hour_periods = 360'000;

inline void fill(std::byte *to, std::uint32_t &next) {
    for (std::uint32_t i = 0; i < period_samples; ++i) {
        const std::uint32_t value = next + i;
        std::memcpy(to + i * 4, &value, 4);
    }
    next += period_samples;
}

inline bool check(const std::byte *from, std::uint32_t &next) {
    std::uint32_t wrong = 0;
    for (std::uint32_t i = 0; i < period_samples; ++i) {
        std::uint32_t value;
        std::memcpy(&value, from + i * 4, 4);
        wrong |= value ^ (next + i);
    }
    next += period_samples;
    return wrong == 0;
}

} // namespace ksbox::bench
