#include "cli/level_meter.h"

#include <cstring>
#include <vector>

#include <gtest/gtest.h>

namespace ksbox::cli {
namespace {

template <typename T>
std::string shown(const AudioFormat &format, const std::vector<T> &tenth_of_a_second) {
    LevelMeter meter(DataFormat::audio(format));
    meter.hear(std::as_bytes(std::span(tenth_of_a_second)));
    return meter.text();
}

constexpr AudioFormat mono(std::uint16_t bits, bool is_float = false) {
    return {.rate_hz = 40, .channels = 1, .bits = bits, .valid_bits = bits, .is_float = is_float};
}

TEST(LevelMeter, EveryEncodingHasItsFullScale) {
    EXPECT_EQ(shown<std::uint8_t>(mono(8), {128, 64, 128, 150}), "[######### ] -6.0 dB");
    EXPECT_EQ(shown<std::int16_t>(mono(16), {0, 0x4000, 1, -5}), "[######### ] -6.0 dB");
    EXPECT_EQ(shown<std::uint8_t>(mono(24), {0, 0, 0x20, 0, 0, 0xe0, 1, 2, 3, 0, 0, 0}),
              "[########  ] -12.0 dB");
    EXPECT_EQ(shown<std::int32_t>(mono(32), {0, INT32_MIN, 0, 0}), "[##########] 0.0 dB");
    EXPECT_EQ(shown<float>(mono(32, true), {0, -0.5F, 0.25F, 0}), "[######### ] -6.0 dB");
    EXPECT_EQ(shown<double>(mono(64, true), {0, 0.001, 0, 0}), "[#         ] -60.0 dB");
}

TEST(LevelMeter, TwoChannelsHaveTwoAndMoreTheLoudest) {
    AudioFormat format = mono(16);
    format.channels = 2;
    EXPECT_EQ(shown<std::int16_t>(format, {-32768, 0, 0, 0, 0, 0, 0, 0}),
              "L [##########] 0.0 dB  R [          ] silent");
    format.channels = 3;
    EXPECT_EQ(shown<std::int16_t>(format, std::vector<std::int16_t>(12, 0x4000)),
              "[######### ] -6.0 dB");
}

TEST(LevelMeter, APeakIsShownForItsTenthOfASecond) {
    LevelMeter meter(DataFormat::audio(mono(16)));
    const std::int16_t loud[] = {0x4000, 0, 0}, quiet[] = {0, 0, 0, 0, 0};
    meter.hear(std::as_bytes(std::span(loud)));
    EXPECT_EQ(meter.text(), "");
    meter.hear(std::as_bytes(std::span(quiet)).first(2));
    EXPECT_EQ(meter.text(), "[######### ] -6.0 dB");
    meter.hear(std::as_bytes(std::span(quiet)));
    EXPECT_EQ(meter.text(), "[          ] silent");
}

TEST(LevelMeter, WhatIsNoSampleIsNotShown) {
    LevelMeter meter{DataFormat(std::vector<std::byte>(64))};
    meter.hear(std::vector<std::byte>(1000));
    EXPECT_EQ(meter.text(), "");
}

} // namespace
} // namespace ksbox::cli
