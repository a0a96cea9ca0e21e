// Registered workers, as drivers use them.
#include <gtest/gtest.h>

#include "abi/windows.h"
#include "nt/ke/bug_check.h"
#include "nt/ke/scheduler.h"
#include "nt/kernel.h"
#include "nt/mm/pool.h"

namespace ksbox::ks {
namespace {

class Worker : public testing::TestWithParam<TimeMode> {
  protected:
    void run(const std::function<void()> &work) {
        KernelOptions options;
        options.time = GetParam();
        auto kernel = Kernel::create(std::move(options));
        ASSERT_TRUE(kernel);
        ASSERT_EQ((*kernel)->scheduler().call(work), ke::CallOutcome::done)
            << (*kernel)->bug_check().facts().reason.data();
    }
};

struct Job {
    WORK_QUEUE_ITEM item;
    KEVENT go, done;
    PKSWORKER worker = nullptr;
    LONG runs = 0, tasks = 0;
    KIRQL irql = 0xff;

    explicit Job(PWORKER_THREAD_ROUTINE routine) {
        KeInitializeEvent(&go, NotificationEvent, FALSE);
        KeInitializeEvent(&done, NotificationEvent, FALSE);
        ExInitializeWorkItem(&item, routine, this);
    }
    static void NTAPI wait_for_go(PVOID context) {
        auto &job = *static_cast<Job *>(context);
        job.irql = KeGetCurrentIrql();
        KeWaitForSingleObject(&job.go, Executive, KernelMode, FALSE, nullptr);
        InterlockedIncrement(&job.runs);
        KeSetEvent(&job.done, 0, FALSE);
    }
    /// A counted worker does tasks until the count says that none is left.
    static void NTAPI do_tasks(PVOID context) {
        auto &job = *static_cast<Job *>(context);
        InterlockedIncrement(&job.runs);
        do
            InterlockedIncrement(&job.tasks);
        while (KsDecrementCountedWorker(job.worker));
        KeSetEvent(&job.done, 0, FALSE);
    }
    void wait() { KeWaitForSingleObject(&done, Executive, KernelMode, FALSE, nullptr); }
};

TEST_P(Worker, WithoutMemoryThereIsNone) {
    run([] {
        PKSWORKER worker;
        current_kernel().pool().fail(1);
        EXPECT_EQ(KsRegisterWorker(CriticalWorkQueue, &worker), STATUS_INSUFFICIENT_RESOURCES);
        EXPECT_EQ(worker, nullptr);
        current_kernel().pool().fail(0);
    });
}

TEST_P(Worker, RunsTheItemAtPassiveAndIsWaitedForWhenUnregistered) {
    run([] {
        Job job(Job::wait_for_go);
        PKSWORKER worker;
        ASSERT_EQ(KsRegisterWorker(CriticalWorkQueue, &worker), STATUS_SUCCESS);
        const KIRQL old = KeRaiseIrqlToDpcLevel();
        EXPECT_EQ(KsQueueWorkItem(worker, &job.item), STATUS_SUCCESS);
        KeLowerIrql(old);
        KeSetEvent(&job.go, 0, FALSE);
        KsUnregisterWorker(worker);
        EXPECT_EQ(job.runs, 1);
        EXPECT_EQ(job.irql, PASSIVE_LEVEL);
    });
}

TEST_P(Worker, HasOnePlaceInTheQueue) {
    run([] {
        Job first(Job::wait_for_go);
        PKSWORKER worker;
        ASSERT_EQ(KsRegisterWorker(DelayedWorkQueue, &worker), STATUS_SUCCESS);
        const KIRQL old = KeRaiseIrqlToDpcLevel();
        EXPECT_EQ(KsQueueWorkItem(worker, &first.item), STATUS_SUCCESS);
        const NTSTATUS second = KsQueueWorkItem(worker, &first.item);
        KeLowerIrql(old);
        // On another processor the item may have begun already: then there is room again.
        EXPECT_TRUE(second == STATUS_INVALID_DEVICE_STATE || second == STATUS_SUCCESS);
        KeSetEvent(&first.go, 0, FALSE);
        KsUnregisterWorker(worker);
        EXPECT_EQ(first.runs, second == STATUS_SUCCESS ? 2 : 1);
    });
}

TEST_P(Worker, CountsTasksAndQueuesTheItemOnce) {
    run([] {
        Job job(Job::do_tasks);
        ASSERT_EQ(KsRegisterCountedWorker(HyperCriticalWorkQueue, &job.item, &job.worker),
                  STATUS_SUCCESS);
        const KIRQL old = KeRaiseIrqlToDpcLevel();
        EXPECT_EQ(KsIncrementCountedWorker(job.worker), 1u);
        for (int i = 0; i < 4; ++i)
            KsIncrementCountedWorker(job.worker);
        KeLowerIrql(old);
        job.wait();
        KsUnregisterWorker(job.worker);
        EXPECT_EQ(job.tasks, 5);
        EXPECT_GE(job.runs, 1);
    });
}

TEST_P(Worker, RefusesUnknownQueues) {
    run([] {
        PKSWORKER worker;
        EXPECT_EQ(KsRegisterWorker(WORK_QUEUE_TYPE(17), &worker), STATUS_INVALID_PARAMETER);
        EXPECT_EQ(worker, nullptr);
    });
}

INSTANTIATE_TEST_SUITE_P(Time, Worker, testing::Values(TimeMode::simulated, TimeMode::realtime),
                         [](const auto &info) {
                             return info.param == TimeMode::simulated ? "simulated" : "realtime";
                         });

} // namespace
} // namespace ksbox::ks
