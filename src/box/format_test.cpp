#include "ksbox/format.h"

#include <gtest/gtest.h>

namespace ksbox {
namespace {

std::uint32_t mask_of(std::uint16_t channels) {
    const auto made = DataFormat::audio({.channels = channels, .bits = 24, .valid_bits = 24});
    return made.audio().value().channel_mask;
}

TEST(Format, ChannelsGetTheirUsualPlacesAsLongAsThereAreSome) {
    EXPECT_EQ(mask_of(1), 0x4u);
    EXPECT_EQ(mask_of(2), 0x3u);
    EXPECT_EQ(mask_of(3), 0x7u);
    EXPECT_EQ(mask_of(8), 0xFFu);
    EXPECT_EQ(mask_of(31), 0x7FFF'FFFFu);
    for (const std::uint16_t channels : {32, 33, 64, 65'535})
        EXPECT_EQ(mask_of(channels), 0u) << channels; // KSAUDIO_SPEAKER_DIRECTOUT
}

TEST(Format, SaysTheSameWithTheExtension) {
    const AudioFormat stereo{.rate_hz = 44'100};
    const DataFormat plain = DataFormat::audio(stereo), longer = DataFormat::extensible(stereo);
    EXPECT_EQ(plain.wave().size(), 18u);
    EXPECT_EQ(longer.wave().size(), 40u);
    EXPECT_EQ(longer.bytes().size(), plain.bytes().size() + 22);
    const AudioFormat said = longer.audio().value();
    EXPECT_EQ(said.rate_hz, stereo.rate_hz);
    EXPECT_EQ(said.bits, stereo.bits);
    EXPECT_EQ(said.valid_bits, stereo.bits);
    EXPECT_EQ(said.channel_mask, 0x3u);
    EXPECT_FALSE(said.is_float);
}

} // namespace
} // namespace ksbox
