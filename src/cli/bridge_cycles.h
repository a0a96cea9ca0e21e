// A bridged node's cycles, asked for one at a time: one that is begun before the last has ended
// breaks that one off, and what players gave for it is lost.
#pragma once

#include <cstdint>

#include "pipewire/audio_node.h"

namespace ksbox::cli {

class BridgeCycles {
  public:
    explicit BridgeCycles(pipewire::AudioNode &node) : node_(node) {}

    /// Whether the last cycle has not ended yet. Longer than a second it is not waited for.
    bool under_way() const;
    /// Whether the next one may begin: the last has ended, and brought something. After an empty
    /// one, soon, in case the player was only late; after another, in the graph's own pace.
    bool may_ask() const;
    /// `delay_frames`: what lies between the node and the device.
    void ask(std::int64_t delay_frames);
    /// Data has come, or was given.
    void fulfilled() { empty_ = 0; }
    /// Another stream has begun.
    void forget() { asked_ns_ = empty_ = 0; }

  private:
    std::uint64_t cycle_ns() const;

    pipewire::AudioNode &node_;
    std::uint64_t asked_ns_ = 0;     ///< 0: nothing was asked for
    std::uint64_t ended_cycles_ = 0; ///< when it was
    std::uint64_t empty_ = 0;        ///< cycles asked for since data came
};

} // namespace ksbox::cli
