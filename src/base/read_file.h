// A whole host file in memory.
#pragma once

#include <cstddef>
#include <expected>
#include <memory>
#include <span>
#include <string>

namespace ksbox {

class FileBytes {
  public:
    FileBytes() = default;
    FileBytes(std::unique_ptr<std::byte[]> bytes, std::size_t size)
        : bytes_(std::move(bytes)), size_(size) {}
    [[nodiscard]] std::span<const std::byte> span() const { return {bytes_.get(), size_}; }

  private:
    std::unique_ptr<std::byte[]> bytes_;
    std::size_t size_ = 0;
};

/// What is in the file now; read, not mapped, so that a file that shrinks later does no harm. The
/// error is an errno: EISDIR for a folder.
[[nodiscard]] std::expected<FileBytes, int> read_file(const std::string &path);

} // namespace ksbox
