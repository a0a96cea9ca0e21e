#include "cli/picture.h"

#include <algorithm>
#include <utility>

#include "ksbox/guid_names.h"

namespace ksbox::cli {

namespace {

std::uint8_t byte_at(std::span<const std::byte> bytes, std::size_t offset) {
    return std::to_integer<std::uint8_t>(bytes[offset]);
}

std::uint8_t clipped(int value) {
    return static_cast<std::uint8_t>(std::clamp(value, 0, 255));
}

} // namespace

std::optional<PictureReader> PictureReader::create(const VideoFormat &format) {
    constexpr std::pair<std::string_view, Layout> known[] = {
        {"YUY2", Layout::yuy2},   {"UYVY", Layout::uyvy},  {"NV12", Layout::nv12},
        {"I420", Layout::i420},   {"IYUV", Layout::i420},  {"YV12", Layout::yv12},
        {"RGB24", Layout::rgb24}, {"RGB32", Layout::rgb32}};
    std::string name = guid_name(format.subtype, "KSDATAFORMAT_SUBTYPE_");
    for (const auto &[subtype, layout] : known)
        if (subtype == name && format.width != 0 && format.height != 0)
            return PictureReader(format, layout);
    return std::nullopt;
}

std::string PictureReader::subtypes() {
    return "YUY2, UYVY, NV12, I420, IYUV, YV12, RGB24 and RGB32";
}

std::size_t PictureReader::row_bytes() const {
    std::size_t width = format_.width;
    switch (layout_) {
    case Layout::yuy2:
    case Layout::uyvy:
        return (width + 1) / 2 * 4;
    case Layout::rgb24:
        return (width * 3 + 3) / 4 * 4;
    case Layout::rgb32:
        return width * 4;
    default:
        return width;
    }
}

std::size_t PictureReader::picture_bytes() const {
    std::size_t bytes = row_bytes() * format_.height;
    if (!is_rgb() && !is_packed())
        bytes += 2 * std::size_t((format_.width + 1) / 2) * ((format_.height + 1) / 2);
    return bytes;
}

const char *PictureReader::y4m_colour() const {
    return is_rgb() ? "C444" : is_packed() ? "C422" : "C420mpeg2";
}

PictureReader::Pixel PictureReader::pixel(std::span<const std::byte> picture, std::uint32_t x,
                                          std::uint32_t y) const {
    if (!is_rgb()) {
        Sample s = sample(picture, x, y);
        int c = 298 * (s.y - 16), d = s.u - 128, e = s.v - 128;
        return {clipped((c + 409 * e + 128) >> 8), clipped((c - 100 * d - 208 * e + 128) >> 8),
                clipped((c + 516 * d + 128) >> 8)};
    }
    std::uint32_t row = format_.top_down ? y : format_.height - 1 - y;
    std::size_t at = row * row_bytes() + std::size_t(x) * (layout_ == Layout::rgb24 ? 3 : 4);
    return {byte_at(picture, at + 2), byte_at(picture, at + 1), byte_at(picture, at)};
}

PictureReader::Sample PictureReader::sample(std::span<const std::byte> picture, std::uint32_t x,
                                            std::uint32_t y) const {
    if (is_rgb()) {
        Pixel p = pixel(picture, x, y);
        return {static_cast<std::uint8_t>(16 + ((66 * p.r + 129 * p.g + 25 * p.b + 128) >> 8)),
                static_cast<std::uint8_t>(128 + ((-38 * p.r - 74 * p.g + 112 * p.b + 128) >> 8)),
                static_cast<std::uint8_t>(128 + ((112 * p.r - 94 * p.g - 18 * p.b + 128) >> 8))};
    }
    if (is_packed()) {
        std::size_t pair = y * row_bytes() + std::size_t(x / 2) * 4;
        std::size_t luma = layout_ == Layout::yuy2 ? 0 : 1, chroma = 1 - luma;
        return {byte_at(picture, pair + luma + (x & 1) * 2), byte_at(picture, pair + chroma),
                byte_at(picture, pair + chroma + 2)};
    }
    std::size_t luma_bytes = std::size_t(format_.width) * format_.height;
    std::size_t half_width = (format_.width + 1) / 2, half_height = (format_.height + 1) / 2;
    std::size_t place = (y / 2) * half_width + x / 2;
    std::uint8_t luma = byte_at(picture, std::size_t(y) * format_.width + x);
    if (layout_ == Layout::nv12)
        return {luma, byte_at(picture, luma_bytes + place * 2),
                byte_at(picture, luma_bytes + place * 2 + 1)};
    std::size_t first = luma_bytes + place, second = first + half_width * half_height;
    return layout_ == Layout::i420
               ? Sample{luma, byte_at(picture, first), byte_at(picture, second)}
               : Sample{luma, byte_at(picture, second), byte_at(picture, first)};
}

std::vector<std::byte> PictureReader::to_planes(std::span<const std::byte> picture) const {
    const std::uint32_t step_x = is_rgb() ? 1 : 2, step_y = is_rgb() || is_packed() ? 1 : 2;
    std::vector<std::byte> planes, blue, red;
    planes.reserve(std::size_t(format_.width) * format_.height * 3);
    for (std::uint32_t y = 0; y < format_.height; ++y)
        for (std::uint32_t x = 0; x < format_.width; ++x) {
            Sample s = sample(picture, x, y);
            planes.push_back(std::byte(s.y));
            if (x % step_x == 0 && y % step_y == 0) {
                blue.push_back(std::byte(s.u));
                red.push_back(std::byte(s.v));
            }
        }
    planes.insert(planes.end(), blue.begin(), blue.end());
    planes.insert(planes.end(), red.begin(), red.end());
    return planes;
}

std::vector<std::byte> PictureReader::to_rgb(std::span<const std::byte> picture) const {
    std::vector<std::byte> pixels;
    pixels.reserve(std::size_t(format_.width) * format_.height * 3);
    for (std::uint32_t y = 0; y < format_.height; ++y)
        for (std::uint32_t x = 0; x < format_.width; ++x) {
            Pixel p = pixel(picture, x, y);
            for (std::uint8_t value : {p.r, p.g, p.b})
                pixels.push_back(std::byte(value));
        }
    return pixels;
}

} // namespace ksbox::cli
