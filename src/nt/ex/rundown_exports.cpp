// Run-down protection in one word of the driver's: twice the number of holders, or, once the
// owner waits, the address of its wait block with bit 0 set; 1 alone is run down.
#include <array>

#include "abi/windows.h"

#include "nt/exports.h"
#include "nt/ke/bug_check.h"
#include "nt/kernel.h"
#include "nt/mm/pool.h"

namespace ksbox::ex {
namespace {

constexpr ULONG_PTR active = 1; ///< run-down has begun
constexpr ULONG_PTR one = 2;    ///< one holder

struct WaitBlock {
    ULONG_PTR holders;
    KEVENT last_gone;
};

ULONG_PTR load(EX_RUNDOWN_REF *reference) {
    return __atomic_load_n(&reference->Count, __ATOMIC_ACQUIRE);
}

bool replace(EX_RUNDOWN_REF *reference, ULONG_PTR &seen, ULONG_PTR with) {
    return __atomic_compare_exchange_n(&reference->Count, &seen, with, false, __ATOMIC_ACQ_REL,
                                       __ATOMIC_ACQUIRE);
}

bool acquire(EX_RUNDOWN_REF *reference, ULONG count) {
    ULONG_PTR seen = load(reference);
    do {
        if (seen & active)
            return false;
    } while (!replace(reference, seen, seen + count * one));
    return true;
}

void release(EX_RUNDOWN_REF *reference, ULONG count) {
    ULONG_PTR seen = load(reference);
    while (!(seen & active)) {
        if (seen < count * one)
            bug_check(0x18, reinterpret_cast<std::uint64_t>(reference), seen / one, count, 0,
                      "run-down protection was released more often than acquired");
        if (replace(reference, seen, seen - count * one))
            return;
    }
    auto *block = reinterpret_cast<WaitBlock *>(seen & ~active);
    if (block == nullptr)
        bug_check(0x18, reinterpret_cast<std::uint64_t>(reference), 0, count, 0,
                  "run-down protection was released that nobody holds");
    if (__atomic_sub_fetch(&block->holders, count, __ATOMIC_ACQ_REL) == 0)
        KeSetEvent(&block->last_gone, IO_NO_INCREMENT, FALSE);
}

void wait_for_release(EX_RUNDOWN_REF *reference) {
    WaitBlock block;
    KeInitializeEvent(&block.last_gone, SynchronizationEvent, FALSE);
    const auto waiting = reinterpret_cast<ULONG_PTR>(&block) | active;
    ULONG_PTR seen = load(reference);
    do {
        if (seen & active)
            return; // run down already: no effect (the page)
        block.holders = seen / one;
    } while (!replace(reference, seen, seen == 0 ? active : waiting));
    if (seen == 0)
        return;
    KeWaitForSingleObject(&block.last_gone, WrRundown, KernelMode, FALSE, nullptr);
    // The block goes with this frame: late calls find the word run down instead.
    __atomic_store_n(&reference->Count, active, __ATOMIC_RELEASE);
}

EX_RUNDOWN_REF *inside(PEX_RUNDOWN_REF_CACHE_AWARE reference) {
    return reinterpret_cast<EX_RUNDOWN_REF *>(reference);
}

} // namespace

extern "C" {

/// @doc NF:wdm.ExInitializeRundownProtection
VOID NTAPI ExInitializeRundownProtection(PEX_RUNDOWN_REF RunRef) {
    RunRef->Count = 0;
}

/// @doc NF:wdm.ExReInitializeRundownProtection
VOID NTAPI ExReInitializeRundownProtection(PEX_RUNDOWN_REF RunRef) {
    __atomic_store_n(&RunRef->Count, ULONG_PTR(0), __ATOMIC_RELEASE);
}

/// @doc NF:wdm.ExAcquireRundownProtection
BOOLEAN NTAPI ExAcquireRundownProtection(PEX_RUNDOWN_REF RunRef) {
    return acquire(RunRef, 1);
}

/// @doc NF:wdm.ExAcquireRundownProtectionEx
BOOLEAN NTAPI ExAcquireRundownProtectionEx(PEX_RUNDOWN_REF RunRef, ULONG Count) {
    return acquire(RunRef, Count);
}

/// @doc NF:wdm.ExReleaseRundownProtection
VOID NTAPI ExReleaseRundownProtection(PEX_RUNDOWN_REF RunRef) {
    release(RunRef, 1);
}

/// @doc NF:wdm.ExReleaseRundownProtectionEx
VOID NTAPI ExReleaseRundownProtectionEx(PEX_RUNDOWN_REF RunRef, ULONG Count) {
    release(RunRef, Count);
}

/// PASSIVE_LEVEL or APC_LEVEL. @doc NF:wdm.ExWaitForRundownProtectionRelease
VOID NTAPI ExWaitForRundownProtectionRelease(PEX_RUNDOWN_REF RunRef) {
    wait_for_release(RunRef);
}

/// @doc NF:wdm.ExRundownCompleted
VOID NTAPI ExRundownCompleted(PEX_RUNDOWN_REF RunRef) {
    __atomic_store_n(&RunRef->Count, active, __ATOMIC_RELEASE);
}

/// One word serves all processors of a box. @doc NF:wdm.ExAllocateCacheAwareRundownProtection
PEX_RUNDOWN_REF_CACHE_AWARE NTAPI ExAllocateCacheAwareRundownProtection(POOL_TYPE PoolType,
                                                                        ULONG PoolTag) {
    void *block = current_kernel().pool().allocate(
        PoolType & PagedPool ? mm::PoolKind::paged : mm::PoolKind::nonpaged, sizeof(EX_RUNDOWN_REF),
        PoolTag, __builtin_return_address(0), true);
    return static_cast<PEX_RUNDOWN_REF_CACHE_AWARE>(block);
}

VOID NTAPI ExFreeCacheAwareRundownProtection(PEX_RUNDOWN_REF_CACHE_AWARE RunRefCacheAware) {
    current_kernel().pool().free(RunRefCacheAware, 0, __builtin_return_address(0));
}

SIZE_T NTAPI ExSizeOfRundownProtectionCacheAware() {
    return sizeof(EX_RUNDOWN_REF);
}

VOID NTAPI ExInitializeRundownProtectionCacheAware(PEX_RUNDOWN_REF_CACHE_AWARE RunRefCacheAware,
                                                   SIZE_T) {
    inside(RunRefCacheAware)->Count = 0;
}

BOOLEAN NTAPI ExAcquireRundownProtectionCacheAware(PEX_RUNDOWN_REF_CACHE_AWARE RunRefCacheAware) {
    return acquire(inside(RunRefCacheAware), 1);
}

BOOLEAN NTAPI ExAcquireRundownProtectionCacheAwareEx(PEX_RUNDOWN_REF_CACHE_AWARE RunRefCacheAware,
                                                     ULONG Count) {
    return acquire(inside(RunRefCacheAware), Count);
}

VOID NTAPI ExReleaseRundownProtectionCacheAware(PEX_RUNDOWN_REF_CACHE_AWARE RunRefCacheAware) {
    release(inside(RunRefCacheAware), 1);
}

VOID NTAPI ExReleaseRundownProtectionCacheAwareEx(PEX_RUNDOWN_REF_CACHE_AWARE RunRef, ULONG Count) {
    release(inside(RunRef), Count);
}

VOID NTAPI
ExWaitForRundownProtectionReleaseCacheAware(PEX_RUNDOWN_REF_CACHE_AWARE RunRefCacheAware) {
    wait_for_release(inside(RunRefCacheAware));
}

VOID NTAPI ExRundownCompletedCacheAware(PEX_RUNDOWN_REF_CACHE_AWARE RunRefCacheAware) {
    __atomic_store_n(&inside(RunRefCacheAware)->Count, active, __ATOMIC_RELEASE);
}

VOID NTAPI ExReInitializeRundownProtectionCacheAware(PEX_RUNDOWN_REF_CACHE_AWARE RunRefCacheAware) {
    __atomic_store_n(&inside(RunRefCacheAware)->Count, ULONG_PTR(0), __ATOMIC_RELEASE);
}

} // extern "C"
} // namespace ksbox::ex

