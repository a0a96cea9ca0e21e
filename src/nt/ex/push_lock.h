// Push locks: a word in the driver's memory that is 1 for an exclusive owner or twice the number of
// shared ones. Who must wait is listed here, per box, and tries again at each release.
#pragma once

#include "abi/windows.h"

namespace ksbox::ex {

class PushLocks {
  public:
    PushLocks();
    /// IRQL <= APC_LEVEL, normal kernel APCs disabled by the caller.
    void acquire(ULONG_PTR *lock, bool exclusive);
    void release(ULONG_PTR *lock, bool exclusive);

  private:
    KSPIN_LOCK lock_ = 0;
    LIST_ENTRY waiters_;
};

} // namespace ksbox::ex
