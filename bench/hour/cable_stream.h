// A stream through the cable driver: a client's writer and reader thread, 10 ms a frame, every
// sample known in advance and checked.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "hour/period.h"
#include "ksbox/box.h"
#include "ksbox/filter.h"

namespace ksbox::bench {

class CableStream {
  public:
    CableStream();
    /// Writes and reads so many periods. Throws when a sample is wrong, a request fails, or the
    /// stream did not take 10 ms of the box's time a period.
    void run(std::uint64_t periods);

  private:
    static constexpr std::size_t depth = 8; ///< frames under way at each end
    struct Slot {
        Frame frame;
        std::optional<Request> request;
    };
    using Ring = std::array<Slot, depth>;

    Ring make_ring();
    Frame &finish(Slot &slot);
    void write(std::uint64_t periods);
    void read(std::uint64_t periods);

    Box box_;
    Driver &driver_;
    Client &client_;
    Filter filter_;
    Pin render_, capture_;
    Ring written_, read_;
    std::uint32_t next_written_ = 0, next_read_ = 0; ///< stereo samples
};

} // namespace ksbox::bench
