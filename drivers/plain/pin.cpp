// The pin: creation, its state, and closing.
#include "parts.h"

static PlainPin *PinOf(PIRP Irp) {
    return static_cast<PlainPin *>(IoGetCurrentIrpStackLocation(Irp)->FileObject->FsContext);
}

static NTSTATUS NTAPI GetState(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    UNREFERENCED_PARAMETER(Request);
    *static_cast<PKSSTATE>(Data) = PinOf(Irp)->State;
    Irp->IoStatus.Information = sizeof(KSSTATE);
    return STATUS_SUCCESS;
}

// What waited is taken on the way to RUN and given back, untouched, on the way to STOP.
static NTSTATUS NTAPI SetState(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    UNREFERENCED_PARAMETER(Request);
    PlainPin *Pin = PinOf(Irp);
    const ULONG Wanted = *static_cast<const ULONG *>(Data); // a client may write any number there
    if (Wanted > KSSTATE_RUN) {
        return STATUS_INVALID_PARAMETER;
    }
    const KSSTATE To = KSSTATE(Wanted);
    KeWaitForMutexObject(&Pin->Control, Executive, KernelMode, FALSE, NULL);
    if (Pin->State == KSSTATE_STOP && To != KSSTATE_STOP) {
        ExAcquireFastMutex(&Pin->Filter->Mutex);
        RtlZeroMemory(&Pin->Filter->Reading, sizeof(Pin->Filter->Reading));
        ExReleaseFastMutex(&Pin->Filter->Mutex);
    }
    Pin->State = To;
    if (To == KSSTATE_RUN) {
        TakeWaiting(Pin);
    } else if (To == KSSTATE_STOP) {
        KsCancelIo(&Pin->Waiting, &Pin->WaitingLock);
    }
    KeReleaseMutex(&Pin->Control, FALSE);
    return STATUS_SUCCESS;
}

static DEFINE_KSPROPERTY_TABLE(ConnectionItems){
    DEFINE_KSPROPERTY_ITEM_CONNECTION_STATE(GetState, SetState)};

static DEFINE_KSPROPERTY_SET_TABLE(PinSets){DEFINE_KSPROPERTY_SET(&KSPROPSETID_Connection,
                                                                  SIZEOF_ARRAY(ConnectionItems),
                                                                  ConnectionItems, 0, NULL)};

static NTSTATUS NTAPI ControlPin(PDEVICE_OBJECT Device, PIRP Irp) {
    switch (IoGetCurrentIrpStackLocation(Irp)->Parameters.DeviceIoControl.IoControlCode) {
    case IOCTL_KS_PROPERTY:
        return Complete(Irp, KsPropertyHandler(Irp, SIZEOF_ARRAY(PinSets), PinSets));
    case IOCTL_KS_WRITE_STREAM:
        return WriteStream(PinOf(Irp), Irp);
    default:
        return KsDefaultDeviceIoCompletion(Device, Irp);
    }
}

static VOID FreePin(PlainPin *Pin) {
    InterlockedDecrement(&Pin->Filter->PinCount);
    if (Pin->Header != NULL) {
        KsFreeObjectHeader(Pin->Header);
    }
    ExFreePoolWithTag(Pin, PLAIN_TAG);
}

static NTSTATUS NTAPI ClosePin(PDEVICE_OBJECT Device, PIRP Irp) {
    UNREFERENCED_PARAMETER(Device);
    PlainPin *Pin = PinOf(Irp);
    IoGetCurrentIrpStackLocation(Irp)->FileObject->FsContext = NULL;
    FreePin(Pin);
    return Complete(Irp, STATUS_SUCCESS);
}

static KSDISPATCH_TABLE PinTable;

static VOID PrepareTable() {
    PinTable = {ControlPin,
                KsDispatchInvalidDeviceRequest,
                KsDispatchInvalidDeviceRequest,
                KsDispatchInvalidDeviceRequest,
                ClosePin,
                KsDispatchQuerySecurity,
                KsDispatchSetSecurity,
                KsDispatchFastIoDeviceControlFailure,
                KsDispatchFastReadFailure,
                KsDispatchFastWriteFailure};
}

// KsValidateConnectRequest has compared the GUIDs; the numbers are left.
static NTSTATUS CheckFormat(const KSPIN_CONNECT *Connect) {
    const KSDATAFORMAT_WAVEFORMATEX *Format =
        reinterpret_cast<const KSDATAFORMAT_WAVEFORMATEX *>(Connect + 1);
    if (Format->DataFormat.FormatSize < sizeof(*Format)) {
        return STATUS_NO_MATCH;
    }
    const WAVEFORMATEX &Wave = Format->WaveFormatEx;
    const BOOLEAN Ours = Wave.wFormatTag == WAVE_FORMAT_PCM && Wave.wBitsPerSample == 16 &&
                         Wave.nChannels >= 1 && Wave.nChannels <= 2 &&
                         Wave.nBlockAlign == 2 * Wave.nChannels && Wave.nSamplesPerSec >= 8000 &&
                         Wave.nSamplesPerSec <= 192000;
    return Ours ? STATUS_SUCCESS : STATUS_NO_MATCH;
}

NTSTATUS NTAPI CreatePin(PDEVICE_OBJECT Device, PIRP Irp) {
    UNREFERENCED_PARAMETER(Device);
    PFILE_OBJECT File = IoGetCurrentIrpStackLocation(Irp)->FileObject;
    PlainFilter *Filter = static_cast<PlainFilter *>(File->RelatedFileObject->FsContext);
    PKSPIN_CONNECT Connect;
    NTSTATUS Status = KsValidateConnectRequest(Irp, SIZEOF_ARRAY(PlainPins), PlainPins, &Connect);
    if (NT_SUCCESS(Status)) {
        Status = CheckFormat(Connect);
    }
    if (!NT_SUCCESS(Status)) {
        return Complete(Irp, Status);
    }
    if (InterlockedCompareExchange(&Filter->PinCount, 1, 0) != 0) {
        return Complete(Irp, STATUS_INSUFFICIENT_RESOURCES); // one instance is possible
    }
    PlainPin *Pin =
        static_cast<PlainPin *>(ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(PlainPin), PLAIN_TAG));
    if (Pin == NULL) {
        InterlockedDecrement(&Filter->PinCount);
        return Complete(Irp, STATUS_INSUFFICIENT_RESOURCES);
    }
    PrepareTable();
    Pin->Filter = Filter;
    KeInitializeMutex(&Pin->Control, 0);
    InitializeListHead(&Pin->Waiting);
    KeInitializeSpinLock(&Pin->WaitingLock);
    Status = KsAllocateObjectHeader(&Pin->Header, 0, NULL, Irp, &PinTable);
    if (NT_SUCCESS(Status)) {
        File->FsContext = Pin;
    } else {
        FreePin(Pin);
    }
    return Complete(Irp, Status);
}
