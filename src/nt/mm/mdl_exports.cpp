// MDLs as drivers see them. IRQL <= DISPATCH_LEVEL, client addresses <= APC_LEVEL.
#include <array>

#include "nt/call_driver.h"
#include "nt/ex/raising.h"
#include "nt/exports.h"
#include "nt/ke/thread.h"
#include "nt/kernel.h"
#include "nt/mm/layout.h"
#include "nt/mm/mdl.h"
#include "nt/mm/page_protection.h"
#include "nt/mm/pool.h"
#include "nt/mm/verifier.h"

namespace ksbox::mm {
namespace {

using ex::RaiseSlot;

constexpr SHORT has_pages = MDL_PAGES_LOCKED | MDL_SOURCE_IS_NONPAGED_POOL | MDL_PARTIAL;
constexpr ULONG mapping_no_write = 0x8000'0000; // MdlMappingNoWrite

std::uint64_t number(const void *address) {
    return reinterpret_cast<std::uint64_t>(address);
}
std::uint64_t flags_of(const MDL *mdl) {
    return static_cast<USHORT>(mdl->MdlFlags);
}

/// The body of both mapping exports.
PVOID map_locked(PMDL mdl, KPROCESSOR_MODE mode, void *address, ULONG priority,
                 bool stop_on_failure, RaiseSlot &slot) {
    if (!(mdl->MdlFlags & has_pages))
        violation(0xb3, number(mdl), flags_of(mdl), has_pages,
                  "an MDL was mapped whose pages are not locked");
    const Protection protection =
        priority & mapping_no_write ? Protection::read : Protection::read_write;
    auto &memory = current_kernel().memory();
    if (mode == KernelMode) {
        if (!stop_on_failure && current_kernel().pool().fails_mapping(mdl->ByteCount, slot.caller))
            return nullptr;
        if (auto view = mdl_map_system(memory, *mdl, protection))
            return *view;
        if (stop_on_failure)
            violation(0x82, number(mdl), flags_of(mdl), 0,
                      "an MDL could not be mapped, and the driver asked for a bug check then");
        return nullptr;
    }
    const auto view = mdl_map_client(memory, *mdl, protection, static_cast<std::byte *>(address));
    if (view)
        return *view;
    slot.status = view.error().value();
    return nullptr;
}

PMDL allocate_pages(PHYSICAL_ADDRESS low, PHYSICAL_ADDRESS high, PHYSICAL_ADDRESS skip,
                    SIZE_T bytes, ULONG flags, const void *caller) {
    Kernel &kernel = current_kernel();
    PhysicalLimits limits;
    limits.lowest = static_cast<std::uint64_t>(low.QuadPart);
    limits.highest = static_cast<std::uint64_t>(high.QuadPart);
    const bool contiguous = (flags & MM_ALLOCATE_REQUIRE_CONTIGUOUS_CHUNKS) != 0;
    const bool whole = (flags & MM_ALLOCATE_FULLY_REQUIRED) != 0 || contiguous;
    // A further range is looked at only when the one before gave nothing.
    for (int ranges = 0; ranges < 64; ++ranges) {
        if (PMDL mdl = mdl_allocate_pages(kernel.memory(), kernel.pool(), limits, bytes, contiguous,
                                          whole, caller))
            return mdl;
        if (skip.QuadPart <= 0)
            break;
        limits.lowest += static_cast<std::uint64_t>(skip.QuadPart);
        limits.highest += static_cast<std::uint64_t>(skip.QuadPart);
    }
    return nullptr;
}

} // namespace

extern "C" {

/// @doc NF:wdm.IoAllocateMdl
PMDL NTAPI IoAllocateMdl(PVOID VirtualAddress, ULONG Length, BOOLEAN SecondaryBuffer, BOOLEAN,
                         PIRP Irp) {
    MDL *mdl =
        mdl_allocate(current_kernel().pool(), VirtualAddress, Length, __builtin_return_address(0));
    if (mdl == nullptr || Irp == nullptr)
        return mdl;
    if (!SecondaryBuffer) {
        Irp->MdlAddress = mdl;
    } else {
        PMDL *last = &Irp->MdlAddress;
        while (*last != nullptr)
            last = &(*last)->Next;
        *last = mdl;
    }
    return mdl;
}

/// @doc NF:wdm.IoFreeMdl
VOID NTAPI IoFreeMdl(PMDL Mdl) {
    Kernel &kernel = current_kernel();
    mdl_free(kernel.memory(), kernel.pool(), Mdl, __builtin_return_address(0));
}

/// @doc NF:wdm.IoBuildPartialMdl
VOID NTAPI IoBuildPartialMdl(PMDL SourceMdl, PMDL TargetMdl, PVOID VirtualAddress, ULONG Length) {
    if (!mdl_build_partial(*SourceMdl, *TargetMdl, VirtualAddress, Length))
        bug_check(0x12e, number(SourceMdl), number(TargetMdl), number(VirtualAddress), Length,
                  "a partial MDL reaches beyond its source");
}

/// @doc NF:wdm.MmBuildMdlForNonPagedPool
VOID NTAPI MmBuildMdlForNonPagedPool(PMDL MemoryDescriptorList) {
    if (!mdl_build_nonpaged(current_kernel().memory(), *MemoryDescriptorList))
        violation(0x7f, ke::current_thread().irql, number(MemoryDescriptorList),
                  flags_of(MemoryDescriptorList),
                  "MmBuildMdlForNonPagedPool was given memory that is not nonpaged");
}

/// @doc NF:wdm.MmProbeAndLockPages
VOID NTAPI ksbox_body_MmProbeAndLockPages(PMDL MemoryDescriptorList, KPROCESSOR_MODE AccessMode,
                                          LOCK_OPERATION Operation, ULONG64, ULONG64, ULONG64,
                                          RaiseSlot *slot) noexcept {
    if (MemoryDescriptorList->MdlFlags & has_pages)
        violation(0xb0, number(MemoryDescriptorList), flags_of(MemoryDescriptorList),
                  flags_of(MemoryDescriptorList) & has_pages,
                  "MmProbeAndLockPages was given an MDL whose pages are locked or nonpaged");
    const auto locked = mdl_lock(current_kernel().memory(), *MemoryDescriptorList, AccessMode,
                                 Operation, ke::current_thread().process);
    if (!locked)
        slot->status = locked.error().value();
}

/// @doc NF:wdm.MmUnlockPages
VOID NTAPI MmUnlockPages(PMDL MemoryDescriptorList) {
    MDL &mdl = *MemoryDescriptorList;
    if (mdl.MdlFlags & MDL_SOURCE_IS_NONPAGED_POOL)
        violation(0x7d, number(&mdl), flags_of(&mdl), 0,
                  "MmUnlockPages was given an MDL of nonpaged pool");
    if (mdl.MdlFlags & MDL_PARTIAL)
        violation(0xb4, number(&mdl), flags_of(&mdl), MDL_PARTIAL,
                  "MmUnlockPages was given a partial MDL");
    if (!(mdl.MdlFlags & MDL_PAGES_LOCKED))
        violation(0x7c, number(&mdl), flags_of(&mdl), 0,
                  "MmUnlockPages was given an MDL whose pages are not locked");
    mdl_unlock(current_kernel().memory(), mdl);
}

/// @doc NF:wdm.MmMapLockedPages
PVOID NTAPI ksbox_body_MmMapLockedPages(PMDL MemoryDescriptorList, KPROCESSOR_MODE AccessMode,
                                        ULONG64, ULONG64, ULONG64, ULONG64,
                                        RaiseSlot *slot) noexcept {
    return map_locked(MemoryDescriptorList, AccessMode, nullptr, 0, true, *slot);
}

/// @doc NF:wdm.MmMapLockedPagesSpecifyCache
PVOID NTAPI ksbox_body_MmMapLockedPagesSpecifyCache(PMDL MemoryDescriptorList,
                                                    KPROCESSOR_MODE AccessMode, ULONG64,
                                                    PVOID RequestedAddress, ULONG BugCheckOnFailure,
                                                    ULONG Priority, RaiseSlot *slot) noexcept {
    return map_locked(MemoryDescriptorList, AccessMode, RequestedAddress, Priority,
                      BugCheckOnFailure != 0, *slot);
}

/// @doc NF:wdm.MmUnmapLockedPages
VOID NTAPI MmUnmapLockedPages(PVOID BaseAddress, PMDL MemoryDescriptorList) {
    MDL &mdl = *MemoryDescriptorList;
    // Nonpaged pool keeps its own address; there is nothing to take back.
    if ((mdl.MdlFlags & MDL_SOURCE_IS_NONPAGED_POOL) && BaseAddress == mdl.MappedSystemVa)
        return;
    if (!mdl_unmap(current_kernel().memory(), mdl, BaseAddress))
        violation(mdl.MdlFlags & MDL_MAPPED_TO_SYSTEM_VA ? 0xb9 : 0xb6, number(BaseAddress),
                  number(&mdl), flags_of(&mdl),
                  "MmUnmapLockedPages was given an address that is no mapping");
}

/// @doc NF:wdm.MmSizeOfMdl
SIZE_T NTAPI MmSizeOfMdl(PVOID Base, SIZE_T Length) {
    return mdl_bytes(Base, Length);
}

/// @doc NF:wdm.MmAdvanceMdl
NTSTATUS NTAPI MmAdvanceMdl(PMDL Mdl, ULONG NumberOfBytes) {
    const auto advanced = mdl_advance(current_kernel().memory(), *Mdl, NumberOfBytes);
    return advanced ? STATUS_SUCCESS : advanced.error().value();
}

/// @doc NF:wdm.MmProtectMdlSystemAddress
NTSTATUS NTAPI MmProtectMdlSystemAddress(PMDL MemoryDescriptorList, ULONG NewProtect) {
    const auto protection = protection_from(NewProtect);
    if (!protection)
        return STATUS_INVALID_PAGE_PROTECTION;
    MDL &mdl = *MemoryDescriptorList;
    if (!(mdl.MdlFlags & MDL_MAPPED_TO_SYSTEM_VA))
        return STATUS_NOT_MAPPED_VIEW;
    const auto changed = current_kernel().memory().protect(
        static_cast<std::byte *>(mdl.MappedSystemVa), mdl.ByteCount, *protection);
    return changed ? STATUS_SUCCESS : changed.error().value();
}

/// @doc NF:wdm.MmAllocatePagesForMdlEx
PMDL NTAPI MmAllocatePagesForMdlEx(PHYSICAL_ADDRESS LowAddress, PHYSICAL_ADDRESS HighAddress,
                                   PHYSICAL_ADDRESS SkipBytes, SIZE_T TotalBytes,
                                   MEMORY_CACHING_TYPE, ULONG Flags) {
    return allocate_pages(LowAddress, HighAddress, SkipBytes, TotalBytes, Flags,
                          __builtin_return_address(0));
}

/// @doc NF:wdm.MmAllocatePagesForMdl
PMDL NTAPI MmAllocatePagesForMdl(PHYSICAL_ADDRESS LowAddress, PHYSICAL_ADDRESS HighAddress,
                                 PHYSICAL_ADDRESS SkipBytes, SIZE_T TotalBytes) {
    return allocate_pages(LowAddress, HighAddress, SkipBytes, TotalBytes, 0,
                          __builtin_return_address(0));
}

/// A box has one node. @doc NF:wdm.MmAllocateNodePagesForMdlEx
PMDL NTAPI MmAllocateNodePagesForMdlEx(PHYSICAL_ADDRESS LowAddress, PHYSICAL_ADDRESS HighAddress,
                                       PHYSICAL_ADDRESS SkipBytes, SIZE_T TotalBytes,
                                       MEMORY_CACHING_TYPE, ULONG IdealNode, ULONG Flags) {
    // Without the flag that forbids it, pages of another node than the ideal one will do.
    constexpr ULONG fast_local_only = MM_ALLOCATE_FROM_LOCAL_NODE_ONLY;
    if (Flags & fast_local_only && IdealNode != 0 && IdealNode != MM_ANY_NODE_OK)
        return nullptr;
    return allocate_pages(LowAddress, HighAddress, SkipBytes, TotalBytes, Flags,
                          __builtin_return_address(0));
}

/// No address of a box is I/O space: everything is RAM (STATUS_INVALID_PARAMETER_1), or nothing.
/// @doc NF:wdm.MmAllocateMdlForIoSpace
NTSTATUS NTAPI MmAllocateMdlForIoSpace(PMM_PHYSICAL_ADDRESS_LIST PhysicalAddressList,
                                       SIZE_T NumberOfEntries, PMDL *NewMdl) {
    *NewMdl = nullptr;
    Kernel &kernel = current_kernel();
    std::uint64_t bytes = 0;
    for (SIZE_T i = 0; i < NumberOfEntries; ++i) {
        const auto &range = PhysicalAddressList[i];
        const auto begin = static_cast<std::uint64_t>(range.PhysicalAddress.QuadPart);
        if (begin % layout::page_bytes != 0 || range.NumberOfBytes % layout::page_bytes != 0)
            return STATUS_INVALID_PARAMETER_1;
        for (std::uint64_t at = begin; at - begin < range.NumberOfBytes; at += layout::page_bytes)
            if (kernel.memory().address_of(at / layout::page_bytes) != nullptr)
                return STATUS_INVALID_PARAMETER_1;
        bytes += range.NumberOfBytes;
    }
    if (bytes == 0)
        return STATUS_INVALID_PARAMETER_2;
    if (bytes > UINT32_MAX)
        return STATUS_INVALID_PARAMETER_1;
    MDL *mdl = mdl_allocate(kernel.pool(), nullptr, bytes, __builtin_return_address(0));
    if (mdl == nullptr)
        return STATUS_INSUFFICIENT_RESOURCES;
    std::size_t page = 0;
    for (SIZE_T i = 0; i < NumberOfEntries; ++i) {
        const auto &range = PhysicalAddressList[i];
        for (std::uint64_t at = 0; at < range.NumberOfBytes; at += layout::page_bytes)
            mdl_pfns(*mdl)[page++] =
                (static_cast<std::uint64_t>(range.PhysicalAddress.QuadPart) + at) /
                layout::page_bytes;
    }
    mdl->MdlFlags |= MDL_PAGES_LOCKED | MDL_IO_SPACE;
    *NewMdl = mdl;
    return STATUS_SUCCESS;
}

/// @doc NF:wdm.MmMapMdl
NTSTATUS NTAPI MmMapMdl(PMDL MemoryDescriptorList, ULONG Protection, PMM_MDL_ROUTINE DriverRoutine,
                        PVOID DriverContext) {
    MDL &mdl = *MemoryDescriptorList;
    auto &memory = current_kernel().memory();
    const auto access = protection_from(Protection);
    if (!access)
        return STATUS_INVALID_PAGE_PROTECTION;
    if (!(mdl.MdlFlags & has_pages))
        return STATUS_INVALID_PARAMETER_1;
    const bool mapped = mdl.MdlFlags & (MDL_MAPPED_TO_SYSTEM_VA | MDL_SOURCE_IS_NONPAGED_POOL);
    std::byte *view = static_cast<std::byte *>(mdl.MappedSystemVa);
    if (!mapped) {
        const auto made = mdl_map_system(memory, mdl, *access);
        if (!made)
            return made.error().value();
        view = *made;
    }
    call_driver("MM_MDL_ROUTINE", &mdl, DriverRoutine, DriverContext, static_cast<PVOID>(view));
    if (!mapped)
        mdl_unmap(memory, mdl, view);
    return STATUS_SUCCESS;
}

/// @doc NF:wdm.MmFreePagesFromMdl
VOID NTAPI MmFreePagesFromMdl(PMDL MemoryDescriptorList) {
    mdl_free_pages(current_kernel().memory(), *MemoryDescriptorList);
}

} // extern "C"
} // namespace ksbox::mm

