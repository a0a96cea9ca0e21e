// Where the bytes of a written file go.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "media/result.h"

namespace ksbox::media {

class Sink {
  public:
    Sink() = default;
    virtual ~Sink() = default;
    Sink(const Sink &) = delete;
    Sink &operator=(const Sink &) = delete;

    /// Behind all that is there.
    virtual Result<void> append(std::span<const std::byte> bytes) = 0;
    /// Over what was appended before. Only where can_seek().
    virtual Result<void> write_at(std::uint64_t offset, std::span<const std::byte> bytes) = 0;
    virtual bool can_seek() const = 0;
};

} // namespace ksbox::media
