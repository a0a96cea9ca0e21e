// The volume of one stream in the mix: a level and a mute for each of the mix's channels.
#pragma once

#include <array>
#include <cstdint>
#include <limits>

#include "mixer/sample_format.h"

namespace ksbox::mixer {

/// Levels are in 1/65536 dB (KSPROPERTY_AUDIO_VOLUMELEVEL); `silence` is minus infinity.
inline constexpr std::int32_t silence = std::numeric_limits<std::int32_t>::min();
inline constexpr std::int32_t lowest_level = -96 * 65536, highest_level = 12 * 65536;

class Levels {
  public:
    /// A level out of range becomes the nearest that there is. Precondition: channel <
    /// most_channels.
    void set_level(unsigned channel, std::int32_t level);
    std::int32_t level(unsigned channel) const { return level_[channel]; }
    void set_mute(unsigned channel, bool muted) { muted_[channel] = muted; }
    bool muted(unsigned channel) const { return muted_[channel]; }
    /// Linear; 1 exactly at 0 dB, 0 when muted.
    std::array<float, most_channels> gains() const;

  private:
    std::array<std::int32_t, most_channels> level_{};
    std::array<bool, most_channels> muted_{};
};

} // namespace ksbox::mixer
