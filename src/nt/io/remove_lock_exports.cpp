// Remove locks: a device's count of operations under way, and the wait for the last one.
#include "abi/export.h"
#include "abi/windows.h"
#include "nt/exports.h"
#include "nt/kernel.h"

using namespace ksbox;

extern "C" {

/// Only the common part of the lock is used: the part of checked drivers keeps its memory.
/// @doc NF:wdm.IoInitializeRemoveLock
VOID NTAPI IoInitializeRemoveLockEx(PIO_REMOVE_LOCK Lock, ULONG, ULONG, ULONG, ULONG) {
    Lock->Common.Removed = FALSE;
    Lock->Common.IoCount = 1;
    KeInitializeEvent(&Lock->Common.RemoveEvent, SynchronizationEvent, FALSE);
}

/// @doc NF:wdm.IoAcquireRemoveLock
NTSTATUS NTAPI IoAcquireRemoveLockEx(PIO_REMOVE_LOCK RemoveLock, PVOID, PCSTR, ULONG, ULONG) {
    __atomic_add_fetch(&RemoveLock->Common.IoCount, 1, __ATOMIC_ACQ_REL);
    if (!RemoveLock->Common.Removed)
        return STATUS_SUCCESS;
    if (__atomic_sub_fetch(&RemoveLock->Common.IoCount, 1, __ATOMIC_ACQ_REL) == 0)
        KeSetEvent(&RemoveLock->Common.RemoveEvent, IO_NO_INCREMENT, FALSE);
    return STATUS_DELETE_PENDING;
}

/// @doc NF:wdm.IoReleaseRemoveLock
VOID NTAPI IoReleaseRemoveLockEx(PIO_REMOVE_LOCK RemoveLock, PVOID, ULONG) {
    if (__atomic_sub_fetch(&RemoveLock->Common.IoCount, 1, __ATOMIC_ACQ_REL) == 0)
        KeSetEvent(&RemoveLock->Common.RemoveEvent, IO_NO_INCREMENT, FALSE);
}

/// The caller holds one count, the lock itself another. @doc NF:wdm.IoReleaseRemoveLockAndWait
VOID NTAPI IoReleaseRemoveLockAndWaitEx(PIO_REMOVE_LOCK RemoveLock, PVOID, ULONG) {
    RemoveLock->Common.Removed = TRUE;
    __atomic_sub_fetch(&RemoveLock->Common.IoCount, 1, __ATOMIC_ACQ_REL);
    if (__atomic_sub_fetch(&RemoveLock->Common.IoCount, 1, __ATOMIC_ACQ_REL) > 0)
        KeWaitForSingleObject(&RemoveLock->Common.RemoveEvent, Executive, KernelMode, FALSE,
                              nullptr);
}

} // extern "C"

namespace ksbox {

std::span<const Export> remove_lock_exports() {
    static const Export table[] = {
        done<IoInitializeRemoveLockEx>("IoInitializeRemoveLockEx", "NF:wdm.IoInitializeRemoveLock"),
        done<IoAcquireRemoveLockEx>("IoAcquireRemoveLockEx", "NF:wdm.IoAcquireRemoveLock"),
        done<IoReleaseRemoveLockEx>("IoReleaseRemoveLockEx", "NF:wdm.IoReleaseRemoveLock"),
        done<IoReleaseRemoveLockAndWaitEx>("IoReleaseRemoveLockAndWaitEx",
                                           "NF:wdm.IoReleaseRemoveLockAndWait"),
    };
    return table;
}

} // namespace ksbox
