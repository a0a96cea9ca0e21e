// Contiguous memory, I/O space, reserved mappings and questions about addresses, as drivers see
// them. Box memory is never paged out, so what locks and pages sections has nothing to do.
#include <array>
#include <vector>

#include "nt/exports.h"
#include "nt/kernel.h"
#include "nt/mm/layout.h"
#include "nt/mm/mdl.h"
#include "nt/mm/memory.h"
#include "nt/mm/memory_state.h"
#include "nt/mm/pool.h"
#include "nt/mm/verifier.h"

namespace ksbox::mm {
namespace {

std::uint64_t number(const void *address) {
    return reinterpret_cast<std::uint64_t>(address);
}

PVOID allocate_contiguous(SIZE_T bytes, LONGLONG lowest, LONGLONG highest, LONGLONG boundary,
                          const void *caller) {
    if (bytes == 0)
        return nullptr;
    PhysicalLimits limits;
    limits.lowest = static_cast<std::uint64_t>(lowest);
    limits.highest = static_cast<std::uint64_t>(highest);
    limits.boundary = static_cast<std::uint64_t>(boundary);
    return current_kernel().pool().allocate_contiguous(bytes, limits, caller);
}

PVOID map_physical(PHYSICAL_ADDRESS address, SIZE_T bytes, Protection protection) {
    const auto begin = static_cast<std::uint64_t>(address.QuadPart);
    const std::uint64_t offset = begin % layout::page_bytes;
    std::vector<Pfn> pages((offset + bytes + layout::page_bytes - 1) / layout::page_bytes);
    for (std::size_t i = 0; i < pages.size(); ++i)
        pages[i] = begin / layout::page_bytes + i;
    auto &memory = current_kernel().memory();
    const auto view = memory.map(pages, false, protection);
    if (!view)
        return nullptr;
    memory.label(*view, "mapping of I/O space");
    return *view + offset;
}

/// Reserved mappings carry their tag in the label.
std::string label_of(ULONG tag) {
    return "address range " + tag_text(tag);
}

const std::uintptr_t highest_user = layout::highest_user_address;
const std::uintptr_t user_probe = layout::user_probe_address;
const std::uintptr_t range_start = layout::system_range_start;

} // namespace

extern "C" {

/// @doc NF:wdm.MmAllocateContiguousMemory
PVOID NTAPI MmAllocateContiguousMemory(SIZE_T NumberOfBytes,
                                       PHYSICAL_ADDRESS HighestAcceptableAddress) {
    return allocate_contiguous(NumberOfBytes, 0, HighestAcceptableAddress.QuadPart, 0,
                               __builtin_return_address(0));
}

/// @doc NF:wdm.MmAllocateContiguousMemorySpecifyCache
PVOID NTAPI MmAllocateContiguousMemorySpecifyCache(SIZE_T NumberOfBytes,
                                                   PHYSICAL_ADDRESS LowestAcceptableAddress,
                                                   PHYSICAL_ADDRESS HighestAcceptableAddress,
                                                   PHYSICAL_ADDRESS BoundaryAddressMultiple,
                                                   MEMORY_CACHING_TYPE) {
    return allocate_contiguous(NumberOfBytes, LowestAcceptableAddress.QuadPart,
                               HighestAcceptableAddress.QuadPart, BoundaryAddressMultiple.QuadPart,
                               __builtin_return_address(0));
}

/// @doc NF:wdm.MmAllocateContiguousMemorySpecifyCacheNode
PVOID NTAPI MmAllocateContiguousMemorySpecifyCacheNode(SIZE_T NumberOfBytes,
                                                       PHYSICAL_ADDRESS LowestAcceptableAddress,
                                                       PHYSICAL_ADDRESS HighestAcceptableAddress,
                                                       PHYSICAL_ADDRESS BoundaryAddressMultiple,
                                                       MEMORY_CACHING_TYPE, NODE_REQUIREMENT) {
    return allocate_contiguous(NumberOfBytes, LowestAcceptableAddress.QuadPart,
                               HighestAcceptableAddress.QuadPart, BoundaryAddressMultiple.QuadPart,
                               __builtin_return_address(0));
}

/// The pages are mapped readable and writable for both protections. @doc
/// NF:wdm.MmAllocateContiguousNodeMemory
PVOID NTAPI MmAllocateContiguousNodeMemory(SIZE_T NumberOfBytes,
                                           PHYSICAL_ADDRESS LowestAcceptableAddress,
                                           PHYSICAL_ADDRESS HighestAcceptableAddress,
                                           PHYSICAL_ADDRESS BoundaryAddressMultiple, ULONG Protect,
                                           NODE_REQUIREMENT PreferredNode) {
    const ULONG access = Protect & ~ULONG(PAGE_NOCACHE | PAGE_WRITECOMBINE);
    const ULONG caching = Protect & ULONG(PAGE_NOCACHE | PAGE_WRITECOMBINE);
    // One node, number 0; of the two caching flags at most one.
    if ((access != PAGE_READWRITE && access != PAGE_EXECUTE_READWRITE) ||
        caching == (PAGE_NOCACHE | PAGE_WRITECOMBINE) ||
        (PreferredNode != 0 && PreferredNode != NODE_REQUIREMENT(MM_ANY_NODE_OK)))
        return nullptr;
    return allocate_contiguous(NumberOfBytes, LowestAcceptableAddress.QuadPart,
                               HighestAcceptableAddress.QuadPart, BoundaryAddressMultiple.QuadPart,
                               __builtin_return_address(0));
}

/// @doc NF:wdm.MmFreeContiguousMemory
VOID NTAPI MmFreeContiguousMemory(PVOID BaseAddress) {
    current_kernel().pool().free(BaseAddress, contiguous_tag, __builtin_return_address(0));
}

/// @doc NF:wdm.MmFreeContiguousMemorySpecifyCache
VOID NTAPI MmFreeContiguousMemorySpecifyCache(PVOID BaseAddress, SIZE_T, MEMORY_CACHING_TYPE) {
    current_kernel().pool().free(BaseAddress, contiguous_tag, __builtin_return_address(0));
}

/// Whole pages. @doc NF:ntddk.MmAllocateNonCachedMemory
PVOID NTAPI MmAllocateNonCachedMemory(SIZE_T NumberOfBytes) {
    return allocate_contiguous(round_to_pages(NumberOfBytes), 0, -1, 0,
                               __builtin_return_address(0));
}

/// @doc NF:ntddk.MmFreeNonCachedMemory
VOID NTAPI MmFreeNonCachedMemory(PVOID BaseAddress, SIZE_T) {
    current_kernel().pool().free(BaseAddress, contiguous_tag, __builtin_return_address(0));
}

/// Null for addresses that are neither the box's memory nor a simulated device's.
/// @doc NF:wdm.MmMapIoSpace
PVOID NTAPI MmMapIoSpace(PHYSICAL_ADDRESS PhysicalAddress, SIZE_T NumberOfBytes,
                         MEMORY_CACHING_TYPE) {
    return map_physical(PhysicalAddress, NumberOfBytes, Protection::read_write);
}

/// @doc NF:wdm.MmMapIoSpaceEx
PVOID NTAPI MmMapIoSpaceEx(PHYSICAL_ADDRESS PhysicalAddress, SIZE_T NumberOfBytes, ULONG Protect) {
    const ULONG access = Protect & 0xff; // the rest says how to cache
    if (access == PAGE_READONLY)
        return map_physical(PhysicalAddress, NumberOfBytes, Protection::read);
    if (access == PAGE_READWRITE)
        return map_physical(PhysicalAddress, NumberOfBytes, Protection::read_write);
    if (access == PAGE_EXECUTE_READ)
        return map_physical(PhysicalAddress, NumberOfBytes, Protection::read_execute);
    if (access == PAGE_EXECUTE_READWRITE)
        return map_physical(PhysicalAddress, NumberOfBytes, Protection::read_write_execute);
    return nullptr;
}

/// @doc NF:wdm.MmUnmapIoSpace
VOID NTAPI MmUnmapIoSpace(PVOID BaseAddress, SIZE_T NumberOfBytes) {
    auto &memory = current_kernel().memory();
    const auto view = memory.view_of(BaseAddress);
    if (!view || number(BaseAddress) - number(view->data()) >= layout::page_bytes)
        bug_check(0x1a, 0, number(BaseAddress), NumberOfBytes, 0,
                  "MmUnmapIoSpace was given an address that is no mapping");
    memory.release(view->data());
}

/// @doc NF:wdm.MmAllocateMappingAddress
PVOID NTAPI MmAllocateMappingAddress(SIZE_T NumberOfBytes, ULONG PoolTag) {
    auto &memory = current_kernel().memory();
    const auto range = memory.reserve(NumberOfBytes);
    if (!range)
        return nullptr;
    memory.label(*range, label_of(PoolTag));
    return *range;
}

/// @doc NF:wdm.MmAllocateMappingAddressEx
PVOID NTAPI MmAllocateMappingAddressEx(SIZE_T NumberOfBytes, ULONG PoolTag, ULONG) {
    return MmAllocateMappingAddress(NumberOfBytes, PoolTag);
}

/// @doc NF:wdm.MmFreeMappingAddress
VOID NTAPI MmFreeMappingAddress(PVOID BaseAddress, ULONG PoolTag) {
    auto &memory = current_kernel().memory();
    const auto reservation = memory.reservation(BaseAddress);
    if (!reservation || reservation->label != label_of(PoolTag))
        bug_check(0xda, 1, number(BaseAddress), PoolTag, 0,
                  "MmFreeMappingAddress was given an address or tag that was not reserved");
    if (reservation->mapped_pages != 0)
        bug_check(0xda, 2, number(BaseAddress), PoolTag, reservation->mapped_pages,
                  "MmFreeMappingAddress was given a range that is still mapped");
    memory.release(static_cast<std::byte *>(BaseAddress));
}

/// The mapping begins at the reserved range's first page.
/// @doc NF:wdm.MmMapLockedPagesWithReservedMapping
PVOID NTAPI MmMapLockedPagesWithReservedMapping(PVOID MappingAddress, ULONG PoolTag,
                                                PMDL MemoryDescriptorList, MEMORY_CACHING_TYPE) {
    auto &memory = current_kernel().memory();
    MDL &mdl = *MemoryDescriptorList;
    const auto reservation = memory.reservation(MappingAddress);
    if (!reservation || reservation->label != label_of(PoolTag))
        return nullptr;
    if (!memory.map_reserved(static_cast<std::byte *>(MappingAddress), 0, mdl_pfns(mdl),
                             Protection::read_write))
        return nullptr;
    mdl.MappedSystemVa = MappingAddress; // without the byte offset (the page)
    mdl.MdlFlags |= MDL_MAPPED_TO_SYSTEM_VA;
    if (mdl.MdlFlags & MDL_PARTIAL)
        mdl.MdlFlags |= MDL_PARTIAL_HAS_BEEN_MAPPED;
    return static_cast<std::byte *>(MappingAddress) + mdl.ByteOffset;
}

/// @doc NF:wdm.MmUnmapReservedMapping
VOID NTAPI MmUnmapReservedMapping(PVOID BaseAddress, ULONG PoolTag, PMDL MemoryDescriptorList) {
    auto &memory = current_kernel().memory();
    MDL &mdl = *MemoryDescriptorList;
    // Both the reserved address and the mapped one, which has the byte offset, are passed.
    auto *base = reinterpret_cast<std::byte *>(number(BaseAddress) & ~(layout::page_bytes - 1));
    const auto reservation = memory.reservation(base);
    if (!reservation || reservation->label != label_of(PoolTag) ||
        !memory.unmap_reserved(base, 0, mdl_pages(mdl)))
        bug_check(0xda, 0x105, number(BaseAddress), PoolTag, number(&mdl),
                  "MmUnmapReservedMapping was given a range that is not mapped so");
    mdl.MappedSystemVa = nullptr;
    mdl.MdlFlags &= ~(MDL_MAPPED_TO_SYSTEM_VA | MDL_PARTIAL_HAS_BEEN_MAPPED);
}

/// Zero for an address without a page. @doc NF:ntddk.MmGetPhysicalAddress
PHYSICAL_ADDRESS NTAPI MmGetPhysicalAddress(PVOID BaseAddress) {
    PHYSICAL_ADDRESS physical{};
    if (const auto page = current_kernel().memory().pfn_of(BaseAddress))
        physical.QuadPart = static_cast<LONGLONG>(*page * layout::page_bytes +
                                                  number(BaseAddress) % layout::page_bytes);
    return physical;
}

/// @doc NF:ntddk.MmIsAddressValid
BOOLEAN NTAPI MmIsAddressValid(PVOID VirtualAddress) {
    return current_kernel().memory().accessible(VirtualAddress, 1, false);
}

/// @doc NF:wdm.MmQuerySystemSize
MM_SYSTEMSIZE NTAPI MmQuerySystemSize() {
    return MmLargeSystem;
}

/// The handle names the image; nothing in a box is ever paged out.
/// @doc NF:wdm.MmLockPagableDataSection
PVOID NTAPI MmLockPagableDataSection(PVOID AddressWithinSection) {
    const auto range = current_kernel().memory().range_of(AddressWithinSection);
    return range ? range->data() : AddressWithinSection;
}

/// @doc NF:ntddk.MmLockPagableSectionByHandle
VOID NTAPI MmLockPagableSectionByHandle(PVOID) {}

/// @doc NF:wdm.MmUnlockPagableImageSection
VOID NTAPI MmUnlockPagableImageSection(PVOID) {}

/// A box has no Virtual Secure Mode. @doc NF:wdm.MmProtectDriverSection
NTSTATUS NTAPI ksbox_MmProtectDriverSection(PVOID, SIZE_T Size, ULONG Flags) {
    constexpr ULONG allow_unload = 1;
    return Size != 0 || (Flags & ~allow_unload) ? STATUS_INVALID_PARAMETER
                                                : STATUS_INVALID_DEVICE_STATE;
}

/// @doc NF:ntddk.MmIsDriverSuspectForVerifier
LOGICAL NTAPI ksbox_MmIsDriverSuspectForVerifier(struct _DRIVER_OBJECT *) {
    return FALSE;
}

/// Returns the image's base, as if its sections had become pageable. @doc NF:wdm.MmPageEntireDriver
PVOID NTAPI MmPageEntireDriver(PVOID AddressWithinSection) {
    return MmLockPagableDataSection(AddressWithinSection);
}

/// @doc NF:wdm.MmResetDriverPaging
VOID NTAPI MmResetDriverPaging(PVOID) {}

/// Driver Verifier as such does not run. @doc NF:wdm.MmIsDriverVerifying
LOGICAL NTAPI MmIsDriverVerifying(struct _DRIVER_OBJECT *) {
    return FALSE;
}

/// @doc NF:wdm.MmIsDriverVerifyingByAddress
LOGICAL NTAPI MmIsDriverVerifyingByAddress(PVOID) {
    return FALSE;
}

/// STATUS_SUCCESS only where Verifier runs. @doc NF:wdm.MmIsVerifierEnabled
NTSTATUS NTAPI MmIsVerifierEnabled(PULONG VerifierFlags) {
    *VerifierFlags = 0;
    return STATUS_NOT_SUPPORTED;
}

/// @doc NF:ntddk.MmIsThisAnNtAsSystem
BOOLEAN NTAPI MmIsThisAnNtAsSystem() {
    return FALSE;
}

} // extern "C"
} // namespace ksbox::mm

