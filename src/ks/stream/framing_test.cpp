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

TEST(Framing, SteppingCountsFromTheMinimum) {
    const auto a = framing(1, 100, 1000, 0, 300);
    EXPECT_EQ(negotiate_framing(&a, nullptr, 0)->bytes, 1000u);
    const auto b = framing(1, 100, 999, 0, 300);
    EXPECT_EQ(negotiate_framing(&b, nullptr, 0)->bytes, 700u);
    const auto c = framing(1, 500, 500, 0, 300);
    EXPECT_EQ(negotiate_framing(&c, nullptr, 0)->bytes, 500u);
    const auto d = framing(1, 0, 1000, 0, 2);
    EXPECT_EQ(negotiate_framing(&b, &d, 0)->bytes, 700u);
}

TEST(Framing, ThePhysicalRangeNarrowsTheOptimalOne) {
    auto a = framing(1, 100, 1000);
    a.FramingItem[0].PhysicalRange = {200, 800, 1};
    EXPECT_EQ(negotiate_framing(&a, nullptr, 0)->bytes, 800u);
    a.FramingItem[0].PhysicalRange = {200, 1200, 1};
    EXPECT_EQ(negotiate_framing(&a, nullptr, 0)->bytes, 1000u);
    a.FramingItem[0].PhysicalRange = {200, 0, 1}; // no limit
    EXPECT_EQ(negotiate_framing(&a, nullptr, 0)->bytes, 1000u);
    a.FramingItem[0].FramingRange.Range.MaxFrameSize = 0;
    EXPECT_EQ(negotiate_framing(&a, nullptr, 0)->bytes, 200u);
    a.FramingItem[0].PhysicalRange = {200, 700, 1};
    EXPECT_EQ(negotiate_framing(&a, nullptr, 0)->bytes, 700u);
    a.FramingItem[0].PhysicalRange = {200, ~0u, 1};
    a.FramingItem[0].FramingRange.Range.MaxFrameSize = ~0u; // neither
    EXPECT_EQ(negotiate_framing(&a, nullptr, 0)->bytes, 200u);
    const auto b = framing(1, 0, 5000);
    EXPECT_EQ(negotiate_framing(&a, &b, 0)->bytes, 5000u);
    EXPECT_EQ(negotiate_framing(&b, &a, 0)->bytes, 5000u);
}

TEST(Framing, AFramingWithoutItemsSaysNothing) {
    auto a = framing(9, 100, 1000, 63);
    a.CountItems = 0;
    const auto setup = negotiate_framing(&a, nullptr, 0);
    ASSERT_TRUE(setup);
    EXPECT_EQ(setup->frames, 2u);
    EXPECT_EQ(setup->bytes, ULONG(PAGE_SIZE));
    EXPECT_EQ(setup->alignment, 16u);
}

TEST(Framing, TheStricterAlignmentAndAllFramesCount) {
    const auto a = framing(1, 0, 64, 31), b = framing(1, 0, 64, 63);
    EXPECT_EQ(negotiate_framing(&a, &b, 0)->alignment, 64u);
    EXPECT_EQ(negotiate_framing(&b, &a, 0)->alignment, 64u);
    EXPECT_EQ(negotiate_framing(&a, &b, 0)->frames, 2u);
    EXPECT_EQ(negotiate_framing(&a, nullptr, 0)->frames, 2u);
    const auto c = framing(2, 0, 64, 15);
    EXPECT_EQ(negotiate_framing(&a, &c, 0)->frames, 3u);
    EXPECT_EQ(negotiate_framing(&c, nullptr, 0)->alignment, 16u);
}

TEST(Framing, AlignmentMustBeAMask) {
    const auto a = framing(1, 0, 4096, 0x30);
    const auto setup = negotiate_framing(&a, nullptr, 0);
    ASSERT_FALSE(setup);
    EXPECT_EQ(setup.error().value(), STATUS_INVALID_PARAMETER);
}

} // namespace
} // namespace ksbox::ks
