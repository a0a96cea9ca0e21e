#include "media/pictures.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "media/picture_frames.h"

namespace ksbox::media {

FrameRate rate_of(std::uint64_t interval_100ns) {
    if (interval_100ns == 0)
        return {};
    for (const std::uint32_t divisor : {1u, 1001u}) {
        const double scaled = 1e7 * double(divisor) / double(interval_100ns);
        const double unit = divisor == 1 ? 1.0 : 1000.0;
        const auto rate = static_cast<std::uint64_t>(std::llround(scaled / unit) * unit);
        if (rate == 0 || rate > UINT32_MAX)
            continue;
        const double exact = 1e7 * double(divisor) / double(rate);
        if (static_cast<std::uint64_t>(std::llround(exact)) == interval_100ns ||
            static_cast<std::uint64_t>(exact) == interval_100ns)
            return {static_cast<std::uint32_t>(rate), divisor};
    }
    return {10'000'000,
            static_cast<std::uint32_t>(std::min<std::uint64_t>(interval_100ns, UINT32_MAX))};
}

std::size_t PictureFormat::bytes() const {
    std::size_t sum = 0;
    for (const Plane &plane : planes_of(*this))
        sum += plane.row_bytes * plane.rows;
    return sum;
}

AVPixelFormat ffmpeg_format(Pixels pixels) {
    constexpr AVPixelFormat formats[] = {AV_PIX_FMT_YUYV422, AV_PIX_FMT_UYVY422, AV_PIX_FMT_NV12,
                                         AV_PIX_FMT_YUV420P, AV_PIX_FMT_YUV422P, AV_PIX_FMT_YUV444P,
                                         AV_PIX_FMT_BGR24,   AV_PIX_FMT_BGR0};
    return formats[static_cast<std::size_t>(pixels)];
}

std::vector<Plane> planes_of(const PictureFormat &format) {
    const std::size_t width = format.width, height = format.height;
    const std::size_t half_width = (width + 1) / 2, half_height = (height + 1) / 2;
    switch (format.pixels) {
    case Pixels::yuy2:
    case Pixels::uyvy:
        return {{half_width * 4, half_width * 4, height}};
    case Pixels::nv12:
        return {{width, width, height}, {2 * half_width, 2 * half_width, half_height}};
    case Pixels::i420:
        return {{width, width, height},
                {half_width, half_width, half_height},
                {half_width, half_width, half_height}};
    case Pixels::i422:
        return {{width, width, height},
                {half_width, half_width, height},
                {half_width, half_width, height}};
    case Pixels::i444:
        return {{width, width, height}, {width, width, height}, {width, width, height}};
    case Pixels::rgb24:
        return {{(width * 3 + 3) / 4 * 4, width * 3, height}};
    case Pixels::rgb32:
        return {{width * 4, width * 4, height}};
    }
    return {};
}

void to_frame(const PictureFormat &format, std::span<const std::byte> picture, AVFrame &frame) {
    const std::byte *from = picture.data();
    std::size_t index = 0;
    for (const Plane &plane : planes_of(format)) {
        for (std::size_t row = 0; row < plane.rows; ++row, from += plane.row_bytes)
            std::memcpy(frame.data[index] + std::ptrdiff_t(row) * frame.linesize[index], from,
                        plane.used_bytes);
        ++index;
    }
}

void from_frame(const PictureFormat &format, const AVFrame &frame, std::span<std::byte> picture) {
    std::byte *to = picture.data();
    std::size_t index = 0;
    for (const Plane &plane : planes_of(format)) {
        for (std::size_t row = 0; row < plane.rows; ++row, to += plane.row_bytes) {
            std::memcpy(to, frame.data[index] + std::ptrdiff_t(row) * frame.linesize[index],
                        plane.used_bytes);
            std::memset(to + plane.used_bytes, 0, plane.row_bytes - plane.used_bytes);
        }
        ++index;
    }
}

Owned<AVFrame> make_frame(AVPixelFormat kind, std::uint32_t width, std::uint32_t height) {
    Owned<AVFrame> frame(av_frame_alloc());
    if (!frame)
        return nullptr;
    frame->format = kind;
    frame->width = static_cast<int>(width);
    frame->height = static_cast<int>(height);
    if (av_frame_get_buffer(frame.get(), 0) < 0)
        return nullptr;
    return frame;
}

} // namespace ksbox::media
