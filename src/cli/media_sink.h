// An OutputFile that a media writer writes.
#pragma once

#include "cli/failures.h"
#include "cli/output_file.h"

namespace ksbox::cli {

class MediaSink final : public media::Sink {
  public:
    explicit MediaSink(std::filesystem::path name) : file_(std::move(name)) {}
    OutputFile &file() { return file_; }
    const OutputFile &file() const { return file_; }

    media::Result<void> append(std::span<const std::byte> bytes) override {
        return note(file_.sink().append(bytes));
    }
    media::Result<void> write_at(std::uint64_t offset, std::span<const std::byte> bytes) override {
        return note(file_.sink().write_at(offset, bytes));
    }
    bool can_seek() const override { return file_.sink().can_seek(); }

    /// Throws BadInput when `result` is an error: the file's own, or the writer's with the file's
    /// name.
    template <typename T> T check(media::Result<T> result) const {
        if (!result)
            throw BadInput(failed_ ? result.error().text
                                   : file_.name().string() + ": " + result.error().text);
        if constexpr (!std::is_void_v<T>)
            return *std::move(result);
    }

  private:
    media::Result<void> note(media::Result<void> written) {
        failed_ |= !written;
        return written;
    }

    OutputFile file_;
    bool failed_ = false;
};

} // namespace ksbox::cli
