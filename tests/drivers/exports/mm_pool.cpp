// The pool.
#include "support/case.h"

extern "C" {
PVOID NTAPI ImportedAllocatePool(POOL_TYPE, SIZE_T) IMPORT_OF(ExAllocatePool);
PVOID NTAPI ImportedWithQuota(POOL_TYPE, SIZE_T) IMPORT_OF(ExAllocatePoolWithQuota);
PVOID NTAPI ImportedWithPriority(POOL_TYPE, SIZE_T, ULONG, EX_POOL_PRIORITY)
    IMPORT_OF(ExAllocatePoolWithTagPriority);
PVOID NTAPI ImportedWithQuotaTag(POOL_TYPE, SIZE_T, ULONG) IMPORT_OF(ExAllocatePoolWithQuotaTag);
PVOID NTAPI ImportedPool2(ULONGLONG, SIZE_T, ULONG) IMPORT_OF(ExAllocatePool2);
PVOID NTAPI ImportedPool3(ULONGLONG, SIZE_T, ULONG, PVOID, ULONG) IMPORT_OF(ExAllocatePool3);
VOID NTAPI ImportedFreePool(PVOID) IMPORT_OF(ExFreePool);
VOID NTAPI ImportedFreePool2(PVOID, ULONG, PVOID, ULONG) IMPORT_OF(ExFreePool2);
}

namespace {
constexpr ULONG Tag = 'esaC';
constexpr ULONGLONG NonPaged = 0x40, Paged = 0x100, Uninitialized = 0x2, RaiseOnFailure = 0x20;
constexpr SIZE_T TooMuch = SIZE_T(1) << 44;
} // namespace

EXPORT_CASE(ExAllocatePool, ExAllocatePoolWithTag, ExFreePool, ExFreePoolWithTag) {
    auto *Small = static_cast<PUCHAR>(ImportedAllocatePool(NonPagedPool, 24));
    auto *Page = static_cast<PUCHAR>(ExAllocatePoolWithTag(PagedPool, PAGE_SIZE, Tag));
    REQUIRE(Small != nullptr && Page != nullptr);
    EXPECT_EQ((ULONG_PTR)Small % 16, 0);
    EXPECT_EQ((ULONG_PTR)Page % PAGE_SIZE, 0);
    RtlFillMemory(Small, 24, 1);
    RtlFillMemory(Page, PAGE_SIZE, 2);
    ImportedFreePool(Small);
    ExFreePoolWithTag(Page, Tag);
    EXPECT_EQ(ExAllocatePoolWithTag(NonPagedPool, TooMuch, Tag), nullptr);
}

EXPORT_CASE(ExAllocatePoolWithTagPriority, ExAllocatePoolWithQuota, ExAllocatePoolWithQuotaTag) {
    PVOID Memory = ImportedWithPriority(NonPagedPool, 100, Tag, NormalPoolPriority);
    REQUIRE(Memory != nullptr);
    ExFreePoolWithTag(Memory, Tag);
    Memory = ImportedWithQuota(PagedPool, 100);
    REQUIRE(Memory != nullptr);
    ImportedFreePool(Memory);
    Memory = ImportedWithQuotaTag(PagedPool, 100, Tag);
    REQUIRE(Memory != nullptr);
    ExFreePoolWithTag(Memory, Tag);
    // Quota allocations raise, unless they are told to fail.
    EXPECT_EQ(ImportedWithQuotaTag((POOL_TYPE)(NonPagedPool | POOL_QUOTA_FAIL_INSTEAD_OF_RAISE),
                                   TooMuch, Tag),
              nullptr);
    NTSTATUS Raised = STATUS_SUCCESS;
    __try {
        Memory = ImportedWithQuotaTag(NonPagedPool, TooMuch, Tag);
    } __except (EXCEPTION_EXECUTE_HANDLER) {
        Raised = GetExceptionCode();
    }
    EXPECT_EQ(Raised, STATUS_INSUFFICIENT_RESOURCES);
}

// Zeroed unless asked otherwise.
EXPORT_CASE(ExAllocatePool2, ExAllocatePool3, ExFreePool2) {
    auto *Memory = static_cast<PUCHAR>(ImportedPool2(NonPaged, 200, Tag));
    REQUIRE(Memory != nullptr);
    for (ULONG i = 0; i < 200; ++i)
        EXPECT_EQ(Memory[i], 0);
    ImportedFreePool2(Memory, Tag, nullptr, 0);
    Memory = static_cast<PUCHAR>(ImportedPool3(Paged | Uninitialized, 200, Tag, nullptr, 0));
    REQUIRE(Memory != nullptr);
    ExFreePoolWithTag(Memory, Tag);
    EXPECT_EQ(ImportedPool2(NonPaged | Paged, 16, Tag), nullptr); // two kinds at once
    EXPECT_EQ(ImportedPool2(NonPaged, TooMuch, Tag), nullptr);
    NTSTATUS Raised = STATUS_SUCCESS;
    __try {
        Memory = static_cast<PUCHAR>(ImportedPool2(NonPaged | RaiseOnFailure, TooMuch, Tag));
    } __except (EXCEPTION_EXECUTE_HANDLER) {
        Raised = GetExceptionCode();
    }
    EXPECT_EQ(Raised, STATUS_INSUFFICIENT_RESOURCES);
}

EXPORT_CASE_STOPS(ExFreePoolWithTag, 0xC2) {
    PVOID Memory = ExAllocatePoolWithTag(NonPagedPool, 32, Tag);
    EXPECT_NE(Memory, nullptr);
    ExFreePoolWithTag(Memory, 'rhtO');                                  // only the verifier minds
    Memory = ExAllocatePoolWithTag(NonPagedPool, 32, Tag | 0x80000000); // PROTECTED_POOL
    EXPECT_NE(Memory, nullptr);
    ExFreePoolWithTag(Memory, Tag);
}
