// A file that appears under its name only when it is whole: it grows as NAME.part.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

namespace ksbox::cli {

class OutputFile {
  public:
    /// Opens NAME.part at once, so that a name that cannot be written is known before any work.
    /// What exists and is no plain file (a pipe, a device) is written directly. Throws BadInput.
    explicit OutputFile(std::filesystem::path name);
    /// Throws BadInput when it could not be written. What is written directly is not opened:
    /// whoever reads a pipe would take that for its end.
    static void check(const std::filesystem::path &name);
    /// Removes NAME.part unless commit() or keep_partial() was called.
    ~OutputFile();
    OutputFile(const OutputFile &) = delete;
    OutputFile &operator=(const OutputFile &) = delete;

    const std::filesystem::path &name() const { return name_; }

    /// Both write through; throw BadInput with the reason (a full disk).
    void append(std::span<const std::byte> bytes);
    void write_at(std::uint64_t offset, std::span<const std::byte> bytes);
    bool can_seek() const { return !direct_; }
    std::uint64_t size() const { return size_; }

    /// Gives the file its name, replacing one that is there. Throws BadInput.
    void commit();
    /// Leaves NAME.part behind when commit() is never called. Its name; empty for what is written
    /// directly, of which nothing stays.
    std::string keep_partial();

  private:
    [[noreturn]] void fail(int error) const;
    [[noreturn]] static void fail(const std::filesystem::path &name, int error);

    std::filesystem::path name_, partial_;
    int file_ = -1;
    std::uint64_t size_ = 0;
    bool direct_ = false;
    bool keep_ = false;
};

} // namespace ksbox::cli
