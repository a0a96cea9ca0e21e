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

} // namespace
} // namespace ksbox
