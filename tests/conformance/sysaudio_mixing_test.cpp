// Sections I and J: SysAudio with the system's mixer: any number of clients, of any format, on a
// device that has one pin.
#include "conformance/virtual_devices.h"
#include "samples/cards.h"

namespace ksbox::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

class MixedGraphs : public VirtualDevices {
  protected:
    MixedGraphs() {
        load_system_driver(traced.box(), SystemDriver::kmixer);
        load("legacycard", 1);
    }
    static DataFormat format(std::uint32_t rate_hz, std::uint16_t channels, std::uint16_t bits,
                             bool is_float = false) {
        return DataFormat::audio({.rate_hz = rate_hz,
                                  .channels = channels,
                                  .bits = bits,
                                  .valid_bits = bits,
                                  .is_float = is_float});
    }
    ::testing::AssertionResult play_two();

    const DataFormat stereo = DataFormat::audio({});
};
KSBOX_IN_BOTH_MODES(MixedGraphs);

TEST_P(MixedGraphs, J5_TheMixersSourceHasTheBestFormatOfTheCard) {
    Filter device = open_device();
    Pin pin = device.connect({.pin_id = 0, .format = format(44'100, 1, 8)});
    EXPECT_THAT(told("sysaudio.link", "format"), ElementsAre("PCM 16 bit, 2 channels, 48000 Hz"));
}

TEST_P(MixedGraphs, J9_ClientsOfManyFormatsShareOneDevice) {
    Filter device = open_device();
    EXPECT_EQ(device.pin_facts(0).instances.possible, -1);
    std::vector<Pin> pins;
    for (const DataFormat &one : {stereo, format(44'100, 2, 32, true), format(8'000, 1, 8),
                                  format(96'000, 2, 24), format(192'000, 6, 16)})
        pins.push_back(device.connect({.pin_id = 0, .format = one}));
    EXPECT_THAT(told("sysaudio.link", "format"), SizeIs(1));
    for (Pin &pin : pins) {
        pin.set_state(PinState::run);
        EXPECT_EQ(pin.state(), PinState::run);
    }
    Frame frame{.buffer = Buffer(client, 48'000)};
    frame.used = 48'000; // a quarter of a second
    Request write = pins[0].start_write(frame);
    EXPECT_TRUE(Pin::finish(frame, write).success());
    for (Pin &pin : pins)
        pin.set_state(PinState::stop);
}

/// Both at once: whether each frame of the card's own recording is one's, the other's or their sum,
/// and none is lost or doubled.
::testing::AssertionResult MixedGraphs::play_two() {
    Filter device = open_device(), other = open_device();
    // Quiet enough for the limiter to leave them alone.
    constexpr std::int16_t left = 1'000, right = -2'000, all = 300;
    constexpr std::size_t frames = 24'000;
    std::vector<std::int16_t> loud, even(frames * 2, all);
    for (std::size_t i = 0; i < frames; ++i)
        loud.insert(loud.end(), {left, right});
    Pin out = device.connect({.pin_id = 1, .format = stereo});
    Pin first = device.connect({.pin_id = 0, .format = stereo});
    Pin second = other.connect({.pin_id = 0, .format = stereo});
    const auto filled = [&](const std::vector<std::int16_t> &samples) {
        Frame frame{.buffer = Buffer(client, samples.size() * 2)};
        std::memcpy(frame.buffer.data(), samples.data(), samples.size() * 2);
        frame.used = std::uint32_t(samples.size() * 2);
        return frame;
    };
    Frame one = filled(loud), two = filled(even), heard{.buffer = Buffer(client, 48'000 * 4)};
    for (Pin *pin : {&out, &first, &second})
        pin->set_state(PinState::pause);
    Request read = out.start_read(heard), write = first.start_write(one),
            again = second.start_write(two);
    out.set_state(PinState::run);
    second.set_state(PinState::run);
    first.set_state(PinState::run);
    EXPECT_TRUE(Pin::finish(one, write).success());
    EXPECT_TRUE(Pin::finish(two, again).success());
    EXPECT_TRUE(Pin::finish(heard, read).success());
    std::vector<std::int16_t> samples(heard.used / 2);
    std::memcpy(samples.data(), heard.buffer.data(), heard.used);
    std::size_t sums = 0, alone = 0;
    for (std::size_t i = 0; i + 1 < samples.size(); i += 2) {
        const bool sum = samples[i] == left + all && samples[i + 1] == right + all;
        const bool either = (samples[i] == left && samples[i + 1] == right) ||
                            (samples[i] == all && samples[i + 1] == all);
        sums += sum;
        alone += either;
        if (!sum && !either && (samples[i] != 0 || samples[i + 1] != 0))
            return ::testing::AssertionFailure()
                   << samples[i] << ", " << samples[i + 1] << " at " << i / 2;
    }
    if (sums <= frames / 2 || 2 * sums + alone != 2 * frames)
        return ::testing::AssertionFailure()
               << sums << " sums and " << alone << " alone of " << frames << " frames each";
    return ::testing::AssertionSuccess();
}

TEST_P(MixedGraphs, I13_J9_TwoClientsAreHeardAsTheirSum) {
    EXPECT_TRUE(samples::soon(GetParam(), [this] { return play_two(); }));
}

TEST_P(MixedGraphs, J9_AClientComesAndGoesWhileAnotherPlays) {
    Filter device = open_device();
    Pin stays = device.connect({.pin_id = 0, .format = stereo});
    stays.set_state(PinState::run);
    for (int i = 0; i < 3; ++i) {
        Pin guest = device.connect({.pin_id = 0, .format = format(44'100, 1, 16)});
        guest.set_state(PinState::run);
        EXPECT_EQ(guest.state(), PinState::run);
    }
    EXPECT_EQ(device.pin_facts(0).instances.current, 1);
    EXPECT_EQ(stays.state(), PinState::run);
    Frame frame{.buffer = Buffer(client, 9'600)};
    frame.used = 9'600;
    Request write = stays.start_write(frame);
    EXPECT_TRUE(Pin::finish(frame, write).success());
}

} // namespace
} // namespace ksbox::testing
