// Whether host threads may meet in a box's tables. A box in simulated time is one host thread's
// own, and needs neither locked instructions nor locks; each costs more than what it guards.
#pragma once

namespace ksbox::ke {

/// True from the first realtime box of the process on, for good and for every box.
extern bool host_threads_meet_;
inline bool host_threads_meet() {
    return __atomic_load_n(&host_threads_meet_, __ATOMIC_RELAXED);
}

/// __atomic_fetch_add for counters that only host threads of one box share. Any IRQL.
template <typename T> T add_shared(T &counter, T amount) {
    if (host_threads_meet())
        return __atomic_fetch_add(&counter, amount, __ATOMIC_ACQ_REL);
    const T before = counter;
    counter = before + amount;
    return before;
}

} // namespace ksbox::ke
