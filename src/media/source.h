// The bytes of a file for FFmpeg, which so opens nothing by itself: no network, no other files.
#pragma once

#include <filesystem>

#include "base/file_descriptor.h"
#include "media/ffmpeg.h"
#include "media/result.h"

namespace ksbox::media {

class Source {
  public:
    /// An Error's text is without the file's name. A plain file only.
    static Result<std::unique_ptr<Source>> open(const std::filesystem::path &file);

    AVIOContext *bytes() { return bytes_.get(); }
    std::uint64_t size() const { return size_; }
    std::uint64_t position() const { return position_; }
    /// Before each step of FFmpeg's: it may read the whole file a few times, and then no more, so
    /// that damage which leads it in a circle comes to an end.
    void begin_step() { left_of_step_ = 4 * size_ + step_bytes; }

  private:
    static constexpr std::uint64_t step_bytes = 64 << 20;
    Source(FileDescriptor file, std::uint64_t size) : file_(std::move(file)), size_(size) {}
    static int read(void *self, std::uint8_t *to, int bytes);
    static std::int64_t seek(void *self, std::int64_t offset, int whence);

    FileDescriptor file_;
    std::uint64_t size_ = 0, position_ = 0, left_of_step_ = step_bytes;
    Owned<AVIOContext> bytes_;
};

} // namespace ksbox::media
