// Pictures as they lie in memory.
#pragma once

#include <cstddef>
#include <cstdint>

namespace ksbox::media {

/// KS's names for what cameras give, and the planar kinds that files hold. i420, i422 and i444: a
/// plane of luma, then blue and red. rgb24 and rgb32: blue comes first, the top row too.
enum class Pixels : std::uint8_t { yuy2, uyvy, nv12, i420, i422, i444, rgb24, rgb32 };

/// Pictures a second, as a fraction: 30000/1001.
struct FrameRate {
    std::uint32_t pictures = 30, seconds = 1;
    bool operator==(const FrameRate &) const = default;
};
/// KS counts intervals in whole 100 ns, and 333333 means a thirtieth of a second, 333667
/// 1001/30000. 0: 30 pictures a second.
FrameRate rate_of(std::uint64_t interval_100ns);

struct PictureFormat {
    Pixels pixels = Pixels::yuy2;
    std::uint32_t width = 0, height = 0;
    FrameRate rate;

    /// Rows of RGB are padded to four bytes, those of pairs to whole pairs, planes not at all; of
    /// odd sizes, chroma is rounded up.
    std::size_t bytes() const;
    bool operator==(const PictureFormat &) const = default;
};

} // namespace ksbox::media
