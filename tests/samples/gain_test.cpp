// The gain driver: its arithmetic to the last bit, its nodes, and what happens at frames' ends.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>

#include "streaming.h"

namespace ksbox::samples {
namespace {

constexpr Guid audio_set{
    0x45FFAAA0, 0x6E1B, 0x11D0, {0xBC, 0xF2, 0x44, 0x45, 0x53, 0x54, 0x00, 0x00}};
constexpr std::uint32_t volume_level = 4, mute = 13;
constexpr std::uint32_t volume_node = 0, mute_node = 1;
constexpr std::uint32_t sink = 0, source = 1;
constexpr AudioFormat stereo{};

std::int32_t level(double decibels) {
    return static_cast<std::int32_t>(std::lround(decibels * 65536));
}

std::int32_t factor_of(std::int32_t level) {
    return static_cast<std::int32_t>(std::llround(std::pow(10.0L, level / 65536.0L / 20) * 65536));
}

std::int16_t scaled(std::int16_t sample, std::int32_t factor) {
    const std::int64_t product = (std::int64_t{sample} * factor + 32768) >> 16;
    return static_cast<std::int16_t>(std::clamp<std::int64_t>(product, -32768, 32767));
}

class Gain : public testing::Test {
  protected:
    /// KSNODEPROPERTY_AUDIO_CHANNEL continues KSNODEPROPERTY with a channel and a reserved word.
    static std::array<std::byte, 8> channel_bytes(std::int32_t channel) {
        std::array<std::byte, 8> bytes{};
        std::memcpy(bytes.data(), &channel, sizeof channel);
        return bytes;
    }

    void set(std::uint32_t node, std::uint32_t id, std::int32_t channel, std::int32_t value) {
        filter.set(audio_set, id, std::as_bytes(std::span(&value, 1)), node,
                   channel_bytes(channel));
    }

    std::int32_t get(std::uint32_t node, std::uint32_t id, std::int32_t channel) {
        const std::vector<std::byte> bytes =
            filter.get(audio_set, id, node, channel_bytes(channel));
        std::int32_t value = 0;
        std::memcpy(&value, bytes.data(), std::min(bytes.size(), sizeof value));
        return value;
    }

    template <typename Sample>
    std::vector<Sample> transform(const std::vector<Sample> &samples, const AudioFormat &audio) {
        Pin in = filter.connect({.pin_id = sink, .format = DataFormat::audio(audio)});
        Pin out = filter.connect({.pin_id = source, .format = DataFormat::audio(audio)});
        run(out);
        run(in);
        Client::Thread writer =
            client.spawn("writer", [&] { write_all(in, std::as_bytes(std::span(samples)), {}); });
        frames = read_frames(out);
        writer.join();
        stop(in);
        stop(out);
        const std::vector<std::byte> bytes = joined(frames);
        std::vector<Sample> result(bytes.size() / sizeof(Sample));
        std::memcpy(result.data(), bytes.data(), result.size() * sizeof(Sample));
        return result;
    }

    static std::vector<std::int16_t> samples(std::size_t count) {
        const std::vector<std::byte> bytes = noise(count * 2);
        std::vector<std::int16_t> result(count);
        std::memcpy(result.data(), bytes.data(), bytes.size());
        result[0] = -32768;
        result[1] = 32767;
        return result;
    }

