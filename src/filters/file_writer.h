// What a file sink writes at the moment: the file and the encoder for its kind.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "filters/formats.h"
#include "media/audio_writer.h"
#include "media/output_file.h"
#include "media/video_writer.h"

namespace ksbox::filters {

/// One thread at a time. When it goes without finish(), what reached the file stays as NAME.part,
/// if that was anything.
class FileWriter {
  public:
    /// Errors name the file.
    static media::Result<std::unique_ptr<FileWriter>> open(const std::filesystem::path &file,
                                                           const AudioFormat &format, bool at_once);
    static media::Result<std::unique_ptr<FileWriter>> open(const std::filesystem::path &file,
                                                           const Pictures &pictures);
    ~FileWriter();
    FileWriter(const FileWriter &) = delete;
    FileWriter &operator=(const FileWriter &) = delete;

    /// Samples, or one picture.
    media::Result<void> append(std::span<const std::byte> data);
    /// What an error was: no room, or something else.
    bool disk_is_full() const { return file_->disk_is_full(); }
    /// The file is whole and has its name; one that took nothing is gone instead.
    media::Result<void> finish();

  private:
    explicit FileWriter(std::unique_ptr<media::OutputFile> file) : file_(std::move(file)) {}
    /// What the encoder still has, and the container's end.
    media::Result<void> end();
    template <typename T> media::Result<T> named(media::Result<T> result) const;

    std::unique_ptr<media::OutputFile> file_;
    std::unique_ptr<media::AudioWriter> sound_;
    std::unique_ptr<media::VideoWriter> pictures_;
    std::optional<Pictures> form_;
    std::vector<std::byte> partial_frame_; ///< of samples: what was less than a whole one
    std::size_t frame_bytes_ = 1;
    std::vector<std::byte> turned_; ///< scratch: a picture, top row first
    bool took_any_ = false;
};

} // namespace ksbox::filters
