// The tone and the meter: each with a client, and connected to each other.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstring>
#include <numbers>

#include "streaming.h"

namespace ksbox::samples {
namespace {

constexpr Guid meter_set{
    0xc2a9d0f4, 0x5b1e, 0x4e67, {0x93, 0xd8, 0x0f, 0x6a, 0x7c, 0x41, 0xb2, 0xe9}};
constexpr std::uint32_t meter_levels = 0;
constexpr double full_scale = 2147483648.0;

struct Level {
    std::uint32_t peak, rms;
    std::uint64_t samples;
};

/// A sample of the format as a number from -1 to 1.
double sample_at(const AudioFormat &format, const std::byte *from) {
    if (format.is_float) {
        float value;
        std::memcpy(&value, from, sizeof value);
        return value;
    }
    std::uint32_t value = 0;
    std::memcpy(reinterpret_cast<std::byte *>(&value) + 4 - format.bits / 8, from, format.bits / 8);
    return std::int32_t(value) / full_scale;
}

class ToneAndMeter : public testing::TestWithParam<AudioFormat> {
  protected:
    Filter open(const std::string &name, const DriverOptions &options = {}) {
        return client.open_filter(box.load(driver_file(name), options).filters().at(0).path);
    }
    std::vector<Level> levels(Filter &meter) {
        const std::vector<std::byte> list = meter.get(meter_set, meter_levels);
        std::vector<Level> result((list.size() - 8) / sizeof(Level));
        std::memcpy(result.data(), list.data() + 8, result.size() * sizeof(Level));
        return result;
    }
    /// The tone as the client hears it, of the first channel.
    std::vector<double> listen(Filter &tone, const AudioFormat &format, std::size_t frames) {
        Pin pin = tone.connect({.pin_id = 0, .format = DataFormat::audio(format)});
        run(pin);
        const std::vector<std::byte> data =
            joined(read_frames(pin, {.frame_bytes = 480 * format.frame_bytes(), .frames = frames}));
        stop(pin);
        std::vector<double> samples;
        for (std::size_t at = 0; at < data.size(); at += format.frame_bytes()) {
            samples.push_back(sample_at(format, data.data() + at));
            for (unsigned channel = 1; channel < format.channels; ++channel)
                EXPECT_EQ(sample_at(format, data.data() + at + channel * format.bits / 8),
                          samples.back());
        }
        return samples;
    }

