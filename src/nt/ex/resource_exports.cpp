// ERESOURCE as drivers call it. IRQL <= APC_LEVEL, normal kernel APCs disabled by the caller.
#include <array>

#include "abi/windows.h"

#include "nt/ex/resource.h"
#include "nt/exports.h"

namespace ksbox::ex {
namespace {

ERESOURCE_THREAD self() {
    return reinterpret_cast<ERESOURCE_THREAD>(KeGetCurrentThread());
}

extern "C" {

/// @doc NF:wdm.ExInitializeResourceLite
NTSTATUS NTAPI ksbox_ExInitializeResourceLite(PERESOURCE Resource) {
    resource_initialize(*Resource);
    return STATUS_SUCCESS;
}

/// @doc NF:wdm.ExReinitializeResourceLite
NTSTATUS NTAPI ksbox_ExReinitializeResourceLite(PERESOURCE Resource) {
    resource_delete(*Resource);
    resource_initialize(*Resource);
    return STATUS_SUCCESS;
}

/// @doc NF:wdm.ExDeleteResourceLite
NTSTATUS NTAPI ksbox_ExDeleteResourceLite(PERESOURCE Resource) {
    resource_delete(*Resource);
    return STATUS_SUCCESS;
}

/// @doc NF:wdm.ExAcquireResourceExclusiveLite
BOOLEAN NTAPI ksbox_ExAcquireResourceExclusiveLite(PERESOURCE Resource, BOOLEAN Wait) {
    return resource_acquire_exclusive(*Resource, Wait);
}

/// @doc NF:ntddk.ExTryToAcquireResourceExclusiveLite
BOOLEAN NTAPI ksbox_ExTryToAcquireResourceExclusiveLite(PERESOURCE Resource) {
    return resource_acquire_exclusive(*Resource, false);
}

/// @doc NF:wdm.ExAcquireResourceSharedLite
BOOLEAN NTAPI ksbox_ExAcquireResourceSharedLite(PERESOURCE Resource, BOOLEAN Wait) {
    return resource_acquire_shared(*Resource, Wait, SharedPolicy::normal);
}

/// @doc NF:wdm.ExAcquireSharedStarveExclusive
BOOLEAN NTAPI ksbox_ExAcquireSharedStarveExclusive(PERESOURCE Resource, BOOLEAN Wait) {
    return resource_acquire_shared(*Resource, Wait, SharedPolicy::starve_exclusive);
}

/// @doc NF:wdm.ExAcquireSharedWaitForExclusive
BOOLEAN NTAPI ksbox_ExAcquireSharedWaitForExclusive(PERESOURCE Resource, BOOLEAN Wait) {
    return resource_acquire_shared(*Resource, Wait, SharedPolicy::wait_for_exclusive);
}

/// @doc NF:wdm.ExReleaseResourceLite
VOID NTAPI ksbox_ExReleaseResourceLite(PERESOURCE Resource) {
    resource_release(*Resource, self());
}

/// @doc NF:wdm.ExReleaseResourceForThreadLite
VOID NTAPI ksbox_ExReleaseResourceForThreadLite(PERESOURCE Resource,
                                                ERESOURCE_THREAD ResourceThreadId) {
    resource_release(*Resource, ResourceThreadId);
}

/// @doc NF:wdm.ExConvertExclusiveToSharedLite
VOID NTAPI ksbox_ExConvertExclusiveToSharedLite(PERESOURCE Resource) {
    resource_convert_to_shared(*Resource);
}

/// @doc NF:wdm.ExSetResourceOwnerPointer
VOID NTAPI ksbox_ExSetResourceOwnerPointer(PERESOURCE Resource, PVOID OwnerPointer) {
    resource_set_owner(*Resource, reinterpret_cast<ERESOURCE_THREAD>(OwnerPointer));
}

/// @doc NF:wdm.ExIsResourceAcquiredExclusiveLite
BOOLEAN NTAPI ksbox_ExIsResourceAcquiredExclusiveLite(PERESOURCE Resource) {
    return resource_is_exclusive(*Resource);
}

/// @doc NF:wdm.ExIsResourceAcquiredSharedLite
ULONG NTAPI ksbox_ExIsResourceAcquiredSharedLite(PERESOURCE Resource) {
    return resource_count(*Resource);
}

/// @doc NF:wdm.ExGetExclusiveWaiterCount
ULONG NTAPI ksbox_ExGetExclusiveWaiterCount(PERESOURCE Resource) {
    return __atomic_load_n(&Resource->NumberOfExclusiveWaiters, __ATOMIC_ACQUIRE);
}

/// @doc NF:wdm.ExGetSharedWaiterCount
ULONG NTAPI ksbox_ExGetSharedWaiterCount(PERESOURCE Resource) {
    return __atomic_load_n(&Resource->NumberOfSharedWaiters, __ATOMIC_ACQUIRE);
}

/// @doc NF:wdm.ExEnterCriticalRegionAndAcquireResourceExclusive
PVOID NTAPI ksbox_ExEnterCriticalRegionAndAcquireResourceExclusive(PERESOURCE Resource) {
    KeEnterCriticalRegion();
    resource_acquire_exclusive(*Resource, true);
    return nullptr; // Win32 thread information, which no box thread has
}

/// @doc NF:wdm.ExEnterCriticalRegionAndAcquireResourceShared
PVOID NTAPI ksbox_ExEnterCriticalRegionAndAcquireResourceShared(PERESOURCE Resource) {
    KeEnterCriticalRegion();
    resource_acquire_shared(*Resource, true, SharedPolicy::normal);
    return nullptr;
}

/// @doc NF:wdm.ExReleaseResourceAndLeaveCriticalRegion
VOID NTAPI ksbox_ExReleaseResourceAndLeaveCriticalRegion(PERESOURCE Resource) {
    resource_release(*Resource, self());
    KeLeaveCriticalRegion();
}

} // extern "C"
} // namespace
} // namespace ksbox::ex

