// Memory descriptor lists: describing, locking, mapping.
#include "support/case.h"

namespace {
constexpr ULONG Tag = 'esaC';

PVOID Allocate(SIZE_T Bytes) {
    PVOID Memory = ExAllocatePoolWithTag(NonPagedPool, Bytes, Tag);
    EXPECT_NE(Memory, nullptr);
    return Memory;
}
} // namespace

EXPORT_CASE(IoAllocateMdl, IoFreeMdl, MmSizeOfMdl) {
    PUCHAR Memory = static_cast<PUCHAR>(Allocate(4 * PAGE_SIZE));
    PMDL First = IoAllocateMdl(Memory + 100, PAGE_SIZE, FALSE, FALSE, nullptr);
    REQUIRE(First != nullptr);
    EXPECT_EQ(MmGetMdlVirtualAddress(First), Memory + 100);
    EXPECT_EQ(MmGetMdlByteCount(First), PAGE_SIZE);
    EXPECT_EQ(MmGetMdlByteOffset(First), (ULONG_PTR)(Memory + 100) % PAGE_SIZE);
    EXPECT_EQ(First->Next, nullptr);
    EXPECT_EQ(MmSizeOfMdl((PVOID)(ULONG_PTR)0xfff, 2), sizeof(MDL) + 2 * sizeof(PFN_NUMBER));
    EXPECT_EQ(MmSizeOfMdl((PVOID)(ULONG_PTR)0x1000, PAGE_SIZE), sizeof(MDL) + sizeof(PFN_NUMBER));
    IoFreeMdl(First);
    // With an IRP: the first is its MDL, others are chained.
    PIRP Irp = IoAllocateIrp(1, FALSE);
    REQUIRE(Irp != nullptr);
    First = IoAllocateMdl(Memory, 16, FALSE, FALSE, Irp);
    PMDL Second = IoAllocateMdl(Memory + 64, 16, TRUE, FALSE, Irp);
    EXPECT_EQ(Irp->MdlAddress, First);
    EXPECT_EQ(First->Next, Second);
    IoFreeMdl(Second);
    IoFreeMdl(First);
    IoFreeIrp(Irp);
    ExFreePoolWithTag(Memory, Tag);
}

EXPORT_CASE(MmBuildMdlForNonPagedPool, MmGetPhysicalAddress) {
    PUCHAR Memory = static_cast<PUCHAR>(Allocate(2 * PAGE_SIZE));
    PMDL Mdl = IoAllocateMdl(Memory, 2 * PAGE_SIZE, FALSE, FALSE, nullptr);
    MmBuildMdlForNonPagedPool(Mdl);
    EXPECT_TRUE(Mdl->MdlFlags & MDL_SOURCE_IS_NONPAGED_POOL);
    EXPECT_EQ(MmGetSystemAddressForMdlSafe(Mdl, NormalPagePriority), Memory);
    EXPECT_EQ(MmGetMdlPfnArray(Mdl)[1],
              MmGetPhysicalAddress(Memory + PAGE_SIZE).QuadPart / PAGE_SIZE);
    IoFreeMdl(Mdl);
    ExFreePoolWithTag(Memory, Tag);
}

