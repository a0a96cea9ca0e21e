#include "nt/ke/timer_heap.h"

#include "nt/ke/thread.h"

namespace ksbox::ke {

namespace {
bool before(const TimerEntry &a, const TimerEntry &b) {
    return a.expiry_100ns != b.expiry_100ns ? a.expiry_100ns < b.expiry_100ns
                                            : a.sequence < b.sequence;
}

// A KTIMER remembers its place in TimerListEntry, which drivers never read; 0 is "not inserted".
std::size_t place_of(const KTIMER *timer) {
    return reinterpret_cast<std::size_t>(timer->TimerListEntry.Flink);
}
} // namespace

void TimerHeap::put(std::size_t index, TimerEntry entry) {
    entries_[index] = entry;
    if (entry.timer != nullptr)
        entry.timer->TimerListEntry.Flink = reinterpret_cast<LIST_ENTRY *>(index + 1);
    else
        entry.thread->timer_place = index + 1;
}

void TimerHeap::sift_up(std::size_t index) {
    TimerEntry entry = entries_[index];
    while (index > 0 && before(entry, entries_[(index - 1) / 2])) {
        put(index, entries_[(index - 1) / 2]);
        index = (index - 1) / 2;
    }
    put(index, entry);
}

void TimerHeap::sift_down(std::size_t index) {
    TimerEntry entry = entries_[index];
    for (;;) {
        std::size_t child = 2 * index + 1;
        if (child >= entries_.size())
            break;
        if (child + 1 < entries_.size() && before(entries_[child + 1], entries_[child]))
            ++child;
        if (!before(entries_[child], entry))
            break;
        put(index, entries_[child]);
        index = child;
    }
    put(index, entry);
}

void TimerHeap::insert(std::uint64_t expiry_100ns, KTIMER *timer) {
    entries_.push_back({expiry_100ns, next_sequence_++, timer, nullptr});
    sift_up(entries_.size() - 1);
}

void TimerHeap::insert(std::uint64_t expiry_100ns, Thread &thread) {
    entries_.push_back({expiry_100ns, next_sequence_++, nullptr, &thread});
    sift_up(entries_.size() - 1);
}

void TimerHeap::remove_at(std::size_t index) {
    TimerEntry removed = entries_[index];
    TimerEntry last = entries_.back();
    entries_.pop_back();
    if (index < entries_.size()) {
        entries_[index] = last;
        sift_up(index);
        sift_down(last.timer != nullptr ? place_of(last.timer) - 1 : last.thread->timer_place - 1);
    }
    if (removed.timer != nullptr)
        removed.timer->TimerListEntry.Flink = nullptr;
    else
        removed.thread->timer_place = 0;
}

bool TimerHeap::remove(KTIMER *timer) {
    std::size_t place = place_of(timer);
    // The place comes from driver memory: trust it only where the heap agrees.
    if (place == 0 || place > entries_.size() || entries_[place - 1].timer != timer)
        return false;
    remove_at(place - 1);
    return true;
}

bool TimerHeap::remove(Thread &thread) {
    if (thread.timer_place == 0)
        return false;
    remove_at(thread.timer_place - 1);
    return true;
}

TimerEntry TimerHeap::pop() {
    TimerEntry first = entries_.front();
    remove_at(0);
    return first;
}

} // namespace ksbox::ke
