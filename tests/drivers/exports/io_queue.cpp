// Queues of IRPs: cancel-safe queues, StartIo packets and device queues.
#include "support/case.h"

namespace {

struct QUEUE {
    IO_CSQ Csq;
    LIST_ENTRY List;
    KSPIN_LOCK Lock;
    PIRP Cancelled;
    bool Refuse;
    PVOID InsertContext;
};

QUEUE &Of(PIO_CSQ Csq) {
    return *CONTAINING_RECORD(Csq, QUEUE, Csq);
}
VOID NTAPI Insert(PIO_CSQ Csq, PIRP Irp) {
    InsertTailList(&Of(Csq).List, &Irp->Tail.Overlay.ListEntry);
}
NTSTATUS NTAPI InsertEx(PIO_CSQ Csq, PIRP Irp, PVOID InsertContext) {
    Of(Csq).InsertContext = InsertContext;
    if (Of(Csq).Refuse)
        return STATUS_DEVICE_BUSY;
    Insert(Csq, Irp);
    return STATUS_SUCCESS;
}
VOID NTAPI Remove(PIO_CSQ, PIRP Irp) {
    RemoveEntryList(&Irp->Tail.Overlay.ListEntry);
}
PIRP NTAPI PeekNext(PIO_CSQ Csq, PIRP Irp, PVOID PeekContext) {
    PLIST_ENTRY Link = Irp ? Irp->Tail.Overlay.ListEntry.Flink : Of(Csq).List.Flink;
    for (; Link != &Of(Csq).List; Link = Link->Flink) {
        PIRP Next = CONTAINING_RECORD(Link, IRP, Tail.Overlay.ListEntry);
        if (!PeekContext || Next->UserBuffer == PeekContext)
            return Next;
    }
    return nullptr;
}
VOID NTAPI Acquire(PIO_CSQ Csq, PKIRQL Irql) {
    KeAcquireSpinLock(&Of(Csq).Lock, Irql);
}
VOID NTAPI Release(PIO_CSQ Csq, KIRQL Irql) {
    KeReleaseSpinLock(&Of(Csq).Lock, Irql);
}
VOID NTAPI Cancelled(PIO_CSQ Csq, PIRP Irp) {
    Of(Csq).Cancelled = Irp;
}

void Prepare(QUEUE &Queue) {
    RtlZeroMemory(&Queue, sizeof Queue);
    InitializeListHead(&Queue.List);
    KeInitializeSpinLock(&Queue.Lock);
}

PIRP MakeIrp() {
    PIRP Irp = IoAllocateIrp(1, FALSE);
    EXPECT_NE(Irp, nullptr);
    IoSetNextIrpStackLocation(Irp);
    return Irp;
}

} // namespace

EXPORT_CASE(IoCsqInitialize, IoCsqInsertIrp, IoCsqRemoveNextIrp, IoCsqRemoveIrp) {
    static QUEUE Queue;
    Prepare(Queue);
    EXPECT_SUCCESS(
        IoCsqInitialize(&Queue.Csq, Insert, Remove, PeekNext, Acquire, Release, Cancelled));
    PIRP First = MakeIrp(), Second = MakeIrp(), Third = MakeIrp();
    IO_CSQ_IRP_CONTEXT Context = {};
    Second->UserBuffer = &Queue;
    IoCsqInsertIrp(&Queue.Csq, First, nullptr);
    IoCsqInsertIrp(&Queue.Csq, Second, nullptr);
    IoCsqInsertIrp(&Queue.Csq, Third, &Context);
    EXPECT_TRUE(IoGetCurrentIrpStackLocation(First)->Control & SL_PENDING_RETURNED);
    EXPECT_EQ(IoCsqRemoveNextIrp(&Queue.Csq, &Queue), Second);
    EXPECT_EQ(IoCsqRemoveNextIrp(&Queue.Csq, nullptr), First);
    EXPECT_EQ(IoCsqRemoveIrp(&Queue.Csq, &Context), Third);
    EXPECT_EQ(IoCsqRemoveIrp(&Queue.Csq, &Context), nullptr);
    EXPECT_EQ(IoCsqRemoveNextIrp(&Queue.Csq, nullptr), nullptr);

    // Cancelled in the queue: it leaves it, and the driver completes it.
    IoCsqInsertIrp(&Queue.Csq, First, &Context);
    EXPECT_TRUE(IoCancelIrp(First));
    EXPECT_EQ(Queue.Cancelled, First);
    EXPECT_EQ(IoCsqRemoveIrp(&Queue.Csq, &Context), nullptr);
    EXPECT_TRUE(IsListEmpty(&Queue.List));
    // Cancelled before it came in: the same.
    Queue.Cancelled = nullptr;
    Second->Cancel = TRUE;
    IoCsqInsertIrp(&Queue.Csq, Second, nullptr);
    EXPECT_EQ(Queue.Cancelled, Second);
    EXPECT_TRUE(IsListEmpty(&Queue.List));
    IoFreeIrp(First);
    IoFreeIrp(Second);
    IoFreeIrp(Third);
}

