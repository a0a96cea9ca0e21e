// KsRegisterWorker and what goes with it: work items that their owner can wait for.
// @doc NF:ks.KsRegisterWorker, NF:ks.KsRegisterCountedWorker
#include "ks/data_exports.h"

#include <new>

#include "abi/windows.h"
#include "ks/misuse.h"
#include "nt/call_driver.h"
#include "nt/spin_guard.h"

using namespace ksbox;

namespace {

constexpr ULONG pool_tag = 'kWsK';

/// What a PKSWORKER points at.
struct Worker {
    static constexpr std::uint64_t expected_magic = 0x72656b726f57734bULL;
    std::uint64_t magic = expected_magic;
    WORK_QUEUE_TYPE queue;
    PWORK_QUEUE_ITEM counted_item; ///< null: a plain worker
    LONG count = 0;
    KSPIN_LOCK lock = 0;
    PWORK_QUEUE_ITEM item = nullptr; ///< queued, not begun yet
    ULONG running = 0;
    WORK_QUEUE_ITEM carrier; ///< our own item: it calls the driver's
    KEVENT idle;

    static Worker &from(PKSWORKER handle) {
        auto *const worker = static_cast<Worker *>(handle);
        if (!handle || !ks::has_magic(&worker->magic, expected_magic))
            ks::misuse(ks::Rule::foreign_object, handle,
                       "a driver used something that is not a registered KSWORKER");
        return *worker;
    }

    /// True: queued. False: its place in the work queue is still taken.
    bool queue_item(PWORK_QUEUE_ITEM work_item) {
        {
            SpinGuard guard(lock);
            if (item)
                return false;
            item = work_item;
            KeClearEvent(&idle);
        }
        ExQueueWorkItem(&carrier, queue);
        return true;
    }

    static void NTAPI run(PVOID context) {
        auto &self = *static_cast<Worker *>(context);
        PWORK_QUEUE_ITEM work_item;
        {
            SpinGuard guard(self.lock);
            // From here on the worker may be queued again; the item is the driver's to reuse.
            work_item = std::exchange(self.item, nullptr);
            ++self.running;
        }
        call_driver("WorkerRoutine", work_item, work_item->WorkerRoutine, work_item->Parameter);
        SpinGuard guard(self.lock);
        if (--self.running == 0 && !self.item)
            KeSetEvent(&self.idle, IO_NO_INCREMENT, FALSE);
    }
};

NTSTATUS register_worker(WORK_QUEUE_TYPE type, PWORK_QUEUE_ITEM counted_item, PKSWORKER *result) {
    *result = nullptr;
    if (type > HyperCriticalWorkQueue)
        return STATUS_INVALID_PARAMETER;
    void *const memory = ExAllocatePoolWithTag(NonPagedPool, sizeof(Worker), pool_tag);
    if (!memory)
        return STATUS_INSUFFICIENT_RESOURCES;
    auto *const worker = new (memory) Worker{.queue = type, .counted_item = counted_item};
    KeInitializeEvent(&worker->idle, NotificationEvent, TRUE);
    ExInitializeWorkItem(&worker->carrier, &Worker::run, worker);
    *result = worker;
    return STATUS_SUCCESS;
}

} // namespace

extern "C" {

NTSTATUS NTAPI KsRegisterWorker(WORK_QUEUE_TYPE WorkQueueType, PKSWORKER *Worker) {
    return register_worker(WorkQueueType, nullptr, Worker);
}

NTSTATUS NTAPI KsRegisterCountedWorker(WORK_QUEUE_TYPE WorkQueueType,
                                       PWORK_QUEUE_ITEM CountedWorkItem, PKSWORKER *Worker) {
    return register_worker(WorkQueueType, CountedWorkItem, Worker);
}

void NTAPI KsUnregisterWorker(PKSWORKER Worker) {
    ::Worker &worker = ::Worker::from(Worker);
    KeWaitForSingleObject(&worker.idle, Executive, KernelMode, FALSE, nullptr);
    // The last run() signals inside the lock.
    {
        SpinGuard guard(worker.lock);
    }
    worker.magic = 0;
    ExFreePoolWithTag(&worker, pool_tag);
}

NTSTATUS NTAPI KsQueueWorkItem(PKSWORKER Worker, PWORK_QUEUE_ITEM WorkItem) {
    // A worker has one place in the queue: a second item before the first has begun is the
    // caller's mistake. The page names no status for it.
    return ::Worker::from(Worker).queue_item(WorkItem) ? STATUS_SUCCESS
                                                       : STATUS_INVALID_DEVICE_STATE;
}

ULONG NTAPI KsIncrementCountedWorker(PKSWORKER Worker) {
    ::Worker &worker = ::Worker::from(Worker);
    const LONG count = InterlockedIncrement(&worker.count);
    if (count == 1)
        worker.queue_item(worker.counted_item);
    return static_cast<ULONG>(count);
}

ULONG NTAPI KsDecrementCountedWorker(PKSWORKER Worker) {
    return static_cast<ULONG>(InterlockedDecrement(&::Worker::from(Worker).count));
}

} // extern "C"

std::span<const Export> ksbox::ks::worker_exports() {
    static const Export table[] = {
        KS_DATA_EXPORT(done, KsRegisterWorker),
        KS_DATA_EXPORT(done, KsRegisterCountedWorker),
        KS_DATA_EXPORT(done, KsUnregisterWorker),
        KS_DATA_EXPORT(done, KsQueueWorkItem),
        KS_DATA_EXPORT(done, KsIncrementCountedWorker),
        KS_DATA_EXPORT(done, KsDecrementCountedWorker),
    };
    return table;
}
