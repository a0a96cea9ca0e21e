// The host lock: a leaf lock for tables that realtime host threads share (pages, pool). Under it
// nothing blocks, calls the driver, raises a bug check or reaches a scheduling point.
#pragma once

#include <atomic>
#include <mutex>

#include "nt/ke/host_sharing.h"

namespace ksbox::ke {

/// Any IRQL. Not recursive. Held for a bounded number of instructions, so a fiber is never switched
/// away from while it holds one, and whoever finds it taken looks again before it sleeps. A request
/// takes some dozens of them: that is why it is no std::mutex.
class HostLock {
  public:
    HostLock() = default;
    HostLock(const HostLock &) = delete;
    HostLock &operator=(const HostLock &) = delete;

    void lock() {
        if (host_threads_meet() && held_.exchange(true, std::memory_order_acquire)) [[unlikely]]
            wait();
    }
    void unlock() { held_.store(false, std::memory_order_release); }

  private:
    void wait();

    std::atomic<bool> held_ = false;
};

using HostLockGuard = std::lock_guard<HostLock>;

} // namespace ksbox::ke
