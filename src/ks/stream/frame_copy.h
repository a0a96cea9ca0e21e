// Copying the frames of a request into another pin's queue.
#pragma once

#include <cstddef>

#include "ks/stream/queue.h"

namespace ksbox::ks {

/// How far a request has been copied.
struct FrameCopy {
    std::size_t frame = 0;
    ULONG bytes = 0; ///< of that frame

    /// Fills frames of `to`, as many as there are and it takes: each frame of the request begins a
    /// new one, with its times, flags and extension, and goes on in further ones if it is longer.
    /// True when all of the request is copied. IRQL <= DISPATCH_LEVEL.
    bool advance(const StreamIrp &from, Queue &to);

  private:
    void fill(const Frame &from, KSSTREAM_HEADER &header);
};

} // namespace ksbox::ks
