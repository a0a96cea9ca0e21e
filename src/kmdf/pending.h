// Counts what is under way, for somebody who waits until nothing is.
#pragma once

#include "abi/windows.h"
#include "nt/spin_guard.h"

namespace ksbox::kmdf {

class Pending {
  public:
    Pending() { KeInitializeEvent(&none_, NotificationEvent, TRUE); }
    Pending(const Pending &) = delete;
    Pending &operator=(const Pending &) = delete;

    /// IRQL <= DISPATCH_LEVEL.
    void add() {
        const SpinGuard guard(lock_);
        ++count_;
        KeClearEvent(&none_);
    }
    /// The last one does not touch this any more when somebody who waited goes on.
    void remove() {
        const SpinGuard guard(lock_);
        if (--count_ == 0)
            KeSetEvent(&none_, IO_NO_INCREMENT, FALSE);
    }
    /// PASSIVE_LEVEL.
    void wait() {
        KeWaitForSingleObject(&none_, Executive, KernelMode, FALSE, nullptr);
        const SpinGuard guard(lock_); // the last remove() signals inside the lock
    }

  private:
    KSPIN_LOCK lock_ = 0;
    unsigned count_ = 0;
    KEVENT none_{};
};

} // namespace ksbox::kmdf
