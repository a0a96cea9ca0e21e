// Streaming IRPs: consumed, filled, held or forwarded.
#include "parts.h"

static LIST_ENTRY Held;
static KSPIN_LOCK HeldLock;

VOID InitializeStreams() {
    InitializeListHead(&Held);
    KeInitializeSpinLock(&HeldLock);
}

static NTSTATUS Consume(PlainPin *Pin, PIRP Irp, PKSSTREAM_HEADER Header, PVOID Data) {
    const NTSTATUS Status = AnswerTo("write", STATUS_SUCCESS);
    ULONG Number;
    RtlCopyMemory(&Number, Data, sizeof Number);
    Journal("got", Pin->Id, Number, Header->DataUsed);
    Irp->IoStatus.Information = NT_SUCCESS(Status) ? Header->DataUsed : 0;
    return Complete(Irp, Status);
}

static NTSTATUS Produce(PlainPin *Pin, PIRP Irp, PKSSTREAM_HEADER Header, PVOID Data) {
    if (LONG(Pin->Made) >= AnswerTo("budget", 4)) {
        return Complete(Irp, STATUS_DEVICE_NOT_READY);
    }
    const ULONG Number = ++Pin->Made;
    RtlCopyMemory(Data, &Number, sizeof Number);
    Header->DataUsed = Header->FrameExtent;
    Journal("made", Pin->Id, Number, Header->DataUsed);
    Irp->IoStatus.Information = Header->Size;
    return Complete(Irp, AnswerTo("read", STATUS_SUCCESS));
}

static NTSTATUS Hold(PIRP Irp) {
    IoMarkIrpPending(Irp);
    KsAddIrpToCancelableQueue(&Held, &HeldLock, Irp, KsListEntryTail, NULL);
    return STATUS_PENDING;
}

static NTSTATUS Handle(PIRP Irp) {
    PIO_STACK_LOCATION Location = IoGetCurrentIrpStackLocation(Irp);
    PlainPin *Pin = static_cast<PlainPin *>(Location->FileObject->FsContext);
    const BOOLEAN Write =
        Location->Parameters.DeviceIoControl.IoControlCode == IOCTL_KS_WRITE_STREAM;
    ULONG Flags = KSPROBE_ALLOCATEMDL | KSPROBE_PROBEANDLOCK | KSPROBE_SYSTEMADDRESS;
    Flags |= Write ? KSPROBE_STREAMWRITE : KSPROBE_STREAMREAD;
    const NTSTATUS Status = KsProbeStreamIrp(Irp, Flags, 0);
    if (!NT_SUCCESS(Status)) {
        return Complete(Irp, Status);
    }
    PKSSTREAM_HEADER Header = static_cast<PKSSTREAM_HEADER>(Irp->AssociatedIrp.SystemBuffer);
    if (Irp->MdlAddress == NULL || MmGetMdlByteCount(Irp->MdlAddress) < sizeof(ULONG)) {
        return Complete(Irp, STATUS_INVALID_BUFFER_SIZE);
    }
    const PVOID Data = MmGetSystemAddressForMdlSafe(Irp->MdlAddress, NormalPagePriority);
    return Write ? Consume(Pin, Irp, Header, Data) : Produce(Pin, Irp, Header, Data);
}

NTSTATUS StreamPin(PlainPin *Pin, PIRP Irp, BOOLEAN Write) {
    Irp->IoStatus.Information = 0;
    Journal(Write ? "write" : "read", Pin->Id, ULONGLONG(Irp->StackCount),
            ULONGLONG(Irp->CurrentLocation));
    PIO_STACK_LOCATION Location = IoGetCurrentIrpStackLocation(Irp);
    Journal("location", Location->Parameters.DeviceIoControl.OutputBufferLength,
            Location->Parameters.DeviceIoControl.InputBufferLength,
            ULONGLONG(Location->Parameters.DeviceIoControl.Type3InputBuffer) | Location->Flags);
    Journal("block", ULONG(Irp->IoStatus.Status));
    if (Write != (PlainPins[Pin->Id].DataFlow == KSPIN_DATAFLOW_IN)) {
        return Complete(Irp, STATUS_INVALID_DEVICE_REQUEST);
    }
    if (Pin->Id == PLAIN_RELAY) {
        PlainPin *Target = Feed;
        return Target == NULL ? Complete(Irp, STATUS_DEVICE_NOT_READY)
                              : KsForwardIrp(Irp, Target->Target, FALSE);
    }
    return AnswerTo("hold", 0) != 0 ? Hold(Irp) : Handle(Irp);
}

VOID ReleaseHeld(ULONG Count) {
    PIRP Irp;
    while (Count-- != 0 && (Irp = KsRemoveIrpFromCancelableQueue(&Held, &HeldLock, KsListEntryHead,
                                                                 KsAcquireAndRemove)) != NULL) {
        Handle(Irp);
    }
}

VOID CancelHeld() {
    KsCancelIo(&Held, &HeldLock);
}
