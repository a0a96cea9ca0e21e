// Sections E and J: virtual devices of WaveRT cards, whose pins take no streaming requests: what
// stands between them and a client is not the client's to see.
#include "conformance/virtual_devices.h"
#include "samples/cards.h"
#include "support/journal.h"
#include "support/transfer.h"

namespace ksbox::testing {
namespace {

using samples::noise;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class RealTimeGraphs : public VirtualDevices {
  protected:
    static Frame filled(Client &client, std::span<const std::byte> data) {
        Frame frame{.buffer = Buffer(client, data.size())};
        std::ranges::copy(data, frame.buffer.data());
        frame.used = std::uint32_t(data.size());
        return frame;
    }
    /// What the card's capture pin hears in half a second, while `data` is played in frames of
    /// 10 ms.
    std::vector<std::byte> record_while_playing(Filter &device, std::span<const std::byte> data);

    const DataFormat stereo = DataFormat::audio({});
    const std::vector<std::byte> data = noise(4 * 9'600);
    static constexpr std::size_t piece = 4 * 480;
};
KSBOX_IN_BOTH_MODES(RealTimeGraphs);

std::vector<std::byte> RealTimeGraphs::record_while_playing(Filter &device,
                                                            std::span<const std::byte> data) {
    Pin in = device.connect({.pin_id = 0, .format = stereo});
    Pin out = device.connect({.pin_id = 1, .format = stereo});
    Frame recorded{.buffer = Buffer(client, 24'000 * 4)};
    std::vector<Frame> frames;
    for (std::size_t at = 0; at < data.size(); at += piece)
        frames.push_back(filled(client, data.subspan(at, std::min(piece, data.size() - at))));
    std::vector<Request> writes;
    out.set_state(PinState::pause);
    in.set_state(PinState::pause);
    Request read = out.start_read(recorded);
    for (Frame &frame : frames)
        writes.push_back(in.start_write(frame));
    out.set_state(PinState::run);
    in.set_state(PinState::run);
    for (std::size_t i = 0; i < frames.size(); ++i)
        EXPECT_TRUE(Pin::finish(frames[i], writes[i]).success());
    EXPECT_TRUE(Pin::finish(recorded, read).success());
    samples::stop(in);
    samples::stop(out);
    const auto heard = recorded.buffer.bytes().first(recorded.used);
    return {heard.begin(), heard.end()};
}

TEST_P(RealTimeGraphs, J9_AClientStreamsThroughOnePin) {
    Driver &driver = load("speaker", 1);
    Filter device = open_device();
    EXPECT_TRUE(samples::soon(
        GetParam(), [&] { return samples::alone_in(record_while_playing(device, data), data); }));
    // Its setup information says that it is one of WaveRT: nobody tries it without.
    EXPECT_THAT(told("sysaudio.plan", "text"),
                Contains("Sample Speaker Wave pin 0: client > WaveRT Streaming pin 0, WaveRT "
                         "Streaming pin 1 > Sample Speaker Wave pin 0"));
    EXPECT_THAT(told("sysaudio.graph", "path"), Contains(HasSubstr("WaveRT Streaming pin 1 > ")));
    device.close();
    EXPECT_THAT(driver.unload(), IsEmpty());
    await_devices(0);
}

TEST_P(RealTimeGraphs, J9_ThroughTheMixerTooAndAnyNumberOfClients) {
    load_system_driver(traced.box(), SystemDriver::kmixer);
    load("speaker", 1);
    Filter device = open_device();
    EXPECT_EQ(device.pin_facts(0).instances.possible, -1);
    Pin other = device.connect({.pin_id = 0, .format = DataFormat::audio({.rate_hz = 44'100})});
    Pin pin = device.connect({.pin_id = 0, .format = stereo});
    EXPECT_THAT(told("sysaudio.link", "format"), ElementsAre("PCM 24 bit, 2 channels, 96000 Hz",
                                                             "PCM 24 bit, 2 channels, 96000 Hz"));
    for (Pin *one : {&other, &pin})
        one->set_state(PinState::run);
    for (int i = 0; i < 3; ++i) {
        Frame frame = filled(client, noise(piece));
        Request write = pin.start_write(frame);
        EXPECT_TRUE(Pin::finish(frame, write).success());
    }
}

// A port's WaveRT pins offer plain streaming like all others', and only the installation registers
// the filter in KSCATEGORY_REALTIME. This card is not installed.
TEST_P(RealTimeGraphs, E10_J5_AWaveRtPinThatIsNotRegisteredAsSuchIsFoundOutAndServed) {
    Driver &driver = load("wavert", 1);
    Filter card = client.open_filter(driver.filters().at(0).path);
    Filter device = open_device();
    Pin pin = device.connect({.pin_id = 0, .format = stereo});
    EXPECT_EQ(only(journal(card), "new stream").size(), 2u); // one to ask, one to stay
    EXPECT_THAT(told("sysaudio.graph", "path"),
                ElementsAre(HasSubstr("WaveRT Streaming pin 1 > ")));
    pin.set_state(PinState::run);
    Frame frame = filled(client, noise(piece));
    Request write = pin.start_write(frame);
    EXPECT_TRUE(Pin::finish(frame, write).success());
    const auto allocated = only(journal(card), "allocate");
    ASSERT_EQ(allocated.size(), 1u);
    EXPECT_EQ(allocated[0].values.at(2), 2u); // notifications: some drivers move nothing without
}

TEST_P(RealTimeGraphs, J9_inferred_ACardWithoutNotificationsIsServedToo) {
    Driver &driver = load("wavert", 1);
    Filter card = client.open_filter(driver.filters().at(0).path);
    answer(card, "notifications", 0);
    Filter device = open_device();
    Pin pin = device.connect({.pin_id = 0, .format = stereo});
    pin.set_state(PinState::run);
    Frame frame = filled(client, noise(piece));
    Request write = pin.start_write(frame);
    EXPECT_TRUE(Pin::finish(frame, write).success());
    const auto allocated = only(journal(card), "allocate");
    ASSERT_EQ(allocated.size(), 1u);
    EXPECT_EQ(allocated[0].values.at(2), 0u);
}

// What stands between converts nothing, so the formats are the card's.
TEST_P(RealTimeGraphs, J5_J9_FormatsAreThoseOfTheCard) {
    Driver &driver = load("speaker", 1);
    Filter device = open_device(), card = samples::open_filter(client, driver, "Wave");
    const auto text_of = [](const PinFacts &pin) {
        std::string text;
        for (const DataRange &range : pin.ranges)
            text += range.to_string() + "\n";
        return text;
    };
    EXPECT_EQ(text_of(device.pin_facts(0)), text_of(card.pin_facts(0)));
    const auto common = device.intersect(0, device.pin_facts(0).ranges);
    ASSERT_TRUE(common.has_value());
    EXPECT_EQ(common->to_string(), "PCM 24 bit, 2 channels, 96000 Hz");
}

// As handlers do that look for their own number of channels in the caller's range.
TEST_P(RealTimeGraphs, J5_ACardThatFindsNothingInTheMixersRangesIsAskedForItsOwn) {
    load_system_driver(traced.box(), SystemDriver::kmixer);
    Driver &driver = load("wavert", 1);
    Filter card = client.open_filter(driver.filters().at(0).path);
    Filter device = open_device();
    answer(card, "intersection", status::no_match, 2); // of both of the mixer's ranges
    EXPECT_NO_THROW(device.connect({.pin_id = 0, .format = stereo}));
    EXPECT_GE(only(journal(card), "intersection").size(), 3u);
}

TEST_P(RealTimeGraphs, J9_AFormatThatTheCardRefusesIsToldWithTheReason) {
    load("speaker", 1);
    Filter device = open_device();
    try {
        device.connect({.pin_id = 0, .format = DataFormat::audio({.rate_hz = 192'000})});
        ADD_FAILURE() << "connected";
    } catch (const Error &error) {
        EXPECT_THAT(error.details(),
                    Contains(HasSubstr("refuses PCM 16 bit, 2 channels, 192000 Hz")));
    }
}

TEST_P(RealTimeGraphs, J9_WithoutMemoryForTheBufferItStaysInStop) {
    Driver &driver = load("wavert", 1);
    Filter card = client.open_filter(driver.filters().at(0).path);
    Filter device = open_device();
    Pin pin = device.connect({.pin_id = 0, .format = stereo});
    answer(card, "allocate", status::insufficient_resources, 1);
    try {
        pin.set_state(PinState::acquire);
        ADD_FAILURE() << "acquired";
    } catch (const Error &error) {
        EXPECT_THAT(error.reason(), HasSubstr("STATUS_INSUFFICIENT_RESOURCES"));
    }
    EXPECT_EQ(pin.state(), PinState::stop);
    EXPECT_NO_THROW(pin.set_state(PinState::run)); // the next time there is some
}

TEST_P(RealTimeGraphs, J9_PositionsAreTheStreamsAndRequestsEndWhenTheyArePlayed) {
    load("speaker", 1);
    Filter device = open_device();
    Pin pin = device.connect({.pin_id = 0, .format = stereo});
    const auto position = [&] {
        const std::vector<std::byte> value = pin.get(samples::audio_set, samples::audio_position);
        std::uint64_t offsets[2];
        std::memcpy(offsets, value.data(), sizeof offsets);
        return std::pair(offsets[0], offsets[1]);
    };
    Frame first = filled(client, noise(piece)), second = filled(client, noise(piece));
    pin.set_state(PinState::pause);
    Request one = pin.start_write(first), two = pin.start_write(second);
    traced.box().run_for(std::chrono::milliseconds(50));
    EXPECT_EQ(position(), std::pair(std::uint64_t(0), std::uint64_t(2 * piece)));
    pin.set_state(PinState::run);
    EXPECT_TRUE(Pin::finish(first, one).success());
    EXPECT_GE(position().first, piece);
    EXPECT_TRUE(Pin::finish(second, two).success());
    EXPECT_EQ(position(), std::pair(std::uint64_t(2 * piece), std::uint64_t(2 * piece)));
    samples::stop(pin);
    // From the start again.
    pin.set_state(PinState::pause);
    Request again = pin.start_write(first);
    pin.set_state(PinState::run);
    EXPECT_TRUE(Pin::finish(first, again).success());
    EXPECT_EQ(position().second, piece);
}

TEST_P(RealTimeGraphs, J9_RequestsCanBeCancelledAndGoWithThePin) {
    load("speaker", 1);
    Filter device = open_device();
    Transfer large(client, Transfer::write, {.extent = 20 * piece}), // more than fits
        kept(client, Transfer::write, {.extent = piece});
    {
        Pin pin = device.connect({.pin_id = 0, .format = stereo});
        pin.set_state(PinState::pause);
        large.start(pin);
        ASSERT_TRUE(large.pending());
        large.cancel();
        EXPECT_EQ(large.wait(), status::cancelled);
        kept.start(pin);
        ASSERT_TRUE(kept.pending());
    }
    EXPECT_EQ(kept.wait(), status::cancelled);
    EXPECT_NO_THROW(device.connect({.pin_id = 0, .format = stereo}));
}

TEST_P(RealTimeGraphs, J5_FormatsThatAreNoSamplesHaveNoGraph) {
    load("speaker", 1); // a pin of it is for AC-3
    EXPECT_THAT(told("sysaudio.plan", "text"), Contains(HasSubstr("no graph leads to it")));
}

} // namespace
} // namespace ksbox::testing
