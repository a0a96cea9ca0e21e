// How the samples of a stream lie in memory: what the mixer reads and writes.
#pragma once

#include <cstdint>
#include <string>

namespace ksbox::mixer {

/// One sample's container, little-endian. s24 has three bytes.
enum class Encoding : std::uint8_t { u8, s16, s24, s32, f32, f64 };

constexpr unsigned container_bytes(Encoding encoding) {
    constexpr unsigned bytes[] = {1, 2, 3, 4, 4, 8};
    return bytes[static_cast<unsigned>(encoding)];
}
constexpr bool is_float(Encoding encoding) {
    return encoding == Encoding::f32 || encoding == Encoding::f64;
}

inline constexpr unsigned most_channels = 8;
inline constexpr std::uint32_t lowest_rate_hz = 8'000, highest_rate_hz = 384'000;

/// Frames are interleaved, channels in the order of the mask's bits (SPEAKER_FRONT_LEFT …).
struct SampleFormat {
    Encoding encoding = Encoding::f32;
    unsigned valid_bits = 32; ///< the most significant ones of an integer container
    unsigned channels = 2;
    std::uint32_t channel_mask = 3; ///< 0: channels without places
    std::uint32_t rate_hz = 48'000;

    unsigned frame_bytes() const { return channels * container_bytes(encoding); }
    bool operator==(const SampleFormat &) const = default;
};

/// What the mixer cannot take, in one sentence with the value and the limit; "" when it can.
std::string objection(const SampleFormat &format);

} // namespace ksbox::mixer
