// KsProbeStreamIrp as a driver without AVStream calls it.
#include "probe.h"

#include "../support/journal.h"

#include "data.h"

static PDRIVER_DISPATCH DispatchOfKs;

// The parameters are the client's memory.
static NTSTATUS ReadParameters(PIRP Irp, DATA_PROBE *Parameters) {
    const PIO_STACK_LOCATION Location = IoGetCurrentIrpStackLocation(Irp);
    if (Location->Parameters.DeviceIoControl.InputBufferLength < sizeof(DATA_PROBE)) {
        return STATUS_INVALID_BUFFER_SIZE;
    }
    __try {
        ProbeForRead(Location->Parameters.DeviceIoControl.Type3InputBuffer, sizeof(DATA_PROBE), 1);
        *Parameters =
            *static_cast<const DATA_PROBE *>(Location->Parameters.DeviceIoControl.Type3InputBuffer);
    } __except (EXCEPTION_EXECUTE_HANDLER) {
        return GetExceptionCode();
    }
    return STATUS_SUCCESS;
}

static VOID Tell(PIRP Irp, NTSTATUS Status, ULONG More) {
    ULONG Mdls = 0;
    ULONG Found = DATA_PROBE_LOCKED | DATA_PROBE_MAPPED;
    for (PMDL Mdl = Irp->MdlAddress; Mdl != NULL; Mdl = Mdl->Next) {
        Mdls++;
        if (!(Mdl->MdlFlags & (MDL_PAGES_LOCKED | MDL_SOURCE_IS_NONPAGED_POOL))) {
            Found &= ~DATA_PROBE_LOCKED;
        }
        if (!(Mdl->MdlFlags & (MDL_MAPPED_TO_SYSTEM_VA | MDL_SOURCE_IS_NONPAGED_POOL))) {
            Found &= ~DATA_PROBE_MAPPED;
        }
    }
    if (Mdls == 0) {
        Found = 0;
    }
    if (Irp->AssociatedIrp.SystemBuffer != NULL) {
        Found |= DATA_PROBE_SYSTEM_BUFFER;
    }
    Journal("probe", ULONG(Status), Found | More, Mdls);
}

static VOID TellBytes(PIRP Irp) {
    ULONG Sum = 0, Bytes = 0;
    for (PMDL Mdl = Irp->MdlAddress; Mdl != NULL; Mdl = Mdl->Next) {
        Bytes += MmGetMdlByteCount(Mdl);
        if (!(Mdl->MdlFlags & MDL_MAPPED_TO_SYSTEM_VA)) {
            continue;
        }
        const UCHAR *Data = static_cast<const UCHAR *>(Mdl->MappedSystemVa);
        for (ULONG Index = 0; Index < MmGetMdlByteCount(Mdl); Index++) {
            Sum += Data[Index];
        }
    }
    const PKSSTREAM_HEADER Header = static_cast<PKSSTREAM_HEADER>(Irp->AssociatedIrp.SystemBuffer);
    Journal("probed", Sum, Bytes, Header != NULL ? Header->DataUsed : 0);
}

// Pages that nobody locked are nobody's else to free.
static VOID FreeUnlockedMdls(PIRP Irp) {
    if (Irp->MdlAddress == NULL || (Irp->MdlAddress->MdlFlags & MDL_PAGES_LOCKED)) {
        return;
    }
    PMDL Mdl = Irp->MdlAddress;
    Irp->MdlAddress = NULL;
    while (Mdl != NULL) {
        const PMDL Next = Mdl->Next;
        IoFreeMdl(Mdl);
        Mdl = Next;
    }
}

static NTSTATUS Probe(PIRP Irp) {
    DATA_PROBE Parameters;
    NTSTATUS Status = ReadParameters(Irp, &Parameters);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Status = KsProbeStreamIrp(Irp, Parameters.Flags, Parameters.HeaderSize);
    Tell(Irp, Status, 0);
    if (NT_SUCCESS(Status) && Parameters.MoreFlags != 0) {
        const PVOID Buffer = Irp->AssociatedIrp.SystemBuffer;
        const PMDL Mdl = Irp->MdlAddress;
        Status = KsProbeStreamIrp(Irp, Parameters.MoreFlags, Parameters.HeaderSize);
        const BOOLEAN Same =
            Irp->AssociatedIrp.SystemBuffer == Buffer && (Mdl == NULL || Irp->MdlAddress == Mdl);
        Tell(Irp, Status, Same ? DATA_PROBE_SAME : 0);
    }
    if (NT_SUCCESS(Status)) {
        TellBytes(Irp);
    }
    FreeUnlockedMdls(Irp);
    return Status;
}

static NTSTATUS NTAPI DispatchControl(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
    const PIO_STACK_LOCATION Location = IoGetCurrentIrpStackLocation(Irp);
    if (Location->Parameters.DeviceIoControl.IoControlCode != DATA_IOCTL_PROBE) {
        return DispatchOfKs(DeviceObject, Irp);
    }
    const NTSTATUS Status = Probe(Irp);
    Irp->IoStatus.Status = Status;
    Irp->IoStatus.Information = 0;
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    return Status;
}

VOID InstallProbe(PDRIVER_OBJECT DriverObject) {
    DispatchOfKs = DriverObject->MajorFunction[IRP_MJ_DEVICE_CONTROL];
    DriverObject->MajorFunction[IRP_MJ_DEVICE_CONTROL] = DispatchControl;
}
