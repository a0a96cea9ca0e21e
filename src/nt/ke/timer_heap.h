// The box's one list of things to happen at a time: KTIMERs that drivers set and waits with a
// timeout. Ordered by expiry, then by when they were set, so that a seed replays it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "abi/windows.h"

namespace ksbox::ke {

class Thread;

struct TimerEntry {
    std::uint64_t expiry_100ns;
    std::uint64_t sequence;
    KTIMER *timer;  ///< null for a wait
    Thread *thread; ///< null for a KTIMER
};

class TimerHeap {
  public:
    bool empty() const { return entries_.empty(); }
    const TimerEntry &top() const { return entries_.front(); }
    std::size_t size() const { return entries_.size(); }
    /// In no order that means anything.
    const std::vector<TimerEntry> &entries() const { return entries_; }

    void insert(std::uint64_t expiry_100ns, KTIMER *timer);
    void insert(std::uint64_t expiry_100ns, Thread &thread);
    /// False when it was not in the heap.
    bool remove(KTIMER *timer);
    bool remove(Thread &thread);
    TimerEntry pop();

  private:
    void put(std::size_t index, TimerEntry entry);
    void sift_up(std::size_t index);
    void sift_down(std::size_t index);
    void remove_at(std::size_t index);

    std::vector<TimerEntry> entries_;
    std::uint64_t next_sequence_ = 0;
};

} // namespace ksbox::ke
