// RtlInitializeBitMap and the functions on bit maps. Any IRQL while the map is resident.
#include <algorithm>
#include <array>
#include <bit>

#include "nt/rtl/bitmap.h"
#include "nt/rtl/exports.h"

namespace ksbox::rtl {
namespace {

constexpr ULONG not_found = 0xFFFF'FFFF;

ULONG find_and_put(const RTL_BITMAP &header, ULONG count, ULONG hint, bool value, bool change) {
    Bitmap map(header);
    const auto start = map.find(count, hint, value);
    if (start && change)
        map.put(*start, count, !value);
    return start.value_or(not_found);
}

ULONG report(std::optional<BitRun> run, ULONG otherwise, PULONG start) {
    *start = run ? run->start : otherwise;
    return run ? run->length : 0;
}

} // namespace

extern "C" {

/// @doc NF:wdm.RtlInitializeBitMap. SizeOfBitMap is in bits.
VOID NTAPI RtlInitializeBitMap(PRTL_BITMAP BitMapHeader, PULONG BitMapBuffer, ULONG SizeOfBitMap) {
    *BitMapHeader = {SizeOfBitMap, BitMapBuffer};
}

/// @doc NF:wdm.RtlClearBit
VOID NTAPI RtlClearBit(PRTL_BITMAP BitMapHeader, ULONG BitNumber) {
    Bitmap(*BitMapHeader).put(BitNumber, false);
}
/// @doc NF:wdm.RtlSetBit
VOID NTAPI RtlSetBit(PRTL_BITMAP BitMapHeader, ULONG BitNumber) {
    Bitmap(*BitMapHeader).put(BitNumber, true);
}
/// @doc NF:wdm.RtlTestBit
BOOLEAN NTAPI RtlTestBit(PRTL_BITMAP BitMapHeader, ULONG BitNumber) {
    return Bitmap(*BitMapHeader).test(BitNumber);
}
/// @doc NF:wdm.RtlClearAllBits
VOID NTAPI RtlClearAllBits(PRTL_BITMAP BitMapHeader) {
    Bitmap map(*BitMapHeader);
    map.put(0, map.size(), false);
}
/// @doc NF:wdm.RtlSetAllBits
VOID NTAPI RtlSetAllBits(PRTL_BITMAP BitMapHeader) {
    Bitmap map(*BitMapHeader);
    map.put(0, map.size(), true);
}
/// @doc NF:wdm.RtlClearBits
VOID NTAPI RtlClearBits(PRTL_BITMAP BitMapHeader, ULONG StartingIndex, ULONG NumberToClear) {
    Bitmap(*BitMapHeader).put(StartingIndex, NumberToClear, false);
}
/// @doc NF:wdm.RtlSetBits
VOID NTAPI RtlSetBits(PRTL_BITMAP BitMapHeader, ULONG StartingIndex, ULONG NumberToSet) {
    Bitmap(*BitMapHeader).put(StartingIndex, NumberToSet, true);
}

/// @doc NF:wdm.RtlFindClearBits
ULONG NTAPI RtlFindClearBits(PRTL_BITMAP BitMapHeader, ULONG NumberToFind, ULONG HintIndex) {
    return find_and_put(*BitMapHeader, NumberToFind, HintIndex, false, false);
}
/// @doc NF:wdm.RtlFindSetBits
ULONG NTAPI RtlFindSetBits(PRTL_BITMAP BitMapHeader, ULONG NumberToFind, ULONG HintIndex) {
    return find_and_put(*BitMapHeader, NumberToFind, HintIndex, true, false);
}
/// @doc NF:wdm.RtlFindClearBitsAndSet
ULONG NTAPI RtlFindClearBitsAndSet(PRTL_BITMAP BitMapHeader, ULONG NumberToFind, ULONG HintIndex) {
    return find_and_put(*BitMapHeader, NumberToFind, HintIndex, false, true);
}
/// @doc NF:wdm.RtlFindSetBitsAndClear
ULONG NTAPI RtlFindSetBitsAndClear(PRTL_BITMAP BitMapHeader, ULONG NumberToFind, ULONG HintIndex) {
    return find_and_put(*BitMapHeader, NumberToFind, HintIndex, true, true);
}

/// @doc NF:wdm.RtlFindFirstRunClear
ULONG NTAPI RtlFindFirstRunClear(PRTL_BITMAP BitMapHeader, PULONG StartingIndex) {
    return report(Bitmap(*BitMapHeader).next_run(0, false), not_found, StartingIndex);
}
/// @doc NF:wdm.RtlFindNextForwardRunClear
ULONG NTAPI RtlFindNextForwardRunClear(PRTL_BITMAP BitMapHeader, ULONG FromIndex,
                                       PULONG StartingRunIndex) {
    return report(Bitmap(*BitMapHeader).next_run(FromIndex, false), FromIndex, StartingRunIndex);
}
/// @doc NF:wdm.RtlFindLastBackwardRunClear
ULONG NTAPI RtlFindLastBackwardRunClear(PRTL_BITMAP BitMapHeader, ULONG FromIndex,
                                        PULONG StartingRunIndex) {
    const Bitmap map(*BitMapHeader);
    std::optional<BitRun> last;
    for (ULONG from = 0; auto run = map.next_run(from, false); from = run->start + run->length) {
        if (run->start > FromIndex)
            break;
        last = BitRun{run->start, std::min(run->length, FromIndex - run->start + 1)};
    }
    return report(last, FromIndex, StartingRunIndex);
}
/// @doc NF:wdm.RtlFindLongestRunClear
ULONG NTAPI RtlFindLongestRunClear(PRTL_BITMAP BitMapHeader, PULONG StartingIndex) {
    const Bitmap map(*BitMapHeader);
    std::optional<BitRun> longest;
    for (ULONG from = 0; auto run = map.next_run(from, false); from = run->start + run->length)
        if (!longest || run->length > longest->length)
            longest = run;
    return report(longest, not_found, StartingIndex);
}
/// The first runs, or the longest ones in falling order. @doc NF:wdm.RtlFindClearRuns
ULONG NTAPI RtlFindClearRuns(PRTL_BITMAP BitMapHeader, PRTL_BITMAP_RUN RunArray,
                             ULONG SizeOfRunArray, BOOLEAN LocateLongestRuns) {
    const Bitmap map(*BitMapHeader);
    ULONG found = 0;
    for (ULONG from = 0; auto run = map.next_run(from, false); from = run->start + run->length) {
        ULONG place = found;
        if (LocateLongestRuns)
            while (place > 0 && RunArray[place - 1].NumberOfBits < run->length)
                --place;
        if (place == SizeOfRunArray)
            continue;
        found = std::min(found + 1, SizeOfRunArray);
        std::move_backward(RunArray + place, RunArray + found - 1, RunArray + found);
        RunArray[place] = {run->start, run->length};
    }
    return found;
}

/// @doc NF:wdm.RtlNumberOfClearBits
ULONG NTAPI RtlNumberOfClearBits(PRTL_BITMAP BitMapHeader) {
    return Bitmap(*BitMapHeader).count(false);
}
/// @doc NF:wdm.RtlNumberOfSetBits
ULONG NTAPI RtlNumberOfSetBits(PRTL_BITMAP BitMapHeader) {
    return Bitmap(*BitMapHeader).count(true);
}
/// FALSE for an empty range too. @doc NF:wdm.RtlAreBitsClear
BOOLEAN NTAPI RtlAreBitsClear(PRTL_BITMAP BitMapHeader, ULONG StartingIndex, ULONG Length) {
    return Length && Bitmap(*BitMapHeader).all(StartingIndex, Length, false);
}
/// @doc NF:wdm.RtlAreBitsSet
BOOLEAN NTAPI RtlAreBitsSet(PRTL_BITMAP BitMapHeader, ULONG StartingIndex, ULONG Length) {
    return Length && Bitmap(*BitMapHeader).all(StartingIndex, Length, true);
}
/// @doc NF:wdm.RtlNumberOfSetBitsUlongPtr
ULONG NTAPI RtlNumberOfSetBitsUlongPtr(ULONG_PTR Target) {
    return static_cast<ULONG>(std::popcount(Target));
}
/// -1 when no bit is set. @doc NF:wdm.RtlFindLeastSignificantBit
CCHAR NTAPI RtlFindLeastSignificantBit(ULONGLONG Set) {
    return static_cast<CCHAR>(Set ? std::countr_zero(Set) : -1);
}
/// @doc NF:wdm.RtlFindMostSignificantBit
CCHAR NTAPI RtlFindMostSignificantBit(ULONGLONG Set) {
    return static_cast<CCHAR>(63 - std::countl_zero(Set));
}

} // extern "C"

std::span<const Export> bitmap_exports() {
#define KSBOX_ROW(function) done<&function>(#function, "NF:wdm." #function)
    static const std::array table{
        KSBOX_ROW(RtlInitializeBitMap),
        KSBOX_ROW(RtlClearBit),
        KSBOX_ROW(RtlSetBit),
        KSBOX_ROW(RtlTestBit),
        KSBOX_ROW(RtlClearAllBits),
        KSBOX_ROW(RtlSetAllBits),
        KSBOX_ROW(RtlClearBits),
        KSBOX_ROW(RtlSetBits),
        KSBOX_ROW(RtlFindClearBits),
        KSBOX_ROW(RtlFindSetBits),
        KSBOX_ROW(RtlFindClearBitsAndSet),
        KSBOX_ROW(RtlFindSetBitsAndClear),
        KSBOX_ROW(RtlFindFirstRunClear),
        KSBOX_ROW(RtlFindNextForwardRunClear),
        KSBOX_ROW(RtlFindLastBackwardRunClear),
        KSBOX_ROW(RtlFindLongestRunClear),
        KSBOX_ROW(RtlFindClearRuns),
        KSBOX_ROW(RtlNumberOfClearBits),
        KSBOX_ROW(RtlNumberOfSetBits),
        KSBOX_ROW(RtlAreBitsClear),
        KSBOX_ROW(RtlAreBitsSet),
        KSBOX_ROW(RtlNumberOfSetBitsUlongPtr),
        KSBOX_ROW(RtlFindLeastSignificantBit),
        KSBOX_ROW(RtlFindMostSignificantBit),
    };
#undef KSBOX_ROW
    return table;
}

} // namespace ksbox::rtl
