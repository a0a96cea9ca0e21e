// ExAllocatePool and its relatives. All: IRQL <= DISPATCH_LEVEL, paged pool <= APC_LEVEL.
#include <array>

#include "nt/ex/raising.h"
#include "nt/exports.h"
#include "nt/ke/bug_check.h"
#include "nt/ke/thread.h"
#include "nt/kernel.h"
#include "nt/mm/pool.h"

namespace ksbox::mm {
namespace {

using ex::RaiseSlot;

constexpr std::uint32_t bad_pool_caller = 0xc2;
constexpr ULONG no_tag = 0x656e'6f4e; // 'None', what Windows records for calls without a tag
constexpr ULONG paged_pool_bit = PagedPool;

PoolKind kind_of(ULONG type) {
    if (type & paged_pool_bit)
        return PoolKind::paged;
    return type & POOL_NX_ALLOCATION ? PoolKind::nonpaged : PoolKind::nonpaged_execute;
}

/// BAD_POOL_CALLER 8 and 9: the IRQL is too high for the kind of pool.
void check_irql(std::uint64_t violation, PoolKind kind, std::uint64_t last) {
    const KIRQL irql = ke::current_thread().irql;
    if (irql > (kind == PoolKind::paged ? APC_LEVEL : DISPATCH_LEVEL))
        bug_check(bad_pool_caller, violation, irql, kind == PoolKind::paged, last,
                  violation == 8 ? "pool was allocated at too high an IRQL"
                                 : "pool was freed at too high an IRQL");
}

PVOID allocate(ULONG type, SIZE_T bytes, ULONG tag, bool raises, RaiseSlot &slot,
               std::optional<PoolGuard> side = std::nullopt) {
    const PoolKind kind = kind_of(type);
    check_irql(8, kind, bytes);
    PVOID block = current_kernel().pool().allocate(kind, bytes, tag, slot.caller,
                                                   (type & POOL_ZERO_ALLOCATION) != 0, side);
    if (block == nullptr && raises)
        slot.status = STATUS_INSUFFICIENT_RESOURCES;
    return block;
}

constexpr POOL_FLAGS known_required = POOL_FLAG_USE_QUOTA | POOL_FLAG_UNINITIALIZED |
                                      POOL_FLAG_SESSION | POOL_FLAG_CACHE_ALIGNED |
                                      POOL_FLAG_RAISE_ON_FAILURE | POOL_FLAG_NON_PAGED |
                                      POOL_FLAG_NON_PAGED_EXECUTE | POOL_FLAG_PAGED;
constexpr POOL_FLAGS all_required = 0xffff'ffff;

/// @doc devtest/special-pool: a priority may place the block otherwise than the rest.
std::optional<PoolGuard> side_of(ULONG priority) {
    constexpr ULONG overrun = 8, underrun = 9, tuning = 15; // of XxxPoolPrioritySpecialPoolXxx
    if ((priority & tuning) == overrun)
        return PoolGuard::behind;
    if ((priority & tuning) == underrun)
        return PoolGuard::before;
    return std::nullopt;
}

/// @doc kernel/pool_flags: unknown required flags fail, unknown optional ones are ignored.
PVOID allocate_with_flags(POOL_FLAGS flags, SIZE_T bytes, ULONG tag, bool parameters_valid,
                          RaiseSlot &slot) {
    const POOL_FLAGS pools =
        flags & (POOL_FLAG_NON_PAGED | POOL_FLAG_NON_PAGED_EXECUTE | POOL_FLAG_PAGED);
    const bool one_pool = pools != 0 && (pools & (pools - 1)) == 0;
    const bool raises = (flags & POOL_FLAG_RAISE_ON_FAILURE) != 0;
    if (tag == 0 || bytes == 0 || !one_pool || (flags & all_required & ~known_required) != 0 ||
        !parameters_valid) {
        slot.status = raises ? STATUS_INVALID_PARAMETER : STATUS_SUCCESS;
        return nullptr;
    }
    ULONG type = flags & POOL_FLAG_UNINITIALIZED ? 0 : POOL_ZERO_ALLOCATION;
    if (pools == POOL_FLAG_PAGED)
        type |= paged_pool_bit;
    else if (pools == POOL_FLAG_NON_PAGED)
        type |= POOL_NX_ALLOCATION;
    return allocate(type, bytes, tag, raises, slot);
}

bool valid(PCPOOL_EXTENDED_PARAMETER parameters, ULONG count) {
    for (ULONG i = 0; i < count; ++i) {
        const auto type = parameters[i].Type;
        const bool known =
            type == PoolExtendedParameterPriority || type == PoolExtendedParameterNumaNode;
        // Secure pool needs a hypervisor; a driver may say that it can do without.
        if (!known && !parameters[i].Optional)
            return false;
    }
    return count == 0 || parameters != nullptr;
}

void release(PVOID block, ULONG tag, const void *caller) {
    auto &pool = current_kernel().pool();
    const KIRQL irql = ke::current_thread().irql;
    if (irql > APC_LEVEL) {
        const auto facts = pool.find(block);
        check_irql(9, facts ? facts->kind : PoolKind::nonpaged,
                   reinterpret_cast<std::uint64_t>(block));
    }
    pool.free(block, tag, caller);
}

} // namespace

extern "C" {

PVOID NTAPI ksbox_body_ExAllocatePool(POOL_TYPE PoolType, SIZE_T NumberOfBytes, ULONG64, ULONG64,
                                      ULONG64, ULONG64, RaiseSlot *slot) noexcept {
    return allocate(PoolType, NumberOfBytes, no_tag,
                    (PoolType & POOL_RAISE_IF_ALLOCATION_FAILURE) != 0, *slot);
}

PVOID NTAPI ksbox_body_ExAllocatePoolWithTag(POOL_TYPE PoolType, SIZE_T NumberOfBytes, ULONG Tag,
                                             ULONG64, ULONG64, ULONG64, RaiseSlot *slot) noexcept {
    return allocate(PoolType, NumberOfBytes, Tag,
                    (PoolType & POOL_RAISE_IF_ALLOCATION_FAILURE) != 0, *slot);
}

PVOID NTAPI ksbox_body_ExAllocatePoolWithTagPriority(POOL_TYPE PoolType, SIZE_T NumberOfBytes,
                                                     ULONG Tag, ULONG Priority, ULONG64, ULONG64,
                                                     RaiseSlot *slot) noexcept {
    return allocate(PoolType, NumberOfBytes, Tag,
                    (PoolType & POOL_RAISE_IF_ALLOCATION_FAILURE) != 0, *slot, side_of(Priority));
}

PVOID NTAPI ksbox_body_ExAllocatePoolWithQuota(POOL_TYPE PoolType, SIZE_T NumberOfBytes, ULONG64,
                                               ULONG64, ULONG64, ULONG64,
                                               RaiseSlot *slot) noexcept {
    return allocate(PoolType, NumberOfBytes, no_tag,
                    (PoolType & POOL_QUOTA_FAIL_INSTEAD_OF_RAISE) == 0, *slot);
}

PVOID NTAPI ksbox_body_ExAllocatePoolWithQuotaTag(POOL_TYPE PoolType, SIZE_T NumberOfBytes,
                                                  ULONG Tag, ULONG64, ULONG64, ULONG64,
                                                  RaiseSlot *slot) noexcept {
    return allocate(PoolType, NumberOfBytes, Tag,
                    (PoolType & POOL_QUOTA_FAIL_INSTEAD_OF_RAISE) == 0, *slot);
}

PVOID NTAPI ksbox_body_ExAllocatePool2(POOL_FLAGS Flags, SIZE_T NumberOfBytes, ULONG Tag, ULONG64,
                                       ULONG64, ULONG64, RaiseSlot *slot) noexcept {
    return allocate_with_flags(Flags, NumberOfBytes, Tag, true, *slot);
}

PVOID NTAPI ksbox_body_ExAllocatePool3(POOL_FLAGS Flags, SIZE_T NumberOfBytes, ULONG Tag,
                                       PCPOOL_EXTENDED_PARAMETER ExtendedParameters,
                                       ULONG ExtendedParametersCount, ULONG64,
                                       RaiseSlot *slot) noexcept {
    return allocate_with_flags(Flags, NumberOfBytes, Tag,
                               valid(ExtendedParameters, ExtendedParametersCount), *slot);
}

/// @doc NF:ntddk.ExFreePool
VOID NTAPI ExFreePool(PVOID P) {
    release(P, 0, __builtin_return_address(0));
}

/// @doc NF:wdm.ExFreePoolWithTag
VOID NTAPI ExFreePoolWithTag(PVOID P, ULONG Tag) {
    release(P, Tag, __builtin_return_address(0));
}

/// @doc NF:wdm.ExFreePool2
VOID NTAPI ExFreePool2(PVOID P, ULONG Tag, PCPOOL_EXTENDED_PARAMETER, ULONG) {
    release(P, Tag, __builtin_return_address(0));
}

} // extern "C"
} // namespace ksbox::mm

