// One stream on its way into the mix: whatever its format, blocks of it as the mix has them.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/result.h"
#include "mixer/blocks.h"
#include "mixer/channel_map.h"
#include "mixer/resampler.h"

namespace ksbox::mixer {

/// One thread at a time.
class Input {
  public:
    /// Both formats must be without objection(). STATUS_INSUFFICIENT_RESOURCES.
    static Result<std::unique_ptr<Input>> create(const SampleFormat &from, const SampleFormat &mix);

    const SampleFormat &format() const { return from_; }
    /// What each channel of the mix gets of this stream, linear. The next block goes there from
    /// what was before in a straight line, so that nothing clicks; the first begins with it.
    void set_gains(std::span<const float> gains);

    struct Block {
        Addend addend;          ///< `frames` frames of the mix; good until the next call
        std::size_t frames = 0; ///< fewer than wanted: the bytes did not last
        std::size_t taken = 0;  ///< bytes of the input that are done with
    };
    /// The next block of up to `frames` frames of the mix, from whole frames of the input. Without
    /// conversions the addend lies in `bytes` itself.
    Block take(std::span<const std::byte> bytes, std::size_t frames);
    /// As take(), when the stream has ended: what the resampler still has.
    Block drain(std::size_t frames);
    /// The stream begins anew: what was on its way is forgotten.
    void reset();

    /// Input frames that frames of the mix need, at least.
    std::size_t frames_for(std::size_t mix_frames) const;
    /// How much later than it came in a sample goes out, in frames of the mix.
    double delay() const { return resampler_ ? resampler_->delay() : 0.0; }
    /// A sample of it in that encoding has fewer bits than it needs: dither is wanted.
    bool loses_bits_in(Encoding encoding, unsigned valid_bits) const;

  private:
    Input(const SampleFormat &from, const SampleFormat &mix);
    Block finish(std::vector<float> &samples, std::size_t frames, std::size_t taken);
    void ramp(std::span<float> samples);

    const SampleFormat from_, mix_;
    const ChannelMap map_;
    const bool plain_;                     ///< it changes nothing
    std::unique_ptr<Resampler> resampler_; ///< null: the rates are equal
    std::array<float, most_channels> gains_, wanted_;
    bool begun_ = false;
    std::vector<float> decoded_, mapped_, made_; ///< scratch, kept from block to block
};

} // namespace ksbox::mixer
