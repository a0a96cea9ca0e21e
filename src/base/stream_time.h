// Frames of sound as time and back, both rounded down; exact for any stream that fits 64 bits.
#pragma once

#include <cstdint>

namespace ksbox {

/// Precondition: rate_hz is not 0; so for both.
constexpr std::int64_t time_of_frames(std::uint64_t frames, std::uint32_t rate_hz) {
    constexpr std::uint64_t second_100ns = 10'000'000;
    return static_cast<std::int64_t>(frames / rate_hz * second_100ns +
                                     frames % rate_hz * second_100ns / rate_hz);
}

constexpr std::uint64_t frames_in_time(std::uint64_t time_100ns, std::uint32_t rate_hz) {
    constexpr std::uint64_t second_100ns = 10'000'000;
    return time_100ns / second_100ns * rate_hz + time_100ns % second_100ns * rate_hz / second_100ns;
}

} // namespace ksbox
