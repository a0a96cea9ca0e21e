// Decode, map, resample: what of it a stream needs.
#include "mixer/input.h"

#include <algorithm>
#include <cmath>
#include <ranges>

namespace ksbox::mixer {

Input::Input(const SampleFormat &from, const SampleFormat &mix)
    : from_(from), mix_(mix), map_(from, mix), plain_(map_.is_identity()) {
    gains_.fill(1.0F);
    wanted_.fill(1.0F);
}

Result<std::unique_ptr<Input>> Input::create(const SampleFormat &from, const SampleFormat &mix) {
    std::unique_ptr<Input> input(new Input(from, mix));
    if (from.rate_hz != mix.rate_hz)
        // Whichever side has fewer channels is resampled.
        input->resampler_ = KS_TRY(
            Resampler::create(from.rate_hz, mix.rate_hz, std::min(from.channels, mix.channels)));
    return input;
}

void Input::set_gains(std::span<const float> gains) {
    std::ranges::copy(gains, wanted_.begin());
    if (!begun_)
        gains_ = wanted_;
}

void Input::reset() {
    if (resampler_)
        resampler_->reset();
    gains_ = wanted_;
    begun_ = false;
}

std::size_t Input::frames_for(std::size_t mix_frames) const {
    return static_cast<std::size_t>((std::uint64_t(mix_frames) * from_.rate_hz + mix_.rate_hz - 1) /
                                    mix_.rate_hz);
}

bool Input::loses_bits_in(Encoding encoding, unsigned valid_bits) const {
    if (is_float(encoding))
        return false;
    const bool whole_gains =
        std::ranges::all_of(std::span(wanted_).first(mix_.channels),
                            [](float gain) { return gain == 0.0F || gain == 1.0F; });
    return resampler_ || !map_.is_whole() || !whole_gains || is_float(from_.encoding) ||
           from_.valid_bits > valid_bits;
}

/// From the gains of the last block to those that are wanted.
void Input::ramp(std::span<float> samples) {
    const std::size_t frames = samples.size() / mix_.channels;
    std::array<float, most_channels> steps{};
    for (unsigned c = 0; c < mix_.channels; ++c)
        steps[c] = (wanted_[c] - gains_[c]) / static_cast<float>(frames);
    for (std::size_t frame = 0; frame < frames; ++frame)
        for (unsigned c = 0; c < mix_.channels; ++c)
            samples[frame * mix_.channels + c] *=
                gains_[c] + steps[c] * static_cast<float>(frame + 1);
    gains_ = wanted_;
}

Input::Block Input::finish(std::vector<float> &samples, std::size_t frames, std::size_t taken) {
    const std::span<float> block = std::span(samples).first(frames * mix_.channels);
    Block result{
        {Encoding::f32, reinterpret_cast<const std::byte *>(block.data()), gains_}, frames, taken};
    if (gains_ != wanted_ && frames) {
        ramp(block);
        result.addend.gains.fill(1.0F);
    }
    begun_ |= frames != 0;
    return result;
}

Input::Block Input::take(std::span<const std::byte> bytes, std::size_t frames) {
    const std::size_t frame_bytes = from_.frame_bytes(), given = bytes.size() / frame_bytes;
    if (!resampler_) {
        frames = std::min(frames, given);
        if (plain_ && gains_ == wanted_) {
            begun_ |= frames != 0;
            return {{from_.encoding, bytes.data(), gains_}, frames, frames * frame_bytes};
        }
    }
    // More input than the block needs would stay with the resampler: it takes what it wants.
    const std::size_t wanted_in = resampler_ ? std::min(given, frames_for(frames) + 1) : frames;
    decoded_.resize(wanted_in * from_.channels);
    decode(from_.encoding, bytes.data(), decoded_);
    const bool map_first = !plain_ && (!resampler_ || mix_.channels <= from_.channels);
    std::vector<float> *samples = &decoded_;
    if (map_first) {
        mapped_.resize(wanted_in * mix_.channels);
        map_.apply(decoded_, mapped_);
        samples = &mapped_;
    }
    if (!resampler_)
        return finish(*samples, frames, frames * frame_bytes);
    const unsigned channels = std::min(from_.channels, mix_.channels);
    made_.resize(frames * channels);
    const auto step = resampler_->process(*samples, made_);
    samples = &made_;
    if (!plain_ && !map_first) {
        mapped_.resize(step.made * mix_.channels);
        map_.apply(std::span<const float>(made_).first(step.made * channels), mapped_);
        samples = &mapped_;
    }
    return finish(*samples, step.made, step.taken * frame_bytes);
}

Input::Block Input::drain(std::size_t frames) {
    if (!resampler_)
        return finish(made_, 0, 0);
    const unsigned channels = std::min(from_.channels, mix_.channels);
    made_.resize(frames * channels);
    const std::size_t left = resampler_->drain(made_);
    if (channels == mix_.channels)
        return finish(made_, left, 0);
    mapped_.resize(left * mix_.channels);
    map_.apply(std::span<const float>(made_).first(left * channels), mapped_);
    return finish(mapped_, left, 0);
}

} // namespace ksbox::mixer