namespace ksbox {

std::span<const Export> mdl_exports() {
    static const std::array table{
        done<&IoAllocateMdl>("IoAllocateMdl", "NF:wdm.IoAllocateMdl"),
        done<&IoFreeMdl>("IoFreeMdl", "NF:wdm.IoFreeMdl"),
        done<&IoBuildPartialMdl>("IoBuildPartialMdl", "NF:wdm.IoBuildPartialMdl"),
        done<&MmBuildMdlForNonPagedPool>("MmBuildMdlForNonPagedPool",
                                         "NF:wdm.MmBuildMdlForNonPagedPool"),
        done<&MmProbeAndLockPages>("MmProbeAndLockPages", "NF:wdm.MmProbeAndLockPages"),
        done<&MmUnlockPages>("MmUnlockPages", "NF:wdm.MmUnlockPages"),
        done<&MmMapLockedPages>("MmMapLockedPages", "NF:wdm.MmMapLockedPages"),
        done<&MmMapLockedPagesSpecifyCache>("MmMapLockedPagesSpecifyCache",
                                            "NF:wdm.MmMapLockedPagesSpecifyCache"),
        done<&MmUnmapLockedPages>("MmUnmapLockedPages", "NF:wdm.MmUnmapLockedPages"),
        done<&MmSizeOfMdl>("MmSizeOfMdl", "NF:wdm.MmSizeOfMdl"),
        done<&MmAdvanceMdl>("MmAdvanceMdl", "NF:wdm.MmAdvanceMdl"),
        done<&MmProtectMdlSystemAddress>("MmProtectMdlSystemAddress",
                                         "NF:wdm.MmProtectMdlSystemAddress"),
        done<&MmAllocatePagesForMdl>("MmAllocatePagesForMdl", "NF:wdm.MmAllocatePagesForMdl"),
        done<&MmAllocatePagesForMdlEx>("MmAllocatePagesForMdlEx", "NF:wdm.MmAllocatePagesForMdlEx"),
        done<&MmAllocateNodePagesForMdlEx>("MmAllocateNodePagesForMdlEx",
                                           "NF:wdm.MmAllocateNodePagesForMdlEx"),
        done<&MmAllocateMdlForIoSpace>("MmAllocateMdlForIoSpace", "NF:wdm.MmAllocateMdlForIoSpace"),
        done<&MmMapMdl>("MmMapMdl", "NF:wdm.MmMapMdl"),
        done<&MmFreePagesFromMdl>("MmFreePagesFromMdl", "NF:wdm.MmFreePagesFromMdl"),
    };
    return table;
}

} // namespace ksbox
