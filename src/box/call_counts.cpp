// Counters by import name; a std::map's values do not move.
#include "box/call_counts.h"

#include <atomic>

namespace ksbox::box {

std::uint64_t *CallCounts::counter(std::string_view function) {
    ke::HostLockGuard guard(lock_);
    auto found = counters_.find(function);
    if (found == counters_.end())
        found = counters_.emplace(std::string(function), 0).first;
    return &found->second;
}

CallCounts::Counts CallCounts::read() const {
    ke::HostLockGuard guard(lock_);
    Counts counts;
    for (const auto &[function, count] : counters_)
        counts[function] =
            std::atomic_ref(const_cast<std::uint64_t &>(count)).load(std::memory_order_relaxed);
    return counts;
}

} // namespace ksbox::box