namespace ksbox {

std::span<const Export> resource_exports() {
#define KSBOX_RESOURCE(name) done<&ex::ksbox_##name>(#name, "NF:wdm." #name)
    static const std::array table{
        KSBOX_RESOURCE(ExInitializeResourceLite),
        KSBOX_RESOURCE(ExReinitializeResourceLite),
        KSBOX_RESOURCE(ExDeleteResourceLite),
        KSBOX_RESOURCE(ExAcquireResourceExclusiveLite),
        done<&ex::ksbox_ExTryToAcquireResourceExclusiveLite>(
            "ExTryToAcquireResourceExclusiveLite", "NF:ntddk.ExTryToAcquireResourceExclusiveLite"),
        KSBOX_RESOURCE(ExAcquireResourceSharedLite),
        KSBOX_RESOURCE(ExAcquireSharedStarveExclusive),
        KSBOX_RESOURCE(ExAcquireSharedWaitForExclusive),
        KSBOX_RESOURCE(ExReleaseResourceLite),
        KSBOX_RESOURCE(ExReleaseResourceForThreadLite),
        KSBOX_RESOURCE(ExConvertExclusiveToSharedLite),
        KSBOX_RESOURCE(ExSetResourceOwnerPointer),
        KSBOX_RESOURCE(ExIsResourceAcquiredExclusiveLite),
        KSBOX_RESOURCE(ExIsResourceAcquiredSharedLite),
        KSBOX_RESOURCE(ExGetExclusiveWaiterCount),
        KSBOX_RESOURCE(ExGetSharedWaiterCount),
        KSBOX_RESOURCE(ExEnterCriticalRegionAndAcquireResourceExclusive),
        KSBOX_RESOURCE(ExEnterCriticalRegionAndAcquireResourceShared),
        KSBOX_RESOURCE(ExReleaseResourceAndLeaveCriticalRegion),
    };
#undef KSBOX_RESOURCE
    return table;
}

} // namespace ksbox
