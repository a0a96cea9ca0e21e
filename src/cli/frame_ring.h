// Several frames in flight on one pin: submitted in order, finished in order.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "ksbox/filter.h"

namespace ksbox::cli {

class FrameRing {
  public:
    enum class Direction : std::uint8_t { write, read };

    FrameRing(Pin &pin, Direction direction, std::size_t frames, std::size_t frame_bytes,
              bool video = false);

    /// The frame to submit next; null when all are in flight.
    Frame *free_frame();
    /// Starts the request for free_frame().
    void submit();
    /// Reads: submits every free frame.
    void submit_all();
    std::size_t in_flight() const { return in_flight_; }

    /// The oldest frame in flight when its request has ended within `patience_100ns` of box time,
    /// else null. It is free again afterwards: use it before the next submit(). Throws Finding when
    /// the driver failed the request, or says that it read more than the frame holds.
    Frame *finish_oldest(std::uint64_t patience_100ns);
    /// Whether the newest request has ended: nothing is left in the pin's queue.
    bool dry();

  private:
    struct Slot {
        Frame frame;
        std::optional<Request> request;
    };
    Pin &pin_;
    Direction direction_;
    std::vector<Slot> slots_;
    std::size_t next_ = 0; ///< slot of free_frame()
    std::size_t in_flight_ = 0;
    std::uint64_t finished_ = 0; ///< frames so far, for messages
};

/// Box time between two looks at whether the user wants to stop: short enough in real time, long
/// enough in simulated time not to matter.
std::uint64_t patience_slice(bool realtime);

} // namespace ksbox::cli
