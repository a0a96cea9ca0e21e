#include <cmath>
#include <cstring>
#include <numbers>

#include "filters/testing.h"
#include "ksbox/property_names.h"

namespace ksbox::filters {
namespace {

class ToneFilter : public FiltersTest {
  protected:
    std::vector<std::byte> all_of(Filter &filter, const AudioFormat &format) {
        Pin pin = filter.connect({.pin_id = 0, .format = DataFormat::audio(format)});
        samples::run(pin);
        return samples::joined(samples::read_frames(
            pin, {.frame_bytes = 480 * format.frame_bytes(), .frames = 10'000}));
    }
    template <typename T> static std::vector<T> values(std::span<const std::byte> bytes) {
        std::vector<T> all(bytes.size() / sizeof(T));
        std::memcpy(all.data(), bytes.data(), all.size() * sizeof(T));
        return all;
    }
};
KSBOX_IN_BOTH_MODES(ToneFilter);

TEST_P(ToneFilter, IsTheSineThatIsComputed) {
    Filter filter = open(add_tone(box, {.frequency_hz = 997, .level_db = -3, .frames = 10'000}));
    const auto samples = values<float>(all_of(filter, floats()));
    ASSERT_EQ(samples.size(), 20'000u);
    const double peak = std::pow(10.0, -3.0 / 20);
    for (std::size_t i = 0; i < 10'000; ++i) {
        const double expected = peak * std::sin(2 * std::numbers::pi * 997 * double(i) / 48'000);
        ASSERT_NEAR(samples[2 * i], expected, 1e-6) << i;
        ASSERT_EQ(samples[2 * i], samples[2 * i + 1]) << i;
    }
}

TEST_P(ToneFilter, ComesInPcm) {
    Filter filter = open(add_tone(box, {.frequency_hz = 440, .level_db = 0, .frames = 4'410}));
    const auto samples = values<std::int16_t>(all_of(filter, pcm(16, 1, 44'100)));
    ASSERT_EQ(samples.size(), 4'410u);
    for (std::size_t i = 0; i < samples.size(); ++i)
        ASSERT_NEAR(samples[i], 32768 * std::sin(2 * std::numbers::pi * 440 * double(i) / 44'100),
                    1.01)
            << i;
}

TEST_P(ToneFilter, FrequencyAndLevelArePropertiesOfItsNodes) {
    Filter filter = open(add_tone(box, {.frequency_hz = 440, .level_db = -6, .frames = 4'800}));
    EXPECT_EQ(tone_frequency(filter), 440);
    set_tone_frequency(filter, 1234.567);
    EXPECT_EQ(tone_frequency(filter), 1234.567);
    const PropertyName level = find_property("Audio.VOLUMELEVEL");
    const std::int32_t channel[] = {-1, 0}, wanted = -20 * 65536, too_much = 6 * 65536;
    const auto set = [&](const std::int32_t &value) {
        filter.set(level.set, level.id, std::as_bytes(std::span(&value, 1)), 1,
                   std::as_bytes(std::span(channel)));
    };
    const auto get = [&] {
        return values<std::int32_t>(
                   filter.get(level.set, level.id, 1, std::as_bytes(std::span(channel))))
            .at(0);
    };
    EXPECT_EQ(get(), -6 * 65536);
    set(too_much);
    EXPECT_EQ(get(), 0);
    set(wanted);
    const auto samples = values<float>(all_of(filter, floats(1)));
    for (std::size_t i = 0; i < samples.size(); ++i)
        ASSERT_NEAR(samples[i],
                    0.1 * std::sin(2 * std::numbers::pi * 1234.567 * double(i) / 48'000), 1e-6)
            << i;
    EXPECT_THROW(set_tone_frequency(filter, 1e6), Error);
}

TEST_P(ToneFilter, AChangeOfFrequencyMakesNoClick) {
    Filter filter = open(add_tone(box, {.frequency_hz = 100, .level_db = 0}));
    Pin pin = filter.connect({.pin_id = 0, .format = DataFormat::audio(floats(1))});
    samples::run(pin);
    float last = 0;
    for (int block = 0; block < 8; ++block) {
        set_tone_frequency(filter, 100 + 10 * block);
        Frame frame{.buffer = Buffer(client, 4 * 333)};
        Request read = pin.start_read(frame);
        ASSERT_TRUE(Pin::finish(frame, read).success());
        for (const float sample : values<float>(frame.buffer.bytes())) {
            ASSERT_LT(std::abs(sample - last), 2 * std::numbers::pi * 180 / 48'000);
            last = sample;
        }
    }
}

TEST_P(ToneFilter, WhatIsNoToneIsRefused) {
    EXPECT_THROW(add_tone(box, {.frequency_hz = -1}), Error);
    EXPECT_THROW(add_tone(box, {.frequency_hz = NAN}), Error);
    EXPECT_THROW(add_tone(box, {.level_db = 1}), Error);
}

} // namespace
} // namespace ksbox::filters
