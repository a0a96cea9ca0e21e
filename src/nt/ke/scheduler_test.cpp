// The scheduler with host threads of the box's own, in both modes: waits, timers, DPCs, IRQL.
#include <gtest/gtest.h>

#include "abi/windows.h"

#include "nt/call_driver.h"
#include "nt/ke/bug_check.h"
#include "nt/ke/scheduler.h"
#include "nt/kernel.h"
#include "nt/mm/memory.h"

namespace ksbox::ke {
namespace {

class SchedulerTest : public testing::TestWithParam<TimeMode> {
  protected:
    void make(std::uint64_t seed = 1, unsigned processors = 2) {
        KernelOptions options;
        options.time = GetParam();
        options.seed = seed;
        options.processors = processors;
        options.watchdog_ms = 300;
        auto created = Kernel::create(std::move(options));
        ASSERT_TRUE(created.has_value()) << std::hex << created.error().value();
        kernel = std::move(*created);
    }
    void SetUp() override { make(); }
    CallOutcome run(const std::function<void()> &work) { return kernel->scheduler().call(work); }

    std::unique_ptr<Kernel> kernel;
};

TEST_P(SchedulerTest, RunsWorkOnABoxThread) {
    bool ran = false;
    EXPECT_EQ(current_thread_or_null(), nullptr);
    EXPECT_EQ(run([&] {
                  ran = current_thread_or_null() != nullptr && &current_kernel() == kernel.get();
              }),
              CallOutcome::done);
    EXPECT_TRUE(ran);
    EXPECT_EQ(current_thread_or_null(), nullptr);
}

TEST_P(SchedulerTest, EventWakesTheWaiter) {
    int order = 0;
    run([&] {
        KEVENT event;
        KEVENT finished;
        KeInitializeEvent(&event, SynchronizationEvent, FALSE);
        KeInitializeEvent(&finished, NotificationEvent, FALSE);
        auto thread = kernel->scheduler().create_thread(
            {.name = "waiter", .entry = [&] {
                 EXPECT_EQ(KeWaitForSingleObject(&event, Executive, KernelMode, FALSE, nullptr),
                           STATUS_SUCCESS);
                 order = order == 1 ? 2 : -1;
                 KeSetEvent(&finished, 0, FALSE);
             }});
        ASSERT_TRUE(thread.has_value());
        order = 1;
        KeSetEvent(&event, 0, FALSE);
        KeWaitForSingleObject(&finished, Executive, KernelMode, FALSE, nullptr);
        EXPECT_EQ(order, 2);
        EXPECT_EQ(KeReadStateEvent(&event), 0);
    });
    EXPECT_EQ(order, 2);
}

TEST_P(SchedulerTest, WaitTimesOutOnAClockTick) {
    run([&] {
        KEVENT event;
        KeInitializeEvent(&event, NotificationEvent, FALSE);
        std::uint64_t before = kernel->scheduler().peek_time();
        LARGE_INTEGER timeout;
        timeout.QuadPart = -200'000; // 20 ms
        EXPECT_EQ(KeWaitForSingleObject(&event, Executive, KernelMode, FALSE, &timeout),
                  STATUS_TIMEOUT);
        EXPECT_GE(kernel->scheduler().peek_time() - before, 200'000u);
        if (GetParam() == TimeMode::simulated)
            EXPECT_EQ(kernel->scheduler().peek_time() % 156'250, 0u);
    });
}

struct DpcCount {
    KEVENT done;
    int runs = 0;
    KIRQL irql = 0;
};

void NTAPI count_dpc(PKDPC, PVOID context, PVOID, PVOID) {
    auto &count = *static_cast<DpcCount *>(context);
    count.irql = KeGetCurrentIrql();
    if (++count.runs == 3)
        KeSetEvent(&count.done, 0, FALSE);
}

TEST_P(SchedulerTest, PeriodicTimerRunsItsDpcAtDispatchLevel) {
    run([&] {
        DpcCount count;
        KDPC dpc;
        KTIMER timer;
        KeInitializeEvent(&count.done, NotificationEvent, FALSE);
        KeInitializeDpc(&dpc, count_dpc, &count);
        KeInitializeTimerEx(&timer, SynchronizationTimer);
        LARGE_INTEGER due;
        due.QuadPart = -10'000;
        EXPECT_FALSE(KeSetTimerEx(&timer, due, 16, &dpc));
        KeWaitForSingleObject(&count.done, Executive, KernelMode, FALSE, nullptr);
        EXPECT_TRUE(KeCancelTimer(&timer));
        KeFlushQueuedDpcs();
        EXPECT_GE(count.runs, 3);
        EXPECT_EQ(count.irql, DISPATCH_LEVEL);
    });
}

TEST_P(SchedulerTest, LoweringIrqlDrainsTheProcessorsDpcs) {
    run([&] {
        DpcCount count;
        KDPC dpc;
        KeInitializeEvent(&count.done, NotificationEvent, FALSE);
        KeInitializeDpc(&dpc, count_dpc, &count);
        KIRQL before = KfRaiseIrql(DISPATCH_LEVEL);
        EXPECT_TRUE(KeInsertQueueDpc(&dpc, nullptr, nullptr));
        EXPECT_FALSE(KeInsertQueueDpc(&dpc, nullptr, nullptr));
        EXPECT_EQ(count.runs, 0);
        KeLowerIrql(before);
        EXPECT_EQ(count.runs, 1);
    });
}

TEST_P(SchedulerTest, SpinLockKeepsCountersWhole) {
    run([&] {
        KSPIN_LOCK lock = 0;
        KSEMAPHORE finished;
        KeInitializeSemaphore(&finished, 0, 8);
        std::uint64_t counter = 0;
        for (int i = 0; i < 4; ++i) {
            auto thread =
                kernel->scheduler().create_thread({.name = "adder", .entry = [&] {
                                                       for (int n = 0; n < 500; ++n) {
                                                           KIRQL irql =
                                                               KeAcquireSpinLockRaiseToDpc(&lock);
                                                           std::uint64_t seen = counter;
                                                           kernel->scheduler().point(Point::call);
                                                           counter = seen + 1;
                                                           KeReleaseSpinLock(&lock, irql);
                                                       }
                                                       KeReleaseSemaphore(&finished, 0, 1, FALSE);
                                                   }});
            ASSERT_TRUE(thread.has_value());
        }
        for (int i = 0; i < 4; ++i)
            KeWaitForSingleObject(&finished, Executive, KernelMode, FALSE, nullptr);
        EXPECT_EQ(counter, 2000u);
    });
}

TEST_P(SchedulerTest, BugCheckFreezesTheBoxAndANewOneWorks) {
    EXPECT_EQ(run([&] { bug_check(0xE2, 1, 2, 3, 4, "asked for"); }), CallOutcome::stopped);
    EXPECT_TRUE(kernel->bug_check().stopped());
    EXPECT_EQ(kernel->bug_check().facts().code, 0xE2u);
    EXPECT_EQ(run([] {}), CallOutcome::stopped);
    std::unique_ptr<Kernel> frozen = std::move(kernel);
    make();
    EXPECT_EQ(run([] {}), CallOutcome::done);
}

TEST_P(SchedulerTest, WaitingAtDispatchLevelIsABugCheck) {
    EXPECT_EQ(run([&] {
                  KEVENT event;
                  KeInitializeEvent(&event, NotificationEvent, FALSE);
                  KfRaiseIrql(DISPATCH_LEVEL);
                  KeWaitForSingleObject(&event, Executive, KernelMode, FALSE, nullptr);
              }),
              CallOutcome::stopped);
    EXPECT_EQ(kernel->bug_check().facts().code, 0xB8u);
}

// Machine code as a driver has it, in the box's image region.
struct DriverCode {
    explicit DriverCode(Kernel &kernel, std::initializer_list<std::uint8_t> bytes) {
        address = *kernel.memory().commit(mm::Region::images, 4096);
        std::copy(bytes.begin(), bytes.end(), reinterpret_cast<std::uint8_t *>(address));
        EXPECT_TRUE(
            kernel.memory().protect(address, 4096, mm::Protection::read_execute).has_value());
    }
    std::byte *address;
    std::uint64_t run() {
        using Function = std::uint64_t NTAPI();
        return call_driver("test", nullptr, reinterpret_cast<Function *>(address));
    }
};

TEST_P(SchedulerTest, Cr8IsTheIrql) {
    run([&] {
        // mov rax, cr8; ret
        DriverCode code(*kernel, {0x44, 0x0f, 0x20, 0xc0, 0xc3});
        EXPECT_EQ(code.run(), 0u);
        KIRQL before = KfRaiseIrql(DISPATCH_LEVEL);
        EXPECT_EQ(code.run(), 2u);
        KeLowerIrql(before);
        // mov eax, 2; mov cr8, rax; mov rcx, cr8; xor eax, eax; mov cr8, rax; mov rax, rcx; ret
        DriverCode raises(*kernel,
                          {0xb8, 2,    0,    0,    0,    0x44, 0x0f, 0x22, 0xc0, 0x44, 0x0f, 0x20,
                           0xc1, 0x31, 0xc0, 0x44, 0x0f, 0x22, 0xc0, 0x48, 0x89, 0xc8, 0xc3});
        EXPECT_EQ(raises.run(), 2u);
        EXPECT_EQ(KeGetCurrentIrql(), PASSIVE_LEVEL);
    });
}

TEST_P(SchedulerTest, SharedDataShowsTheClock) {
    run([&] {
        // movabs rax, 0xfffff78000000008; mov rax, [rax]; ret
        DriverCode code(*kernel,
                        {0x48, 0xb8, 8, 0, 0, 0, 0x80, 0xf7, 0xff, 0xff, 0x48, 0x8b, 0x00, 0xc3});
        std::uint64_t low = kernel->scheduler().tick_of(kernel->scheduler().peek_time());
        std::uint64_t shown = code.run();
        EXPECT_GE(shown, low);
        EXPECT_LE(shown, kernel->scheduler().peek_time());
    });
}

TEST_P(SchedulerTest, AFaultIsABugCheckWithItsAddress) {
    // mov rax, [0x1234]; ret
    EXPECT_EQ(run([&] {
                  DriverCode code(*kernel, {0x48, 0x8b, 0x04, 0x25, 0x34, 0x12, 0, 0, 0xc3});
                  code.run();
              }),
              CallOutcome::stopped);
    EXPECT_EQ(kernel->bug_check().facts().code, 0x3Bu);
    EXPECT_STREQ(kernel->bug_check().facts().callback.data(), "test");
    EXPECT_TRUE(kernel->bug_check().facts().has_registers);
}

TEST_P(SchedulerTest, EndlessRecursionIsADoubleFault) {
    EXPECT_EQ(run([&] {
                  // sub rsp, 0x28; call self
                  DriverCode code(*kernel, {0x48, 0x83, 0xec, 0x28, 0xe8, 0xf7, 0xff, 0xff, 0xff});
                  code.run();
              }),
              CallOutcome::stopped);
    EXPECT_EQ(kernel->bug_check().facts().code, 0x7Fu);
}

TEST_P(SchedulerTest, AnEndlessLoopIsStopped) {
    EXPECT_EQ(run([&] {
                  DriverCode code(*kernel, {0xeb, 0xfe}); // jmp self
                  code.run();
              }),
              CallOutcome::stopped);
    EXPECT_EQ(kernel->bug_check().facts().code, 0xEAu);
}

INSTANTIATE_TEST_SUITE_P(Modes, SchedulerTest,
                         testing::Values(TimeMode::simulated, TimeMode::realtime),
                         [](const auto &info) {
                             return info.param == TimeMode::simulated ? "Simulated" : "Realtime";
                         });

TEST(SimulatedScheduler, ADeadlockIsReportedWithWhoWaits) {
    auto kernel = *Kernel::create({});
    EXPECT_EQ(kernel->scheduler().call([] {
        KEVENT event;
        KeInitializeEvent(&event, NotificationEvent, FALSE);
        KeWaitForSingleObject(&event, Executive, KernelMode, FALSE, nullptr);
    }),
              CallOutcome::stopped);
    EXPECT_EQ(kernel->bug_check().facts().code, bug_check_deadlock);
    EXPECT_NE(std::string(kernel->bug_check().facts().reason.data())
                  .find("main: KeWaitForSingleObject on notification event"),
              std::string::npos);
}

} // namespace
} // namespace ksbox::ke
