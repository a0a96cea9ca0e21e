// Bytes from one thread to another without a lock: one writer, one reader.
#pragma once

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstring>
#include <memory>
#include <span>

namespace ksbox::pipewire {

class Ring {
  public:
    /// Holds at least so many bytes.
    explicit Ring(std::size_t bytes)
        : size_(std::bit_ceil(bytes)), data_(std::make_unique<std::byte[]>(size_)) {}

    std::size_t size() const { return size_; }
    std::size_t readable() const {
        return written_.load(std::memory_order_acquire) - read_.load(std::memory_order_acquire);
    }
    std::size_t writable() const { return size_ - readable(); }

    /// The writer's: all of it or, when there is no room for that, nothing.
    bool write(std::span<const std::byte> bytes) {
        if (bytes.size() > writable())
            return false;
        const std::size_t at = written_.load(std::memory_order_relaxed);
        copy(at, bytes.size(), [&](std::size_t place, std::size_t from, std::size_t count) {
            std::memcpy(data_.get() + place, bytes.data() + from, count);
        });
        written_.store(at + bytes.size(), std::memory_order_release);
        return true;
    }
    /// The reader's: as much as there is, at most bytes.size().
    std::size_t read(std::span<std::byte> bytes) {
        const std::size_t at = read_.load(std::memory_order_relaxed);
        const std::size_t count = std::min(bytes.size(), readable());
        copy(at, count, [&](std::size_t place, std::size_t to, std::size_t piece) {
            std::memcpy(bytes.data() + to, data_.get() + place, piece);
        });
        read_.store(at + count, std::memory_order_release);
        return count;
    }
    /// The reader's: the next bytes are gone. Returns how many there were.
    std::size_t skip(std::size_t bytes) {
        const std::size_t count = std::min(bytes, readable());
        read_.store(read_.load(std::memory_order_relaxed) + count, std::memory_order_release);
        return count;
    }
    void discard() { (void)skip(size_); }

  private:
    template <typename Copy> void copy(std::size_t at, std::size_t count, const Copy &piece) const {
        const std::size_t place = at & (size_ - 1), first = std::min(count, size_ - place);
        piece(place, 0, first);
        if (first != count)
            piece(0, first, count - first);
    }

    const std::size_t size_;
    const std::unique_ptr<std::byte[]> data_;
    std::atomic<std::size_t> written_ = 0, read_ = 0; ///< bytes ever
};

} // namespace ksbox::pipewire