namespace ksbox {

std::span<const Export> rundown_exports() {
#define KSBOX_RUNDOWN(name) done<&name>(#name, "NF:wdm." #name)
    static const std::array table{
        KSBOX_RUNDOWN(ExInitializeRundownProtection),
        KSBOX_RUNDOWN(ExReInitializeRundownProtection),
        KSBOX_RUNDOWN(ExAcquireRundownProtection),
        KSBOX_RUNDOWN(ExAcquireRundownProtectionEx),
        KSBOX_RUNDOWN(ExReleaseRundownProtection),
        KSBOX_RUNDOWN(ExReleaseRundownProtectionEx),
        KSBOX_RUNDOWN(ExWaitForRundownProtectionRelease),
        KSBOX_RUNDOWN(ExRundownCompleted),
        KSBOX_RUNDOWN(ExAllocateCacheAwareRundownProtection),
        KSBOX_RUNDOWN(ExFreeCacheAwareRundownProtection),
        KSBOX_RUNDOWN(ExSizeOfRundownProtectionCacheAware),
        KSBOX_RUNDOWN(ExInitializeRundownProtectionCacheAware),
        KSBOX_RUNDOWN(ExAcquireRundownProtectionCacheAware),
        KSBOX_RUNDOWN(ExAcquireRundownProtectionCacheAwareEx),
        KSBOX_RUNDOWN(ExReleaseRundownProtectionCacheAware),
        KSBOX_RUNDOWN(ExReleaseRundownProtectionCacheAwareEx),
        KSBOX_RUNDOWN(ExWaitForRundownProtectionReleaseCacheAware),
        KSBOX_RUNDOWN(ExRundownCompletedCacheAware),
        KSBOX_RUNDOWN(ExReInitializeRundownProtectionCacheAware),
    };
#undef KSBOX_RUNDOWN
    return table;
}

} // namespace ksbox
