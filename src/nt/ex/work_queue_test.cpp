// Work items, callback objects and EX_TIMERs.
#include "nt/ex/box_test.h"
#include "nt/ex/executive.h"
#include "nt/ex/timer_resolution.h"
#include "nt/ex/work_queue.h"

#include <memory>

namespace ksbox {
namespace {

class WorkTest : public BoxTest {};
INSTANTIATE_TEST_SUITE_P(Modes, WorkTest, both_modes, mode_name);

struct Item {
    WORK_QUEUE_ITEM item;
    KEVENT done;
    KEVENT *waits_for = nullptr;
    KIRQL irql = 255;
};

void NTAPI run_item(void *parameter) {
    auto *item = static_cast<Item *>(parameter);
    item->irql = KeGetCurrentIrql();
    if (item->waits_for != nullptr)
        KeWaitForSingleObject(item->waits_for, ::Executive, KernelMode, FALSE, nullptr);
    KeSetEvent(&item->done, 0, FALSE);
}

void prepare(Item &item, KEVENT *waits_for = nullptr) {
    KeInitializeEvent(&item.done, NotificationEvent, FALSE);
    item.waits_for = waits_for;
    ExInitializeWorkItem(&item.item, run_item, &item);
}

void wait(KEVENT &event) {
    KeWaitForSingleObject(&event, ::Executive, KernelMode, FALSE, nullptr);
}

TEST_P(WorkTest, ItemsRunAtPassiveLevelInEveryQueue) {
    run([&] {
        for (WORK_QUEUE_TYPE type : {CriticalWorkQueue, DelayedWorkQueue, HyperCriticalWorkQueue}) {
            Item item;
            prepare(item);
            KIRQL old = KfRaiseIrql(DISPATCH_LEVEL);
            ExQueueWorkItem(&item.item, type);
            KeLowerIrql(old);
            wait(item.done);
            EXPECT_EQ(item.irql, PASSIVE_LEVEL);
        }
    });
}

TEST_P(WorkTest, ItemsThatWaitForLaterOnesStillFinish) {
    run([&] {
        constexpr int count = 12;
        std::vector<Item> items(count);
        for (int i = 0; i < count; ++i)
            prepare(items[i], i + 1 < count ? &items[i + 1].done : nullptr);
        for (Item &item : items)
            ExQueueWorkItem(&item.item, DelayedWorkQueue);
        wait(items[0].done);
    });
}

TEST_P(WorkTest, QueueingAnItemTwiceStopsTheBox) {
    // Every worker that the queue may have is busy for ever, so the last item stays queued.
    KEVENT never;
    std::vector<Item> busy(64);
    Item item;
    EXPECT_EQ(stop_code([&] {
                  KeInitializeEvent(&never, NotificationEvent, FALSE);
                  for (Item &each : busy) {
                      prepare(each, &never);
                      ExQueueWorkItem(&each.item, DelayedWorkQueue);
                  }
                  prepare(item);
                  sleep_ms(50);
                  ExQueueWorkItem(&item.item, DelayedWorkQueue);
                  ExQueueWorkItem(&item.item, DelayedWorkQueue);
              }),
              0xe4u);
}

struct IoItem {
    PIO_WORKITEM item;
    KEVENT done;
    void *object = nullptr;
    std::int64_t references = 0;
    Kernel *kernel;
};

void NTAPI run_io_item(PDEVICE_OBJECT object, PVOID context) {
    auto *io = static_cast<IoItem *>(context);
    io->object = object;
    io->references = io->kernel->objects().reference_count(object);
    IoFreeWorkItem(io->item); // allowed in its own routine
    KeSetEvent(&io->done, 0, FALSE);
}

TEST_P(WorkTest, IoWorkItemsHoldTheirObject) {
    run([&] {
        auto &objects = kernel->objects();
        void *body = objects.allocate(ob::ObjectType::device, sizeof(DEVICE_OBJECT)).value();
        IoItem io;
        io.kernel = kernel.get();
        KeInitializeEvent(&io.done, NotificationEvent, FALSE);
        io.item = IoAllocateWorkItem(static_cast<PDEVICE_OBJECT>(body));
        ASSERT_NE(io.item, nullptr);
        EXPECT_EQ(objects.reference_count(body), 1);
        IoQueueWorkItem(io.item, run_io_item, DelayedWorkQueue, &io);
        wait(io.done);
        EXPECT_EQ(io.object, body);
        EXPECT_EQ(io.references, 2);
        while (objects.reference_count(body) != 1)
            sleep_ms(1);
        objects.dereference(body);
    });
}

struct Notified {
    std::vector<int> *order;
    int number;
};

void NTAPI notified(PVOID context, PVOID first, PVOID second) {
    auto *self = static_cast<Notified *>(context);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(first), 1u);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(second), 2u);
    self->order->push_back(self->number);
}

