// The connection to a PipeWire daemon, on threads of its own. A daemon that goes away is waited
// for: the nodes are there again as soon as it is.
#pragma once

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>

namespace ksbox::pipewire {

/// There is no daemon, or no library that speaks to it: what() is one clear line.
class Unreachable : public std::runtime_error {
    using runtime_error::runtime_error;
};

class Connection {
  public:
    /// Connects to the daemon that PIPEWIRE_REMOTE and XDG_RUNTIME_DIR name. Throws Unreachable.
    Connection();
    /// All nodes are gone by then.
    ~Connection();
    Connection(const Connection &) = delete;
    Connection &operator=(const Connection &) = delete;

    struct Status {
        bool there = true;
        std::uint32_t losses = 0;      ///< how often the daemon has gone
        std::uint64_t last_gap_ns = 0; ///< how long it was away the last time
    };
    /// From any thread.
    Status status() const;

    struct State;
    State &state() { return *state_; }

  private:
    std::unique_ptr<State> state_;
};

} // namespace ksbox::pipewire
