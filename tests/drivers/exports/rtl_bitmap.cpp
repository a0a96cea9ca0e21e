// Bitmaps.
#include "support/case.h"
#include "support/import.h"

IMPORT(ULONG, RtlNumberOfSetBitsUlongPtr, ULONG_PTR);
IMPORT(CCHAR, RtlFindLeastSignificantBit, ULONGLONG);
IMPORT(CCHAR, RtlFindMostSignificantBit, ULONGLONG);
IMPORT(BOOLEAN, RtlTestBit, PRTL_BITMAP, ULONG);

struct MAP {
    ULONG Words[3];
    RTL_BITMAP Bits;
    explicit MAP(ULONG Size) {
        Words[0] = Words[1] = 0;
        Words[2] = 0xFFFFFFFF; // beyond the map
        RtlInitializeBitMap(&Bits, Words, Size);
    }
};

EXPORT_CASE(RtlInitializeBitMap, RtlSetBit, RtlClearBit, RtlTestBit, RtlSetBits, RtlClearBits,
            RtlSetAllBits, RtlClearAllBits, RtlNumberOfSetBits, RtlNumberOfClearBits) {
    MAP Map(50);
    EXPECT_EQ(Map.Bits.SizeOfBitMap, 50);
    RtlSetBit(&Map.Bits, 33);
    EXPECT_TRUE(Import_RtlTestBit(&Map.Bits, 33));
    EXPECT_EQ(Map.Words[1], 2);
    RtlClearBit(&Map.Bits, 33);
    EXPECT_FALSE(Import_RtlTestBit(&Map.Bits, 33));
    RtlSetBits(&Map.Bits, 30, 5);
    EXPECT_TRUE(Map.Words[0] == 0xC0000000 && Map.Words[1] == 7);
    EXPECT_EQ(RtlNumberOfSetBits(&Map.Bits), 5);
    EXPECT_EQ(RtlNumberOfClearBits(&Map.Bits), 45);
    RtlClearBits(&Map.Bits, 31, 2);
    EXPECT_EQ(RtlNumberOfSetBits(&Map.Bits), 3);
    RtlSetAllBits(&Map.Bits);
    EXPECT_EQ(RtlNumberOfSetBits(&Map.Bits), 50);
    RtlClearAllBits(&Map.Bits);
    EXPECT_EQ(RtlNumberOfSetBits(&Map.Bits), 0);
    EXPECT_EQ(Map.Words[2], 0xFFFFFFFF);
}

EXPORT_CASE(RtlAreBitsSet, RtlAreBitsClear) {
    MAP Map(64);
    RtlSetBits(&Map.Bits, 8, 40);
    EXPECT_TRUE(RtlAreBitsSet(&Map.Bits, 8, 40));
    EXPECT_FALSE(RtlAreBitsSet(&Map.Bits, 8, 41));
    EXPECT_FALSE(RtlAreBitsSet(&Map.Bits, 8, 0));
    EXPECT_FALSE(RtlAreBitsSet(&Map.Bits, 40, 30)); // beyond the end
    EXPECT_TRUE(RtlAreBitsClear(&Map.Bits, 0, 8));
    EXPECT_FALSE(RtlAreBitsClear(&Map.Bits, 0, 9));
}

EXPORT_CASE(RtlFindClearBits, RtlFindSetBits, RtlFindClearBitsAndSet, RtlFindSetBitsAndClear) {
    MAP Map(64);
    RtlSetBits(&Map.Bits, 0, 10);
    EXPECT_EQ(RtlFindClearBits(&Map.Bits, 4, 0), 10);
    EXPECT_EQ(RtlFindClearBits(&Map.Bits, 4, 20), 20);
    EXPECT_EQ(RtlFindClearBits(&Map.Bits, 60, 0), 0xFFFFFFFF);
    EXPECT_EQ(RtlFindSetBits(&Map.Bits, 10, 0), 0);
    EXPECT_EQ(RtlFindSetBits(&Map.Bits, 11, 0), 0xFFFFFFFF);
    EXPECT_EQ(RtlFindClearBitsAndSet(&Map.Bits, 5, 60), 10); // wraps to the start
    EXPECT_TRUE(RtlAreBitsSet(&Map.Bits, 0, 15));
    EXPECT_EQ(RtlFindSetBitsAndClear(&Map.Bits, 15, 0), 0);
    EXPECT_TRUE(RtlAreBitsClear(&Map.Bits, 0, 64));
}

EXPORT_CASE(RtlFindFirstRunClear, RtlFindNextForwardRunClear, RtlFindLastBackwardRunClear,
            RtlFindLongestRunClear, RtlFindClearRuns) {
    MAP Map(64);
    ULONG Start = 0;
    RtlSetBits(&Map.Bits, 0, 4);
    RtlSetBits(&Map.Bits, 10, 20);
    EXPECT_EQ(RtlFindFirstRunClear(&Map.Bits, &Start), 6);
    EXPECT_EQ(Start, 4);
    EXPECT_EQ(RtlFindNextForwardRunClear(&Map.Bits, 8, &Start), 2);
    EXPECT_EQ(Start, 8);
    EXPECT_EQ(RtlFindNextForwardRunClear(&Map.Bits, 10, &Start), 34);
    EXPECT_EQ(Start, 30);
    EXPECT_EQ(RtlFindLastBackwardRunClear(&Map.Bits, 20, &Start), 6);
    EXPECT_EQ(Start, 4);
    EXPECT_EQ(RtlFindLongestRunClear(&Map.Bits, &Start), 34);
    EXPECT_EQ(Start, 30);
    RTL_BITMAP_RUN Runs[2] = {};
    EXPECT_EQ(RtlFindClearRuns(&Map.Bits, Runs, 2, TRUE), 2);
    EXPECT_TRUE(Runs[0].StartingIndex == 30 && Runs[0].NumberOfBits == 34);
    EXPECT_TRUE(Runs[1].StartingIndex == 4 && Runs[1].NumberOfBits == 6);
}

EXPORT_CASE(RtlNumberOfSetBitsUlongPtr, RtlFindLeastSignificantBit, RtlFindMostSignificantBit) {
    EXPECT_EQ(Import_RtlNumberOfSetBitsUlongPtr(0xF0000000000000F1ull), 9);
    EXPECT_EQ(Import_RtlFindLeastSignificantBit(0x500), 8);
    EXPECT_EQ(Import_RtlFindMostSignificantBit(0x500), 10);
    EXPECT_EQ(Import_RtlFindLeastSignificantBit(0), -1);
    EXPECT_EQ(Import_RtlFindMostSignificantBit(0), -1);
}
