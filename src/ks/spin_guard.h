// Holds a KSPIN_LOCK for a scope. IRQL: <= DISPATCH at construction, DISPATCH while held.
#pragma once

#include "abi/windows.h"

namespace ksbox::ks {

class SpinGuard {
  public:
    explicit SpinGuard(KSPIN_LOCK &lock) : lock_(lock), irql_(KeAcquireSpinLockRaiseToDpc(&lock)) {}
    ~SpinGuard() { KeReleaseSpinLock(&lock_, irql_); }
    SpinGuard(const SpinGuard &) = delete;
    SpinGuard &operator=(const SpinGuard &) = delete;

  private:
    KSPIN_LOCK &lock_;
    KIRQL irql_;
};

} // namespace ksbox::ks
