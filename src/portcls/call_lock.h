// A spin lock that is held while a list of drivers' routines is called at DISPATCH_LEVEL: when one
// has been taken off the list, it is not running any more either.
#pragma once

#include <atomic>

#include "abi/windows.h"

namespace ksbox::portcls {

class CallLock {
  public:
    CallLock() { KeInitializeSpinLock(&lock_); }
    CallLock(const CallLock &) = delete;
    CallLock &operator=(const CallLock &) = delete;

    /// Of who changes the list, up to DISPATCH_LEVEL. A routine that is being called may do so,
    /// too.
    class Guard {
      public:
        explicit Guard(CallLock &lock) : lock_(lock) {
            before_ = KfRaiseIrql(DISPATCH_LEVEL);
            within_call_ = lock.caller_ == this_processor();
            if (!within_call_)
                KeAcquireSpinLockAtDpcLevel(&lock.lock_);
        }
        ~Guard() {
            if (!within_call_)
                KeReleaseSpinLockFromDpcLevel(&lock_.lock_);
            KeLowerIrql(before_);
        }
        Guard(const Guard &) = delete;
        Guard &operator=(const Guard &) = delete;
        /// The list is being walked: nothing may be erased from it.
        bool within_call() const { return within_call_; }

      private:
        CallLock &lock_;
        KIRQL before_ = 0;
        bool within_call_ = false;
    };

    /// Of who calls the list's routines, at DISPATCH_LEVEL.
    class Calling {
      public:
        explicit Calling(CallLock &lock) : lock_(lock) {
            KeAcquireSpinLockAtDpcLevel(&lock.lock_);
            lock.caller_ = this_processor();
        }
        ~Calling() {
            lock_.caller_ = nobody;
            KeReleaseSpinLockFromDpcLevel(&lock_.lock_);
        }
        Calling(const Calling &) = delete;
        Calling &operator=(const Calling &) = delete;

      private:
        CallLock &lock_;
    };

  private:
    static constexpr LONG nobody = -1;
    static LONG this_processor() { return static_cast<LONG>(KeGetCurrentProcessorNumber()); }

    KSPIN_LOCK lock_ = 0;
    std::atomic<LONG> caller_ = nobody; ///< the processor that calls
};

} // namespace ksbox::portcls
