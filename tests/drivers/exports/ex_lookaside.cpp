// Lookaside lists. Their allocation and free are inline; the kernel sets them up and empties them.
#include "support/case.h"

namespace {
constexpr ULONG Tag = 'kooL';
LONG Allocated;
LONG Freed;

PVOID NTAPI Allocate(POOL_TYPE Type, SIZE_T Bytes, ULONG BlockTag) {
    ++Allocated;
    EXPECT_EQ(BlockTag, Tag);
    return ExAllocatePoolWithTag(Type, Bytes, BlockTag);
}
VOID NTAPI Free(PVOID Block) {
    ++Freed;
    ExFreePoolWithTag(Block, Tag);
}
} // namespace

EXPORT_CASE(ExInitializeNPagedLookasideList, ExDeleteNPagedLookasideList) {
    NPAGED_LOOKASIDE_LIST List;
    Allocated = Freed = 0;
    ExInitializeNPagedLookasideList(&List, Allocate, Free, 0, 200, Tag, 0);
    EXPECT_EQ(List.L.Size, 200);
    PVOID Entry = ExAllocateFromNPagedLookasideList(&List);
    REQUIRE(Entry != nullptr);
    EXPECT_EQ(Allocated, 1);
    ExFreeToNPagedLookasideList(&List, Entry);
    ExDeleteNPagedLookasideList(&List); // gives back what it keeps
    EXPECT_EQ(Freed, 1);
    ExInitializeNPagedLookasideList(&List, nullptr, nullptr, 0, 64, Tag, 0);
    Entry = ExAllocateFromNPagedLookasideList(&List);
    EXPECT_NE(Entry, nullptr);
    ExFreeToNPagedLookasideList(&List, Entry);
    ExDeleteNPagedLookasideList(&List);
}

EXPORT_CASE(ExInitializePagedLookasideList, ExDeletePagedLookasideList) {
    PAGED_LOOKASIDE_LIST List;
    Allocated = Freed = 0;
    ExInitializePagedLookasideList(&List, Allocate, Free, 0, 48, Tag, 0);
    PVOID First = ExAllocateFromPagedLookasideList(&List);
    PVOID Second = ExAllocateFromPagedLookasideList(&List);
    EXPECT_NE(First, Second);
    EXPECT_EQ(Allocated, 2);
    ExFreeToPagedLookasideList(&List, First);
    ExFreeToPagedLookasideList(&List, Second);
    ExDeletePagedLookasideList(&List);
    EXPECT_EQ(Freed, 2);
}

EXPORT_CASE(ExInitializeLookasideListEx, ExFlushLookasideListEx, ExDeleteLookasideListEx) {
    LOOKASIDE_LIST_EX List;
    Allocated = Freed = 0;
    const PALLOCATE_FUNCTION_EX AllocateEx = [](POOL_TYPE Type, SIZE_T Bytes, ULONG BlockTag,
                                                PLOOKASIDE_LIST_EX) {
        return Allocate(Type, Bytes, BlockTag);
    };
    const PFREE_FUNCTION_EX FreeEx = [](PVOID Block, PLOOKASIDE_LIST_EX) { Free(Block); };
    REQUIRE_SUCCESS(
        ExInitializeLookasideListEx(&List, AllocateEx, FreeEx, NonPagedPoolNx, 0, 96, Tag, 0));
    PVOID Entry = ExAllocateFromLookasideListEx(&List);
    EXPECT_NE(Entry, nullptr);
    ExFreeToLookasideListEx(&List, Entry);
    ExFlushLookasideListEx(&List);
    EXPECT_EQ(Freed, Allocated);
    Entry = ExAllocateFromLookasideListEx(&List);
    EXPECT_EQ(Allocated, 2);
    ExFreeToLookasideListEx(&List, Entry);
    ExDeleteLookasideListEx(&List);
    EXPECT_EQ(Freed, 2);
    EXPECT_EQ(ExInitializeLookasideListEx(&List, nullptr, nullptr, NonPagedPoolNx,
                                          EX_LOOKASIDE_LIST_EX_FLAGS_RAISE_ON_FAIL |
                                              EX_LOOKASIDE_LIST_EX_FLAGS_FAIL_NO_RAISE,
                                          96, Tag, 0),
              STATUS_INVALID_PARAMETER_5);
}
