// Drives the loader's exception handling over an image that came from a fuzzer. None of the image's
// code runs: calls into it, and jumps to it, end here.
#pragma once

#include "loader/image.h"
#include "loader/unwind.h"

#include <cstdint>

namespace ksbox::fuzz {

/// Numbers that depend on the input alone.
class Choices {
  public:
    explicit Choices(std::uint64_t seed) : state_(seed | 1) {}
    std::uint64_t next() {
        state_ ^= state_ << 13;
        state_ ^= state_ >> 7;
        state_ ^= state_ << 17;
        return state_;
    }
    std::uint64_t below(std::uint64_t limit) { return limit ? (next() >> 16) % limit : 0; }

  private:
    std::uint64_t state_;
};

/// Walks, searches and unwinds from everywhere in the image, over a stack of addresses.
void drive_exceptions(const loader::Image &image, Choices &choices);

} // namespace ksbox::fuzz
