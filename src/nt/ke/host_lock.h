// The host lock: a leaf lock for tables that realtime host threads share (pages, pool). Under it
// nothing blocks, calls the driver, raises a bug check or reaches a scheduling point.
#pragma once

#include <mutex>

namespace ksbox::ke {

/// Any IRQL. Not recursive. Held for a bounded number of instructions, so a fiber is never switched
/// away from while it holds one.
class HostLock {
  public:
    HostLock() = default;
    HostLock(const HostLock &) = delete;
    HostLock &operator=(const HostLock &) = delete;

    void lock() { mutex_.lock(); }
    void unlock() { mutex_.unlock(); }

  private:
    std::mutex mutex_;
};

using HostLockGuard = std::lock_guard<HostLock>;

} // namespace ksbox::ke
