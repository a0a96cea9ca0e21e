// The stream: IRPs of KSSTREAM_HEADERs, measured in RUN, kept in PAUSE. At PASSIVE_LEVEL.
#include "parts.h"

static VOID Measure(PlainFilter *Filter, const SHORT *Samples, ULONG Bytes) {
    ULONG Peak = 0;
    for (ULONG Index = 0; Index < Bytes / sizeof(SHORT); Index++) {
        const LONG Sample = Samples[Index];
        Peak = max(Peak, ULONG(Sample < 0 ? -Sample : Sample));
    }
    ExAcquireFastMutex(&Filter->Mutex);
    Filter->Reading.Bytes += Bytes;
    Filter->Reading.Frames++;
    Filter->Reading.Peak = max(Filter->Reading.Peak, Peak);
    ExReleaseFastMutex(&Filter->Mutex);
}

// The headers are in the system buffer, each one's data in an MDL of the chain.
// @doc NF:ks.KsProbeStreamIrp
static NTSTATUS Take(PlainPin *Pin, PIRP Irp) {
    const ULONG Flags =
        KSPROBE_STREAMWRITE | KSPROBE_ALLOCATEMDL | KSPROBE_PROBEANDLOCK | KSPROBE_SYSTEMADDRESS;
    const NTSTATUS Status = KsProbeStreamIrp(Irp, Flags, sizeof(KSSTREAM_HEADER));
    if (!NT_SUCCESS(Status)) {
        return Complete(Irp, Status);
    }
    const KSSTREAM_HEADER *Header =
        static_cast<const KSSTREAM_HEADER *>(Irp->AssociatedIrp.SystemBuffer);
    ULONG_PTR Taken = 0;
    for (PMDL Mdl = Irp->MdlAddress; Mdl != NULL; Mdl = Mdl->Next, Header++) {
        Measure(Pin->Filter,
                static_cast<const SHORT *>(MmGetSystemAddressForMdlSafe(Mdl, NormalPagePriority)),
                Header->DataUsed);
        Taken += Header->DataUsed;
    }
    Irp->IoStatus.Information = Taken;
    return Complete(Irp, STATUS_SUCCESS);
}

VOID TakeWaiting(PlainPin *Pin) {
    PIRP Irp;
    while ((Irp = KsRemoveIrpFromCancelableQueue(&Pin->Waiting, &Pin->WaitingLock, KsListEntryHead,
                                                 KsAcquireAndRemove)) != NULL) {
        Take(Pin, Irp);
    }
}

NTSTATUS WriteStream(PlainPin *Pin, PIRP Irp) {
    NTSTATUS Status;
    Irp->IoStatus.Information = 0;
    KeWaitForMutexObject(&Pin->Control, Executive, KernelMode, FALSE, NULL);
    if (Pin->State == KSSTATE_RUN) {
        Status = Take(Pin, Irp);
    } else if (Pin->State == KSSTATE_PAUSE) {
        // Probed here, in the client's process.
        Status = KsProbeStreamIrp(Irp,
                                  KSPROBE_STREAMWRITE | KSPROBE_ALLOCATEMDL | KSPROBE_PROBEANDLOCK |
                                      KSPROBE_SYSTEMADDRESS,
                                  sizeof(KSSTREAM_HEADER));
        if (NT_SUCCESS(Status)) {
            IoMarkIrpPending(Irp);
            KsAddIrpToCancelableQueue(&Pin->Waiting, &Pin->WaitingLock, Irp, KsListEntryTail, NULL);
            Status = STATUS_PENDING;
        } else {
            Complete(Irp, Status);
        }
    } else {
        Status = Complete(Irp, STATUS_INVALID_DEVICE_STATE);
    }
    KeReleaseMutex(&Pin->Control, FALSE);
    return Status;
}
