// A bridged node's cycles, asked for one at a time: one that is begun before the last has ended
// breaks that one off, and what players gave for it is lost.
#pragma once

#include <cstdint>

#include "pipewire/audio_node.h"

namespace ksbox::cli {

class BridgeCycles {
  public:
    explicit BridgeCycles(pipewire::AudioNode &node) : node_(node) {}

    /// Whether the next one may begin. The last has ended; one that does not end is given up after
    /// half a second, because a player that has no room takes what it was given with the next one.
    /// A source that has much to catch up with goes at twice its pace. After a sink's cycle that
    /// brought nothing the next comes soon, in case the player was only late; then, in its own
    /// pace.
    bool may_ask() const;
    /// `delay_frames`: what lies between the node and the device.
    void ask(std::int64_t delay_frames);
    /// Data has come.
    void fulfilled() { empty_ = 0; }
    /// Another stream has begun.
    void forget() { asked_ns_ = empty_ = 0; }

  private:
    bool under_way() const;
    std::uint64_t pause_ns() const;
    std::uint64_t cycle_ns() const;

    pipewire::AudioNode &node_;
    std::uint64_t asked_ns_ = 0;     ///< 0: nothing was asked for
    std::uint64_t ended_cycles_ = 0; ///< when it was
    std::uint64_t empty_ = 0;        ///< cycles asked for since data came
};

} // namespace ksbox::cli
