#include "ks/stream/framing.h"

#include <gtest/gtest.h>

namespace ksbox::ks {
namespace {

KSALLOCATOR_FRAMING_EX framing(ULONG frames, ULONG min, ULONG max, ULONG mask = 0,
                               ULONG stepping = 1) {
    KSALLOCATOR_FRAMING_EX result{};
    result.CountItems = 1;
    KS_FRAMING_ITEM &item = result.FramingItem[0];
    item.Frames = frames;
    item.FileAlignment = mask;
    item.PhysicalRange = {0, ~0u, 1};
    item.FramingRange.Range = {min, max, stepping};
    return result;
}

TEST(Framing, TheSmallerMaximumOfBothEndsWins) {
    const auto a = framing(2, 0, 8192), b = framing(3, 0, 4096);
    const auto setup = negotiate_framing(&a, &b, 0);
    ASSERT_TRUE(setup);
    EXPECT_EQ(setup->bytes, 4096u);
    EXPECT_EQ(setup->frames, 5u);
    EXPECT_EQ(setup->alignment, 16u);
}

TEST(Framing, RangesThatDoNotMeetGiveTheLargerMinimum) {
    const auto a = framing(1, 0, 1000), b = framing(1, 3000, 5000);
    EXPECT_EQ(negotiate_framing(&a, &b, 0)->bytes, 3000u);
}

TEST(Framing, OneEndAloneDecides) {
    const auto a = framing(8, 2 * PAGE_SIZE, 2 * PAGE_SIZE, PAGE_SIZE - 1);
    for (const auto &setup :
         {negotiate_framing(&a, nullptr, 0), negotiate_framing(nullptr, &a, 0)}) {
        ASSERT_TRUE(setup);
        EXPECT_EQ(setup->bytes, ULONG(2 * PAGE_SIZE));
        EXPECT_EQ(setup->frames, 8u);
        EXPECT_EQ(setup->alignment, ULONG(PAGE_SIZE));
    }
}

TEST(Framing, NobodyCaresGivesThePageOrTheSample) {
    EXPECT_EQ(negotiate_framing(nullptr, nullptr, 0)->bytes, ULONG(PAGE_SIZE));
    EXPECT_EQ(negotiate_framing(nullptr, nullptr, 100'000)->bytes, 100'000u);
    EXPECT_EQ(negotiate_framing(nullptr, nullptr, 0)->frames, 2u);
}

TEST(Framing, SteppingIsKept) {
    const auto a = framing(1, 96, 1000, 0, 96);
    EXPECT_EQ(negotiate_framing(&a, nullptr, 0)->bytes, 960u);
}

TEST(Framing, AlignmentMustBeAMask) {
    const auto a = framing(1, 0, 4096, 0x30);
    const auto setup = negotiate_framing(&a, nullptr, 0);
    ASSERT_FALSE(setup);
    EXPECT_EQ(setup.error().value(), STATUS_INVALID_PARAMETER);
}

} // namespace
} // namespace ksbox::ks
