// Reinitialize routines: what a driver asks to be called for once DriverEntry has succeeded.
#pragma once

#include <algorithm>
#include <deque>
#include <vector>

#include "abi/windows.h"

#include "nt/call_driver.h"
#include "nt/kernel.h"

namespace ksbox::io {

/// kernel.extension<Reinitialization>().
class Reinitialization : public KernelExtension {
  public:
    struct Request {
        PDRIVER_OBJECT driver;
        PDRIVER_REINITIALIZE routine;
        PVOID context;
    };

    explicit Reinitialization(Kernel &) {}

    void add(const Request &request) {
        ke::HostLockGuard guard(lock_);
        waiting_.push_back(request);
    }

    /// Calls the routines that have come in, and those that they ask for. On a system thread at
    /// PASSIVE_LEVEL.
    void run() {
        for (;;) {
            Request next;
            ULONG count;
            {
                ke::HostLockGuard guard(lock_);
                if (waiting_.empty())
                    return;
                next = waiting_.front();
                waiting_.pop_front();
                count = ++count_of(next.driver);
            }
            call_driver("DriverReinitialize", next.driver, next.routine, next.driver, next.context,
                        count);
        }
    }

    /// A DriverEntry that failed is called no more; one that unloads starts over.
    void forget(PDRIVER_OBJECT driver) {
        ke::HostLockGuard guard(lock_);
        std::erase_if(waiting_, [&](const Request &each) { return each.driver == driver; });
        std::erase_if(calls_, [&](const Calls &each) { return each.driver == driver; });
    }
    bool empty() {
        ke::HostLockGuard guard(lock_);
        return waiting_.empty();
    }

  private:
    struct Calls {
        PDRIVER_OBJECT driver;
        ULONG count;
    };
    ULONG &count_of(PDRIVER_OBJECT driver) {
        const auto found = std::ranges::find(calls_, driver, &Calls::driver);
        return found == calls_.end() ? calls_.emplace_back(driver, 0).count : found->count;
    }
    ke::HostLock lock_; // of what follows
    std::deque<Request> waiting_;
    std::vector<Calls> calls_; ///< how often each driver's routine was called
};

} // namespace ksbox::io
