// Channel maps between the usual sets of loudspeakers.
#include "mixer/channel_map.h"

#include <vector>

#include <gtest/gtest.h>

#include "abi/windows.h"

namespace ksbox::mixer {
namespace {

SampleFormat of(unsigned channels, std::uint32_t mask) {
    return {Encoding::f32, 32, channels, mask, 48'000};
}
const SampleFormat mono = of(1, KSAUDIO_SPEAKER_MONO), stereo = of(2, KSAUDIO_SPEAKER_STEREO),
                   five_one = of(6, KSAUDIO_SPEAKER_5POINT1),
                   surround = of(6, KSAUDIO_SPEAKER_5POINT1_SURROUND),
                   seven_one = of(8, KSAUDIO_SPEAKER_7POINT1_SURROUND);
constexpr float half_power = 0.70710678F;

/// What comes out when one channel alone is 1.
std::vector<float> from(const SampleFormat &in, const SampleFormat &out, unsigned channel) {
    std::vector<float> frame(in.channels), result(out.channels, 9.0F);
    frame[channel] = 1.0F;
    ChannelMap(in, out).apply(frame, result);
    return result;
}

using Frame = std::vector<float>;

TEST(ChannelMap, TheSamePlacesAreTheIdentity) {
    for (const auto &format : {mono, stereo, five_one, seven_one})
        EXPECT_TRUE(ChannelMap(format, format).is_identity());
    EXPECT_TRUE(ChannelMap(five_one, surround).is_identity()); // the back goes to the sides
    EXPECT_FALSE(ChannelMap(mono, stereo).is_identity());
    EXPECT_FALSE(ChannelMap(of(2, 3), of(2, 0x600)).is_identity());
}

TEST(ChannelMap, MonoAndStereo) {
    EXPECT_EQ(from(mono, stereo, 0), (Frame{1, 1}));
    EXPECT_EQ(from(stereo, mono, 0), (Frame{0.5F}));
    EXPECT_EQ(from(stereo, mono, 1), (Frame{0.5F}));
    EXPECT_EQ(from(mono, five_one, 0), (Frame{0, 0, 1, 0, 0, 0})); // it has a place there
}

TEST(ChannelMap, FiveOneIntoStereo) {
    EXPECT_EQ(from(five_one, stereo, 0), (Frame{1, 0}));
    EXPECT_EQ(from(five_one, stereo, 1), (Frame{0, 1}));
    EXPECT_EQ(from(five_one, stereo, 2), (Frame{half_power, half_power}));
    EXPECT_EQ(from(five_one, stereo, 3), (Frame{0, 0})); // LFE
    EXPECT_EQ(from(five_one, stereo, 4), (Frame{half_power, 0}));
    EXPECT_EQ(from(five_one, stereo, 5), (Frame{0, half_power}));
}

TEST(ChannelMap, AChannelWithoutAPlaceGoesNowhere) {
    const SampleFormat three = of(3, KSAUDIO_SPEAKER_STEREO);
    EXPECT_EQ(from(three, stereo, 1), (Frame{0, 1}));
    EXPECT_EQ(from(three, stereo, 2), (Frame{0, 0}));
    EXPECT_EQ(from(stereo, three, 0), (Frame{1, 0, 0}));
    EXPECT_FALSE(ChannelMap(three, three).is_identity());
}

TEST(ChannelMap, StereoIntoMoreIsTheFront) {
    EXPECT_EQ(from(stereo, seven_one, 0), (Frame{1, 0, 0, 0, 0, 0, 0, 0}));
    EXPECT_EQ(from(stereo, seven_one, 1), (Frame{0, 1, 0, 0, 0, 0, 0, 0}));
}

TEST(ChannelMap, TheBackGoesToTheSidesAndTheOtherWay) {
    EXPECT_EQ(from(five_one, surround, 4), (Frame{0, 0, 0, 0, 1, 0}));
    EXPECT_EQ(from(surround, five_one, 5), (Frame{0, 0, 0, 0, 0, 1}));
    EXPECT_EQ(from(seven_one, five_one, 6), (Frame{0, 0, 0, 0, 1, 0})); // beside the back's own
}

TEST(ChannelMap, WithoutPlacesByNumber) {
    EXPECT_EQ(from(of(3, 0), stereo, 1), (Frame{0, 1}));
    EXPECT_EQ(from(of(3, 0), stereo, 2), (Frame{0, 0}));
    EXPECT_EQ(from(stereo, of(4, 0), 1), (Frame{0, 1, 0, 0}));
}

TEST(SampleFormats, WhatTheMixerCannotTakeIsSaid) {
    EXPECT_EQ(objection(stereo), "");
    EXPECT_EQ(objection(of(8, 0)), "");
    EXPECT_EQ(objection(of(0, 0)), "0 channels: the mixer takes 1 to 8");
    EXPECT_EQ(objection(of(9, 0)), "9 channels: the mixer takes 1 to 8");
    EXPECT_EQ(objection(of(3, 3)), "the channel mask 0x3 has places for 2 of 3 channels");
    SampleFormat format = stereo;
    format.rate_hz = 7'999;
    EXPECT_EQ(objection(format), "7999 Hz: the mixer takes 8000 to 384000");
    format.rate_hz = 8'000;
    EXPECT_EQ(objection(format), "");
    format.rate_hz = 384'000;
    EXPECT_EQ(objection(format), "");
    format.rate_hz = 384'001;
    EXPECT_EQ(objection(format), "384001 Hz: the mixer takes 8000 to 384000");
    format = stereo;
    format.valid_bits = 24;
    EXPECT_EQ(objection(format), "24 valid bits in 32");
    format.encoding = Encoding::s32;
    EXPECT_EQ(objection(format), "");
    format.valid_bits = 33;
    EXPECT_EQ(objection(format), "33 valid bits in 32");
    format.valid_bits = 0;
    EXPECT_EQ(objection(format), "0 valid bits in 32");
}

} // namespace
} // namespace ksbox::mixer
