// From one set of loudspeakers to another.
#pragma once

#include <array>
#include <span>

#include "mixer/sample_format.h"

namespace ksbox::mixer {

/// What of each input channel goes to each output channel. @doc audio/ksnodetype-super-mix
class ChannelMap {
  public:
    /// Channels of the same place go there. What has no place of its own in the output goes to its
    /// neighbours, 3 dB down where it goes to two (ITU-R BS.775); an LFE channel goes nowhere else.
    /// One channel goes to both front ones as it is; two make one by their mean. With a mask of 0
    /// channels go to those of the same number.
    ChannelMap(const SampleFormat &in, const SampleFormat &out);

    float gain(unsigned in, unsigned out) const { return gains_[out][in]; }
    /// Every channel goes, unchanged, to that of the same number.
    bool is_identity() const;
    /// Every output channel is a sum of input channels as they are: integers stay integers.
    bool is_whole() const;
    /// Whole frames; `out` must not overlap `in`.
    void apply(std::span<const float> in, std::span<float> out) const;

  private:
    unsigned in_, out_;
    std::array<std::array<float, most_channels>, most_channels> gains_{}; ///< [out][in]
};

} // namespace ksbox::mixer
