// Section J: capturing through SysAudio, straight and in formats that the device does not have.
#include <algorithm>

#include "conformance/virtual_devices.h"
#include "samples/cards.h"

namespace ksbox::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr std::uint32_t render_pin = 0, capture_pin = 1;

class CapturingGraphs : public VirtualDevices {
  protected:
    CapturingGraphs() { load_system_driver(traced.box(), SystemDriver::kmixer); }

    /// What the card's own loop gives in that format while a constant is played.
    std::vector<float> record(const DataFormat &format, std::int16_t constant);
    /// Of all that was heard, the greatest difference from the constant, but for the silence before
    /// and after and 5 ms of transition.
    ::testing::AssertionResult hears(const DataFormat &format);

    const DataFormat stereo = DataFormat::audio({}),
                     floats = DataFormat::audio(
                         {.rate_hz = 37'800, .bits = 32, .valid_bits = 32, .is_float = true});
};
KSBOX_IN_BOTH_MODES(CapturingGraphs);

std::vector<float> CapturingGraphs::record(const DataFormat &format, std::int16_t constant) {
    Filter device = open_device();
    Pin out = device.connect({.pin_id = capture_pin, .format = format});
    Pin in = device.connect({.pin_id = render_pin, .format = stereo});
    constexpr std::uint32_t played_bytes = 48'000 * 4, heard_bytes = 37'800 * 8;
    Frame played{.buffer = Buffer(client, played_bytes), .used = played_bytes},
        heard{.buffer = Buffer(client, heard_bytes)};
    const std::vector<std::int16_t> samples(played_bytes / 2, constant);
    std::memcpy(played.buffer.data(), samples.data(), played_bytes);
    in.set_state(PinState::pause);
    out.set_state(PinState::pause);
    Request write = in.start_write(played), read = out.start_read(heard);
    out.set_state(PinState::run);
    in.set_state(PinState::run);
    EXPECT_TRUE(Pin::finish(played, write).success());
    EXPECT_TRUE(Pin::finish(heard, read).success());
    EXPECT_EQ(heard.used, heard_bytes);
    std::vector<float> values(heard.used / sizeof(float));
    std::memcpy(values.data(), heard.buffer.data(), values.size() * sizeof(float));
    return values;
}

::testing::AssertionResult CapturingGraphs::hears(const DataFormat &format) {
    constexpr std::int16_t constant = 16'384;
    constexpr std::size_t frames_of_5_ms = 189;
    const std::vector<float> values = record(format, constant);
    constexpr float loud = 0.5F, tolerance = 1.0F / 16'384;
    // On a busy machine the card's two streams have gaps, which ring in what is converted.
    if (GetParam()) {
        const auto good = std::ranges::count_if(
            values, [&](float value) { return std::abs(value - loud) <= tolerance; });
        return good >= 37'800 ? ::testing::AssertionSuccess()
                              : ::testing::AssertionFailure() << good << " of " << values.size();
    }
    const auto is_loud = [&](std::size_t i) { return std::abs(values[i] - loud) < 0.001F; };
    std::size_t first = 0, last = values.size();
    while (first < values.size() && !is_loud(first))
        ++first;
    while (last > first && !is_loud(last - 1))
        --last;
    // Half a second at least, in one piece.
    if (last - first < 37'800)
        return ::testing::AssertionFailure() << first << " to " << last << " of " << values.size();
    for (std::size_t i = first + 2 * frames_of_5_ms; i + 2 * frames_of_5_ms < last; ++i)
        if (std::abs(values[i] - loud) > tolerance)
            return ::testing::AssertionFailure() << values[i] << " at " << i;
    return ::testing::AssertionSuccess();
}

// "The stream must pass through KMixer if it needs to be sample-rate converted."
TEST_P(CapturingGraphs, J8_J9_AFormatThatTheCardDoesNotHaveIsConvertedTo) {
    load("legacycard", 1);
    EXPECT_TRUE(samples::soon(GetParam(), [this] { return hears(floats); }));
    EXPECT_THAT(
        told("sysaudio.graph", "path"),
        Contains("client < Kernel Mixer pin 1, Kernel Mixer pin 0 < Sample Legacy Card Wave "
                 "pin 1"));
}

TEST_P(CapturingGraphs, J8_J9_ThroughACyclicBufferToo) {
    load("speaker", 1);
    EXPECT_TRUE(samples::soon(GetParam(), [this] { return hears(floats); }));
    EXPECT_THAT(told("sysaudio.graph", "path"),
                Contains(HasSubstr("client < Kernel Mixer pin 1, Kernel Mixer pin 0 < WaveRT "
                                   "Streaming pin 1, WaveRT Streaming pin 0 < ")));
}

TEST_P(CapturingGraphs, J4_J9_TheCardsOwnFormatsComeStraight) {
    load("legacycard", 1);
    Filter device = open_device();
    EXPECT_THAT(told("sysaudio.plan", "text"),
                Contains("Sample Legacy Card Wave pin 1: client < Kernel Mixer pin 1, Kernel Mixer "
                         "pin 0 < Sample Legacy Card Wave pin 1, for formats that the pin does not "
                         "have"));
    Pin pin = device.connect({.pin_id = capture_pin, .format = stereo});
    EXPECT_THAT(told("sysaudio.graph", "path"),
                ElementsAre("client < Sample Legacy Card Wave pin 1"));
    EXPECT_THAT(told("sysaudio.link", "format"), IsEmpty());
}

// "… but does no mixing with other streams": a client has the device's pin to itself.
TEST_P(CapturingGraphs, J8_J9_AsManyClientsAsTheCardHasInstances) {
    load("legacycard", 1);
    Filter device = open_device();
    EXPECT_EQ(device.pin_facts(capture_pin).instances.possible, 1);
    {
        Pin pin = device.connect({.pin_id = capture_pin, .format = floats});
        EXPECT_THROW(device.connect({.pin_id = capture_pin, .format = stereo}), Error);
        EXPECT_THROW(device.connect({.pin_id = capture_pin, .format = floats}), Error);
    }
    Pin again = device.connect({.pin_id = capture_pin, .format = floats});
    EXPECT_NO_THROW(again.set_state(PinState::run));
}

// Two cards that capture at once have a converter each.
TEST_P(CapturingGraphs, J8_J9_EachGraphHasAConverterOfItsOwn) {
    load("legacycard", 1);
    load("pcicard", 2);
    std::vector<Pin> pins;
    Filter first = open_device(0), second = open_device(1);
    for (Filter *device : {&first, &second}) {
        pins.push_back(device->connect({.pin_id = capture_pin, .format = floats}));
        pins.back().set_state(PinState::run);
    }
    for (Pin &pin : pins) {
        Frame frame{.buffer = Buffer(client, 8 * 378)};
        Request read = pin.start_read(frame);
        EXPECT_TRUE(Pin::finish(frame, read).success());
        EXPECT_EQ(frame.used, 8u * 378);
    }
    EXPECT_THAT(told("sysaudio.link", "format"), SizeIs(2));
}

} // namespace
} // namespace ksbox::testing
