// Streaming through the cyclic buffer of a WaveRT pin, which has no frames: the client writes or
// reads behind the device, woken by its notifications or, without them, by the clock.
#pragma once

#include <optional>
#include <span>

#include "ksbox/cyclic_buffer.h"

namespace ksbox::cli {

class CyclicStream {
  public:
    enum class Direction : std::uint8_t { render, capture };
    /// For a pin that offers a buffer; nothing for others. The pin is in STOP and outlives this.
    static std::unique_ptr<CyclicStream> open(Pin &pin, Direction direction, std::size_t bytes,
                                              std::uint64_t bytes_per_second);
    CyclicStream(Pin &pin, Direction direction, std::size_t bytes, unsigned notifications,
                 std::uint64_t bytes_per_second);

    std::size_t size() const { return buffer_.bytes().size(); }
    /// Waits until the device has moved on, at most so long, and no longer than half the buffer
    /// lasts: the bytes that it has moved since the last time. More than the buffer holds cannot
    /// be told from less.
    std::size_t wait(std::uint64_t time_100ns);
    /// Writes behind what was written, or reads behind what was read; at most size() bytes.
    void write(std::span<const std::byte> data);
    void read(std::span<std::byte> data);

  private:
    std::uint64_t position();

    Pin &pin_;
    const Direction direction_;
    const bool notified_;
    CyclicBuffer buffer_;
    const std::uint64_t half_100ns_; ///< how long half the buffer lasts
    Handle never_ = 0;               ///< to let time pass by
    std::uint64_t seen_ = 0;         ///< the device's last position
    std::size_t cursor_ = 0;         ///< the client's
};

} // namespace ksbox::cli