TEST_P(WorkTest, CallbackObjectsCallInOrderOfRegistration) {
    run([&] {
        UNICODE_STRING name;
        char16_t text[] = u"\\Callback\\KsboxTest";
        name.Buffer = text;
        name.Length = sizeof(text) - 2;
        name.MaximumLength = sizeof(text);
        OBJECT_ATTRIBUTES attributes;
        InitializeObjectAttributes(&attributes, &name, OBJ_CASE_INSENSITIVE | OBJ_PERMANENT,
                                   nullptr, nullptr);
        PCALLBACK_OBJECT object = nullptr, same = nullptr;
        EXPECT_EQ(ExCreateCallback(&object, &attributes, FALSE, FALSE),
                  STATUS_OBJECT_NAME_NOT_FOUND);
        ASSERT_EQ(ExCreateCallback(&object, &attributes, TRUE, TRUE), STATUS_SUCCESS);
        ASSERT_EQ(ExCreateCallback(&same, &attributes, FALSE, FALSE), STATUS_SUCCESS);
        EXPECT_EQ(object, same);
        std::vector<int> order;
        Notified first{&order, 1}, second{&order, 2};
        PVOID a = ExRegisterCallback(object, notified, &first);
        PVOID b = ExRegisterCallback(object, notified, &second);
        ExNotifyCallback(object, (PVOID)1, (PVOID)2);
        ExUnregisterCallback(a);
        ExNotifyCallback(object, (PVOID)1, (PVOID)2);
        ExUnregisterCallback(b);
        EXPECT_EQ(order, (std::vector<int>{1, 2, 2}));
        kernel->objects().dereference(object);
        kernel->objects().make_temporary(object);
        kernel->objects().dereference(object);

        char16_t power[] = u"\\Callback\\PowerState";
        name.Buffer = power;
        name.Length = sizeof(power) - 2;
        ASSERT_EQ(ExCreateCallback(&object, &attributes, FALSE, TRUE), STATUS_SUCCESS);
        kernel->objects().dereference(object);
    });
}

struct Ticks {
    int count = 0;
    int enough = 0;
    KEVENT done;
    std::vector<std::uint64_t> times;
    Kernel *kernel;
};

void NTAPI tick(PEX_TIMER timer, PVOID context) {
    auto *ticks = static_cast<Ticks *>(context);
    EXPECT_EQ(KeGetCurrentIrql(), DISPATCH_LEVEL);
    ticks->times.push_back(ticks->kernel->scheduler().peek_time());
    if (++ticks->count == ticks->enough)
        KeSetEvent(&ticks->done, 0, FALSE);
}

