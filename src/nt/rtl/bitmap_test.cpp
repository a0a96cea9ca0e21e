#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "abi/windows.h"
#include "nt/rtl/bitmap.h"

namespace ksbox::rtl {
namespace {

struct Map {
    explicit Map(ULONG size) : words((size + 31) / 32) {
        RtlInitializeBitMap(&header, words.data(), size);
    }
    std::vector<ULONG> words;
    RTL_BITMAP header{};
};

TEST(RtlBitmap, SetsClearsAndCounts) {
    Map map(70);
    RtlSetBits(&map.header, 30, 35);
    EXPECT_EQ(RtlNumberOfSetBits(&map.header), 35u);
    EXPECT_EQ(RtlNumberOfClearBits(&map.header), 35u);
    EXPECT_TRUE(RtlAreBitsSet(&map.header, 30, 35));
    EXPECT_FALSE(RtlAreBitsSet(&map.header, 29, 2));
    EXPECT_FALSE(RtlAreBitsSet(&map.header, 30, 0));
    RtlClearBit(&map.header, 31);
    EXPECT_FALSE(RtlTestBit(&map.header, 31));
    EXPECT_TRUE(RtlTestBit(&map.header, 32));
    RtlSetAllBits(&map.header);
    EXPECT_EQ(RtlNumberOfSetBits(&map.header), 70u);
    RtlClearAllBits(&map.header);
    EXPECT_TRUE(RtlAreBitsClear(&map.header, 0, 70));
    EXPECT_FALSE(RtlAreBitsClear(&map.header, 0, 71));
}

TEST(RtlBitmap, FindsFromTheHintAndAround) {
    Map map(64);
    RtlSetBits(&map.header, 10, 44); // clear: 0..9 and 54..63
    EXPECT_EQ(RtlFindClearBits(&map.header, 10, 0), 0u);
    EXPECT_EQ(RtlFindClearBits(&map.header, 10, 1), 54u);
    EXPECT_EQ(RtlFindClearBits(&map.header, 10, 55), 0u);
    EXPECT_EQ(RtlFindClearBits(&map.header, 11, 0), 0xFFFFFFFFu);
    EXPECT_EQ(RtlFindSetBits(&map.header, 44, 60), 10u);
    EXPECT_EQ(RtlFindClearBitsAndSet(&map.header, 4, 56), 56u);
    EXPECT_TRUE(RtlAreBitsSet(&map.header, 56, 4));
    EXPECT_EQ(RtlFindSetBitsAndClear(&map.header, 4, 56), 56u);
    EXPECT_TRUE(RtlAreBitsClear(&map.header, 54, 10));
}

TEST(RtlBitmap, ListsRuns) {
    Map map(100);
    RtlSetBits(&map.header, 5, 5);
    RtlSetBits(&map.header, 40, 1);
    ULONG start = 0;
    EXPECT_EQ(RtlFindFirstRunClear(&map.header, &start), 5u);
    EXPECT_EQ(start, 0u);
    EXPECT_EQ(RtlFindNextForwardRunClear(&map.header, 6, &start), 30u);
    EXPECT_EQ(start, 10u);
    EXPECT_EQ(RtlFindLongestRunClear(&map.header, &start), 59u);
    EXPECT_EQ(start, 41u);
    EXPECT_EQ(RtlFindLastBackwardRunClear(&map.header, 20, &start), 11u);
    EXPECT_EQ(start, 10u);
    RTL_BITMAP_RUN runs[2]{};
    EXPECT_EQ(RtlFindClearRuns(&map.header, runs, 2, FALSE), 2u);
    EXPECT_EQ(runs[1].StartingIndex, 10u);
    EXPECT_EQ(RtlFindClearRuns(&map.header, runs, 2, TRUE), 2u);
    EXPECT_EQ(runs[0].NumberOfBits, 59u);
    EXPECT_EQ(runs[1].NumberOfBits, 30u);
    RtlSetAllBits(&map.header);
    EXPECT_EQ(RtlFindFirstRunClear(&map.header, &start), 0u);
}

TEST(RtlBitmap, AgreesWithAPlainSearch) {
    std::mt19937 random(7);
    for (int round = 0; round < 200; ++round) {
        const ULONG size = 1 + random() % 130, wanted = 1 + random() % 8, hint = random() % size;
        Map map(size);
        for (auto &word : map.words)
            word = random() & random();
        const Bitmap view(map.header);
        std::optional<ULONG> expected;
        for (ULONG n = 0; n < size && !expected; ++n) {
            const ULONG start = (hint + n) % size;
            bool clear = start + wanted <= size;
            for (ULONG i = 0; clear && i < wanted; ++i)
                clear = !view.test(start + i);
            if (clear)
                expected = start;
        }
        const auto found = view.find(wanted, hint, false);
        ASSERT_EQ(found.has_value(), expected.has_value());
        if (found)
            EXPECT_TRUE(view.all(*found, wanted, false));
    }
}

TEST(RtlBitmap, NamesTheHighestAndLowestBit) {
    EXPECT_EQ(RtlFindLeastSignificantBit(0), -1);
    EXPECT_EQ(RtlFindMostSignificantBit(0), -1);
    EXPECT_EQ(RtlFindLeastSignificantBit(0x80000000'00000000), 63);
    EXPECT_EQ(RtlFindMostSignificantBit(0x10), 4);
}

} // namespace
} // namespace ksbox::rtl
