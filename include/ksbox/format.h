// Data formats as clients handle them: the bytes of a KSDATAFORMAT with what follows it, and the
// usual kinds of audio and video format, made and read without Windows headers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "ksbox/guid.h"

namespace ksbox {

/// Interleaved samples. Containers are `bits / 8` bytes, `valid_bits` of them used (the high ones).
struct AudioFormat {
    std::uint32_t rate_hz = 48'000;
    std::uint16_t channels = 2;
    std::uint16_t bits = 16;
    std::uint16_t valid_bits = 16;
    bool is_float = false;
    /// SPEAKER_* bits; 0: the usual ones for the number of channels.
    std::uint32_t channel_mask = 0;

    std::uint32_t frame_bytes() const { return channels * std::uint32_t(bits / 8); }
    bool operator==(const AudioFormat &) const = default;
};

/// Frames as KS_VIDEOINFOHEADER describes them: no padding beyond the subtype's own rules.
struct VideoFormat {
    Guid subtype; ///< MEDIASUBTYPE_YUY2, _NV12, _RGB24 …
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    bool top_down = true; ///< RGB: the first row is the top one (negative biHeight)
    std::uint32_t image_bytes = 0;
    std::uint64_t frame_100ns = 0;
    bool operator==(const VideoFormat &) const = default;
};

class DataFormat {
  public:
    /// KSDATAFORMAT and all that follows it, as FormatSize says.
    explicit DataFormat(std::vector<std::byte> bytes) : bytes_(std::move(bytes)) {}
    /// KSDATAFORMAT_WAVEFORMATEX; WAVEFORMATEXTENSIBLE inside when more than 2 channels, other
    /// than 8 or 16 bits, or unused bits demand it.
    static DataFormat audio(const AudioFormat &format);
    /// The same with a WAVEFORMATEXTENSIBLE in any case; no channel mask becomes the usual one.
    static DataFormat extensible(const AudioFormat &format);
    /// KSDATAFORMAT_WAVEFORMATEX around a WAVEFORMATEX with its extension, as it stands in a WAV
    /// file's fmt chunk (there, at least 16 bytes). Throws Error when it is shorter.
    static DataFormat wave(std::span<const std::byte> wave_format);

    std::span<const std::byte> bytes() const { return bytes_; }
    Guid major() const;
    Guid subtype() const;
    Guid specifier() const;
    std::optional<AudioFormat> audio() const;
    std::optional<VideoFormat> video() const;
    /// The WAVEFORMATEX with its extension; empty when the specifier is another.
    std::span<const std::byte> wave() const;
    /// KSDATAFORMAT.SampleSize.
    std::uint32_t sample_bytes() const;
    /// "PCM 16 bit, 2 channels, 48000 Hz", "YUY2 640x480, 30 fps".
    std::string to_string() const;

  private:
    std::vector<std::byte> bytes_;
};

} // namespace ksbox
