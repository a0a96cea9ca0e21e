// Waiting for the end of a stream that nobody reads: a client's view of
// KSEVENT_CONNECTION_ENDOFSTREAM.
#pragma once

#include <cstdint>

#include "ksbox/filter.h"

namespace ksbox::filters {

class EndOfStream {
  public:
    /// Of a sink pin that has the event, as a file sink's; `sink` outlives it. Before the stream
    /// runs. Throws Error.
    explicit EndOfStream(Pin &sink);
    ~EndOfStream();
    EndOfStream(const EndOfStream &) = delete;
    EndOfStream &operator=(const EndOfStream &) = delete;

    /// Whether the stream has ended; waits for at most so long, and runs the box. Throws
    /// BoxStopped.
    bool wait_for(std::uint64_t time_100ns);

  private:
    Pin &sink_;
    Buffer data_; ///< KSEVENTDATA
    Handle event_;
    bool ended_ = false;
};

} // namespace ksbox::filters
