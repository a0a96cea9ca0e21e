// The streams that are mixed, and their sum. Their samples are small integers in every encoding,
// and gains are powers of two: every order of adding gives the same bits, which each side must.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "mixer/sample_format.h"

namespace ksbox::bench {

inline constexpr std::size_t block_frames = 480, block_channels = 2,
                             block_samples = block_frames * block_channels;

enum class Kind : std::uint8_t {
    f32,
    gains, ///< f32, with other gains on the left and the right of each
    mixed  ///< s16, s24 and f32 by turns, as pins would come
};

struct Stream {
    mixer::Encoding encoding = mixer::Encoding::f32;
    std::array<float, block_channels> gains{1, 1};

    std::byte *samples() { return lines.front().bytes; }
    const std::byte *samples() const { return lines.front().bytes; }
    std::size_t bytes() const { return block_samples * container_bytes(encoding); }

    struct alignas(64) Line {
        std::byte bytes[64];
    };
    std::vector<Line> lines;
};

struct Streams {
    Streams(unsigned count, Kind kind);

    /// Throws when these are not the sum.
    void check(std::span<const float> sum) const;

    std::vector<Stream> all;
    std::vector<float> sum;
};

} // namespace ksbox::bench
