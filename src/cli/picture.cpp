#include "cli/picture.h"

#include <algorithm>
#include <utility>

#include "ksbox/guid_names.h"

namespace ksbox::cli {

namespace {

std::uint8_t byte_at(std::span<const std::byte> bytes, std::size_t offset) {
    return std::to_integer<std::uint8_t>(bytes[offset]);
}

// One row of pixel pairs: two luma bytes at `first` and `first` + 2, chroma between them. Of a
// width that is odd, the last pair's second pixel is left out.
void unpack_row(std::span<const std::byte> pairs, std::size_t first, std::span<std::byte> luma,
                std::byte *blue, std::byte *red) {
    const std::byte *pair = pairs.data();
    for (std::size_t x = 0; x < luma.size() / 2; ++x, pair += 4) {
        luma[2 * x] = pair[first];
        luma[2 * x + 1] = pair[first + 2];
        blue[x] = pair[1 - first];
        red[x] = pair[3 - first];
    }
    if (luma.size() % 2 != 0) {
        luma.back() = pair[first];
        blue[luma.size() / 2] = pair[1 - first];
        red[luma.size() / 2] = pair[3 - first];
    }
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

// y4m's planes are those of 4:2:0 pictures already; 4:2:2 takes apart what the pairs hold.
std::vector<std::byte> PictureReader::to_planes(std::span<const std::byte> picture) const {
    const std::size_t width = format_.width, height = format_.height;
    const std::size_t half_width = (width + 1) / 2, half_height = (height + 1) / 2;
    const std::size_t luma_bytes = width * height;
    const std::size_t chroma_bytes = is_rgb()      ? luma_bytes
                                     : is_packed() ? half_width * height
                                                   : half_width * half_height;
    std::vector<std::byte> planes(luma_bytes + 2 * chroma_bytes);
    std::byte *luma = planes.data(), *blue = luma + luma_bytes, *red = blue + chroma_bytes;
    if (is_packed()) {
        const std::size_t first = layout_ == Layout::yuy2 ? 0 : 1;
        for (std::size_t y = 0; y < height; ++y)
            unpack_row(picture.subspan(y * row_bytes(), row_bytes()), first,
                       {luma + y * width, width}, blue + y * half_width, red + y * half_width);
        return planes;
    }
    if (!is_rgb()) {
        std::ranges::copy(picture.first(luma_bytes), luma);
        const auto chroma = picture.subspan(luma_bytes, 2 * chroma_bytes);
        for (std::size_t i = 0; layout_ == Layout::nv12 && i < chroma_bytes; ++i) {
            blue[i] = chroma[2 * i];
            red[i] = chroma[2 * i + 1];
        }
        if (layout_ != Layout::nv12) {
            const bool blue_first = layout_ == Layout::i420;
            std::ranges::copy(chroma.first(chroma_bytes), blue_first ? blue : red);
            std::ranges::copy(chroma.last(chroma_bytes), blue_first ? red : blue);
        }
        return planes;
    }
    for (std::size_t i = 0; i < luma_bytes; ++i) {
        const Sample s = sample(picture, static_cast<std::uint32_t>(i % width),
                                static_cast<std::uint32_t>(i / width));
        luma[i] = std::byte(s.y);
        blue[i] = std::byte(s.u);
        red[i] = std::byte(s.v);
    }
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
