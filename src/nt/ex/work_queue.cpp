// System worker threads; see work_queue.h.
#include "nt/ex/work_queue.h"

#include <string>

#include "nt/call_driver.h"
#include "nt/ex/io_work_item.h"
#include "nt/ke/bug_check.h"
#include "nt/ke/scheduler.h"
#include "nt/ke/thread.h"
#include "nt/kernel.h"
#include "nt/ob/object_manager.h"

namespace ksbox::ex {

constexpr std::uint32_t worker_invalid = 0xe4;

WorkQueue::WorkQueue(Kernel &kernel, const char *name, int priority)
    : kernel_(kernel), name_(name), priority_(priority) {
    InitializeListHead(&items_);
    KeInitializeSemaphore(&ready_, 0, MAXLONG);
}

void WorkQueue::queue(WORK_QUEUE_ITEM *item) {
    const bool queued_twice = is_queued(item);
    if (queued_twice)
        bug_check(worker_invalid, 1, reinterpret_cast<std::uint64_t>(item), 0, 0,
                  "a work item was queued that is queued already");
    const KIRQL irql = KeAcquireSpinLockRaiseToDpc(&lock_);
    InsertTailList(&items_, &item->List);
    unsigned starts = 0;
    if (workers_ == 0) {
        starts = ++workers_;
        ++idle_;
    }
    KeReleaseSpinLock(&lock_, irql);
    if (starts != 0)
        start_worker(starts);
    KeReleaseSemaphore(&ready_, IO_NO_INCREMENT, 1, FALSE);
}

bool WorkQueue::is_queued(const WORK_QUEUE_ITEM *item) {
    const KIRQL irql = KeAcquireSpinLockRaiseToDpc(&lock_);
    bool found = false;
    for (LIST_ENTRY *at = items_.Flink; at != &items_ && !found; at = at->Flink)
        found = at == &item->List;
    KeReleaseSpinLock(&lock_, irql);
    return found;
}

bool WorkQueue::has_item_in(std::span<const std::byte> range) {
    const KIRQL irql = KeAcquireSpinLockRaiseToDpc(&lock_);
    bool found = false;
    for (LIST_ENTRY *at = items_.Flink; at != &items_ && !found; at = at->Flink)
        found =
            reinterpret_cast<std::uintptr_t>(at) - reinterpret_cast<std::uintptr_t>(range.data()) <
            range.size();
    KeReleaseSpinLock(&lock_, irql);
    return found;
}

bool WorkQueue::busy() {
    const KIRQL irql = KeAcquireSpinLockRaiseToDpc(&lock_);
    const bool result = !IsListEmpty(&items_) || idle_ < workers_;
    KeReleaseSpinLock(&lock_, irql);
    return result;
}

bool WorkQueues::have_item_in(std::span<const std::byte> range) {
    return critical_.has_item_in(range) || delayed_.has_item_in(range) ||
           hyper_critical_.has_item_in(range);
}

void WorkQueue::start_worker(unsigned number) {
    ke::ThreadOptions options;
    options.name = std::string(name_) + " worker " + std::to_string(number);
    options.kind = ke::ThreadKind::worker;
    options.priority = priority_;
    options.entry = [this] { work(); };
    auto thread = kernel_.scheduler().create_thread(std::move(options));
    if (thread) {
        kernel_.objects().dereference((*thread)->body);
        return;
    }
    const KIRQL irql = KeAcquireSpinLockRaiseToDpc(&lock_);
    --idle_;
    const bool last = --workers_ == 0;
    KeReleaseSpinLock(&lock_, irql);
    if (last)
        bug_check(worker_invalid, 5, 0, 0, 0, "no worker thread could be made");
}

void WorkQueue::work() {
    ke::Thread &self = ke::current_thread();
    for (;;) {
        self.wait.idle = true;
        KeWaitForSingleObject(&ready_, WrQueue, KernelMode, FALSE, nullptr);
        self.wait.idle = false;
        const KIRQL irql = KeAcquireSpinLockRaiseToDpc(&lock_);
        auto *item = CONTAINING_RECORD(RemoveHeadList(&items_), WORK_QUEUE_ITEM, List);
        item->List.Flink = nullptr;
        const PWORKER_THREAD_ROUTINE routine = item->WorkerRoutine;
        void *parameter = item->Parameter;
        unsigned starts = 0;
        if (--idle_ == 0 && workers_ < most_workers) {
            starts = ++workers_;
            ++idle_;
        }
        KeReleaseSpinLock(&lock_, irql);
        if (starts != 0)
            start_worker(starts);
        // From here on the item may be freed or queued again: it is not looked at.
        if (routine == run_io_work_item)
            routine(parameter);
        else
            call_driver("WORKER_THREAD_ROUTINE", item, routine, parameter);
        const KIRQL after = KeAcquireSpinLockRaiseToDpc(&lock_);
        ++idle_;
        KeReleaseSpinLock(&lock_, after);
    }
}

// Priorities as in "System Worker Threads": 13, 12 and 15.
WorkQueues::WorkQueues(Kernel &kernel)
    : critical_(kernel, "critical", 13), delayed_(kernel, "delayed", 12),
      hyper_critical_(kernel, "hypercritical", 15) {}

WorkQueue *WorkQueues::of(ULONG type) {
    switch (type) {
    case CriticalWorkQueue:
    case RealTimeWorkQueue:
        return &critical_;
    case DelayedWorkQueue:
    case NormalWorkQueue:
    case BackgroundWorkQueue:
        return &delayed_;
    case HyperCriticalWorkQueue:
    case SuperCriticalWorkQueue:
        return &hyper_critical_;
    default:
        // CustomPriorityWorkQueue + a priority.
        if (type >= CustomPriorityWorkQueue && type < CustomPriorityWorkQueue + 32)
            return type - CustomPriorityWorkQueue > 12 ? &critical_ : &delayed_;
        return nullptr;
    }
}

} // namespace ksbox::ex
