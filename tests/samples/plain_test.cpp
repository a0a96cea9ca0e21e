// The plain driver: KS without AVStream serves a client as AVStream does.
#include <gtest/gtest.h>

#include <cstring>

#include "streaming.h"

namespace ksbox::samples {
namespace {

constexpr Guid meter_set{
    0xb3d2f1a6, 0x5e70, 0x4c8b, {0x9a, 0x14, 0xd0, 0x6e, 0x3c, 0x7f, 0x2b, 0x58}};
constexpr std::uint32_t invalid_device_state = 0xC0000184, cancelled = 0xC0000120;

struct Reading {
    std::uint64_t bytes;
    std::uint32_t frames, peak;
};

class Plain : public testing::Test {
  protected:
    Pin open(const AudioFormat &audio = {}) {
        return filter.connect({.pin_id = 0, .format = DataFormat::audio(audio)});
    }
    Reading reading() { return filter.get_as<Reading>(meter_set, 0); }
    Frame frame(const std::vector<std::int16_t> &samples) {
        Frame result{.buffer = Buffer(client, samples.size() * 2)};
        result.used = std::uint32_t(samples.size() * 2);
        std::memcpy(result.buffer.data(), samples.data(), result.used);
        return result;
    }
    static void pause(Pin &pin) {
        pin.set_state(PinState::acquire);
        pin.set_state(PinState::pause);
    }

    Box box;
    Driver &driver = box.load(driver_file("plain_ks"));
    Client &client = box.client("test");
    Filter filter = client.open_filter(driver.filters().at(0).path);
};

TEST_F(Plain, MeasuresWhatItIsSent) {
    Pin pin = open();
    run(pin);
    const std::vector<std::byte> data = noise(100'000);
    write_all(pin, data);
    std::uint32_t peak = 0;
    for (std::size_t at = 0; at < data.size(); at += 2) {
        std::int16_t sample;
        std::memcpy(&sample, data.data() + at, sizeof sample);
        peak = std::max(peak, std::uint32_t(std::abs(std::int32_t(sample))));
    }
    EXPECT_EQ(reading().bytes, data.size());
    EXPECT_EQ(reading().frames, 25u); // of 4096 bytes
    EXPECT_EQ(reading().peak, peak);
    stop(pin);
}

TEST_F(Plain, KeepsFramesWhileItPauses) {
    Pin pin = open();
    Frame early = frame({1, -700, 3});
    Request refused = pin.start_write(early);
    EXPECT_EQ(std::uint32_t(Pin::finish(early, refused).status), invalid_device_state);
    pause(pin);
    Frame one = frame({1, -700, 3}), two = frame({5});
    Request first = pin.start_write(one), second = pin.start_write(two);
    EXPECT_FALSE(first.wait_for(100'000).has_value());
    second.cancel();
    EXPECT_EQ(std::uint32_t(Pin::finish(two, second).status), cancelled);
    EXPECT_EQ(reading().frames, 0u);
    pin.set_state(PinState::run);
    const IoResult result = Pin::finish(one, first);
    EXPECT_EQ(result.status, 0);
    EXPECT_EQ(result.information, 6u);
    EXPECT_EQ(reading().frames, 1u);
    EXPECT_EQ(reading().peak, 700u);
}

TEST_F(Plain, GivesFramesBackInStop) {
    Pin pin = open();
    pause(pin);
    Frame waiting = frame({1});
    Request request = pin.start_write(waiting);
    pin.set_state(PinState::stop);
    EXPECT_EQ(std::uint32_t(Pin::finish(waiting, request).status), cancelled);
    EXPECT_EQ(reading().bytes, 0u);
}

TEST_F(Plain, GivesFramesBackWhenItsHandleIsClosed) {
    Pin pin = open();
    pause(pin);
    Frame waiting = frame({1});
    Request request = pin.start_write(waiting);
    EXPECT_FALSE(request.wait_for(100'000).has_value());
    pin.close();
    EXPECT_EQ(std::uint32_t(Pin::finish(waiting, request).status), cancelled);
    EXPECT_NO_THROW(open()); // its instance is free
}

TEST_F(Plain, RefusesStatesThatThereAreNot) {
    Pin pin = open();
    for (const std::int64_t state : {4, 100, -1, -131'071})
        EXPECT_THROW(pin.set_state(static_cast<PinState>(state)), Error) << state;
    EXPECT_EQ(pin.state(), PinState::stop);
}

TEST_F(Plain, TellsItsPinAsAVStreamDoes) {
    EXPECT_EQ(filter.pin_count(), 1u);
    const PinFacts facts = filter.pin_facts(0);
    EXPECT_EQ(facts.data_flow, DataFlow::in);
    EXPECT_EQ(facts.communication, Communication::sink);
    EXPECT_EQ(facts.instances.possible, 1);
    EXPECT_EQ(facts.instances.current, 0);
    ASSERT_EQ(facts.ranges.size(), 1u);
    EXPECT_EQ(facts.ranges[0].audio->maximum_hz, 192'000u);
    EXPECT_EQ(facts.interfaces.size(), 1u);
}

TEST_F(Plain, RefusesOtherFormatsAndASecondPin) {
    EXPECT_THROW(open({.bits = 32, .valid_bits = 32}), Error);
    EXPECT_THROW(open({.rate_hz = 4'000}), Error);
    {
        const Pin pin = open();
        EXPECT_EQ(filter.pin_facts(0).instances.current, 1);
        EXPECT_THROW(open(), Error);
    }
    open(); // the first one is gone
}

TEST_F(Plain, LeavesNothingBehind) {
    {
        Pin pin = open();
        run(pin);
        write_all(pin, noise(1000));
    }
    filter.close();
    EXPECT_EQ(driver.unload(), std::vector<std::string>{});
}

} // namespace
} // namespace ksbox::samples
