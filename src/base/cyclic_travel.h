// How far a device has come that tells only where in a cyclic buffer it is.
#pragma once

#include <cstdint>

namespace ksbox {

class CyclicTravel {
  public:
    explicit CyclicTravel(std::uint64_t bytes_per_second) : bytes_per_second_(bytes_per_second) {}

    /// The bytes that it has moved since the last time: from its position in a buffer of `size`
    /// bytes and, where it may have gone round meanwhile, the time that has passed.
    std::uint64_t to(std::uint64_t position, std::uint64_t size, std::uint64_t now_100ns) {
        std::uint64_t moved = (position + size - position_) % size;
        const auto expected = static_cast<std::uint64_t>(double(now_100ns - seen_100ns_) *
                                                         double(bytes_per_second_) / 1e7);
        if (seen_100ns_ != 0 && expected > moved)
            moved += (expected - moved + size / 2) / size * size;
        position_ = position;
        seen_100ns_ = now_100ns;
        return moved;
    }
    /// It stands still: the time until the next look says nothing.
    void pause() { seen_100ns_ = 0; }

  private:
    std::uint64_t bytes_per_second_;
    std::uint64_t position_ = 0, seen_100ns_ = 0; ///< 0: not seen since it moved
};

} // namespace ksbox