EXPORT_CASE(IoCsqInitializeEx, IoCsqInsertIrpEx) {
    static QUEUE Queue;
    Prepare(Queue);
    EXPECT_SUCCESS(
        IoCsqInitializeEx(&Queue.Csq, InsertEx, Remove, PeekNext, Acquire, Release, Cancelled));
    PIRP Irp = MakeIrp();
    EXPECT_SUCCESS(IoCsqInsertIrpEx(&Queue.Csq, Irp, nullptr, &Queue));
    EXPECT_EQ(Queue.InsertContext, &Queue);
    EXPECT_EQ(IoCsqRemoveNextIrp(&Queue.Csq, nullptr), Irp);
    Queue.Refuse = true;
    EXPECT_EQ(IoCsqInsertIrpEx(&Queue.Csq, Irp, nullptr, nullptr), STATUS_DEVICE_BUSY);
    EXPECT_EQ(IoCsqRemoveNextIrp(&Queue.Csq, nullptr), nullptr);
    IoFreeIrp(Irp);
}

namespace {
PIRP Started[8];
ULONG StartCount;

VOID NTAPI StartIo(PDEVICE_OBJECT Device, PIRP Irp) {
    EXPECT_EQ(KeGetCurrentIrql(), DISPATCH_LEVEL);
    EXPECT_EQ(Device->CurrentIrp, Irp);
    Started[StartCount++] = Irp;
}

NTSTATUS NTAPI Unused(PDEVICE_OBJECT, PIRP Irp) {
    return CaseComplete(Irp, STATUS_NOT_SUPPORTED, 0);
}

VOID NTAPI CancelPacket(PDEVICE_OBJECT Device, PIRP Irp) {
    KeRemoveEntryDeviceQueue(&Device->DeviceQueue, &Irp->Tail.Overlay.DeviceQueueEntry);
    IoReleaseCancelSpinLock(Irp->CancelIrql);
}

// IoStartNextPacket and its like are for DISPATCH_LEVEL.
template <typename BODY> void AtDispatch(BODY Body) {
    const KIRQL Irql = KeRaiseIrqlToDpcLevel();
    Body();
    KeLowerIrql(Irql);
}
} // namespace

EXPORT_CASE(IoStartPacket, IoStartNextPacket, IoStartNextPacketByKey) {
    PDEVICE_OBJECT Device;
    REQUIRE_SUCCESS(CaseCreateDevice(Case, Unused, 0, &Device));
    Case.Driver->DriverStartIo = StartIo;
    StartCount = 0;
    PIRP Irp[4];
    for (PIRP &Each : Irp) {
        Each = MakeIrp();
        IoGetCurrentIrpStackLocation(Each)->DeviceObject = Device;
    }
    ULONG Keys[] = {30, 10, 20};
    IoStartPacket(Device, Irp[0], nullptr, nullptr);
    EXPECT_EQ(StartCount, 1);
    EXPECT_EQ(Started[0], Irp[0]);
    for (ULONG i = 0; i < 3; ++i)
        IoStartPacket(Device, Irp[i + 1], &Keys[i], nullptr);
    EXPECT_EQ(StartCount, 1);
    AtDispatch([&] { IoStartNextPacketByKey(Device, FALSE, 15); });
    EXPECT_EQ(Started[1], Irp[3]); // 20 is the first that is not below 15
    AtDispatch([&] { IoStartNextPacket(Device, FALSE); });
    EXPECT_EQ(Started[2], Irp[2]);
    AtDispatch([&] { IoStartNextPacket(Device, FALSE); });
    EXPECT_EQ(Started[3], Irp[1]);
    AtDispatch([&] { IoStartNextPacket(Device, FALSE); });
    EXPECT_EQ(StartCount, 4);
    EXPECT_EQ(Device->CurrentIrp, nullptr);

    // A queued packet can be cancelled.
    IoStartPacket(Device, Irp[0], nullptr, CancelPacket);
    IoStartPacket(Device, Irp[1], nullptr, CancelPacket);
    EXPECT_EQ(StartCount, 5);
    EXPECT_TRUE(IoCancelIrp(Irp[1]));
    AtDispatch([&] { IoStartNextPacket(Device, TRUE); });
    EXPECT_EQ(StartCount, 5);
    EXPECT_NE(IoSetCancelRoutine(Irp[0], nullptr), nullptr);
    for (PIRP Each : Irp)
        IoFreeIrp(Each);
    Case.Driver->DriverStartIo = nullptr;
    IoDeleteDevice(Device);
}