    Box box;
    Client &client = box.client("test");
};

INSTANTIATE_TEST_SUITE_P(
    Formats, ToneAndMeter,
    testing::Values(AudioFormat{.bits = 16, .valid_bits = 16},
                    AudioFormat{.channels = 6, .bits = 24, .valid_bits = 24},
                    AudioFormat{.rate_hz = 96000, .bits = 32, .valid_bits = 32},
                    AudioFormat{.channels = 1, .bits = 32, .valid_bits = 32, .is_float = true}),
    [](const auto &info) {
        return (info.param.is_float ? "Float" : "Pcm") + std::to_string(info.param.bits);
    });

TEST_P(ToneAndMeter, TheToneIsASine) {
    Filter tone = open("tone");
    const AudioFormat format = GetParam();
    const std::vector<double> heard = listen(tone, format, 20);
    ASSERT_EQ(heard.size(), 9600u);
    // One step of the format, cut off and not rounded, or what single precision resolves.
    const double step = format.is_float ? 0x1p-24 : std::ldexp(1.0, 1 - format.bits);
    for (std::size_t n = 0; n < heard.size(); ++n)
        ASSERT_NEAR(heard[n],
                    0.5 * std::sin(2 * std::numbers::pi * 440 * double(n) / format.rate_hz),
                    step + 1e-8)
            << n;
}

TEST_P(ToneAndMeter, TheMeterMeasuresWhatAClientPlays) {
    Filter meter = open("meter");
    const AudioFormat format = GetParam();
    EXPECT_THROW(levels(meter), Error);
    Pin pin = meter.connect({.pin_id = 0, .format = DataFormat::audio(format)});
    run(pin);
    const std::vector<std::byte> data = format.is_float
                                            ? std::vector<std::byte>(format.frame_bytes() * 1000)
                                            : noise(format.frame_bytes() * 1000);
    write_all(pin, data, {.frame_bytes = format.frame_bytes() * 100uz});
    const std::vector<Level> measured = levels(meter);
    ASSERT_EQ(measured.size(), format.channels);
    for (unsigned channel = 0; channel < format.channels; ++channel) {
        double peak = 0, squares = 0;
        for (std::size_t at = channel * format.bits / 8; at < data.size();
             at += format.frame_bytes()) {
            const double sample = sample_at(format, data.data() + at);
            peak = std::max(peak, std::abs(sample));
            squares += sample * sample;
        }
        EXPECT_EQ(measured[channel].samples, 1000u);
        EXPECT_EQ(measured[channel].peak, std::uint32_t(std::llround(peak * full_scale)));
        EXPECT_NEAR(measured[channel].rms, std::sqrt(squares / 1000) * full_scale, 2);
    }
    // Another stream, another account.
    stop(pin);
    run(pin);
    EXPECT_EQ(levels(meter).at(0).samples, 0u);
    EXPECT_EQ(levels(meter).at(0).peak, 0u);
    stop(pin);
}

class Connected : public ToneAndMeter {
  protected:
    void expect_tone(Pin &source, Pin &sink, Filter &meter) {
        for (PinState state : {PinState::acquire, PinState::pause, PinState::run})
            for (Pin *pin : {&sink, &source})
                pin->set_state(state);
        box.run_for(std::chrono::seconds(1));
        const std::vector<Level> measured = levels(meter);
        ASSERT_EQ(measured.size(), GetParam().channels);
        for (const Level &level : measured) {
            // Frames of 8 KiB, the last not full; ticks of 10 ms.
            EXPECT_LE(level.samples, GetParam().rate_hz * 1.1);
            EXPECT_GE(level.samples, GetParam().rate_hz * 0.9);
            EXPECT_NEAR(level.peak / full_scale, 0.5, 1e-4);
            EXPECT_NEAR(level.rms / full_scale, std::sqrt(0.125), 2e-3);
        }
        for (PinState state : {PinState::pause, PinState::acquire, PinState::stop})
            for (Pin *pin : {&source, &sink})
                pin->set_state(state);
    }
    const DataFormat format = DataFormat::audio(GetParam());
};
INSTANTIATE_TEST_SUITE_P(
    Formats, Connected,
    testing::Values(AudioFormat{.bits = 16, .valid_bits = 16},
                    AudioFormat{.channels = 1, .bits = 32, .valid_bits = 32, .is_float = true}),
    [](const auto &info) {
        return (info.param.is_float ? "Float" : "Pcm") + std::to_string(info.param.bits);
    });

TEST_P(Connected, B12_ToneIntoMeterSinkFirst) {
    Filter tone = open("tone"), meter = open("meter");
    Pin sink = meter.connect({.pin_id = 0, .format = format});
    Pin source = tone.connect({.pin_id = 0, .format = format, .pin_to_handle = sink.handle()});
    expect_tone(source, sink, meter);
}

TEST_P(Connected, B12_ToneIntoMeterSourceFirst) {
    Filter tone = open("tone"), meter = open("meter");
    Pin source = tone.connect({.pin_id = 0, .format = format});
    Pin sink = meter.connect({.pin_id = 0, .format = format, .pin_to_handle = source.handle()});
    expect_tone(source, sink, meter);
}

class ToneParameter : public ToneAndMeter {};
INSTANTIATE_TEST_SUITE_P(Formats, ToneParameter, testing::Values(AudioFormat{}),
                         [](const auto &) { return "Pcm16"; });

TEST_P(ToneParameter, TheFrequency) {
    Filter tone = open("tone", {.parameters = {{"Frequency", "1000"}}});
    const std::vector<double> heard = listen(tone, GetParam(), 100);
    ASSERT_EQ(heard.size(), 48000u);
    unsigned rising = 0;
    for (std::size_t n = 1; n < heard.size(); ++n)
        rising += heard[n - 1] < 0 && heard[n] >= 0;
    EXPECT_NEAR(rising, 1000, 1);
}

TEST_P(ToneParameter, SeveralPinsHaveEachATone) {
    Filter tone = open("tone");
    Pin other = tone.connect({.pin_id = 0, .format = DataFormat::audio({.rate_hz = 8000})});
    run(other);
    const std::vector<double> heard = listen(tone, GetParam(), 2);
    EXPECT_NEAR(heard.at(0), 0, 1e-4);
    stop(other);
}

} // namespace
} // namespace ksbox::samples
