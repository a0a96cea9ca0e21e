// Reading WAV files with their samples as they are: no conversion, any sample format. (Libraries
// hide the difference between a container and its valid bits.)
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

#include "cli/audio_file.h"

namespace ksbox::cli {

class WavReader final : public AudioReader {
  public:
    /// Throws BadInput, one clear line: not a WAV, truncated, empty, a header that contradicts
    /// itself.
    explicit WavReader(const std::filesystem::path &file);
    ~WavReader() override;

    std::span<const std::byte> format() const override { return format_; }
    std::uint64_t data_bytes() const override { return data_bytes_; }
    std::uint64_t bytes_left() const override { return data_bytes_ - position_; }
    std::size_t read(std::span<std::byte> bytes) override;

  private:
    void read_chunks();
    void check_format() const;
    [[noreturn]] void refuse(const std::string &why) const;
    bool read_at(std::uint64_t offset, void *bytes, std::size_t count) const;

    std::filesystem::path name_;
    int file_ = -1;
    std::uint64_t file_bytes_ = 0;
    std::vector<std::byte> format_;
    std::uint64_t data_offset_ = 0, data_bytes_ = 0, position_ = 0;
    /// Data read ahead: the bytes from `position_` on are at `ahead_begin_`.
    std::vector<std::byte> ahead_;
    std::size_t ahead_begin_ = 0, ahead_end_ = 0;
};

/// The fmt chunk for a WAVEFORMATEX with its extension: plain PCM without cbSize.
std::span<const std::byte> wav_format_chunk(std::span<const std::byte> wave_format);

} // namespace ksbox::cli
