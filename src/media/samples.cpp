#include "media/samples.h"

#include <bit>
#include <cstring>

namespace ksbox::media {

namespace {

constexpr std::uint64_t windows_speakers =
    0x3FFFF; // FFmpeg's bits are Windows' up to TOP_BACK_RIGHT

std::uint32_t mask_of(const AVChannelLayout &layout) {
    if (layout.order != AV_CHANNEL_ORDER_NATIVE || (layout.u.mask & ~windows_speakers) != 0)
        return 0;
    return static_cast<std::uint32_t>(layout.u.mask);
}

} // namespace

AudioFormat format_of(const AVFrame &frame, unsigned bits) {
    AudioFormat format{.rate_hz = static_cast<std::uint32_t>(frame.sample_rate),
                       .channels = static_cast<std::uint16_t>(frame.ch_layout.nb_channels),
                       .channel_mask = mask_of(frame.ch_layout)};
    const auto kind = av_get_packed_sample_fmt(static_cast<AVSampleFormat>(frame.format));
    const unsigned container = 8u * static_cast<unsigned>(av_get_bytes_per_sample(kind));
    format.is_float = kind == AV_SAMPLE_FMT_FLT || kind == AV_SAMPLE_FMT_DBL;
    if (bits == 0 || bits > container || format.is_float)
        bits = container;
    format.valid_bits = static_cast<std::uint16_t>(bits);
    format.bits = static_cast<std::uint16_t>((bits + 7) / 8 * 8);
    return format;
}

void interleave(const AVFrame &frame, std::size_t first, std::size_t count,
                const AudioFormat &format, std::byte *to) {
    const auto kind = static_cast<AVSampleFormat>(frame.format);
    const bool planar = av_sample_fmt_is_planar(kind) != 0;
    const auto from_bytes = static_cast<std::size_t>(av_get_bytes_per_sample(kind));
    const std::size_t to_bytes = format.bits / 8u, channels = format.channels;
    if (from_bytes == to_bytes && !planar) {
        std::memcpy(to, frame.extended_data[0] + first * channels * from_bytes,
                    count * channels * from_bytes);
        return;
    }
    const std::byte sign{to_bytes == 1 && from_bytes != 1 ? std::uint8_t(0x80) : std::uint8_t(0)};
    for (std::size_t channel = 0; channel < channels; ++channel) {
        const std::uint8_t *from = frame.extended_data[planar ? channel : 0];
        const std::size_t step = planar ? from_bytes : from_bytes * channels;
        // The high bytes: those of least worth come first.
        from += first * step + (planar ? 0 : channel * from_bytes) + (from_bytes - to_bytes);
        std::byte *sample = to + channel * to_bytes;
        for (std::size_t i = 0; i < count; ++i, from += step, sample += channels * to_bytes) {
            std::memcpy(sample, from, to_bytes);
            sample[to_bytes - 1] ^= sign;
        }
    }
}

std::int32_t to_int32(const AudioFormat &format, const std::byte *sample) {
    const std::size_t bytes = format.bits / 8u;
    std::uint32_t value = 0;
    std::memcpy(reinterpret_cast<std::byte *>(&value) + sizeof value - bytes, sample, bytes);
    if (bytes == 1)
        value ^= 0x8000'0000;
    return std::bit_cast<std::int32_t>(value);
}

float to_float(const AudioFormat &format, const std::byte *sample) {
    if (!format.is_float)
        return static_cast<float>(to_int32(format, sample)) * 0x1p-31f;
    if (format.bits == 32) {
        float value = 0;
        std::memcpy(&value, sample, sizeof value);
        return value;
    }
    double value = 0;
    std::memcpy(&value, sample, sizeof value);
    return static_cast<float>(value);
}

} // namespace ksbox::media
