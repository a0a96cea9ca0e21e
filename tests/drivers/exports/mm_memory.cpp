// Contiguous memory, I/O space, reserved mappings, and questions about addresses.
#include "support/case.h"

extern "C" PVOID NTAPI ImportedMapIoSpaceEx(PHYSICAL_ADDRESS, SIZE_T, ULONG)
    IMPORT_OF(MmMapIoSpaceEx);

namespace {
constexpr ULONG Tag = 'esaC';

PHYSICAL_ADDRESS At(LONGLONG Address) {
    PHYSICAL_ADDRESS Physical;
    Physical.QuadPart = Address;
    return Physical;
}

// Whether all pages follow each other, below the limit.
void CheckContiguous(PVOID Memory, SIZE_T Bytes, ULONGLONG Highest) {
    const LONGLONG First = MmGetPhysicalAddress(Memory).QuadPart;
    EXPECT_EQ(First % PAGE_SIZE, 0);
    for (SIZE_T Offset = 0; Offset < Bytes; Offset += PAGE_SIZE)
        EXPECT_EQ(MmGetPhysicalAddress((PUCHAR)Memory + Offset).QuadPart, First + (LONGLONG)Offset);
    EXPECT_TRUE((ULONGLONG)First + Bytes - 1 <= Highest);
}
} // namespace

EXPORT_CASE(MmAllocateContiguousMemory, MmFreeContiguousMemory) {
    constexpr ULONGLONG Highest = 0xffffffff;
    PVOID Memory = MmAllocateContiguousMemory(5 * PAGE_SIZE, At(Highest));
    REQUIRE(Memory != nullptr);
    CheckContiguous(Memory, 5 * PAGE_SIZE, Highest);
    RtlFillMemory(Memory, 5 * PAGE_SIZE, 0x12);
    MmFreeContiguousMemory(Memory);
    EXPECT_EQ(MmAllocateContiguousMemory(PAGE_SIZE, At(0x1000)), nullptr);
}

EXPORT_CASE(MmAllocateContiguousMemorySpecifyCache, MmAllocateContiguousMemorySpecifyCacheNode,
            MmAllocateContiguousNodeMemory, MmFreeContiguousMemorySpecifyCache) {
    constexpr ULONGLONG Highest = 0xffffffff;
    constexpr SIZE_T Bytes = 12 * PAGE_SIZE, Boundary = 16 * PAGE_SIZE;
    PVOID Memory[4] = {
        MmAllocateContiguousMemorySpecifyCache(Bytes, At(0x200000), At(Highest), At(Boundary),
                                               MmNonCached),
        MmAllocateContiguousMemorySpecifyCache(Bytes, At(0x200000), At(Highest), At(Boundary),
                                               MmCached),
        MmAllocateContiguousMemorySpecifyCacheNode(Bytes, At(0x200000), At(Highest), At(Boundary),
                                                   MmCached, (NODE_REQUIREMENT)MM_ANY_NODE_OK),
        MmAllocateContiguousNodeMemory(Bytes, At(0x200000), At(Highest), At(Boundary),
                                       PAGE_READWRITE, (NODE_REQUIREMENT)MM_ANY_NODE_OK)};
    for (PVOID Each : Memory) {
        REQUIRE(Each != nullptr);
        CheckContiguous(Each, Bytes, Highest);
        const LONGLONG First = MmGetPhysicalAddress(Each).QuadPart;
        EXPECT_TRUE(First >= 0x200000);
        EXPECT_EQ(First / Boundary, (First + Bytes - 1) / Boundary);
    }
    MmFreeContiguousMemorySpecifyCache(Memory[0], Bytes, MmNonCached);
    for (int i = 1; i < 4; ++i)
        MmFreeContiguousMemory(Memory[i]);
    EXPECT_EQ(MmAllocateContiguousNodeMemory(PAGE_SIZE, At(0), At(Highest), At(0),
                                             PAGE_READWRITE | PAGE_NOCACHE | PAGE_WRITECOMBINE, 0),
              nullptr);
    EXPECT_EQ(
        MmAllocateContiguousNodeMemory(PAGE_SIZE, At(0), At(Highest), At(0), PAGE_READWRITE, 7),
        nullptr); // no such node
}

