// legacycard and pcicard: frames travel to the device and back, in both time modes.
#include "cards.h"

#include "../../drivers/legacycard/legacycard.h"

namespace ksbox::samples {
namespace {

using namespace ksbox::testing;

/// {realtime, driver}; the pins of both have the same IDs.
class Cards : public ::testing::TestWithParam<std::tuple<bool, const char *>> {
  protected:
    static constexpr std::uint32_t rate = 48'000, frame_bytes = 4;

    /// What the capture pin records in a second, in which `data` is played.
    std::vector<std::byte> record_while_playing(std::span<const std::byte> data) {
        Pin in = wave.connect({.pin_id = WAVE_RENDER, .format = stereo});
        Pin out = wave.connect({.pin_id = WAVE_CAPTURE, .format = stereo});
        Frame played{.buffer = Buffer(client, data.size())};
        std::ranges::copy(data, played.buffer.data());
        played.used = std::uint32_t(data.size());
        Frame recorded{.buffer = Buffer(client, rate * frame_bytes)};
        out.set_state(PinState::pause);
        in.set_state(PinState::pause);
        Request read = out.start_read(recorded), write = in.start_write(played);
        out.set_state(PinState::run);
        in.set_state(PinState::run);
        EXPECT_TRUE(Pin::finish(played, write).success());
        EXPECT_TRUE(Pin::finish(recorded, read).success());
        EXPECT_EQ(recorded.used, recorded.buffer.size());
        stop(in);
        stop(out);
        const auto bytes = recorded.buffer.bytes();
        return {bytes.begin(), bytes.end()};
    }
    /// `data`, played, is recorded as `expected`.
    ::testing::AssertionResult comes_back_as(std::span<const std::byte> expected) {
        return soon(std::get<0>(GetParam()),
                    [&] { return alone_in(record_while_playing(data), expected); });
    }
    std::uint64_t position(Pin &pin) {
        const std::vector<std::byte> both = pin.get(audio_set, ksbox::samples::audio_position);
        std::uint64_t play = 0;
        std::memcpy(&play, both.data(), sizeof play);
        return play;
    }

    TracedBox traced{BoxOptions{.realtime = std::get<0>(GetParam()), .seed = test_seed()}};
    Client &client = traced.client();
    Driver &driver = traced.load(std::get<1>(GetParam()));
    Filter wave = open_filter(client, driver, "Wave");
    const DataFormat stereo = DataFormat::audio({});
    const std::vector<std::byte> data = noise(frame_bytes * 9'601);
};
INSTANTIATE_TEST_SUITE_P(Each, Cards,
                         ::testing::Combine(::testing::Bool(),
                                            ::testing::Values("legacycard", "legacycard_guarded",
                                                              "pcicard")),
                         [](const auto &info) {
                             return std::string(std::get<0>(info.param) ? "Realtime"
                                                                        : "Simulated") +
                                    std::get<1>(info.param);
                         });

TEST_P(Cards, RecordWhatTheyPlaySampleForSample) {
    EXPECT_TRUE(comes_back_as(data));
    EXPECT_TRUE(comes_back_as(data)); // new pins, from the beginning
    wave.close();
    expect_clean_unload(driver);
}

TEST_P(Cards, TheirPositionMovesWithTime) {
    Pin in = wave.connect({.pin_id = WAVE_RENDER, .format = stereo});
    Frame played{.buffer = Buffer(client, rate * frame_bytes)};
    played.used = rate * frame_bytes;
    in.set_state(PinState::pause);
    Request write = in.start_write(played);
    EXPECT_EQ(position(in), 0u);
    const std::uint64_t started = traced.box().now_100ns();
    in.set_state(PinState::run);
    const std::uint64_t runs = traced.box().now_100ns();
    traced.box().run_for(std::chrono::milliseconds(250));
    const std::uint64_t asked = traced.box().now_100ns(), moved = position(in);
    const std::uint64_t answered = traced.box().now_100ns();
    EXPECT_GE(moved, (asked - runs) * rate / 10'000'000 * frame_bytes);
    EXPECT_LE(moved, ((answered - started) * rate / 10'000'000 + 1) * frame_bytes);
    in.set_state(PinState::pause);
    const std::uint64_t paused = position(in);
    traced.box().run_for(std::chrono::milliseconds(20));
    EXPECT_EQ(position(in), paused);
    in.set_state(PinState::stop);
    EXPECT_EQ(position(in), 0u);
}

TEST_P(Cards, BothPinsHaveOneFormat) {
    Pin in = wave.connect({.pin_id = WAVE_RENDER, .format = stereo});
    EXPECT_THROW(
        wave.connect({.pin_id = WAVE_CAPTURE, .format = DataFormat::audio({.rate_hz = 8000})}),
        Error);
    Pin out = wave.connect({.pin_id = WAVE_CAPTURE, .format = stereo});
    EXPECT_THROW(wave.connect({.pin_id = WAVE_RENDER, .format = stereo}), Error); // a second one
    in.close();
    out.close();
    EXPECT_NO_THROW(
        wave.connect({.pin_id = WAVE_CAPTURE, .format = DataFormat::audio({.rate_hz = 8000})}));
}

TEST_P(Cards, FramesUnderWayComeBackWhenAPinCloses) {
    Pin out = wave.connect({.pin_id = WAVE_CAPTURE, .format = stereo});
    Frame frames[3] = {{.buffer = Buffer(client, 96'000)},
                       {.buffer = Buffer(client, 96'000)},
                       {.buffer = Buffer(client, 96'000)}};
    out.set_state(PinState::pause);
    std::vector<Request> reads;
    for (Frame &frame : frames)
        reads.push_back(out.start_read(frame));
    out.set_state(PinState::run);
    traced.box().run_for(std::chrono::milliseconds(30));
    stop(out);
    // The first has some data already, which the port may give.
    for (std::size_t i = 0; i < reads.size(); ++i) {
        const IoResult result = Pin::finish(frames[i], reads[i]);
        EXPECT_TRUE((i == 0 && result.success()) ||
                    std::uint32_t(result.status) == status::cancelled);
        EXPECT_LT(frames[i].used, frames[i].buffer.size());
    }
    out.close();
    wave.close();
    expect_clean_unload(driver);
}

class LegacyCard : public Cards {};
INSTANTIATE_TEST_SUITE_P(Each, LegacyCard,
                         ::testing::Combine(::testing::Bool(), ::testing::Values("legacycard")),
                         [](const auto &info) {
                             return std::string(std::get<0>(info.param) ? "Realtime" : "Simulated");
                         });

TEST_P(LegacyCard, VolumeAndMuteActOnWhatIsRecorded) {
    Filter topology = open_filter(client, driver, "Topology");
    VolumeControl control(topology, NODE_VOLUME, NODE_MUTE);
    control.set_level(0, -6 * 65536);
    EXPECT_TRUE(comes_back_as(scaled(data, {six_decibels_less, unity})));
    control.mute(true);
    const std::vector<std::byte> muted = record_while_playing(data);
    EXPECT_EQ(muted, std::vector<std::byte>(muted.size()));
    control.mute(false);
    control.set_level(all_channels, 0);
    EXPECT_TRUE(comes_back_as(data));
    topology.close();
    wave.close();
    expect_clean_unload(driver);
}

} // namespace
} // namespace ksbox::samples
