// Lookaside lists. Their depth is 0: the headers' inline code then frees every block to the pool
// and takes every block from it, where overruns and uses after free are seen.
#include <array>

#include "abi/windows.h"

#include "nt/ex/slist.h"
#include "nt/exports.h"
#include "nt/kernel.h"

namespace ksbox::ex {
namespace {

constexpr USHORT most_depth = EX_MAXIMUM_LOOKASIDE_DEPTH_BASE;

/// GENERAL_LOOKASIDE and GENERAL_LOOKASIDE_POOL are the same but for their alignment.
template <typename List> void initialize(List &list, ULONG pool_type, SIZE_T size, ULONG tag) {
    list = {};
    ksbox_InitializeSListHead(&list.ListHead);
    list.Depth = 0;
    list.MaximumDepth = most_depth;
    list.Type = static_cast<POOL_TYPE>(pool_type);
    list.Tag = tag;
    list.Size = static_cast<ULONG>(
        size < LOOKASIDE_MINIMUM_BLOCK_SIZE ? LOOKASIDE_MINIMUM_BLOCK_SIZE : size);
    InitializeListHead(&list.ListEntry);
}

void initialize_classic(GENERAL_LOOKASIDE &list, PALLOCATE_FUNCTION allocate, PFREE_FUNCTION free,
                        ULONG pool_type, ULONG flags, SIZE_T size, ULONG tag) {
    initialize(list, pool_type | flags, size, tag);
    list.Allocate = allocate != nullptr ? allocate : ExAllocatePoolWithTag;
    list.Free = free != nullptr ? free : ExFreePool;
}

/// Gives what the list still holds to its free routine: a driver may have raised the depth.
void empty(GENERAL_LOOKASIDE &list) {
    while (SLIST_ENTRY *entry = ksbox_ExpInterlockedPopEntrySList(&list.ListHead))
        list.Free(entry);
}

void empty(GENERAL_LOOKASIDE_POOL &list) {
    while (SLIST_ENTRY *entry = ksbox_ExpInterlockedPopEntrySList(&list.ListHead))
        list.FreeEx(entry, CONTAINING_RECORD(&list, LOOKASIDE_LIST_EX, L));
}

} // namespace

extern "C" {

/// IRQL <= DISPATCH_LEVEL. @doc NF:wdm.ExInitializeNPagedLookasideList
VOID NTAPI ExInitializeNPagedLookasideList(PNPAGED_LOOKASIDE_LIST Lookaside,
                                           PALLOCATE_FUNCTION Allocate, PFREE_FUNCTION Free,
                                           ULONG Flags, SIZE_T Size, ULONG Tag, USHORT) {
    initialize_classic(Lookaside->L, Allocate, Free, NonPagedPool, Flags, Size, Tag);
}

/// @doc NF:wdm.ExDeleteNPagedLookasideList
VOID NTAPI ExDeleteNPagedLookasideList(PNPAGED_LOOKASIDE_LIST Lookaside) {
    empty(Lookaside->L);
}

/// IRQL <= APC_LEVEL. @doc NF:wdm.ExInitializePagedLookasideList
VOID NTAPI ExInitializePagedLookasideList(PPAGED_LOOKASIDE_LIST Lookaside,
                                          PALLOCATE_FUNCTION Allocate, PFREE_FUNCTION Free,
                                          ULONG Flags, SIZE_T Size, ULONG Tag, USHORT) {
    initialize_classic(Lookaside->L, Allocate, Free, PagedPool, Flags, Size, Tag);
}

/// @doc NF:wdm.ExDeletePagedLookasideList
VOID NTAPI ExDeletePagedLookasideList(PPAGED_LOOKASIDE_LIST Lookaside) {
    empty(Lookaside->L);
}

/// STATUS_INVALID_PARAMETER_5 and _3 for flags and pool types that do not go together.
/// @doc NF:wdm.ExInitializeLookasideListEx
NTSTATUS NTAPI ExInitializeLookasideListEx(PLOOKASIDE_LIST_EX Lookaside,
                                           PALLOCATE_FUNCTION_EX Allocate, PFREE_FUNCTION_EX Free,
                                           POOL_TYPE PoolType, ULONG Flags, SIZE_T Size, ULONG Tag,
                                           USHORT) {
    constexpr ULONG raise = EX_LOOKASIDE_LIST_EX_FLAGS_RAISE_ON_FAIL;
    constexpr ULONG no_raise = EX_LOOKASIDE_LIST_EX_FLAGS_FAIL_NO_RAISE;
    if ((Flags & ~(raise | no_raise)) != 0 || Flags == (raise | no_raise))
        return STATUS_INVALID_PARAMETER_5;
    ULONG type = PoolType;
    if (Flags & raise)
        type |= POOL_RAISE_IF_ALLOCATION_FAILURE;
    if (Flags & no_raise)
        type |= POOL_QUOTA_FAIL_INSTEAD_OF_RAISE;
    initialize(Lookaside->L, type, Size, Tag);
    // Both are passed one argument more than the routines take, which is harmless on x64.
    Lookaside->L.AllocateEx = Allocate != nullptr
                                  ? Allocate
                                  : reinterpret_cast<PALLOCATE_FUNCTION_EX>(
                                        reinterpret_cast<void *>(&ExAllocatePoolWithTag));
    Lookaside->L.FreeEx =
        Free != nullptr
            ? Free
            : reinterpret_cast<PFREE_FUNCTION_EX>(reinterpret_cast<void *>(&ExFreePool));
    return STATUS_SUCCESS;
}

/// @doc NF:wdm.ExFlushLookasideListEx
VOID NTAPI ExFlushLookasideListEx(PLOOKASIDE_LIST_EX Lookaside) {
    empty(Lookaside->L);
}

/// @doc NF:wdm.ExDeleteLookasideListEx
VOID NTAPI ExDeleteLookasideListEx(PLOOKASIDE_LIST_EX Lookaside) {
    empty(Lookaside->L);
}

} // extern "C"
} // namespace ksbox::ex

namespace ksbox {

std::span<const Export> lookaside_exports() {
    static const std::array table{
        done<&ExInitializeNPagedLookasideList>("ExInitializeNPagedLookasideList",
                                               "NF:wdm.ExInitializeNPagedLookasideList"),
        done<&ExDeleteNPagedLookasideList>("ExDeleteNPagedLookasideList",
                                           "NF:wdm.ExDeleteNPagedLookasideList"),
        done<&ExInitializePagedLookasideList>("ExInitializePagedLookasideList",
                                              "NF:wdm.ExInitializePagedLookasideList"),
        done<&ExDeletePagedLookasideList>("ExDeletePagedLookasideList",
                                          "NF:wdm.ExDeletePagedLookasideList"),
        done<&ExInitializeLookasideListEx>("ExInitializeLookasideListEx",
                                           "NF:wdm.ExInitializeLookasideListEx"),
        done<&ExFlushLookasideListEx>("ExFlushLookasideListEx", "NF:wdm.ExFlushLookasideListEx"),
        done<&ExDeleteLookasideListEx>("ExDeleteLookasideListEx", "NF:wdm.ExDeleteLookasideListEx"),
    };
    return table;
}

} // namespace ksbox