EXPORT_CASE(MmAllocateNonCachedMemory, MmFreeNonCachedMemory) {
    PVOID Memory = MmAllocateNonCachedMemory(100);
    REQUIRE(Memory != nullptr);
    EXPECT_EQ((ULONG_PTR)Memory % PAGE_SIZE, 0);
    RtlFillMemory(Memory, 100, 1);
    MmFreeNonCachedMemory(Memory, 100);
}

// A second view of memory by its physical address.
EXPORT_CASE(MmMapIoSpace, MmMapIoSpaceEx, MmUnmapIoSpace) {
    PUCHAR Memory = static_cast<PUCHAR>(MmAllocateContiguousMemory(2 * PAGE_SIZE, At(-1)));
    REQUIRE(Memory != nullptr);
    PHYSICAL_ADDRESS Physical = MmGetPhysicalAddress(Memory);
    Physical.QuadPart += 16;
    volatile UCHAR *View = static_cast<PUCHAR>(MmMapIoSpace(Physical, PAGE_SIZE, MmNonCached));
    REQUIRE(View != nullptr);
    EXPECT_EQ((ULONG_PTR)View % PAGE_SIZE, 16);
    View[0] = 0x42;
    EXPECT_EQ(Memory[16], 0x42);
    MmUnmapIoSpace((PVOID)View, PAGE_SIZE);
    View = static_cast<PUCHAR>(ImportedMapIoSpaceEx(Physical, 64, PAGE_READONLY | PAGE_NOCACHE));
    REQUIRE(View != nullptr);
    EXPECT_EQ(View[0], 0x42);
    MmUnmapIoSpace((PVOID)View, 64);
    EXPECT_EQ(ImportedMapIoSpaceEx(Physical, 64, PAGE_NOACCESS), nullptr);
    MmFreeContiguousMemory(Memory);
}

EXPORT_CASE(MmAllocateMappingAddress, MmAllocateMappingAddressEx, MmFreeMappingAddress,
            MmMapLockedPagesWithReservedMapping, MmUnmapReservedMapping) {
    for (int Extended = 0; Extended < 2; ++Extended) {
        PVOID Room = Extended ? MmAllocateMappingAddressEx(4 * PAGE_SIZE, Tag, 0)
                              : MmAllocateMappingAddress(4 * PAGE_SIZE, Tag);
        REQUIRE(Room != nullptr);
        EXPECT_FALSE(MmIsAddressValid(Room));
        PUCHAR Memory = static_cast<PUCHAR>(ExAllocatePoolWithTag(NonPagedPool, PAGE_SIZE, Tag));
        PMDL Mdl = IoAllocateMdl(Memory + 8, 100, FALSE, FALSE, nullptr);
        MmBuildMdlForNonPagedPool(Mdl);
        Mdl->MdlFlags &= ~MDL_SOURCE_IS_NONPAGED_POOL;
        Mdl->MdlFlags |= MDL_PAGES_LOCKED;
        EXPECT_EQ(MmMapLockedPagesWithReservedMapping(Room, 'rhtO', Mdl, MmCached), nullptr);
        PUCHAR View =
            static_cast<PUCHAR>(MmMapLockedPagesWithReservedMapping(Room, Tag, Mdl, MmCached));
        REQUIRE(View != nullptr);
        EXPECT_EQ(View, (PUCHAR)Room + MmGetMdlByteOffset(Mdl));
        View[1] = 0x55;
        EXPECT_EQ(Memory[9], 0x55);
        MmUnmapReservedMapping(View, Tag, Mdl);
        EXPECT_FALSE(MmIsAddressValid(Room));
        MmFreeMappingAddress(Room, Tag);
        IoFreeMdl(Mdl);
        ExFreePoolWithTag(Memory, Tag);
    }
}

EXPORT_CASE(MmIsAddressValid, MmGetPhysicalAddress) {
    PVOID Memory = ExAllocatePoolWithTag(NonPagedPool, 64, Tag);
    REQUIRE(Memory != nullptr);
    EXPECT_TRUE(MmIsAddressValid(Memory));
    EXPECT_FALSE(MmIsAddressValid(nullptr));
    EXPECT_FALSE(MmIsAddressValid((PVOID)(ULONG_PTR)0xffff));
    EXPECT_TRUE(MmIsAddressValid(Case.ClientBuffer));
    EXPECT_NE(MmGetPhysicalAddress(Memory).QuadPart, 0);
    EXPECT_EQ(MmGetPhysicalAddress(Memory).QuadPart % PAGE_SIZE, (ULONG_PTR)Memory % PAGE_SIZE);
    EXPECT_EQ(MmGetPhysicalAddress(nullptr).QuadPart, 0);
    ExFreePoolWithTag(Memory, Tag);
}

