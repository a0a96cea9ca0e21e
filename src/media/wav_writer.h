// The WAV half of AudioWriter.
#pragma once

#include <vector>

#include "media/audio_writer.h"

namespace ksbox::media {

/// As a fmt chunk: a PCMWAVEFORMAT where that says it all, else a WAVEFORMATEXTENSIBLE.
std::vector<std::byte> wave_format_of(const AudioFormat &format);

class WavWriter final : public AudioWriter {
  public:
    WavWriter(Sink &sink, std::span<const std::byte> format, bool at_once);
    /// Writes the header.
    Result<void> begin();
    Result<void> append(std::span<const std::byte> samples) override;
    Result<void> finish() override;

  private:
    Result<void> write(std::span<const std::byte> samples);
    Result<void> write_held();
    Result<void> write_sizes();

    Sink &sink_;
    std::vector<std::byte> header_;
    std::vector<std::byte> held_; ///< appended, not written yet
    const std::size_t hold_bytes_;
    std::uint64_t data_bytes_ = 0; ///< appended
    std::uint64_t written_ = 0;
};

} // namespace ksbox::media
