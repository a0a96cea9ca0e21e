// A file that appears under its name only when it is whole: it grows as NAME.part.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "media/sink.h"

namespace ksbox::media {

/// Errors are one line with the file's name and the reason (a full disk).
class OutputFile final : public Sink {
  public:
    /// Opens NAME.part at once, so that a name that cannot be written is known before any work.
    /// What exists and is no plain file (a pipe, a device) is written directly.
    static Result<std::unique_ptr<OutputFile>> open(std::filesystem::path name);
    /// Whether it could be written. What is written directly is not opened: whoever reads a pipe
    /// would take that for its end.
    static Result<void> check(const std::filesystem::path &name);
    /// Removes NAME.part unless commit() or keep_partial() was called.
    ~OutputFile() override;

    const std::filesystem::path &name() const { return name_; }

    /// Both write through.
    Result<void> append(std::span<const std::byte> bytes) override;
    Result<void> write_at(std::uint64_t offset, std::span<const std::byte> bytes) override;
    bool can_seek() const override { return !direct_; }
    std::uint64_t size() const { return size_; }
    /// An error was for want of room.
    bool disk_is_full() const { return disk_is_full_; }

    /// Gives the file its name, replacing one that is there.
    Result<void> commit();
    /// Leaves NAME.part behind when commit() is never called. Its name; empty for what is written
    /// directly, of which nothing stays.
    std::string keep_partial();

  private:
    OutputFile(std::filesystem::path name, bool direct);
    std::unexpected<Error> fail(int error);

    const std::filesystem::path name_, partial_;
    int file_ = -1;
    std::uint64_t size_ = 0;
    const bool direct_;
    bool keep_ = false, disk_is_full_ = false;
};

} // namespace ksbox::media