extern "C" PVOID NTAPI ImportedPageEntireDriver(PVOID) IMPORT_OF(MmPageEntireDriver);
extern "C" VOID NTAPI ImportedResetPaging(PVOID) IMPORT_OF(MmResetDriverPaging);
extern "C" VOID NTAPI ImportedLockByHandle(PVOID) IMPORT_OF(MmLockPagableSectionByHandle);

static int InTheImage;

EXPORT_CASE(MmLockPagableDataSection, MmLockPagableSectionByHandle, MmUnlockPagableImageSection,
            MmPageEntireDriver, MmResetDriverPaging) {
    PVOID Handle = MmLockPagableDataSection(&InTheImage);
    REQUIRE(Handle != nullptr);
    ImportedLockByHandle(Handle);
    MmUnlockPagableImageSection(Handle);
    MmUnlockPagableImageSection(Handle);
    PVOID Base = ImportedPageEntireDriver(&InTheImage);
    EXPECT_EQ(Base, Case.Driver->DriverStart);
    ImportedResetPaging(&InTheImage);
    EXPECT_TRUE(MmIsAddressValid(&InTheImage));
}

extern "C" LOGICAL NTAPI ImportedSuspect(PDRIVER_OBJECT) IMPORT_OF(MmIsDriverSuspectForVerifier);
extern "C" LOGICAL NTAPI ImportedVerifyingAt(PVOID) IMPORT_OF(MmIsDriverVerifyingByAddress);
extern "C" NTSTATUS NTAPI ImportedProtect(PVOID, SIZE_T, ULONG) IMPORT_OF(MmProtectDriverSection);

EXPORT_CASE(MmIsDriverVerifying, MmIsDriverVerifyingByAddress, MmIsVerifierEnabled,
            MmIsDriverSuspectForVerifier, MmQuerySystemSize, MmIsThisAnNtAsSystem,
            MmProtectDriverSection) {
    ULONG Flags = 7;
    EXPECT_FALSE(MmIsDriverVerifying(Case.Driver));
    EXPECT_FALSE(ImportedVerifyingAt(&InTheImage));
    EXPECT_FALSE(ImportedSuspect(Case.Driver));
    EXPECT_EQ(MmIsVerifierEnabled(&Flags), STATUS_NOT_SUPPORTED);
    EXPECT_EQ(Flags, 0);
    EXPECT_EQ(MmQuerySystemSize(), MmLargeSystem);
    EXPECT_FALSE(MmIsThisAnNtAsSystem());
    EXPECT_EQ(ImportedProtect(&InTheImage, 1, 0), STATUS_INVALID_PARAMETER);
    EXPECT_EQ(ImportedProtect(&InTheImage, 0, 0), STATUS_INVALID_DEVICE_STATE); // no VSM
}

EXPORT_CASE(MmHighestUserAddress, MmUserProbeAddress, MmSystemRangeStart) {
    EXPECT_TRUE(MmHighestUserAddress < MmSystemRangeStart);
    EXPECT_TRUE((ULONG_PTR)MmHighestUserAddress < MmUserProbeAddress);
    EXPECT_TRUE(Case.ClientBuffer < MmHighestUserAddress);
    EXPECT_TRUE((PVOID)&InTheImage >= MmSystemRangeStart);
}

EXPORT_CASE(MmGetSystemRoutineAddress) {
    UNICODE_STRING Name;
    RtlInitUnicodeString(&Name, L"MmQuerySystemSize");
    using FUNCTION = MM_SYSTEMSIZE(NTAPI *)();
    auto Function = reinterpret_cast<FUNCTION>(MmGetSystemRoutineAddress(&Name));
    REQUIRE(Function != nullptr);
    EXPECT_EQ(Function(), MmLargeSystem);
    RtlInitUnicodeString(&Name, L"NoSuchRoutineAnywhere");
    EXPECT_EQ(MmGetSystemRoutineAddress(&Name), nullptr);
}