namespace ksbox {

std::span<const Export> pool_exports() {
    static const std::array table{
        done<&ExAllocatePool>("ExAllocatePool", "NF:wdm.ExAllocatePool"),
        done<&ExAllocatePoolWithTag>("ExAllocatePoolWithTag", "NF:wdm.ExAllocatePoolWithTag"),
        done<&ExAllocatePoolWithTagPriority>("ExAllocatePoolWithTagPriority",
                                             "NF:wdm.ExAllocatePoolWithTagPriority"),
        done<&ExAllocatePoolWithQuota>("ExAllocatePoolWithQuota", "NF:wdm.ExAllocatePoolWithQuota"),
        done<&ExAllocatePoolWithQuotaTag>("ExAllocatePoolWithQuotaTag",
                                          "NF:wdm.ExAllocatePoolWithQuotaTag"),
        done<&ExAllocatePool2>("ExAllocatePool2", "NF:wdm.ExAllocatePool2"),
        done<&ExAllocatePool3>("ExAllocatePool3", "NF:wdm.ExAllocatePool3"),
        done<&ExFreePool>("ExFreePool", "NF:ntddk.ExFreePool"),
        done<&ExFreePoolWithTag>("ExFreePoolWithTag", "NF:wdm.ExFreePoolWithTag"),
        done<&ExFreePool2>("ExFreePool2", "NF:wdm.ExFreePool2"),
    };
    return table;
}

} // namespace ksbox
