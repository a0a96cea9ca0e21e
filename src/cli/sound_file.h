// Where recorded sound goes: a file of the kind that its name says.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include "cli/media_sink.h"
#include "media/audio_writer.h"

namespace ksbox::cli {

class SoundFile {
  public:
    /// `format`: the samples', as in a WAV file's fmt chunk; a WAV file has it unchanged. Other
    /// names than media::audio_kind knows are WAV files too. Samples are written through at once,
    /// or, when the host writes faster than anybody listens (`in_blocks`), in blocks. Throws
    /// BadInput: it cannot be written, that kind does not hold such samples.
    SoundFile(std::filesystem::path name, std::span<const std::byte> format, bool in_blocks);
    /// The file can be played at any moment, all of it or nearly. Throws BadInput.
    void append(std::span<const std::byte> samples);
    std::uint64_t data_bytes() const { return data_bytes_; } ///< appended
    void commit();
    /// When the command fails: what was appended stays as NAME.part. Its name; empty when nothing
    /// stays. Throws nothing: on a full disk it is less.
    std::string keep_partial();
    std::string name() const { return sink_.file().name().string(); }

  private:
    MediaSink sink_;
    std::unique_ptr<media::AudioWriter> writer_;
    std::uint64_t data_bytes_ = 0;
};

} // namespace ksbox::cli
