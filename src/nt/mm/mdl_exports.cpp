// MDLs as drivers see them. IRQL <= DISPATCH_LEVEL, client addresses <= APC_LEVEL.
#include <array>

#include "nt/ex/raising.h"
#include "nt/exports.h"
#include "nt/ke/thread.h"
#include "nt/kernel.h"
#include "nt/mm/mdl.h"
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
PVOID map_locked(PMDL mdl, KPROCESSOR_MODE mode, ULONG priority, bool stop_on_failure,
                 RaiseSlot &slot) {
    if (!(mdl->MdlFlags & has_pages))
        violation(0xb3, number(mdl), flags_of(mdl), has_pages,
                  "an MDL was mapped whose pages are not locked");
    const Protection protection =
        priority & mapping_no_write ? Protection::read : Protection::read_write;
    auto &memory = current_kernel().memory();
    if (mode == KernelMode) {
        if (auto view = mdl_map_system(memory, *mdl, protection))
            return *view;
        if (stop_on_failure)
            violation(0x82, number(mdl), flags_of(mdl), 0,
                      "an MDL could not be mapped, and the driver asked for a bug check then");
        return nullptr;
    }
    if (auto view = mdl_map_client(memory, *mdl, protection))
        return *view;
    slot.status = STATUS_INSUFFICIENT_RESOURCES;
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
    return map_locked(MemoryDescriptorList, AccessMode, 0, true, *slot);
}

/// @doc NF:wdm.MmMapLockedPagesSpecifyCache
PVOID NTAPI ksbox_body_MmMapLockedPagesSpecifyCache(PMDL MemoryDescriptorList,
                                                    KPROCESSOR_MODE AccessMode, ULONG64,
                                                    PVOID RequestedAddress, ULONG BugCheckOnFailure,
                                                    ULONG Priority, RaiseSlot *slot) noexcept {
    // The box chooses client addresses; it cannot promise one.
    if (AccessMode != KernelMode && RequestedAddress != nullptr) {
        slot->status = STATUS_CONFLICTING_ADDRESSES;
        return nullptr;
    }
    return map_locked(MemoryDescriptorList, AccessMode, Priority, BugCheckOnFailure != 0, *slot);
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
    Protection protection;
    switch (NewProtect) {
    case PAGE_NOACCESS:
        protection = Protection::none;
        break;
    case PAGE_READONLY:
        protection = Protection::read;
        break;
    case PAGE_READWRITE:
        protection = Protection::read_write;
        break;
    case PAGE_EXECUTE:
    case PAGE_EXECUTE_READ:
        protection = Protection::read_execute;
        break;
    case PAGE_EXECUTE_READWRITE:
        protection = Protection::read_write_execute;
        break;
    default:
        return STATUS_INVALID_PAGE_PROTECTION;
    }
    MDL &mdl = *MemoryDescriptorList;
    if (!(mdl.MdlFlags & MDL_MAPPED_TO_SYSTEM_VA))
        return STATUS_NOT_MAPPED_VIEW;
    const auto changed = current_kernel().memory().protect(
        static_cast<std::byte *>(mdl.MappedSystemVa), mdl.ByteCount, protection);
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
        partial<&MmMapLockedPagesSpecifyCache>("MmMapLockedPagesSpecifyCache",
                                               "NF:wdm.MmMapLockedPagesSpecifyCache"),
        done<&MmUnmapLockedPages>("MmUnmapLockedPages", "NF:wdm.MmUnmapLockedPages"),
        done<&MmSizeOfMdl>("MmSizeOfMdl", "NF:wdm.MmSizeOfMdl"),
        done<&MmAdvanceMdl>("MmAdvanceMdl", "NF:wdm.MmAdvanceMdl"),
        done<&MmProtectMdlSystemAddress>("MmProtectMdlSystemAddress",
                                         "NF:wdm.MmProtectMdlSystemAddress"),
        done<&MmAllocatePagesForMdl>("MmAllocatePagesForMdl", "NF:wdm.MmAllocatePagesForMdl"),
        done<&MmAllocatePagesForMdlEx>("MmAllocatePagesForMdlEx", "NF:wdm.MmAllocatePagesForMdlEx"),
        done<&MmFreePagesFromMdl>("MmFreePagesFromMdl", "NF:wdm.MmFreePagesFromMdl"),
    };
    return table;
}

} // namespace ksbox