// The client's buffer, locked and seen in system space.
EXPORT_CASE(MmProbeAndLockPages, MmMapLockedPagesSpecifyCache, MmUnmapLockedPages, MmUnlockPages) {
    REQUIRE(Case.ClientBytes >= 64);
    volatile PUCHAR Client = static_cast<PUCHAR>(Case.ClientBuffer);
    PMDL Mdl = IoAllocateMdl((PVOID)Client, 64, FALSE, FALSE, nullptr);
    REQUIRE(Mdl != nullptr);
    MmProbeAndLockPages(Mdl, UserMode, IoWriteAccess);
    EXPECT_TRUE(Mdl->MdlFlags & MDL_PAGES_LOCKED);
    PUCHAR View = static_cast<PUCHAR>(MmMapLockedPagesSpecifyCache(
        Mdl, KernelMode, MmCached, nullptr, FALSE, NormalPagePriority));
    REQUIRE(View != nullptr);
    EXPECT_TRUE(View >= MmSystemRangeStart);
    EXPECT_TRUE(Mdl->MdlFlags & MDL_MAPPED_TO_SYSTEM_VA);
    View[3] = 0x77;
    EXPECT_EQ(Client[3], 0x77);
    Client[4] = 0x78;
    EXPECT_EQ(View[4], 0x78);
    MmUnmapLockedPages(View, Mdl);
    EXPECT_FALSE(Mdl->MdlFlags & MDL_MAPPED_TO_SYSTEM_VA);
    MmUnlockPages(Mdl);
    EXPECT_FALSE(Mdl->MdlFlags & MDL_PAGES_LOCKED);
    IoFreeMdl(Mdl);
    // A system address is none that a client may name.
    NTSTATUS Raised = STATUS_SUCCESS;
    PVOID Memory = Allocate(64);
    Mdl = IoAllocateMdl(Memory, 64, FALSE, FALSE, nullptr);
    __try {
        MmProbeAndLockPages(Mdl, UserMode, IoReadAccess);
    } __except (EXCEPTION_EXECUTE_HANDLER) {
        Raised = GetExceptionCode();
    }
    EXPECT_EQ(Raised, STATUS_ACCESS_VIOLATION);
    IoFreeMdl(Mdl);
    ExFreePoolWithTag(Memory, Tag);
}

// Pool pages in the client's memory: anywhere, at an address of the driver's, and not where
// something is.
EXPORT_CASE(MmMapLockedPagesSpecifyCache, MmUnmapLockedPages) {
    PUCHAR Memory = static_cast<PUCHAR>(Allocate(PAGE_SIZE));
    RtlZeroMemory(Memory, PAGE_SIZE);
    PMDL Mdl = IoAllocateMdl(Memory, PAGE_SIZE, FALSE, FALSE, nullptr);
    MmBuildMdlForNonPagedPool(Mdl);
    PUCHAR View = nullptr, Again = nullptr;
    NTSTATUS Raised = STATUS_SUCCESS;
    __try {
        View = static_cast<PUCHAR>(MmMapLockedPagesSpecifyCache(Mdl, UserMode, MmCached, nullptr,
                                                                FALSE, NormalPagePriority));
    } __except (EXCEPTION_EXECUTE_HANDLER) {
        Raised = GetExceptionCode();
    }
    REQUIRE_SUCCESS(Raised);
    EXPECT_TRUE((PVOID)View < MmHighestUserAddress);
    View[10] = 0x31;
    EXPECT_EQ(Memory[10], 0x31);
    __try {
        Again = static_cast<PUCHAR>(
            MmMapLockedPagesSpecifyCache(Mdl, UserMode, MmCached, View, FALSE, NormalPagePriority));
    } __except (EXCEPTION_EXECUTE_HANDLER) {
        Raised = GetExceptionCode();
    }
    EXPECT_EQ(Raised, STATUS_CONFLICTING_ADDRESSES);
    EXPECT_EQ(Again, nullptr);
    MmUnmapLockedPages(View, Mdl);
    Raised = STATUS_SUCCESS;
    __try {
        Again = static_cast<PUCHAR>(
            MmMapLockedPagesSpecifyCache(Mdl, UserMode, MmCached, View, FALSE, NormalPagePriority));
        EXPECT_EQ(Again, View);
        MmUnmapLockedPages(Again, Mdl);
    } __except (EXCEPTION_EXECUTE_HANDLER) {
        Raised = GetExceptionCode();
    }
    EXPECT_SUCCESS(Raised);
    IoFreeMdl(Mdl);
    ExFreePoolWithTag(Memory, Tag);
}

extern "C" PVOID NTAPI ImportedMapLockedPages(PMDL, KPROCESSOR_MODE) IMPORT_OF(MmMapLockedPages);

