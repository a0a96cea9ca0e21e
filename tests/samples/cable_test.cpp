// The cable driver: what goes in comes out, byte for byte, in time, and it says so when it cannot.
#include <gtest/gtest.h>

#include <cstring>

#include "streaming.h"

namespace ksbox::samples {
namespace {

constexpr Guid cable_set{
    0x6c9b5f0a, 0x2e1d, 0x4c57, {0x9a, 0x43, 0x0d, 0x7b, 0x8e, 0x5c, 0x1f, 0x21}};
enum CableProperty { connect_count, disconnect_count, underruns, underrun_count, format, position };
constexpr std::uint32_t render = 0, capture = 1;
constexpr AudioFormat stereo{};

struct Underrun {
    std::uint64_t position, bytes;
};

class Cable : public testing::Test {
  protected:
    explicit Cable(const std::string &name = "cable", const BoxOptions &options = {})
        : box(options), driver(box.load(driver_file(name))), client(box.client("test")),
          filter(client.open_filter(driver.filters().at(0).path)) {}

    Pin open(std::uint32_t pin_id, const AudioFormat &audio = stereo) {
        return filter.connect({.pin_id = pin_id, .format = DataFormat::audio(audio)});
    }

    /// Plays and records at once; the recording ends with the stream.
    std::vector<ReadFrame> play(const AudioFormat &audio, const std::vector<std::byte> &data,
                                const WriteOptions &options = {}) {
        Pin in = open(render, audio);
        Pin out = open(capture, audio);
        run(out);
        run(in);
        Client::Thread writer = client.spawn("writer", [&] { write_all(in, data, options); });
        std::vector<ReadFrame> frames = read_frames(out);
        writer.join();
        stop(in);
        stop(out);
        return frames;
    }

    std::vector<Underrun> list_underruns() {
        const std::vector<std::byte> item = filter.get(cable_set, underruns);
        std::vector<Underrun> list((item.size() - 8) / sizeof(Underrun));
        std::memcpy(list.data(), item.data() + 8, list.size() * sizeof(Underrun));
        return list;
    }

