// Waiting for a host lock: short, because it is never held for long, unless the host took its
// holder off the processor.
#include "nt/ke/host_lock.h"

#include <ctime>
#include <sched.h>

namespace ksbox::ke {

bool host_threads_meet_ = false;

namespace {
constexpr int looks_before_yield = 100;
constexpr int yields_before_sleep = 50;
constexpr long sleep_ns = 50'000; ///< lets a holder of lower host priority run
} // namespace

void HostLock::wait() {
    for (int round = 0;; ++round) {
        for (int look = 0; look < looks_before_yield; ++look) {
            if (!held_.load(std::memory_order_relaxed) &&
                !held_.exchange(true, std::memory_order_acquire))
                return;
            __builtin_ia32_pause();
        }
        if (round < yields_before_sleep) {
            sched_yield();
        } else {
            const timespec pause{0, sleep_ns};
            nanosleep(&pause, nullptr);
        }
    }
}

} // namespace ksbox::ke