namespace ksbox {

std::span<const Export> memory_exports() {
    using namespace mm;
    static const std::array table{
        done<&MmAllocateContiguousMemory>("MmAllocateContiguousMemory",
                                          "NF:wdm.MmAllocateContiguousMemory"),
        done<&MmAllocateContiguousMemorySpecifyCache>(
            "MmAllocateContiguousMemorySpecifyCache",
            "NF:wdm.MmAllocateContiguousMemorySpecifyCache"),
        done<&MmAllocateContiguousMemorySpecifyCacheNode>(
            "MmAllocateContiguousMemorySpecifyCacheNode",
            "NF:wdm.MmAllocateContiguousMemorySpecifyCacheNode"),
        done<&MmAllocateContiguousNodeMemory>("MmAllocateContiguousNodeMemory",
                                              "NF:wdm.MmAllocateContiguousNodeMemory"),
        done<&ksbox_MmProtectDriverSection>("MmProtectDriverSection",
                                            "NF:wdm.MmProtectDriverSection"),
        done<&ksbox_MmIsDriverSuspectForVerifier>("MmIsDriverSuspectForVerifier",
                                                  "NF:ntddk.MmIsDriverSuspectForVerifier"),
        done<&MmFreeContiguousMemory>("MmFreeContiguousMemory", "NF:wdm.MmFreeContiguousMemory"),
        done<&MmFreeContiguousMemorySpecifyCache>("MmFreeContiguousMemorySpecifyCache",
                                                  "NF:wdm.MmFreeContiguousMemorySpecifyCache"),
        done<&MmAllocateNonCachedMemory>("MmAllocateNonCachedMemory",
                                         "NF:ntddk.MmAllocateNonCachedMemory"),
        done<&MmFreeNonCachedMemory>("MmFreeNonCachedMemory", "NF:ntddk.MmFreeNonCachedMemory"),
        done<&MmMapIoSpace>("MmMapIoSpace", "NF:wdm.MmMapIoSpace"),
        done<&MmMapIoSpaceEx>("MmMapIoSpaceEx", "NF:wdm.MmMapIoSpaceEx"),
        done<&MmUnmapIoSpace>("MmUnmapIoSpace", "NF:wdm.MmUnmapIoSpace"),
        done<&MmAllocateMappingAddress>("MmAllocateMappingAddress",
                                        "NF:wdm.MmAllocateMappingAddress"),
        done<&MmAllocateMappingAddressEx>("MmAllocateMappingAddressEx",
                                          "NF:wdm.MmAllocateMappingAddressEx"),
        done<&MmFreeMappingAddress>("MmFreeMappingAddress", "NF:wdm.MmFreeMappingAddress"),
        done<&MmMapLockedPagesWithReservedMapping>("MmMapLockedPagesWithReservedMapping",
                                                   "NF:wdm.MmMapLockedPagesWithReservedMapping"),
        done<&MmUnmapReservedMapping>("MmUnmapReservedMapping", "NF:wdm.MmUnmapReservedMapping"),
        done<&MmGetPhysicalAddress>("MmGetPhysicalAddress", "NF:ntddk.MmGetPhysicalAddress"),
        done<&MmIsAddressValid>("MmIsAddressValid", "NF:ntddk.MmIsAddressValid"),
        done<&MmQuerySystemSize>("MmQuerySystemSize", "NF:wdm.MmQuerySystemSize"),
        done<&MmLockPagableDataSection>("MmLockPagableDataSection",
                                        "NF:wdm.MmLockPagableDataSection"),
        done<&MmLockPagableSectionByHandle>("MmLockPagableSectionByHandle",
                                            "NF:ntddk.MmLockPagableSectionByHandle"),
        done<&MmUnlockPagableImageSection>("MmUnlockPagableImageSection",
                                           "NF:wdm.MmUnlockPagableImageSection"),
        done<&MmPageEntireDriver>("MmPageEntireDriver", "NF:wdm.MmPageEntireDriver"),
        done<&MmResetDriverPaging>("MmResetDriverPaging", "NF:wdm.MmResetDriverPaging"),
        done<&MmIsDriverVerifying>("MmIsDriverVerifying", "NF:wdm.MmIsDriverVerifying"),
        done<&MmIsDriverVerifyingByAddress>("MmIsDriverVerifyingByAddress",
                                            "NF:wdm.MmIsDriverVerifyingByAddress"),
        done<&MmIsVerifierEnabled>("MmIsVerifierEnabled", "NF:wdm.MmIsVerifierEnabled"),
        done<&MmIsThisAnNtAsSystem>("MmIsThisAnNtAsSystem", "NF:ntddk.MmIsThisAnNtAsSystem"),
        data("MmHighestUserAddress", &highest_user),
        data("MmUserProbeAddress", &user_probe),
        data("MmSystemRangeStart", &range_start),
    };
    return table;
}

} // namespace ksbox
