// Lists of IRPs that can be cancelled: which end, who refuses, whose cancel routine; and probing of
// lists of stream headers.
#include "ks_fixture.h"

namespace {
struct LIST {
    LIST_ENTRY Head;
    KSPIN_LOCK Lock;
    LIST() {
        InitializeListHead(&Head);
        KeInitializeSpinLock(&Lock);
    }
    void Add(const CaseIrp &Request, PDRIVER_CANCEL Cancel = NULL) {
        KsAddIrpToCancelableQueue(&Head, &Lock, Request.Irp, KsListEntryTail, Cancel);
    }
    PIRP Remove(KSLIST_ENTRY_LOCATION Where, KSIRP_REMOVAL_OPERATION How) {
        return KsRemoveIrpFromCancelableQueue(&Head, &Lock, Where, How);
    }
};
} // namespace

// What the callback answers for each IRP in turn, and at the end of the list.
static NTSTATUS MoveAnswers[4];
static ULONG MoveCalls;
static NTSTATUS NTAPI AnswerMove(PIRP Irp, PVOID Context) {
    UNREFERENCED_PARAMETER(Context);
    const ULONG Call = MoveCalls++;
    return Irp != NULL ? MoveAnswers[Call] : MoveAnswers[3];
}

EXPORT_CASE(KsMoveIrpsOnCancelableQueue) {
    CaseIrp First(Case.Device, IRP_MJ_READ), Second(Case.Device, IRP_MJ_READ),
        Third(Case.Device, IRP_MJ_READ);
    const auto Move = [](LIST &From, LIST &To, PKSPIN_LOCK Lock, KSLIST_ENTRY_LOCATION Where) {
        MoveCalls = 0;
        return KsMoveIrpsOnCancelableQueue(&From.Head, &From.Lock, &To.Head, Lock, Where,
                                           AnswerMove, NULL);
    };
    LIST From, To;
    From.Add(First);
    From.Add(Second);
    From.Add(Third);
    // From the tail: the youngest is asked for first, and the order stays.
    for (NTSTATUS &Answer : MoveAnswers)
        Answer = STATUS_SUCCESS;
    MoveAnswers[1] = STATUS_NO_MATCH;
    EXPECT_SUCCESS(Move(From, To, &To.Lock, KsListEntryTail));
    EXPECT_EQ(MoveCalls, 4u);
    EXPECT_EQ(From.Remove(KsListEntryHead, KsAcquireOnly), Second.Irp);
    KsReleaseIrpOnCancelableQueue(Second.Irp, NULL);
    EXPECT_EQ(To.Remove(KsListEntryHead, KsAcquireAndRemove), First.Irp);
    EXPECT_EQ(To.Remove(KsListEntryHead, KsAcquireAndRemove), Third.Irp);
    // An error ends it: the rest is not asked for, nor is there an end of the list.
    To.Add(First);
    To.Add(Third);
    MoveAnswers[0] = STATUS_SUCCESS;
    MoveAnswers[1] = STATUS_DEVICE_BUSY;
    LIST Last;
    EXPECT_EQ(Move(To, Last, &Last.Lock, KsListEntryHead), STATUS_DEVICE_BUSY);
    EXPECT_EQ(MoveCalls, 2u);
    EXPECT_EQ(Last.Remove(KsListEntryHead, KsAcquireAndRemove), First.Irp);
    EXPECT_EQ(To.Remove(KsListEntryHead, KsAcquireAndRemove), Third.Irp);
    // What it answers at the end is the answer, unless nothing matched.
    MoveAnswers[3] = STATUS_NO_MATCH;
    EXPECT_SUCCESS(Move(To, Last, &Last.Lock, KsListEntryHead));
    MoveAnswers[3] = STATUS_DEVICE_BUSY;
    EXPECT_EQ(Move(To, Last, &Last.Lock, KsListEntryHead), STATUS_DEVICE_BUSY);
    EXPECT_EQ(MoveCalls, 1u);
    // Lists with one lock: the IRPs keep theirs.
    EXPECT_EQ(Move(From, To, NULL, KsListEntryHead), STATUS_DEVICE_BUSY);
    EXPECT_EQ(KSQUEUE_SPINLOCK_IRP_STORAGE(Second.Irp), &From.Lock);
    EXPECT_TRUE(IsListEmpty(&From.Head));
    EXPECT_EQ(KeGetCurrentIrql(), PASSIVE_LEVEL);
    KsRemoveSpecificIrpFromCancelableQueue(Second.Irp);
    EXPECT_TRUE(IsListEmpty(&To.Head));
}

