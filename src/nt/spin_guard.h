// Holds a spin lock for a scope, the way drivers do: at DISPATCH_LEVEL, through the scheduler.
#pragma once

#include "abi/windows.h"

#include "nt/ke/thread.h"

namespace ksbox {

/// Raises to DISPATCH_LEVEL, takes the lock, and undoes both. IRQL at entry: <= DISPATCH_LEVEL.
/// Nothing may be called into a driver, waited for or dereferenced to its end while it is held.
/// While a kernel is put together or taken apart no box thread runs, and there is nothing to lock.
class SpinGuard {
  public:
    explicit SpinGuard(KSPIN_LOCK &lock) : lock_(lock), held_(ke::current_thread_or_null()) {
        if (held_)
            irql_ = KeAcquireSpinLockRaiseToDpc(&lock);
    }
    ~SpinGuard() {
        if (held_)
            KeReleaseSpinLock(&lock_, irql_);
    }
    SpinGuard(const SpinGuard &) = delete;
    SpinGuard &operator=(const SpinGuard &) = delete;

  private:
    KSPIN_LOCK &lock_;
    bool held_;
    KIRQL irql_ = PASSIVE_LEVEL;
};

} // namespace ksbox