    Box box;
    Driver &driver = box.load(driver_file("gain"));
    Client &client = box.client("test");
    Filter filter = client.open_filter(driver.filters().at(0).path);
    std::vector<ReadFrame> frames;
};

TEST_F(Gain, LeavesSamplesAloneAtZeroDecibels) {
    const std::vector<std::int16_t> in = samples(10'000);
    EXPECT_EQ(transform(in, stereo), in);
    // A frame out for each frame in.
    EXPECT_EQ(frames.size(), (in.size() * 2 + 4095) / 4096);
}

TEST_F(Gain, ARequestThatHasEndedIsDoneBeforeAnybodyWaits) {
    Pin in = filter.connect({.pin_id = sink, .format = DataFormat::audio(stereo)});
    Pin out = filter.connect({.pin_id = source, .format = DataFormat::audio(stereo)});
    run(out);
    run(in);
    Frame given{.buffer = Buffer(client, 64), .used = 64}, got{.buffer = Buffer(client, 64)};
    Request read = out.start_read(got);
    EXPECT_FALSE(read.done());
    Request write = in.start_write(given);
    box.run_for(std::chrono::milliseconds(1));
    EXPECT_TRUE(write.done());
    EXPECT_TRUE(read.done());
    EXPECT_TRUE(Pin::finish(got, read).success());
    EXPECT_EQ(got.used, 64u);
}

TEST_F(Gain, ScalesEachChannelByItsLevel) {
    set(volume_node, volume_level, 0, level(-6.0));
    set(volume_node, volume_level, 1, level(3.5));
    const std::vector<std::int16_t> in = samples(5'000);
    std::vector<std::int16_t> expected = in;
    for (std::size_t index = 0; index < in.size(); ++index)
        expected[index] = scaled(in[index], factor_of(level(index % 2 ? 3.5 : -6.0)));
    EXPECT_EQ(transform(in, stereo), expected);
}

TEST_F(Gain, ScalesFloat) {
    set(volume_node, volume_level, -1, level(-20.0));
    const AudioFormat format{.channels = 1, .bits = 32, .valid_bits = 32, .is_float = true};
    std::vector<float> in(3'000), expected;
    for (std::size_t index = 0; index < in.size(); ++index)
        in[index] = std::sin(static_cast<float>(index) / 10) * 2;
    for (float each : in)
        expected.push_back(each * (static_cast<float>(factor_of(level(-20.0))) / 65536));
    EXPECT_EQ(transform(in, format), expected);
}

TEST_F(Gain, Mutes) {
    set(mute_node, mute, 1, 1);
    const std::vector<std::int16_t> in = samples(1'000);
    std::vector<std::int16_t> expected = in;
    for (std::size_t index = 1; index < in.size(); index += 2)
        expected[index] = 0;
    EXPECT_EQ(transform(in, stereo), expected);
    EXPECT_EQ(get(mute_node, mute, 0), 0);
    EXPECT_EQ(get(mute_node, mute, 1), 1);
}

TEST_F(Gain, ClampsLevels) {
    set(volume_node, volume_level, 3, level(100));
    EXPECT_EQ(get(volume_node, volume_level, 3), level(12));
    set(volume_node, volume_level, 3, level(-200));
    EXPECT_EQ(get(volume_node, volume_level, 3), level(-96));
    EXPECT_EQ(get(volume_node, volume_level, 2), 0);
    EXPECT_THROW(set(volume_node, volume_level, 8, 0), Error);
}

TEST_F(Gain, KeepsEachFilterHandlesVolumeApart) {
    set(volume_node, volume_level, -1, level(-10));
    filter = client.open_filter(driver.filters().at(0).path);
    EXPECT_EQ(get(volume_node, volume_level, 0), 0);
}

TEST_F(Gain, WantsOneFormatOnBothPins) {
    Pin in = filter.connect({.pin_id = sink, .format = DataFormat::audio(stereo)});
    EXPECT_THROW(filter.connect({.pin_id = source, .format = DataFormat::audio({.channels = 1})}),
                 Error);
}

TEST_F(Gain, ShowsItsTopology) {
    const FilterFacts facts = filter.facts();
    ASSERT_EQ(facts.nodes.size(), 2u);
    ASSERT_EQ(facts.connections.size(), 3u);
    EXPECT_EQ(facts.connections[0].from_node, -1);
    EXPECT_EQ(facts.connections[0].to_node, volume_node);
    EXPECT_EQ(facts.connections[2].to_node, -1);
    EXPECT_EQ(facts.connections[2].to_pin, source);
}

} // namespace
} // namespace ksbox::samples
