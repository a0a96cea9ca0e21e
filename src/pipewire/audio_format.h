// Audio as a bridged node offers and gets it: interleaved samples, and no Windows in sight.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace ksbox::pipewire {

/// Little-endian; 24 bits are packed into three bytes.
enum class Samples : std::uint8_t { u8, s16, s24, s32, f32, f64 };

constexpr std::uint32_t bytes_of(Samples samples) {
    constexpr std::uint32_t bytes[] = {1, 2, 3, 4, 4, 8};
    return bytes[static_cast<std::size_t>(samples)];
}
/// "s16".
std::string to_string(Samples samples);

struct AudioFormat {
    Samples samples = Samples::s16;
    std::uint32_t rate_hz = 0;
    std::uint32_t channels = 0;
    std::uint32_t frame_bytes() const { return channels * bytes_of(samples); }
    bool operator==(const AudioFormat &) const = default;
};
/// "s16, 2 channels, 48000 Hz".
std::string to_string(const AudioFormat &format);

/// One of the kinds of format that a device takes.
struct AudioRange {
    Samples samples = Samples::s16;
    std::uint32_t minimum_hz = 0, maximum_hz = 0;
    std::uint32_t minimum_channels = 1, maximum_channels = 2;
};

} // namespace ksbox::pipewire
