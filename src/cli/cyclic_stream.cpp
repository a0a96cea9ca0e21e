#include "cli/cyclic_stream.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <memory>

#include "cli/failures.h"

namespace ksbox::cli {

std::unique_ptr<CyclicStream> CyclicStream::open(Pin &pin, Direction direction, std::size_t bytes,
                                                 std::uint64_t bytes_per_second) {
    if (!CyclicBuffer::offered_by(pin))
        return nullptr;
    if (bytes > UINT32_MAX)
        throw BadInput("the pin's cyclic buffer would have more than 4 GiB: ask for less at once");
    if (CyclicBuffer::notified_by(pin)) {
        try {
            return std::make_unique<CyclicStream>(pin, direction, bytes, 2, bytes_per_second);
        } catch (const BoxStopped &) {
            throw;
        } catch (const Error &error) {
            if (is_want_of_memory(error))
                throw;
            // Not of that size, or not twice a cycle: then without.
        }
    }
    return std::make_unique<CyclicStream>(pin, direction, bytes, 0, bytes_per_second);
}

CyclicStream::CyclicStream(Pin &pin, Direction direction, std::size_t bytes, unsigned notifications,
                           std::uint64_t bytes_per_second)
    : pin_(pin), direction_(direction), notified_(notifications != 0),
      buffer_(pin, static_cast<std::uint32_t>(bytes), notifications),
      half_100ns_(std::max<std::uint64_t>(1, buffer_.bytes().size() * 5'000'000 /
                                                 std::max<std::uint64_t>(1, bytes_per_second))) {
    if (!notified_)
        never_ = pin.client().create_event(true);
}

std::uint64_t CyclicStream::position() {
    const AudioPosition now = buffer_.position();
    // The play position is what the converter has; the read position is what is in memory.
    return direction_ == Direction::render ? now.play : now.write;
}

std::size_t CyclicStream::wait(std::uint64_t time_100ns) {
    if (notified_)
        (void)buffer_.wait(std::min(time_100ns, half_100ns_));
    else
        pin_.client().wait(never_, std::min(time_100ns, half_100ns_ / 2));
    const std::uint64_t now = position() % size();
    const std::size_t moved = (now + size() - seen_) % size();
    seen_ = now;
    return moved;
}

void CyclicStream::write(std::span<const std::byte> data) {
    while (!data.empty()) {
        const std::size_t piece = std::min(data.size(), size() - cursor_);
        std::memcpy(buffer_.bytes().data() + cursor_, data.data(), piece);
        cursor_ = (cursor_ + piece) % size();
        data = data.subspan(piece);
    }
    if (buffer_.wants_barrier())
        std::atomic_thread_fence(std::memory_order_seq_cst);
}

void CyclicStream::read(std::span<std::byte> data) {
    while (!data.empty()) {
        const std::size_t piece = std::min(data.size(), size() - cursor_);
        std::memcpy(data.data(), buffer_.bytes().data() + cursor_, piece);
        cursor_ = (cursor_ + piece) % size();
        data = data.subspan(piece);
    }
}

} // namespace ksbox::cli
