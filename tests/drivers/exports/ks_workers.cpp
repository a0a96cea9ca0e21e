// Workers: items that run at PASSIVE_LEVEL, one place in the queue each, waited for at the end.
#include "ks_fixture.h"

namespace {
struct WORK {
    WORK_QUEUE_ITEM Item;
    KEVENT Ran;
    LONG Runs = 0;
    KIRQL Irql = HIGH_LEVEL;
    PKSWORKER Worker = NULL;
};
} // namespace

static VOID NTAPI Run(PVOID Parameter) {
    WORK *const Work = static_cast<WORK *>(Parameter);
    Work->Irql = KeGetCurrentIrql();
    ++Work->Runs;
    KeSetEvent(&Work->Ran, IO_NO_INCREMENT, FALSE);
}

EXPORT_CASE(KsRegisterWorker, KsQueueWorkItem, KsUnregisterWorker) {
    WORK Work;
    KeInitializeEvent(&Work.Ran, NotificationEvent, FALSE);
    ExInitializeWorkItem(&Work.Item, Run, &Work);
    PKSWORKER Worker = NULL;
    EXPECT_EQ(KsRegisterWorker(MaximumWorkQueue, &Worker), STATUS_INVALID_PARAMETER);
    REQUIRE_SUCCESS(KsRegisterWorker(DelayedWorkQueue, &Worker));
    CaseRunInDpc([&] { EXPECT_SUCCESS(KsQueueWorkItem(Worker, &Work.Item)); });
    EXPECT_SUCCESS(KeWaitForSingleObject(&Work.Ran, Executive, KernelMode, FALSE, NULL));
    EXPECT_EQ(Work.Irql, PASSIVE_LEVEL);
    EXPECT_EQ(Work.Runs, 1);
    EXPECT_SUCCESS(KsQueueWorkItem(Worker, &Work.Item));
    // Waits until the item has run.
    KsUnregisterWorker(Worker);
    EXPECT_EQ(Work.Runs, 2);
}

// The item decrements as long as there is work.
static VOID NTAPI RunCounted(PVOID Parameter) {
    WORK *const Work = static_cast<WORK *>(Parameter);
    do
        ++Work->Runs;
    while (KsDecrementCountedWorker(Work->Worker) != 0);
    KeSetEvent(&Work->Ran, IO_NO_INCREMENT, FALSE);
}

EXPORT_CASE(KsRegisterCountedWorker, KsIncrementCountedWorker, KsDecrementCountedWorker) {
    WORK Work;
    KeInitializeEvent(&Work.Ran, NotificationEvent, FALSE);
    ExInitializeWorkItem(&Work.Item, RunCounted, &Work);
    REQUIRE_SUCCESS(KsRegisterCountedWorker(CriticalWorkQueue, &Work.Item, &Work.Worker));
    KIRQL Irql;
    // Workers run at PASSIVE_LEVEL: this processor is busy, another may begin at once.
    KeRaiseIrql(DISPATCH_LEVEL, &Irql);
    const ULONG First = KsIncrementCountedWorker(Work.Worker);
    KeLowerIrql(Irql);
    EXPECT_EQ(First, 1u);
    EXPECT_SUCCESS(KeWaitForSingleObject(&Work.Ran, Executive, KernelMode, FALSE, NULL));
    EXPECT_EQ(Work.Runs, 1);
    KsUnregisterWorker(Work.Worker);
}
