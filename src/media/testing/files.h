// Files that the media tests make, and sounds to put in them.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "ksbox/format.h"
#include "media/audio_reader.h"
#include "media/audio_writer.h"
#include "media/sink.h"

namespace ksbox::media::testing {

/// A file as long as it is in memory.
class MemorySink final : public Sink {
  public:
    Result<void> append(std::span<const std::byte> bytes) override;
    Result<void> write_at(std::uint64_t offset, std::span<const std::byte> bytes) override;
    bool can_seek() const override { return seekable; }

    std::vector<std::byte> bytes;
    bool seekable = true;
    std::size_t room = SIZE_MAX; ///< what is longer does not fit
};

/// A file of these bytes, there while the object is.
class TemporaryFile {
  public:
    explicit TemporaryFile(const std::string &ending);
    ~TemporaryFile();
    TemporaryFile(const TemporaryFile &) = delete;
    TemporaryFile &operator=(const TemporaryFile &) = delete;

    void write(std::span<const std::byte> bytes) const;
    const std::filesystem::path &path() const { return path_; }

  private:
    std::filesystem::path path_;
};

/// A sine of half the full scale with some noise, so many frames of it.
std::vector<std::byte> sound(const AudioFormat &format, std::size_t frames, double pitch_hz = 1000);

/// A whole file. Throws what goes wrong.
std::vector<std::byte> audio_file(AudioKind kind, const AudioFormat &format,
                                  std::span<const std::byte> samples);

struct Decoded {
    AudioFormat format;
    std::vector<std::byte> samples;
    bool lossless = false;
    std::string error; ///< empty: read to its end
};
/// Everything, in steps of `step` frames. Gives up, as an error, behind `most_bytes`.
Decoded read_all(const std::filesystem::path &file, std::size_t step = 777,
                 std::size_t most_bytes = 64u << 20);

} // namespace ksbox::media::testing