EXPORT_CASE(KsRemoveIrpFromCancelableQueue) {
    CaseIrp First(Case.Device, IRP_MJ_READ), Second(Case.Device, IRP_MJ_READ);
    LIST List;
    List.Add(First);
    List.Add(Second);
    EXPECT_EQ(List.Remove(KsListEntryTail, KsAcquireOnlySingleItem), Second.Irp);
    EXPECT_EQ(List.Remove(KsListEntryTail, KsAcquireOnlySingleItem), (PIRP)NULL);
    EXPECT_EQ(List.Remove(KsListEntryTail, KsAcquireAndRemoveOnlySingleItem), (PIRP)NULL);
    EXPECT_EQ(List.Remove(KsListEntryTail, KsAcquireAndRemove), First.Irp);
    EXPECT_EQ(List.Head.Flink, &Second.Irp->Tail.Overlay.ListEntry);
    EXPECT_EQ(List.Head.Flink, List.Head.Blink);
    EXPECT_EQ(List.Remove(KsListEntryHead, KsAcquireAndRemove), (PIRP)NULL);
    KsReleaseIrpOnCancelableQueue(Second.Irp, NULL);
    EXPECT_EQ(List.Remove(KsListEntryHead, KsAcquireAndRemoveOnlySingleItem), Second.Irp);
    EXPECT_TRUE(IsListEmpty(&List.Head));
}

static LONG Cancels;
static VOID NTAPI CountCancels(PDEVICE_OBJECT Device, PIRP Irp) {
    ++Cancels;
    EXPECT_EQ(Device, CaseStack(Irp)->DeviceObject);
    EXPECT_EQ(KeGetCurrentIrql(), DISPATCH_LEVEL);
    EXPECT_EQ(Irp->CancelIrql, PASSIVE_LEVEL);
    KsCancelRoutine(Device, Irp);
    EXPECT_EQ(KeGetCurrentIrql(), PASSIVE_LEVEL);
}

EXPORT_CASE(KsReleaseIrpOnCancelableQueue, KsCancelIo, KsCancelRoutine) {
    CaseIrp First(Case.Device, IRP_MJ_READ), Second(Case.Device, IRP_MJ_READ),
        Third(Case.Device, IRP_MJ_READ);
    LIST List;
    List.Add(First);
    List.Add(Second);
    List.Add(Third, CountCancels);
    Cancels = 0;
    // Released with a routine of the driver's: that one is called, now and later.
    EXPECT_EQ(List.Remove(KsListEntryHead, KsAcquireOnly), First.Irp);
    EXPECT_EQ(List.Remove(KsListEntryHead, KsAcquireOnly), Second.Irp);
    IoCancelIrp(Second.Irp);
    KsReleaseIrpOnCancelableQueue(First.Irp, CountCancels);
    EXPECT_EQ(Cancels, 0);
    Second.Irp->IoStatus.Information = 9;
    KsReleaseIrpOnCancelableQueue(Second.Irp, CountCancels);
    EXPECT_EQ(Cancels, 1);
    EXPECT_EQ(Second.Status(), STATUS_CANCELLED);
    EXPECT_EQ(Second.Irp->IoStatus.Information, 0u);
    EXPECT_FALSE(First.Completed());
    // One that is acquired learns of it, and of nothing else.
    EXPECT_EQ(List.Remove(KsListEntryHead, KsAcquireOnly), First.Irp);
    KsCancelIo(&List.Head, &List.Lock);
    EXPECT_EQ(Cancels, 2);
    EXPECT_EQ(Third.Status(), STATUS_CANCELLED);
    EXPECT_TRUE(First.Irp->Cancel);
    EXPECT_FALSE(First.Completed());
    EXPECT_EQ(KeGetCurrentIrql(), PASSIVE_LEVEL);
    KsRemoveSpecificIrpFromCancelableQueue(First.Irp);
    EXPECT_TRUE(IsListEmpty(&List.Head));
}

// Two headers, each with its data, as they arrive at a driver that probes them itself.
static ULONG ProbeFlags;
static ULONG FlagsFound, MdlsFound, MdlFlagsFound;
static BOOLEAN ExtraFits;
static PVOID DataFound; // the second header's
static NTSTATUS NTAPI ProbeTwo(PDEVICE_OBJECT Device, PIRP Irp) {
    UNREFERENCED_PARAMETER(Device);
    NTSTATUS Status = KsProbeStreamIrp(Irp, ProbeFlags, 0);
    if (!NT_SUCCESS(Status))
        return CaseFinish(Irp, Status);
    FlagsFound = Irp->Flags & (IRP_BUFFERED_IO | IRP_DEALLOCATE_BUFFER | IRP_INPUT_OPERATION);
    MdlsFound = MdlFlagsFound = 0;
    for (PMDL Mdl = Irp->MdlAddress; Mdl != NULL; Mdl = Mdl->Next) {
        ++MdlsFound;
        MdlFlagsFound |= Mdl->MdlFlags;
    }
    PVOID Extra = NULL;
    Status = KsAllocateExtraData(Irp, 8, &Extra);
    if (NT_SUCCESS(Status)) {
        const PKSSTREAM_HEADER Sent =
            static_cast<PKSSTREAM_HEADER>(Irp->AssociatedIrp.SystemBuffer);
        const UCHAR *Place = static_cast<const UCHAR *>(Extra);
        DataFound = Sent[1].Data;
        ExtraFits = TRUE;
        for (ULONG Index = 0; Index < 2; ++Index) {
            const KSSTREAM_HEADER *Copy = reinterpret_cast<const KSSTREAM_HEADER *>(Place);
            ExtraFits = ExtraFits && Copy->FrameExtent == Sent[Index].FrameExtent &&
                        Copy->Data == Sent[Index].Data && Place[sizeof *Copy] == 0 &&
                        Place[sizeof *Copy + 7] == 0;
            Place += sizeof *Copy + 8;
        }
        ExFreePool(Extra);
        Sent[1].TypeSpecificFlags = 0x1234;
    }
    Irp->IoStatus.Information = NT_SUCCESS(Status) ? 2 * sizeof(KSSTREAM_HEADER) : 0;
    return CaseFinish(Irp, Status);
}

