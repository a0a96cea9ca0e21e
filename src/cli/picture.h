// Video frames as drivers deliver them, turned into planes for y4m and pixels for PNG. Drivers do
// not say their colour space; BT.601 in limited range is what capture devices mean.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "ksbox/format.h"

namespace ksbox::cli {

class PictureReader {
  public:
    /// Nothing when the subtype is none of YUY2, UYVY, NV12, I420, IYUV, YV12, RGB24, RGB32.
    static std::optional<PictureReader> create(const VideoFormat &format);
    /// "YUY2, UYVY, …", for messages.
    static std::string subtypes();

    const VideoFormat &format() const { return format_; }
    /// Bytes of one picture: rows of RGB are padded to four bytes, others not at all.
    std::size_t picture_bytes() const;
    /// The y4m colour space: C422, C420mpeg2 or C444. YUV samples go there unchanged.
    const char *y4m_colour() const;

    /// Y, Cb and Cr planes in y4m's order.
    std::vector<std::byte> to_planes(std::span<const std::byte> picture) const;
    /// Red, green and blue bytes, top row first.
    std::vector<std::byte> to_rgb(std::span<const std::byte> picture) const;

  private:
    enum class Layout : std::uint8_t { yuy2, uyvy, nv12, i420, yv12, rgb24, rgb32 };
    PictureReader(const VideoFormat &format, Layout layout) : format_(format), layout_(layout) {}
    struct Sample {
        std::uint8_t y, u, v;
    };
    struct Pixel {
        std::uint8_t r, g, b;
    };
    bool is_rgb() const { return layout_ == Layout::rgb24 || layout_ == Layout::rgb32; }
    bool is_packed() const { return layout_ == Layout::yuy2 || layout_ == Layout::uyvy; }
    std::size_t row_bytes() const;
    Sample sample(std::span<const std::byte> picture, std::uint32_t x, std::uint32_t y) const;
    Pixel pixel(std::span<const std::byte> picture, std::uint32_t x, std::uint32_t y) const;

    VideoFormat format_;
    Layout layout_;
};

} // namespace ksbox::cli