namespace {
ULONG Depth, DeepestStart;

VOID NTAPI StartAndGoOn(PDEVICE_OBJECT Device, PIRP) {
    ++Depth;
    DeepestStart = Depth > DeepestStart ? Depth : DeepestStart;
    ++StartCount;
    IoStartNextPacket(Device, FALSE);
    --Depth;
}
} // namespace

// Deferred: StartIo is not entered again by a next packet that it starts itself.
EXPORT_CASE(IoSetStartIoAttributes) {
    PDEVICE_OBJECT Device;
    REQUIRE_SUCCESS(CaseCreateDevice(Case, Unused, 0, &Device));
    Case.Driver->DriverStartIo = StartIo;
    StartCount = Depth = DeepestStart = 0;
    PIRP Irp[4];
    for (PIRP &Each : Irp) {
        Each = MakeIrp();
        IoStartPacket(Device, Each, nullptr, nullptr);
    }
    EXPECT_EQ(StartCount, 1);
    Case.Driver->DriverStartIo = StartAndGoOn;
    IoSetStartIoAttributes(Device, TRUE, FALSE);
    AtDispatch([&] { IoStartNextPacket(Device, FALSE); });
    EXPECT_EQ(StartCount, 4);
    EXPECT_EQ(DeepestStart, 1);
    for (PIRP Each : Irp)
        IoFreeIrp(Each);
    Case.Driver->DriverStartIo = nullptr;
    IoDeleteDevice(Device);
}

EXPORT_CASE(KeInitializeDeviceQueue, KeInsertDeviceQueue, KeInsertByKeyDeviceQueue,
            KeRemoveDeviceQueue, KeRemoveByKeyDeviceQueue, KeRemoveEntryDeviceQueue,
            KeRemoveByKeyDeviceQueueIfBusy) {
    KDEVICE_QUEUE Queue;
    KDEVICE_QUEUE_ENTRY Entry[4] = {};
    KeInitializeDeviceQueue(&Queue);
    EXPECT_FALSE(Queue.Busy);
    AtDispatch([&] {
        EXPECT_FALSE(KeInsertDeviceQueue(&Queue, &Entry[0])); // idle: it is the caller's turn
        EXPECT_TRUE(Queue.Busy);
        EXPECT_TRUE(KeInsertByKeyDeviceQueue(&Queue, &Entry[1], 30));
        EXPECT_TRUE(KeInsertByKeyDeviceQueue(&Queue, &Entry[2], 10));
        EXPECT_TRUE(KeInsertDeviceQueue(&Queue, &Entry[3]));
        EXPECT_TRUE(KeRemoveEntryDeviceQueue(&Queue, &Entry[3]));
        EXPECT_FALSE(KeRemoveEntryDeviceQueue(&Queue, &Entry[3]));
        EXPECT_EQ(KeRemoveByKeyDeviceQueue(&Queue, 20), &Entry[1]);
        EXPECT_EQ(KeRemoveDeviceQueue(&Queue), &Entry[2]);
        EXPECT_EQ(KeRemoveDeviceQueue(&Queue), nullptr);
        EXPECT_FALSE(Queue.Busy);
        EXPECT_EQ(KeRemoveByKeyDeviceQueueIfBusy(&Queue, 0), nullptr);
        KeInsertDeviceQueue(&Queue, &Entry[0]);
        EXPECT_TRUE(KeInsertByKeyDeviceQueue(&Queue, &Entry[1], 5));
        EXPECT_EQ(KeRemoveByKeyDeviceQueueIfBusy(&Queue, 1), &Entry[1]);
        EXPECT_EQ(KeRemoveByKeyDeviceQueueIfBusy(&Queue, 1), nullptr);
        EXPECT_FALSE(Queue.Busy);
    });
}
