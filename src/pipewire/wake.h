// A box's thread waits here for PipeWire's threads, or for a time of the host's clock: the one
// place where a bridge sleeps.
#pragma once

#include <cstdint>

#include "base/file_descriptor.h"

namespace ksbox::pipewire {

/// CLOCK_MONOTONIC, which is PipeWire's clock and that of a box in real time.
std::uint64_t now_ns();

class Wake {
  public:
    /// Throws std::system_error.
    Wake();
    /// From any thread: ends the wait in progress, else the next one.
    void signal();
    /// Until somebody signals, at most so long. A signal to this thread ends it too.
    void wait(std::uint64_t time_ns);

  private:
    FileDescriptor event_;
};

} // namespace ksbox::pipewire
