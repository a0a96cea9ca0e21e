// Samples between FFmpeg's frames and a stream's containers: moved byte by byte, without arithmetic
// where nothing may be lost.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "ksbox/format.h"
#include "media/ffmpeg.h"

namespace ksbox::media {

/// The interleaved format that holds what such frames have. `bits`: of a sample, where it has fewer
/// than FFmpeg's own container, else 0. No rate: FFmpeg's format is none of ours.
AudioFormat format_of(const AVFrame &frame, unsigned bits);

/// Appends frames `first` to `first` + `count` of a decoded frame as `format`, which is format_of
/// it.
void interleave(const AVFrame &frame, std::size_t first, std::size_t count,
                const AudioFormat &format, std::byte *to);

/// One sample as a float of -1 to 1.
float to_float(const AudioFormat &format, const std::byte *sample);
/// The bytes of one integer sample in the high bytes of a 32-bit one; 8 bits without a sign get
/// one.
std::int32_t to_int32(const AudioFormat &format, const std::byte *sample);

} // namespace ksbox::media
