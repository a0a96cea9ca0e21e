// What the tests of the PortCls samples share: a box in both time modes, a card with its filters,
// and loop-back, since each of them records what it plays.
#pragma once

#include <algorithm>
#include <cstring>
#include <functional>

#include <gmock/gmock.h>

#include "ksbox/guid_names.h"
#include "streaming.h"
#include "support/raw_request.h"
#include "support/status.h"
#include "support/traced_box.h"

namespace ksbox::samples {

inline const Guid audio_set = *Guid::parse("45FFAAA0-6E1B-11D0-BCF2-444553540000");
inline const Guid audio_category = *Guid::parse("6994AD04-93EF-11D0-A3CC-00A0C9223196");
constexpr std::uint32_t audio_volume_level = 4, audio_position = 5, audio_mute = 13;
constexpr std::uint32_t all_channels = 0xffffffff;

inline Filter open_filter(Client &client, Driver &driver, const std::string &reference) {
    for (const InterfaceFacts &facts : driver.filters())
        if (facts.name == reference)
            return client.open_filter(facts.path);
    throw Error(0, "no filter " + reference);
}

/// Nothing is found wrong with it, and it leaves nothing behind. All pins and filters are closed.
inline void expect_clean_unload(Driver &driver) {
    EXPECT_THAT(driver.findings(), ::testing::IsEmpty());
    EXPECT_THAT(driver.unload(), ::testing::IsEmpty());
}

/// `what` is in `recording`, in one piece, and nothing but silence around it.
inline ::testing::AssertionResult alone_in(std::span<const std::byte> recording,
                                           std::span<const std::byte> what) {
    const auto found = std::ranges::search(recording, what);
    if (found.size() != what.size())
        return ::testing::AssertionFailure() << "not in one piece";
    const auto silent = [](std::byte byte) { return byte == std::byte{0}; };
    if (!std::all_of(recording.begin(), found.begin(), silent) ||
        !std::all_of(found.end(), recording.end(), silent))
        return ::testing::AssertionFailure() << "no silence around it";
    return ::testing::AssertionSuccess();
}

/// A busy machine may be late once, in real time; that it is late each time is a defect.
inline ::testing::AssertionResult soon(bool realtime,
                                       const std::function<::testing::AssertionResult()> &attempt) {
    ::testing::AssertionResult result = attempt();
    for (int more = 0; more < 5 && realtime && !result; ++more)
        result = attempt();
    return result;
}

/// What samples of 16 bits become when each channel is multiplied, in 1/65536.
inline std::vector<std::byte> scaled(std::span<const std::byte> data,
                                     const std::array<std::int64_t, 2> &factors) {
    std::vector<std::byte> result(data.begin(), data.end());
    for (std::size_t i = 0; i < result.size() / 2; ++i) {
        std::int16_t sample;
        std::memcpy(&sample, &result[2 * i], sizeof sample);
        sample = std::int16_t((sample * factors[i % 2] + 32768) >> 16);
        std::memcpy(&result[2 * i], &sample, sizeof sample);
    }
    return result;
}
constexpr std::int64_t unity = 65536, six_decibels_less = 32846; // 65536 / 10^(6/20)

/// The volume and the mute of a topology filter, in requests as Windows' audio service makes them.
class VolumeControl {
  public:
    VolumeControl(Filter &topology, std::uint32_t volume_node, std::uint32_t mute_node)
        : topology_(topology), volume_(volume_node), mute_(mute_node) {}

    void set_level(std::uint32_t channel, std::int32_t level) {
        topology_.set(audio_set, audio_volume_level, testing::bytes_of(level), volume_,
                      more(channel));
    }
    std::int32_t level(std::uint32_t channel) {
        return as<std::int32_t>(
            topology_.get(audio_set, audio_volume_level, volume_, more(channel)));
    }
    void mute(bool on) {
        topology_.set(audio_set, audio_mute, testing::bytes_of(std::int32_t(on)), mute_,
                      more(all_channels));
    }
    bool muted() { return as<std::int32_t>(topology_.get(audio_set, audio_mute, mute_, more(0))); }
    /// Basic support, with room for so many bytes of answer.
    testing::Answer support(std::uint32_t property, std::size_t bytes) {
        return testing::send(topology_.client(), topology_.handle(), IOCTL_KS_PROPERTY,
                             testing::joined(testing::node_identifier(
                                                 audio_set, property, KSPROPERTY_TYPE_BASICSUPPORT,
                                                 property == audio_mute ? mute_ : volume_),
                                             more(0)),
                             testing::room(bytes));
    }

  private:
    template <typename T> static T as(const std::vector<std::byte> &bytes) {
        T value{};
        std::memcpy(&value, bytes.data(), std::min(bytes.size(), sizeof value));
        return value;
    }
    /// The rest of a KSNODEPROPERTY_AUDIO_CHANNEL.
    static std::vector<std::byte> more(std::uint32_t channel) {
        const std::uint32_t rest[2] = {channel, 0};
        return testing::bytes_of(rest);
    }
    Filter &topology_;
    const std::uint32_t volume_, mute_;
};

} // namespace ksbox::samples
