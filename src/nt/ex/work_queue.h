// System worker threads: work items are run at PASSIVE_LEVEL by threads of the system process. A
// queue keeps one idle worker in reserve, so that items which wait for each other all run.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "abi/windows.h"

namespace ksbox {
class Kernel;
}

namespace ksbox::ex {

class WorkQueue {
  public:
    WorkQueue(Kernel &kernel, const char *name, int priority);
    WorkQueue(const WorkQueue &) = delete;
    WorkQueue &operator=(const WorkQueue &) = delete;

    /// The item must not be queued yet: bug check WORKER_INVALID. IRQL <= DISPATCH_LEVEL.
    void queue(WORK_QUEUE_ITEM *item);
    bool is_queued(const WORK_QUEUE_ITEM *item);
    /// Whether an item that is queued lies in `range`. IRQL <= DISPATCH_LEVEL.
    bool has_item_in(std::span<const std::byte> range);
    /// Whether an item is queued or runs. IRQL <= DISPATCH_LEVEL.
    bool busy();

  private:
    void start_worker(unsigned number);
    [[noreturn]] void work();

    static constexpr unsigned most_workers = 64;

    Kernel &kernel_;
    const char *name_;
    const int priority_;
    KSPIN_LOCK lock_ = 0; // of what follows
    LIST_ENTRY items_;
    unsigned workers_ = 0;
    unsigned idle_ = 0;
    KSEMAPHORE ready_; ///< one count an item
};

/// The queues of ExQueueWorkItem, by WORK_QUEUE_TYPE.
class WorkQueues {
  public:
    explicit WorkQueues(Kernel &kernel);
    /// Null for a type that is none.
    WorkQueue *of(ULONG type);
    bool have_item_in(std::span<const std::byte> range);
    bool busy() { return critical_.busy() || delayed_.busy() || hyper_critical_.busy(); }

  private:
    WorkQueue critical_, delayed_, hyper_critical_;
};

} // namespace ksbox::ex
