// Executive resources.
#include "support/case.h"

extern "C" BOOLEAN NTAPI ImportedTryToAcquire(PERESOURCE Resource)
    IMPORT_OF(ExTryToAcquireResourceExclusiveLite);

namespace {

// An ERESOURCE for the length of a scope, inside a critical region.
class RESOURCE {
  public:
    RESOURCE() {
        KeEnterCriticalRegion();
        EXPECT_SUCCESS(ExInitializeResourceLite(&Resource_));
    }
    ~RESOURCE() {
        EXPECT_SUCCESS(ExDeleteResourceLite(&Resource_));
        KeLeaveCriticalRegion();
    }
    operator PERESOURCE() { return &Resource_; }

  private:
    ERESOURCE Resource_;
};

} // namespace

EXPORT_CASE(ExInitializeResourceLite, ExAcquireResourceExclusiveLite, ExReleaseResourceLite,
            ExIsResourceAcquiredExclusiveLite, ExIsResourceAcquiredSharedLite,
            ExDeleteResourceLite) {
    RESOURCE Resource;
    EXPECT_FALSE(ExIsResourceAcquiredExclusiveLite(Resource));
    EXPECT_TRUE(ExAcquireResourceExclusiveLite(Resource, FALSE));
    EXPECT_TRUE(ExAcquireResourceExclusiveLite(Resource, TRUE)); // recursive
    EXPECT_TRUE(ExIsResourceAcquiredExclusiveLite(Resource));
    EXPECT_EQ(ExIsResourceAcquiredSharedLite(Resource), 2); // how often this thread has it
    CaseThread Other([&] {
        EXPECT_FALSE(ExAcquireResourceExclusiveLite(Resource, FALSE));
        EXPECT_FALSE(ExAcquireResourceSharedLite(Resource, FALSE));
        EXPECT_FALSE(ExIsResourceAcquiredExclusiveLite(Resource));
        EXPECT_EQ(ExIsResourceAcquiredSharedLite(Resource), 0);
    });
    Other.Join();
    ExReleaseResourceLite(Resource);
    ExReleaseResourceLite(Resource);
    EXPECT_FALSE(ExIsResourceAcquiredExclusiveLite(Resource));
}

EXPORT_CASE(ExAcquireResourceSharedLite, ExConvertExclusiveToSharedLite) {
    RESOURCE Resource;
    EXPECT_TRUE(ExAcquireResourceExclusiveLite(Resource, TRUE));
    ExConvertExclusiveToSharedLite(Resource);
    EXPECT_FALSE(ExIsResourceAcquiredExclusiveLite(Resource));
    EXPECT_EQ(ExIsResourceAcquiredSharedLite(Resource), 1);
    CaseThread Other([&] {
        EXPECT_TRUE(ExAcquireResourceSharedLite(Resource, FALSE));
        EXPECT_FALSE(ExAcquireResourceExclusiveLite(Resource, FALSE));
        ExReleaseResourceLite(Resource);
    });
    Other.Join();
    ExReleaseResourceLite(Resource);
}

// Who passes a thread that waits for exclusive access, and who lines up behind it.
EXPORT_CASE(ExAcquireSharedStarveExclusive, ExAcquireSharedWaitForExclusive,
            ExGetExclusiveWaiterCount, ExGetSharedWaiterCount) {
    RESOURCE Resource;
    EXPECT_TRUE(ExAcquireResourceSharedLite(Resource, TRUE));
    CaseThread Writer([&] {
        EXPECT_TRUE(ExAcquireResourceExclusiveLite(Resource, TRUE));
        ExReleaseResourceLite(Resource);
    });
    CaseSleep(10);
    EXPECT_EQ(ExGetExclusiveWaiterCount(Resource), 1);
    EXPECT_EQ(ExGetSharedWaiterCount(Resource), 0);
    CaseThread Reader([&] {
        EXPECT_TRUE(ExAcquireSharedStarveExclusive(Resource, FALSE));
        ExReleaseResourceLite(Resource);
        EXPECT_FALSE(ExAcquireSharedWaitForExclusive(Resource, FALSE));
        EXPECT_FALSE(ExAcquireResourceSharedLite(Resource, FALSE));
        EXPECT_TRUE(ExAcquireSharedWaitForExclusive(Resource, TRUE)); // after the writer
        ExReleaseResourceLite(Resource);
    });
    CaseSleep(10);
    EXPECT_EQ(ExGetSharedWaiterCount(Resource), 1);
    ExReleaseResourceLite(Resource);
    Writer.Join();
    Reader.Join();
    EXPECT_EQ(ExGetExclusiveWaiterCount(Resource), 0);
}

EXPORT_CASE(ExSetResourceOwnerPointer, ExReleaseResourceForThreadLite) {
    RESOURCE Resource;
    EXPECT_TRUE(ExAcquireResourceExclusiveLite(Resource, TRUE));
    ULONG Owner;
    const PVOID Pointer = reinterpret_cast<PVOID>(reinterpret_cast<ULONG_PTR>(&Owner) | 3);
    ExSetResourceOwnerPointer(Resource, Pointer);
    CaseThread Other([&] {
        EXPECT_FALSE(ExAcquireResourceSharedLite(Resource, FALSE));
        ExReleaseResourceForThreadLite(Resource, reinterpret_cast<ERESOURCE_THREAD>(Pointer));
        EXPECT_TRUE(ExAcquireResourceSharedLite(Resource, FALSE));
        ExReleaseResourceLite(Resource);
    });
    Other.Join();
}

EXPORT_CASE(ExTryToAcquireResourceExclusiveLite) {
    RESOURCE Resource;
    EXPECT_TRUE(ImportedTryToAcquire(Resource));
    EXPECT_TRUE(ExIsResourceAcquiredExclusiveLite(Resource));
    CaseThread Other([&] { EXPECT_FALSE(ImportedTryToAcquire(Resource)); });
    Other.Join();
    ExReleaseResourceLite(Resource);
}

EXPORT_CASE(ExReinitializeResourceLite) {
    RESOURCE Resource;
    EXPECT_TRUE(ExAcquireResourceExclusiveLite(Resource, TRUE));
    ExReleaseResourceLite(Resource);
    EXPECT_SUCCESS(ExReinitializeResourceLite(Resource));
    EXPECT_TRUE(ExAcquireResourceSharedLite(Resource, FALSE));
    ExReleaseResourceLite(Resource);
}

EXPORT_CASE(ExEnterCriticalRegionAndAcquireResourceExclusive,
            ExEnterCriticalRegionAndAcquireResourceShared,
            ExReleaseResourceAndLeaveCriticalRegion) {
    ERESOURCE Resource;
    EXPECT_SUCCESS(ExInitializeResourceLite(&Resource));
    ExEnterCriticalRegionAndAcquireResourceExclusive(&Resource);
    EXPECT_TRUE(KeAreApcsDisabled());
    EXPECT_TRUE(ExIsResourceAcquiredExclusiveLite(&Resource));
    ExReleaseResourceAndLeaveCriticalRegion(&Resource);
    EXPECT_FALSE(KeAreApcsDisabled());
    ExEnterCriticalRegionAndAcquireResourceShared(&Resource);
    EXPECT_TRUE(KeAreApcsDisabled());
    EXPECT_FALSE(ExIsResourceAcquiredExclusiveLite(&Resource));
    EXPECT_EQ(ExIsResourceAcquiredSharedLite(&Resource), 1);
    ExReleaseResourceAndLeaveCriticalRegion(&Resource);
    EXPECT_SUCCESS(ExDeleteResourceLite(&Resource));
}
