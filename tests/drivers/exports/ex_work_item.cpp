// Work items of the I/O manager, and the object types that drivers name.
#include "support/case.h"

extern "C" {
ULONG NTAPI ImportedSizeof(VOID) IMPORT_OF(IoSizeofWorkItem);
VOID NTAPI ImportedInitialize(PVOID Object, PIO_WORKITEM Item) IMPORT_OF(IoInitializeWorkItem);
VOID NTAPI ImportedUninitialize(PIO_WORKITEM Item) IMPORT_OF(IoUninitializeWorkItem);
VOID NTAPI ImportedQueueEx(PIO_WORKITEM Item, VOID(NTAPI *Routine)(PVOID, PVOID, PIO_WORKITEM),
                           WORK_QUEUE_TYPE Queue, PVOID Context) IMPORT_OF(IoQueueWorkItemEx);
}

namespace {
struct WORK {
    KEVENT Done;
    PVOID Object;
    PIO_WORKITEM Item;
    KIRQL Irql;
};

VOID NTAPI Work(PDEVICE_OBJECT Device, PVOID Context) {
    WORK *Into = static_cast<WORK *>(Context);
    Into->Object = Device;
    Into->Irql = KeGetCurrentIrql();
    KeSetEvent(&Into->Done, IO_NO_INCREMENT, FALSE);
}

VOID NTAPI WorkEx(PVOID Object, PVOID Context, PIO_WORKITEM Item) {
    static_cast<WORK *>(Context)->Item = Item;
    Work(static_cast<PDEVICE_OBJECT>(Object), Context);
}
} // namespace

EXPORT_CASE(IoAllocateWorkItem, IoQueueWorkItem, IoFreeWorkItem) {
    WORK Seen = {};
    KeInitializeEvent(&Seen.Done, SynchronizationEvent, FALSE);
    PIO_WORKITEM Item = IoAllocateWorkItem(Case.Device);
    REQUIRE(Item != nullptr);
    const KIRQL Before = KeRaiseIrqlToDpcLevel();
    IoQueueWorkItem(Item, Work, DelayedWorkQueue, &Seen);
    EXPECT_EQ(Seen.Object, nullptr); // not at once
    KeLowerIrql(Before);
    KeWaitForSingleObject(&Seen.Done, Executive, KernelMode, FALSE, nullptr);
    EXPECT_EQ(Seen.Object, Case.Device);
    EXPECT_EQ(Seen.Irql, PASSIVE_LEVEL);
    IoFreeWorkItem(Item);
}

EXPORT_CASE(IoSizeofWorkItem, IoInitializeWorkItem, IoQueueWorkItemEx, IoUninitializeWorkItem) {
    WORK Seen = {};
    KeInitializeEvent(&Seen.Done, SynchronizationEvent, FALSE);
    const ULONG Bytes = ImportedSizeof();
    REQUIRE(Bytes > 0 && Bytes < PAGE_SIZE);
    PIO_WORKITEM Item =
        static_cast<PIO_WORKITEM>(ExAllocatePool2(POOL_FLAG_NON_PAGED, Bytes, 'kroW'));
    REQUIRE(Item != nullptr);
    ImportedInitialize(Case.Driver, Item); // a driver object will do, too
    ImportedQueueEx(Item, WorkEx, CriticalWorkQueue, &Seen);
    KeWaitForSingleObject(&Seen.Done, Executive, KernelMode, FALSE, nullptr);
    EXPECT_EQ(Seen.Object, Case.Driver);
    EXPECT_EQ(Seen.Item, Item);
    CaseSleep(1); // the item is the system's until its routine has returned
    ImportedUninitialize(Item);
    ExFreePoolWithTag(Item, 'kroW');
}