    Box box;
    Driver &driver;
    Client &client;
    Filter filter;
};

TEST_F(Cable, DeliversSilenceNoiseSilence) {
    std::vector<std::byte> data(48'000 * 4 / 2);
    const std::vector<std::byte> middle = noise(data.size());
    data.insert(data.end(), middle.begin(), middle.end());
    data.resize(3 * middle.size());
    EXPECT_EQ(joined(play(stereo, data)), data);
    EXPECT_EQ(filter.get_as<std::uint32_t>(cable_set, underrun_count), 0u);
}

TEST_F(Cable, DeliversASingleFrame) {
    const std::vector<std::byte> data = noise(4);
    const std::vector<ReadFrame> frames = play(stereo, data);
    ASSERT_EQ(frames.size(), 1u);
    EXPECT_EQ(frames[0].data, data);
    EXPECT_TRUE(frames[0].options & end_of_stream);
}

TEST_F(Cable, DeliversEightChannelsOfFloatAt192Kilohertz) {
    const AudioFormat wide{
        .rate_hz = 192'000, .channels = 8, .bits = 32, .valid_bits = 32, .is_float = true};
    const std::vector<std::byte> data = noise(192'000 * 32 / 4);
    EXPECT_EQ(joined(play(wide, data, {.frame_bytes = 64 * 1024})), data);
}

TEST_F(Cable, DeliversALengthThatIsNoMultipleOfAnything) {
    const std::vector<std::byte> data = noise(4 * 10'007);
    const std::vector<ReadFrame> frames = play(stereo, data, {.frame_bytes = 4 * 997});
    EXPECT_EQ(joined(frames), data);
    EXPECT_EQ(frames.back().data.size(), data.size() % 4096);
}

TEST_F(Cable, PassesAnEndOfStreamWithoutData) {
    const std::vector<ReadFrame> frames = play(stereo, {});
    ASSERT_EQ(frames.size(), 1u);
    EXPECT_TRUE(frames[0].data.empty());
}

TEST_F(Cable, EndsEachStreamAndCarriesTheNext) {
    const std::vector<std::byte> first = noise(10'000, 1), second = noise(6'000, 2);
    EXPECT_EQ(joined(play(stereo, first)), first);
    EXPECT_EQ(joined(play(stereo, second)), second);
    EXPECT_EQ(filter.get_as<std::uint64_t>(cable_set, position), second.size());
}

TEST_F(Cable, KeepsTheSampleRate) {
    Pin in = open(render);
    run(in);
    const std::uint64_t before = box.now_100ns();
    // Nobody listens: a second of sound takes a second, rounded up to the next tick.
    write_all(in, noise(48'000 * 4));
    const double seconds = static_cast<double>(box.now_100ns() - before) / 1e7;
    EXPECT_GE(seconds, 0.999);
    EXPECT_LE(seconds, 1.04);
}

TEST_F(Cable, WaitsForAListenerThatDoesNotRun) {
    const std::vector<std::byte> data = noise(20'000);
    Pin in = open(render);
    Pin out = open(capture);
    run(in);
    Client::Thread writer = client.spawn("writer", [&] { write_all(in, data); });
    box.run_for(std::chrono::milliseconds(500));
    EXPECT_EQ(filter.get_as<std::uint64_t>(cable_set, position), 0u);
    run(out);
    EXPECT_EQ(joined(read_frames(out)), data);
    writer.join();
    EXPECT_EQ(filter.get_as<std::uint32_t>(cable_set, underrun_count), 0u);
}

TEST_F(Cable, CountsAnUnderrunWithItsPlace) {
    Pin in = open(render);
    Pin out = open(capture);
    run(out);
    run(in);
    const std::vector<std::byte> data = noise(30'000);
    std::vector<ReadFrame> frames;
    Client::Thread reader = client.spawn("reader", [&] { frames = read_frames(out); });
    write_all(in, std::span(data).first(20'000), {.marks_end = false});
    box.run_for(std::chrono::milliseconds(200));
    write_all(in, std::span(data).subspan(20'000));
    reader.join();
    EXPECT_EQ(joined(frames), data);
    ASSERT_EQ(filter.get_as<std::uint32_t>(cable_set, underrun_count), 1u);
    const std::vector<Underrun> list = list_underruns();
    ASSERT_EQ(list.size(), 1u);
    EXPECT_EQ(list[0].position, 20'000u);
    EXPECT_NEAR(static_cast<double>(list[0].bytes), 0.2 * 48'000 * 4, 0.05 * 48'000 * 4);
}

TEST_F(Cable, HasOnePinAtEachEnd) {
    Pin in = open(render);
    Filter other = client.open_filter(driver.filters().at(0).path);
    EXPECT_THROW(other.connect({.pin_id = render, .format = DataFormat::audio(stereo)}), Error);
    EXPECT_THROW(open(capture, {.rate_hz = 44'100}), Error);
    EXPECT_NO_THROW(open(capture));
}

TEST_F(Cable, RefusesFormatsOutsideItsRanges) {
    EXPECT_THROW(open(render, {.rate_hz = 7'999}), Error);
    EXPECT_THROW(open(render, {.channels = 9}), Error);
    EXPECT_THROW(open(render, {.bits = 8, .valid_bits = 8}), Error);
    for (std::uint16_t bits : {16, 24, 32})
        EXPECT_NO_THROW(open(render, {.bits = bits, .valid_bits = bits})) << bits;
    EXPECT_NO_THROW(open(render, {.bits = 32, .valid_bits = 24}));
}

TEST_F(Cable, ChoosesTheBestFormatOfAnIntersection) {
    const PinFacts pin = filter.pin_facts(render);
    const std::optional<DataFormat> best = filter.intersect(render, pin.ranges);
    ASSERT_TRUE(best && best->audio());
    EXPECT_EQ(best->audio()->channels, 8);
    EXPECT_EQ(best->audio()->rate_hz, 192'000u);
    EXPECT_EQ(best->audio()->bits, 32);
    EXPECT_NO_THROW(filter.connect({.pin_id = render, .format = *best}));
}

class CableInRealTime : public Cable {
  protected:
    CableInRealTime() : Cable("cable", {.realtime = true}) {}
};

TEST_F(CableInRealTime, DeliversEverything) {
    // A busy host may make it late; it never makes it lose or invent a byte.
    const std::vector<std::byte> data = noise(48'000 * 4 / 2);
    EXPECT_EQ(joined(play(stereo, data)), data);
    EXPECT_EQ(filter.get_as<std::uint64_t>(cable_set, position), data.size());
}

class NegatingCable : public Cable {
  protected:
    NegatingCable() : Cable("cable_negate") {}
};

TEST_F(NegatingCable, NegatesEverySample) {
    const std::vector<std::byte> data = noise(40'000);
    std::vector<std::int16_t> samples(data.size() / 2);
    std::memcpy(samples.data(), data.data(), data.size());
    for (std::int16_t &each : samples)
        each = static_cast<std::int16_t>(-each);
    std::vector<std::byte> expected(data.size());
    std::memcpy(expected.data(), samples.data(), data.size());
    // Frames that cut samples in two make no difference.
    EXPECT_EQ(joined(play(stereo, data, {.frame_bytes = 1'001})), expected);
}

} // namespace
} // namespace ksbox::samples