/// Between the expiry and the DPC that sets the next period it is in no queue, and set all the
/// same.
TEST_P(WorkTest, APeriodicTimerCanBeCancelledWhileItsDpcWaits) {
    run([&] {
        for (const bool deletes : {false, true}) {
            Ticks ticks;
            ticks.enough = 100;
            ticks.kernel = kernel.get();
            KeInitializeEvent(&ticks.done, NotificationEvent, FALSE);
            PEX_TIMER timer = ExAllocateTimer(tick, &ticks, EX_TIMER_HIGH_RESOLUTION);
            ExSetTimer(timer, -20'000, 20'000, nullptr); // 2 ms
            const KIRQL irql = KeRaiseIrqlToDpcLevel();
            KeStallExecutionProcessor(3'000);
            EXPECT_TRUE(deletes ? ExDeleteTimer(timer, TRUE, FALSE, nullptr)
                                : ExCancelTimer(timer, nullptr));
            const int before = __atomic_load_n(&ticks.count, __ATOMIC_ACQUIRE);
            KeLowerIrql(irql);
            sleep_ms(30);
            EXPECT_LE(ticks.count, before + 1); // the one of that DPC
            if (!deletes) {
                EXPECT_FALSE(ExDeleteTimer(timer, TRUE, TRUE, nullptr));
            }
        }
    });
}

TEST_P(WorkTest, HighResolutionTimersKeepFinePeriods) {
    run([&] {
        Ticks ticks;
        ticks.enough = 10;
        ticks.kernel = kernel.get();
        KeInitializeEvent(&ticks.done, NotificationEvent, FALSE);
        PEX_TIMER timer = ExAllocateTimer(tick, &ticks, EX_TIMER_HIGH_RESOLUTION);
        const std::uint64_t start = kernel->scheduler().peek_time();
        EXPECT_FALSE(ExSetTimer(timer, -20'000, 20'000, nullptr)); // 2 ms
        wait(ticks.done);
        EXPECT_TRUE(ExDeleteTimer(timer, TRUE, TRUE, nullptr));
        EXPECT_GE(ticks.times[9], start + 200'000);
        if (GetParam() == TimeMode::simulated) {
            EXPECT_LT(ticks.times[9], start + 202'000);
        }
        const int after = ticks.count;
        sleep_ms(30);
        EXPECT_EQ(ticks.count, after);
    });
}

TEST_P(WorkTest, OrdinaryTimersKeepToTheClockAndCanBeWaitedFor) {
    run([&] {
        PEX_TIMER timer = ExAllocateTimer(nullptr, nullptr, EX_TIMER_NOTIFICATION);
        ExSetTimer(timer, -10'000, 0, nullptr);
        KeWaitForSingleObject(timer, ::Executive, KernelMode, FALSE, nullptr);
        EXPECT_FALSE(ExCancelTimer(timer, nullptr));
        ExSetTimer(timer, -10'000'000, 0, nullptr);
        EXPECT_TRUE(ExCancelTimer(timer, nullptr));
        EXPECT_FALSE(ExDeleteTimer(timer, FALSE, FALSE, nullptr));
        sleep_ms(20);
    });
}

void NTAPI deleted(void *context) {
    KeSetEvent(static_cast<KEVENT *>(context), 0, FALSE);
}

TEST_P(WorkTest, ATimerThatIsNotCancelledExpiresBeforeItGoes) {
    run([&] {
        Ticks ticks;
        ticks.kernel = kernel.get();
        PEX_TIMER timer = ExAllocateTimer(tick, &ticks, 0);
        KEVENT gone;
        KeInitializeEvent(&gone, NotificationEvent, FALSE);
        EXT_DELETE_PARAMETERS parameters{};
        parameters.DeleteCallback = deleted;
        parameters.DeleteContext = &gone;
        ExSetTimer(timer, -200'000, 100'000, nullptr);
        EXPECT_FALSE(ExDeleteTimer(timer, FALSE, FALSE, &parameters));
        wait(gone);
        EXPECT_EQ(ticks.count, 1);
    });
}

TEST_P(WorkTest, TimerResolutionIsTheFinestAskedFor) {
    run([&] {
        ULONG coarsest, finest, now;
        ExQueryTimerResolution(&coarsest, &finest, &now);
        EXPECT_EQ(coarsest, 156'250u);
        EXPECT_EQ(now, 156'250u);
        EXPECT_EQ(ExSetTimerResolution(10'000, TRUE), 10'000u);
        EXPECT_EQ(ExSetTimerResolution(20'000, TRUE), 10'000u);
        EXPECT_EQ(ExSetTimerResolution(1, TRUE), finest);
        EXPECT_EQ(ExSetTimerResolution(0, FALSE), finest);
        EXPECT_EQ(ExSetTimerResolution(0, FALSE), finest);
        EXPECT_EQ(ExSetTimerResolution(0, FALSE), 156'250u);
    });
}

} // namespace
} // namespace ksbox
