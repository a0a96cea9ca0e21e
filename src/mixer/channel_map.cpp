// The matrix between two channel masks.
#include "mixer/channel_map.h"

#include <algorithm>
#include <array>
#include <ranges>

#include "abi/windows.h"

namespace ksbox::mixer {
namespace {

constexpr float half_power = 0.70710678F;

/// Where a place goes that the output does not have, best first.
struct Fold {
    std::uint32_t place;
    std::uint32_t targets;
    float gain;
};
constexpr std::uint32_t fronts = SPEAKER_FRONT_LEFT | SPEAKER_FRONT_RIGHT;
constexpr Fold folds[] = {
    {SPEAKER_FRONT_LEFT, SPEAKER_FRONT_CENTER, 0.5F},
    {SPEAKER_FRONT_RIGHT, SPEAKER_FRONT_CENTER, 0.5F},
    {SPEAKER_FRONT_CENTER, fronts, half_power},
    {SPEAKER_BACK_LEFT, SPEAKER_SIDE_LEFT, 1.0F},
    {SPEAKER_BACK_LEFT, SPEAKER_BACK_CENTER, half_power},
    {SPEAKER_BACK_LEFT, SPEAKER_FRONT_LEFT, half_power},
    {SPEAKER_BACK_LEFT, SPEAKER_FRONT_CENTER, half_power * 0.5F},
    {SPEAKER_BACK_RIGHT, SPEAKER_SIDE_RIGHT, 1.0F},
    {SPEAKER_BACK_RIGHT, SPEAKER_BACK_CENTER, half_power},
    {SPEAKER_BACK_RIGHT, SPEAKER_FRONT_RIGHT, half_power},
    {SPEAKER_BACK_RIGHT, SPEAKER_FRONT_CENTER, half_power * 0.5F},
    {SPEAKER_FRONT_LEFT_OF_CENTER, fronts, half_power},
    {SPEAKER_FRONT_LEFT_OF_CENTER, SPEAKER_FRONT_CENTER, 0.5F},
    {SPEAKER_FRONT_RIGHT_OF_CENTER, fronts, half_power},
    {SPEAKER_FRONT_RIGHT_OF_CENTER, SPEAKER_FRONT_CENTER, 0.5F},
    {SPEAKER_BACK_CENTER, SPEAKER_BACK_LEFT | SPEAKER_BACK_RIGHT, half_power},
    {SPEAKER_BACK_CENTER, SPEAKER_SIDE_LEFT | SPEAKER_SIDE_RIGHT, half_power},
    {SPEAKER_BACK_CENTER, fronts, 0.5F},
    {SPEAKER_BACK_CENTER, SPEAKER_FRONT_CENTER, 0.5F},
    {SPEAKER_SIDE_LEFT, SPEAKER_BACK_LEFT, 1.0F},
    {SPEAKER_SIDE_LEFT, SPEAKER_FRONT_LEFT, half_power},
    {SPEAKER_SIDE_LEFT, SPEAKER_FRONT_CENTER, half_power * 0.5F},
    {SPEAKER_SIDE_RIGHT, SPEAKER_BACK_RIGHT, 1.0F},
    {SPEAKER_SIDE_RIGHT, SPEAKER_FRONT_RIGHT, half_power},
    {SPEAKER_SIDE_RIGHT, SPEAKER_FRONT_CENTER, half_power * 0.5F},
};

/// The place of each channel; 0 for one that has none.
std::array<std::uint32_t, most_channels> places(const SampleFormat &format) {
    std::array<std::uint32_t, most_channels> found{};
    std::uint32_t mask = format.channel_mask;
    for (unsigned i = 0; i < format.channels; ++i, mask &= mask - 1)
        found[i] = mask & -mask;
    return found;
}

} // namespace

ChannelMap::ChannelMap(const SampleFormat &in, const SampleFormat &out)
    : in_(in.channels), out_(out.channels) {
    if (!in.channel_mask || !out.channel_mask) {
        for (unsigned i = 0; i < std::min(in_, out_); ++i)
            gains_[i][i] = 1.0F;
        return;
    }
    const auto from = places(in), to = places(out);
    std::uint32_t mask = 0;
    for (const std::uint32_t place : to)
        mask |= place;
    const auto send = [&](unsigned channel, std::uint32_t targets, float gain) {
        for (unsigned i = 0; i < out_; ++i)
            if (to[i] & targets)
                gains_[i][channel] += gain;
    };
    for (unsigned channel = 0; channel < in_; ++channel) {
        if (in_ == 1 && (mask & fronts) == fronts && !(mask & from[0])) {
            send(channel, fronts, 1.0F); // one channel loses nothing by having two loudspeakers
        } else if (mask & from[channel]) {
            send(channel, from[channel], 1.0F);
        } else if (const auto *fold = std::ranges::find_if(folds,
                                                           [&](const Fold &one) {
                                                               return one.place == from[channel] &&
                                                                      (one.targets & mask) ==
                                                                          one.targets;
                                                           });
                   fold != std::end(folds)) {
            send(channel, fold->targets, fold->gain);
        }
    }
}

bool ChannelMap::is_identity() const {
    decltype(gains_) straight{};
    for (unsigned i = 0; i < out_; ++i)
        straight[i][i] = 1.0F;
    return in_ == out_ && gains_ == straight;
}

bool ChannelMap::is_whole() const {
    return std::ranges::all_of(gains_ | std::views::join,
                               [](float gain) { return gain == 0.0F || gain == 1.0F; });
}

void ChannelMap::apply(std::span<const float> in, std::span<float> out) const {
    for (std::size_t frame = 0; frame < out.size() / out_; ++frame)
        for (unsigned to = 0; to < out_; ++to) {
            float sum = 0;
            for (unsigned from = 0; from < in_; ++from)
                sum += gains_[to][from] * in[frame * in_ + from];
            out[frame * out_ + to] = sum;
        }
}

} // namespace ksbox::mixer
