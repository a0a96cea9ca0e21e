// Run-down protection, plain and cache-aware.
#include "support/case.h"

EXPORT_CASE(ExInitializeRundownProtection, ExAcquireRundownProtection, ExReleaseRundownProtection,
            ExWaitForRundownProtectionRelease) {
    EX_RUNDOWN_REF Protection;
    ExInitializeRundownProtection(&Protection);
    EXPECT_TRUE(ExAcquireRundownProtection(&Protection));
    EXPECT_TRUE(ExAcquireRundownProtection(&Protection));
    volatile LONG Released = 0;
    CaseThread Owner([&] {
        ExWaitForRundownProtectionRelease(&Protection);
        EXPECT_EQ(Released, 2);
    });
    CaseSleep(10);
    EXPECT_FALSE(ExAcquireRundownProtection(&Protection)); // someone waits
    Released = 1;
    ExReleaseRundownProtection(&Protection);
    CaseSleep(10);
    Released = 2;
    ExReleaseRundownProtection(&Protection);
    Owner.Join();
    EXPECT_FALSE(ExAcquireRundownProtection(&Protection));
}

EXPORT_CASE(ExAcquireRundownProtectionEx, ExReleaseRundownProtectionEx, ExRundownCompleted,
            ExReInitializeRundownProtection) {
    EX_RUNDOWN_REF Protection;
    ExInitializeRundownProtection(&Protection);
    EXPECT_TRUE(ExAcquireRundownProtectionEx(&Protection, 3));
    ExReleaseRundownProtectionEx(&Protection, 3);
    ExWaitForRundownProtectionRelease(&Protection);
    ExRundownCompleted(&Protection);
    EXPECT_FALSE(ExAcquireRundownProtectionEx(&Protection, 1));
    ExReInitializeRundownProtection(&Protection);
    EXPECT_TRUE(ExAcquireRundownProtection(&Protection));
    ExReleaseRundownProtection(&Protection);
}

EXPORT_CASE(ExAllocateCacheAwareRundownProtection, ExFreeCacheAwareRundownProtection,
            ExAcquireRundownProtectionCacheAware, ExReleaseRundownProtectionCacheAware,
            ExWaitForRundownProtectionReleaseCacheAware) {
    const PEX_RUNDOWN_REF_CACHE_AWARE Protection =
        ExAllocateCacheAwareRundownProtection(NonPagedPoolNx, 'dnuR');
    REQUIRE(Protection != nullptr);
    EXPECT_TRUE(ExAcquireRundownProtectionCacheAware(Protection));
    volatile bool Released = false;
    CaseThread Owner([&] {
        ExWaitForRundownProtectionReleaseCacheAware(Protection);
        EXPECT_TRUE(Released);
    });
    CaseSleep(10);
    EXPECT_FALSE(ExAcquireRundownProtectionCacheAware(Protection));
    Released = true;
    ExReleaseRundownProtectionCacheAware(Protection);
    Owner.Join();
    ExFreeCacheAwareRundownProtection(Protection);
}

EXPORT_CASE(ExSizeOfRundownProtectionCacheAware, ExInitializeRundownProtectionCacheAware,
            ExAcquireRundownProtectionCacheAwareEx, ExReleaseRundownProtectionCacheAwareEx,
            ExRundownCompletedCacheAware, ExReInitializeRundownProtectionCacheAware) {
    const SIZE_T Bytes = ExSizeOfRundownProtectionCacheAware();
    REQUIRE(Bytes > 0 && Bytes <= PAGE_SIZE);
    const PEX_RUNDOWN_REF_CACHE_AWARE Protection = static_cast<PEX_RUNDOWN_REF_CACHE_AWARE>(
        ExAllocatePool2(POOL_FLAG_NON_PAGED, Bytes, 'dnuR'));
    REQUIRE(Protection != nullptr);
    ExInitializeRundownProtectionCacheAware(Protection, Bytes);
    EXPECT_TRUE(ExAcquireRundownProtectionCacheAwareEx(Protection, 2));
    ExReleaseRundownProtectionCacheAwareEx(Protection, 2);
    ExWaitForRundownProtectionReleaseCacheAware(Protection);
    ExRundownCompletedCacheAware(Protection);
    EXPECT_FALSE(ExAcquireRundownProtectionCacheAwareEx(Protection, 1));
    ExReInitializeRundownProtectionCacheAware(Protection);
    EXPECT_TRUE(ExAcquireRundownProtectionCacheAware(Protection));
    ExReleaseRundownProtectionCacheAware(Protection);
    ExFreePoolWithTag(Protection, 'dnuR');
}
