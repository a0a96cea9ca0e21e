#include <cmath>
#include <cstring>

#include "filters/testing.h"
#include "ksbox/property_names.h"

namespace ksbox::filters {
namespace {

using ::testing::SizeIs;

class MeterFilter : public FiltersTest {
  protected:
    void play(Pin &pin, std::span<const std::byte> data) {
        Frame frame{.buffer = Buffer(client, data.size()), .used = std::uint32_t(data.size())};
        std::ranges::copy(data, frame.buffer.data());
        Request write = pin.start_write(frame);
        EXPECT_EQ(Pin::finish(frame, write).status, 0);
    }
    template <typename T> void play(Pin &pin, const std::vector<T> &samples) {
        play(pin, std::as_bytes(std::span(samples)));
    }
    std::int32_t peak(std::int32_t channel) {
        const PropertyName meter = find_property("Audio.PEAKMETER");
        const std::int32_t more[] = {channel, 0};
        const auto bytes = filter.get(meter.set, meter.id, 0, std::as_bytes(std::span(more)));
        std::int32_t value = -1;
        std::memcpy(&value, bytes.data(), sizeof value);
        return value;
    }

    Filter filter = open(add_meter(box));
};
KSBOX_IN_BOTH_MODES(MeterFilter);

TEST_P(MeterFilter, TellsPeakRmsMeanAndFullScaleOfEachChannel) {
    Pin pin = filter.connect({.pin_id = 0, .format = DataFormat::audio(floats(2))});
    samples::run(pin);
    play(pin, std::vector<float>{0.5F, 1.0F, -0.75F, 1.0F, 0.5F, -1.0F, 0.5F, 0.0F});
    const MeterReading heard = meter_reading(filter);
    EXPECT_EQ(heard.frames, 4u);
    EXPECT_EQ(heard.rate_hz, 48'000u);
    ASSERT_THAT(heard.channels, SizeIs(2));
    EXPECT_EQ(heard.channels[0].peak, 0.75);
    EXPECT_DOUBLE_EQ(heard.channels[0].rms, std::sqrt((3 * 0.25 + 0.5625) / 4));
    EXPECT_DOUBLE_EQ(heard.channels[0].mean, 0.75 / 4);
    EXPECT_EQ(heard.channels[0].at_full_scale, 0u);
    EXPECT_EQ(heard.channels[1].peak, 1);
    EXPECT_DOUBLE_EQ(heard.channels[1].rms, std::sqrt(3.0 / 4));
    EXPECT_DOUBLE_EQ(heard.channels[1].mean, 0.25);
    EXPECT_EQ(heard.channels[1].at_full_scale, 3u);
}

TEST_P(MeterFilter, HearsPcmOfEveryDepth) {
    for (const std::uint16_t bits : {8, 16, 24, 32}) {
        Pin pin = filter.connect({.pin_id = 0, .format = DataFormat::audio(pcm(bits, 1))});
        samples::run(pin);
        std::vector<std::byte> half(bits / 8 * 100u); // each sample half of full scale
        for (std::size_t i = bits / 8 - 1; i < half.size(); i += bits / 8)
            half[i] = std::byte(bits == 8 ? 0xC0 : 0x40);
        play(pin, half);
        const MeterReading heard = meter_reading(filter);
        EXPECT_EQ(heard.frames, 100u) << bits;
        ASSERT_THAT(heard.channels, SizeIs(1)) << bits;
        EXPECT_EQ(heard.channels[0].peak, 0.5) << bits;
        EXPECT_EQ(heard.channels[0].mean, 0.5) << bits;
    }
}

TEST_P(MeterFilter, ANewStreamIsMeasuredAlone) {
    {
        Pin pin = filter.connect({.pin_id = 0, .format = DataFormat::audio(floats(1))});
        samples::run(pin);
        play(pin, std::vector<float>(480, 1.0F));
        samples::stop(pin);
        EXPECT_EQ(meter_reading(filter).frames, 480u); // stays to be read
        samples::run(pin);
        play(pin, std::vector<float>(10, 0.25F));
    }
    const MeterReading heard = meter_reading(filter); // the pin is closed
    EXPECT_EQ(heard.frames, 10u);
    EXPECT_EQ(heard.channels.at(0).peak, 0.25);
}

// audio/ksproperty-audio-peakmeter

TEST_P(MeterFilter, ThePeakMeterStartsAnewWhenItIsRead) {
    Pin pin = filter.connect({.pin_id = 0, .format = DataFormat::audio(floats(2))});
    samples::run(pin);
    play(pin, std::vector<float>{0.5F, -1.0F});
    EXPECT_EQ(peak(0), 0x3fff);
    EXPECT_EQ(peak(0), 0);
    EXPECT_EQ(peak(-1), 0x7fff);
    play(pin, std::vector<float>{0.25F, 0.0F});
    EXPECT_EQ(peak(-1), 0x1fff);
    EXPECT_THROW(peak(2), Error);
    EXPECT_THROW(peak(-2), Error);
}

TEST_P(MeterFilter, ListensToATonePinToPin) {
    Filter tone = open(add_tone(box, {.frequency_hz = 1000, .level_db = -12, .frames = 48'000}));
    const DataFormat format = DataFormat::audio(floats(2));
    Pin out = tone.connect({.pin_id = 0, .format = format});
    Pin in = filter.connect({.pin_id = 0, .format = format, .pin_to_handle = out.handle()});
    EndOfStream end(in);
    samples::run(in);
    samples::run(out);
    ASSERT_TRUE(end.wait_for(patience_100ns));
    const MeterReading heard = meter_reading(filter);
    EXPECT_EQ(heard.frames, 48'000u);
    for (const ChannelReading &channel : heard.channels) {
        EXPECT_NEAR(20 * std::log10(channel.peak), -12, 1e-3);
        EXPECT_NEAR(20 * std::log10(channel.rms), -15.0103, 1e-3);
        EXPECT_NEAR(channel.mean, 0, 1e-9);
    }
}

} // namespace
} // namespace ksbox::filters
