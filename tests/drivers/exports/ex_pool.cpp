// Pool. What is left allocated at unload fails a case by itself.
#include "support/case.h"

static constexpr ULONG Tag = 'esaC';

static bool AllZero(const void *Block, SIZE_T Bytes) {
    for (SIZE_T Index = 0; Index < Bytes; ++Index)
        if (static_cast<const UCHAR *>(Block)[Index] != 0)
            return false;
    return true;
}

EXPORT_CASE(ExAllocatePool2, ExFreePool2) {
    UCHAR *Block = static_cast<UCHAR *>(ExAllocatePool2(POOL_FLAG_NON_PAGED, 100, Tag));
    REQUIRE(Block != nullptr);
    EXPECT_EQ(reinterpret_cast<ULONG_PTR>(Block) % MEMORY_ALLOCATION_ALIGNMENT, 0);
    EXPECT_TRUE(AllZero(Block, 100));
    RtlFillMemory(Block, 100, 0x5a);
    ExFreePool2(Block, Tag, nullptr, 0);
    Block = static_cast<UCHAR *>(ExAllocatePool2(POOL_FLAG_PAGED, 3 * PAGE_SIZE, Tag));
    REQUIRE(Block != nullptr);
    EXPECT_EQ(reinterpret_cast<ULONG_PTR>(Block) % PAGE_SIZE, 0); // whole pages
    EXPECT_TRUE(AllZero(Block, 3 * PAGE_SIZE));
    ExFreePoolWithTag(Block, Tag);
    // Required flags that make no sense fail the call, optional ones do not.
    EXPECT_EQ(ExAllocatePool2(POOL_FLAG_NON_PAGED | POOL_FLAG_PAGED, 16, Tag), nullptr);
    EXPECT_EQ(ExAllocatePool2(POOL_FLAG_NON_PAGED, 16, 0), nullptr);
    PVOID Wished = ExAllocatePool2(POOL_FLAG_NON_PAGED | POOL_FLAG_SPECIAL_POOL, 16, Tag);
    EXPECT_NE(Wished, nullptr);
    ExFreePoolWithTag(Wished, Tag);
}

EXPORT_CASE(ExAllocatePool3) {
    POOL_EXTENDED_PARAMETER Parameter = {};
    Parameter.Type = PoolExtendedParameterPriority;
    Parameter.Priority = HighPoolPriority;
    PVOID Block = ExAllocatePool3(POOL_FLAG_NON_PAGED, 64, Tag, &Parameter, 1);
    REQUIRE(Block != nullptr);
    EXPECT_TRUE(AllZero(Block, 64));
    ExFreePoolWithTag(Block, Tag);
    Parameter.Type = PoolExtendedParameterMax;
    EXPECT_EQ(ExAllocatePool3(POOL_FLAG_NON_PAGED, 64, Tag, &Parameter, 1), nullptr);
}

#undef ExAllocatePool
#undef ExFreePool
extern "C" {
PVOID NTAPI ImportedAllocate(POOL_TYPE Type, SIZE_T Bytes) IMPORT_OF(ExAllocatePool);
PVOID NTAPI ImportedAllocateQuota(POOL_TYPE Type, SIZE_T Bytes) IMPORT_OF(ExAllocatePoolWithQuota);
VOID NTAPI ImportedFree(PVOID Block) IMPORT_OF(ExFreePool);
}

EXPORT_CASE(ExAllocatePool, ExFreePool, ExAllocatePoolWithQuota) {
    UCHAR *First = static_cast<UCHAR *>(ImportedAllocate(NonPagedPool, 24));
    UCHAR *Second = static_cast<UCHAR *>(ImportedAllocateQuota(PagedPool, 24));
    REQUIRE(First != nullptr && Second != nullptr);
    EXPECT_NE(First, Second);
    First[23] = Second[23] = 1;
    ImportedFree(First);
    ImportedFree(Second);
}

EXPORT_CASE(ExAllocatePoolWithTag, ExFreePoolWithTag, ExAllocatePoolWithTagPriority,
            ExAllocatePoolWithQuotaTag) {
    PVOID Blocks[4] = {
        ExAllocatePoolWithTag(NonPagedPoolNx, 1, Tag),
        ExAllocatePoolWithTag(NonPagedPoolCacheAligned, 10, Tag),
        ExAllocatePoolWithTagPriority(PagedPool, 5000, Tag, NormalPoolPriority),
        ExAllocatePoolWithQuotaTag(NonPagedPool, 64, Tag),
    };
    for (PVOID Block : Blocks)
        REQUIRE(Block != nullptr);
    const KIRQL Before = KeRaiseIrqlToDpcLevel(); // nonpaged pool, still
    PVOID High = ExAllocatePoolWithTag(NonPagedPoolNx, 32, Tag);
    EXPECT_NE(High, nullptr);
    ExFreePoolWithTag(High, Tag);
    KeLowerIrql(Before);
    for (PVOID Block : Blocks)
        ExFreePoolWithTag(Block, Tag);
}

EXPORT_CASE_STOPS(ExFreePoolWithTag, 0xC2) { // BAD_POOL_CALLER
    PVOID Block = ExAllocatePoolWithTag(NonPagedPoolNx, 32, Tag);
    ExFreePoolWithTag(Block, Tag);
    ExFreePoolWithTag(Block, Tag);
}