EXPORT_CASE(MmMapLockedPages, MmProtectMdlSystemAddress) {
    PMDL Mdl = IoAllocateMdl(Case.ClientBuffer, PAGE_SIZE, FALSE, FALSE, nullptr);
    REQUIRE(Mdl != nullptr);
    EXPECT_EQ(MmProtectMdlSystemAddress(Mdl, PAGE_READONLY), STATUS_NOT_MAPPED_VIEW);
    MmProbeAndLockPages(Mdl, UserMode, IoModifyAccess);
    volatile UCHAR *View = static_cast<PUCHAR>(ImportedMapLockedPages(Mdl, KernelMode));
    View[0] = 9;
    EXPECT_EQ(*static_cast<PUCHAR>(Case.ClientBuffer), 9);
    EXPECT_EQ(MmProtectMdlSystemAddress(Mdl, 0x1234), STATUS_INVALID_PAGE_PROTECTION);
    EXPECT_SUCCESS(MmProtectMdlSystemAddress(Mdl, PAGE_READONLY));
    EXPECT_EQ(View[0], 9);
    EXPECT_SUCCESS(MmProtectMdlSystemAddress(Mdl, PAGE_READWRITE));
    View[0] = 10;
    MmUnmapLockedPages((PVOID)View, Mdl);
    MmUnlockPages(Mdl);
    IoFreeMdl(Mdl);
}

EXPORT_CASE(IoBuildPartialMdl, MmAdvanceMdl) {
    PUCHAR Memory = static_cast<PUCHAR>(Allocate(3 * PAGE_SIZE));
    PMDL Whole = IoAllocateMdl(Memory, 3 * PAGE_SIZE, FALSE, FALSE, nullptr);
    PMDL Part = IoAllocateMdl(Memory, 2 * PAGE_SIZE, FALSE, FALSE, nullptr);
    MmBuildMdlForNonPagedPool(Whole);
    IoBuildPartialMdl(Whole, Part, Memory + PAGE_SIZE + 8, 100);
    EXPECT_TRUE(Part->MdlFlags & MDL_PARTIAL);
    EXPECT_EQ(MmGetMdlByteCount(Part), 100);
    EXPECT_EQ(MmGetMdlVirtualAddress(Part), Memory + PAGE_SIZE + 8);
    EXPECT_EQ(MmGetMdlPfnArray(Part)[0], MmGetMdlPfnArray(Whole)[1]);
    EXPECT_EQ(MmGetSystemAddressForMdlSafe(Part, NormalPagePriority), Memory + PAGE_SIZE + 8);
    MmPrepareMdlForReuse(Part);
    IoBuildPartialMdl(Whole, Part, Memory + PAGE_SIZE, 0); // to the end
    EXPECT_EQ(MmGetMdlByteCount(Part), 2 * PAGE_SIZE);

    const PFN_NUMBER Second = MmGetMdlPfnArray(Whole)[1];
    EXPECT_SUCCESS(MmAdvanceMdl(Whole, PAGE_SIZE + 4));
    EXPECT_EQ(MmGetMdlByteCount(Whole), 2 * PAGE_SIZE - 4);
    EXPECT_EQ(MmGetMdlByteOffset(Whole), 4);
    EXPECT_EQ(MmGetMdlPfnArray(Whole)[0], Second);
    EXPECT_EQ(MmAdvanceMdl(Whole, 3 * PAGE_SIZE), STATUS_INVALID_PARAMETER_2);
    IoFreeMdl(Part);
    IoFreeMdl(Whole);
    ExFreePoolWithTag(Memory, Tag);
}

