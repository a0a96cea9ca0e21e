// Pictures between FFmpeg's frames, whose rows it aligns as it likes, and memory.
#pragma once

#include <span>
#include <vector>

#include "media/ffmpeg.h"
#include "media/pictures.h"

namespace ksbox::media {

struct Plane {
    std::size_t row_bytes, used_bytes, rows; ///< of a row, row_bytes - used_bytes are padding
};
std::vector<Plane> planes_of(const PictureFormat &format);
AVPixelFormat ffmpeg_format(Pixels pixels);

/// Both of the picture's own kind and size.
void to_frame(const PictureFormat &format, std::span<const std::byte> picture, AVFrame &frame);
void from_frame(const PictureFormat &format, const AVFrame &frame, std::span<std::byte> picture);

/// Null: no memory.
Owned<AVFrame> make_frame(AVPixelFormat kind, std::uint32_t width, std::uint32_t height);

} // namespace ksbox::media
