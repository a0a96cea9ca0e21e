// Irp->Cancel: set by whoever cancels, looked at by whoever holds the IRP, with no lock in common.
// What it may mean is decided by IoSetCancelRoutine, whose exchange orders the two.
#pragma once

#include "abi/windows.h"

namespace ksbox::io {

inline bool is_cancelled(PIRP irp) {
    return __atomic_load_n(&irp->Cancel, __ATOMIC_RELAXED);
}
/// While others may exchange Irp->CancelRoutine.
inline PDRIVER_CANCEL cancel_routine(PIRP irp) {
    return __atomic_load_n(&irp->CancelRoutine, __ATOMIC_RELAXED);
}
inline void set_cancelled(PIRP irp) {
    __atomic_store_n(&irp->Cancel, BOOLEAN(TRUE), __ATOMIC_RELAXED);
}

} // namespace ksbox::io