EXPORT_CASE(MmAllocatePagesForMdl, MmAllocatePagesForMdlEx, MmAllocateNodePagesForMdlEx,
            MmFreePagesFromMdl) {
    PHYSICAL_ADDRESS Low = {}, High, Skip = {}, Nowhere = {};
    High.QuadPart = 0xffffffff;
    for (int Kind = 0; Kind < 3; ++Kind) {
        PMDL Mdl = Kind == 0   ? MmAllocatePagesForMdl(Low, High, Skip, 5 * PAGE_SIZE)
                   : Kind == 1 ? MmAllocatePagesForMdlEx(Low, High, Skip, 5 * PAGE_SIZE, MmCached,
                                                         MM_ALLOCATE_FULLY_REQUIRED)
                               : MmAllocateNodePagesForMdlEx(Low, High, Skip, 5 * PAGE_SIZE,
                                                             MmCached, 0, 0);
        REQUIRE(Mdl != nullptr);
        EXPECT_EQ(MmGetMdlByteCount(Mdl), 5 * PAGE_SIZE);
        for (ULONG i = 0; i < 5; ++i)
            EXPECT_TRUE(MmGetMdlPfnArray(Mdl)[i] <= 0xfffff);
        PUCHAR View = static_cast<PUCHAR>(MmMapLockedPagesSpecifyCache(
            Mdl, KernelMode, MmCached, nullptr, FALSE, NormalPagePriority));
        REQUIRE(View != nullptr);
        EXPECT_EQ(View[5 * PAGE_SIZE - 1], 0); // zeroed
        View[0] = 1;
        MmUnmapLockedPages(View, Mdl);
        MmFreePagesFromMdl(Mdl);
        ExFreePool(Mdl);
    }
    EXPECT_EQ(MmAllocatePagesForMdlEx(Low, Nowhere, Skip, PAGE_SIZE, MmCached, 0), nullptr);
    EXPECT_EQ(MmAllocateNodePagesForMdlEx(Low, High, Skip, PAGE_SIZE, MmCached, 5,
                                          MM_ALLOCATE_FROM_LOCAL_NODE_ONLY),
              nullptr);
}

static VOID NTAPI MappedNow(PVOID Context, PVOID MappedVa) {
    *static_cast<PVOID *>(Context) = MappedVa;
    *static_cast<PUCHAR>(MappedVa) = 0x66;
}

EXPORT_CASE(MmMapMdl) {
    PMDL Mdl = IoAllocateMdl(Case.ClientBuffer, 64, FALSE, FALSE, nullptr);
    REQUIRE(Mdl != nullptr);
    PVOID Seen = nullptr;
    EXPECT_FALSE(NT_SUCCESS(MmMapMdl(Mdl, PAGE_READWRITE, MappedNow, &Seen))); // nothing locked
    MmProbeAndLockPages(Mdl, UserMode, IoWriteAccess);
    EXPECT_EQ(MmMapMdl(Mdl, 0x1234, MappedNow, &Seen), STATUS_INVALID_PAGE_PROTECTION);
    EXPECT_SUCCESS(MmMapMdl(Mdl, PAGE_READWRITE, MappedNow, &Seen));
    EXPECT_NE(Seen, nullptr);
    EXPECT_EQ(*static_cast<PUCHAR>(Case.ClientBuffer), 0x66);
    EXPECT_FALSE(Mdl->MdlFlags & MDL_MAPPED_TO_SYSTEM_VA);
    MmUnlockPages(Mdl);
    IoFreeMdl(Mdl);
}

EXPORT_CASE(MmAllocateMdlForIoSpace) {
    MM_PHYSICAL_ADDRESS_LIST List = {};
    PMDL Mdl = nullptr;
    List.PhysicalAddress.QuadPart = 0x7'0000'0008;
    List.NumberOfBytes = PAGE_SIZE;
    EXPECT_EQ(MmAllocateMdlForIoSpace(&List, 1, &Mdl), STATUS_INVALID_PARAMETER_1);
    // RAM is no I/O space.
    PVOID Memory = Allocate(PAGE_SIZE);
    List.PhysicalAddress = MmGetPhysicalAddress(Memory);
    List.PhysicalAddress.QuadPart -= List.PhysicalAddress.QuadPart % PAGE_SIZE;
    EXPECT_EQ(MmAllocateMdlForIoSpace(&List, 1, &Mdl), STATUS_INVALID_PARAMETER_1);
    EXPECT_EQ(Mdl, nullptr);
    ExFreePoolWithTag(Memory, Tag);
    List.PhysicalAddress.QuadPart = 0xfff0'0000'0000;
    List.NumberOfBytes = 3 * PAGE_SIZE;
    REQUIRE_SUCCESS(MmAllocateMdlForIoSpace(&List, 1, &Mdl));
    EXPECT_EQ(MmGetMdlByteCount(Mdl), 3 * PAGE_SIZE);
    EXPECT_EQ(MmGetMdlPfnArray(Mdl)[2], 0xfff000002ull);
    EXPECT_TRUE(Mdl->MdlFlags & MDL_IO_SPACE);
    IoFreeMdl(Mdl);
}
