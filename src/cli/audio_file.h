// Audio files to play: WAV as it is, the sound of anything else that FFmpeg reads as its samples.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>

namespace ksbox::cli {

class AudioReader {
  public:
    AudioReader() = default;
    virtual ~AudioReader() = default;
    AudioReader(const AudioReader &) = delete;
    AudioReader &operator=(const AudioReader &) = delete;

    /// As a WAV file's fmt chunk: a WAVEFORMATEX with its extension, or its first 16 bytes.
    virtual std::span<const std::byte> format() const = 0;
    virtual std::uint64_t data_bytes() const = 0;
    virtual std::uint64_t bytes_left() const = 0;
    /// The next bytes.size() bytes of the data, fewer at the end. Throws BadInput.
    virtual std::size_t read(std::span<std::byte> bytes) = 0;

    std::uint32_t block_bytes() const; ///< one sample of every channel
    std::uint32_t rate_hz() const;
};

/// By the file's first bytes. Throws BadInput, one clear line.
std::unique_ptr<AudioReader> open_audio(const std::filesystem::path &file);

} // namespace ksbox::cli