EXPORT_CASE(KsProbeStreamIrp, KsAllocateExtraData) {
    CASE_PLAIN Handlers = {};
    Handlers.Control = ProbeTwo;
    CasePlainDevice Plain(Case, Handlers);
    CaseFile File;
    REQUIRE_SUCCESS(Plain.Open(File));
    KSSTREAM_HEADER Headers[2] = {};
    UCHAR *const Data = static_cast<UCHAR *>(ExAllocatePoolWithTag(NonPagedPool, 64, 'esaC'));
    REQUIRE(Data != NULL);
    const auto Prepare = [&](ULONG Used) {
        RtlZeroMemory(Headers, sizeof Headers);
        for (ULONG Index = 0; Index < 2; ++Index) {
            Headers[Index].Size = sizeof Headers[Index];
            Headers[Index].Data = Data + 32 * Index;
            Headers[Index].FrameExtent = 16 + Index;
            Headers[Index].DataUsed = Used;
        }
        FlagsFound = MdlsFound = MdlFlagsFound = 0;
        ExtraFits = FALSE;
    };
    // A read: the headers go back to who sent them.
    Prepare(0);
    ProbeFlags = KSPROBE_STREAMREAD | KSPROBE_ALLOCATEMDL;
    EXPECT_SUCCESS(CaseControl(File, IOCTL_KS_READ_STREAM, NULL, 0, Headers, sizeof Headers));
    EXPECT_EQ(FlagsFound, (ULONG)(IRP_BUFFERED_IO | IRP_DEALLOCATE_BUFFER | IRP_INPUT_OPERATION));
    EXPECT_EQ(MdlsFound, 2u);
    EXPECT_EQ(MdlFlagsFound & MDL_PAGES_LOCKED, 0u);
    EXPECT_TRUE(ExtraFits);
    EXPECT_EQ(Headers[1].TypeSpecificFlags, 0x1234u);
    // A write: they do not. Nothing of a buffer that carries nothing is described.
    Prepare(8);
    Headers[1].DataUsed = 0;
    ProbeFlags = KSPROBE_STREAMWRITE | KSPROBE_ALLOCATEMDL | KSPROBE_PROBEANDLOCK;
    EXPECT_SUCCESS(CaseControl(File, IOCTL_KS_WRITE_STREAM, NULL, 0, Headers, sizeof Headers));
    EXPECT_EQ(FlagsFound, (ULONG)(IRP_BUFFERED_IO | IRP_DEALLOCATE_BUFFER));
    EXPECT_EQ(MdlsFound, 1u);
    EXPECT_EQ(DataFound, (PVOID)NULL);
    EXPECT_EQ(Headers[1].TypeSpecificFlags, 0u);
    // As the input of the request, they are found, too.
    Prepare(8);
    ProbeFlags = KSPROBE_STREAMWRITE | KSPROBE_ALLOCATEMDL | KSPROBE_MODIFY | KSPROBE_PROBEANDLOCK;
    EXPECT_SUCCESS(CaseControl(File, IOCTL_KS_WRITE_STREAM, Headers, sizeof Headers, NULL, 0));
    EXPECT_EQ(MdlsFound, 2u);
    EXPECT_EQ(DataFound, (PVOID)(Data + 32));
    EXPECT_TRUE(ExtraFits);
    // Without anything but the headers.
    Prepare(8);
    ProbeFlags = KSPROBE_STREAMWRITE | KSPROBE_PROBEANDLOCK;
    EXPECT_SUCCESS(CaseControl(File, IOCTL_KS_WRITE_STREAM, NULL, 0, Headers, sizeof Headers));
    EXPECT_EQ(MdlsFound, 0u);
    EXPECT_EQ(CaseControl(File, IOCTL_KS_WRITE_STREAM, NULL, 0, Headers, sizeof Headers[0] - 1),
              STATUS_INVALID_BUFFER_SIZE);
    EXPECT_EQ(CaseControl(File, IOCTL_KS_WRITE_STREAM, NULL, 0, Headers, sizeof Headers - 8),
              STATUS_INVALID_BUFFER_SIZE);
    ExFreePool(Data);
}
