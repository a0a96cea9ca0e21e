// The pins: creation, state, stack depth.
#include "parts.h"

PlainPin *volatile Feed;

static PlainPin *PinOf(PIRP Irp) {
    return static_cast<PlainPin *>(IoGetCurrentIrpStackLocation(Irp)->FileObject->FsContext);
}

static NTSTATUS NTAPI GetState(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    UNREFERENCED_PARAMETER(Request);
    *static_cast<KSSTATE *>(Data) = PinOf(Irp)->State;
    Irp->IoStatus.Information = sizeof(KSSTATE);
    return STATUS_SUCCESS;
}

// NF:ks.KsSetTargetState: enabled on the way to ACQUIRE, disabled on the way back to STOP.
static VOID SetDepth(PlainPin *Pin, KSSTATE To) {
    if (Pin->Id != PLAIN_RELAY || Feed == NULL) {
        return;
    }
    KsSetTargetDeviceObject(Pin->Header, IoGetRelatedDeviceObject(Feed->Target));
    KsSetTargetState(Pin->Header,
                     To == KSSTATE_STOP ? KSTARGET_STATE_DISABLED : KSTARGET_STATE_ENABLED);
    KsRecalculateStackDepth(Pin->Device->Header, FALSE);
}

static NTSTATUS NTAPI SetState(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    UNREFERENCED_PARAMETER(Request);
    PlainPin *Pin = PinOf(Irp);
    const ULONG Wanted = *static_cast<const ULONG *>(Data);
    if (Wanted > KSSTATE_RUN) {
        return STATUS_INVALID_PARAMETER;
    }
    const KSSTATE To = KSSTATE(Wanted);
    Journal("set state", Pin->Id, ULONG(Pin->State) * 16 + ULONG(To));
    if ((Pin->State == KSSTATE_STOP) != (To == KSSTATE_STOP)) {
        SetDepth(Pin, To);
    }
    Pin->State = To;
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI GetAcquireOrdering(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    UNREFERENCED_PARAMETER(Request);
    if (PinOf(Irp)->Id != PLAIN_RELAY) {
        return STATUS_NOT_FOUND;
    }
    *static_cast<PBOOL>(Data) = TRUE;
    Irp->IoStatus.Information = sizeof(BOOL);
    return STATUS_SUCCESS;
}

static DEFINE_KSPROPERTY_TABLE(ConnectionItems){
    DEFINE_KSPROPERTY_ITEM_CONNECTION_STATE(GetState, SetState),
    DEFINE_KSPROPERTY_ITEM_CONNECTION_ACQUIREORDERING(GetAcquireOrdering)};

static DEFINE_KSPROPERTY_SET_TABLE(PinSets){DEFINE_KSPROPERTY_SET(&KSPROPSETID_Connection,
                                                                  SIZEOF_ARRAY(ConnectionItems),
                                                                  ConnectionItems, 0, NULL)};

static NTSTATUS NTAPI ControlPin(PDEVICE_OBJECT Device, PIRP Irp) {
    switch (IoGetCurrentIrpStackLocation(Irp)->Parameters.DeviceIoControl.IoControlCode) {
    case IOCTL_KS_PROPERTY:
        return Complete(Irp, KsPropertyHandler(Irp, SIZEOF_ARRAY(PinSets), PinSets));
    case IOCTL_KS_WRITE_STREAM:
        return StreamPin(PinOf(Irp), Irp, TRUE);
    case IOCTL_KS_READ_STREAM:
        return StreamPin(PinOf(Irp), Irp, FALSE);
    default:
        return KsDefaultDeviceIoCompletion(Device, Irp);
    }
}

static VOID FreePin(PlainPin *Pin) {
    if (Feed == Pin) {
        Feed = NULL;
    }
    if (Pin->Header != NULL) {
        KsFreeObjectHeader(Pin->Header);
    }
    if (Pin->Target != NULL) {
        ObDereferenceObject(Pin->Target);
    }
    ExFreePoolWithTag(Pin, 'nalP');
}

static NTSTATUS NTAPI ClosePin(PDEVICE_OBJECT Device, PIRP Irp) {
    UNREFERENCED_PARAMETER(Device);
    PlainPin *Pin = PinOf(Irp);
    Journal("close", Pin->Id);
    IoGetCurrentIrpStackLocation(Irp)->FileObject->FsContext = NULL;
    CancelHeld();
    FreePin(Pin);
    return Complete(Irp, STATUS_SUCCESS);
}

static KSDISPATCH_TABLE PinTable;

// At run time: the addresses of imports are no constants.
VOID InitializePins() {
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

static NTSTATUS MakePin(PlainPin *Pin, PIRP Irp, const KSPIN_CONNECT *Connect) {
    Pin->Id = Connect->PinId;
    if (Connect->PinToHandle != NULL) {
        const NTSTATUS Status = ObReferenceObjectByHandle(
            Connect->PinToHandle, 0, *IoFileObjectType, Irp->RequestorMode,
            reinterpret_cast<PVOID *>(&Pin->Target), NULL);
        if (!NT_SUCCESS(Status)) {
            return Status;
        }
    }
    return KsAllocateObjectHeader(&Pin->Header, 0, NULL, Irp, &PinTable);
}

NTSTATUS NTAPI CreatePin(PDEVICE_OBJECT Device, PIRP Irp) {
    PKSPIN_CONNECT Connect;
    NTSTATUS Status = KsValidateConnectRequest(Irp, PLAIN_COUNT, PlainPins, &Connect);
    if (!NT_SUCCESS(Status)) {
        return Complete(Irp, Status);
    }
    PlainPin *Pin =
        static_cast<PlainPin *>(ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(PlainPin), 'nalP'));
    if (Pin == NULL) {
        return Complete(Irp, STATUS_INSUFFICIENT_RESOURCES);
    }
    Pin->Device = static_cast<PlainDevice *>(Device->DeviceExtension);
    Status = MakePin(Pin, Irp, Connect);
    if (!NT_SUCCESS(Status)) {
        FreePin(Pin);
        return Complete(Irp, Status);
    }
    if (Pin->Id == PLAIN_FEED) {
        Feed = Pin;
    }
    IoGetCurrentIrpStackLocation(Irp)->FileObject->FsContext = Pin;
    return Complete(Irp, STATUS_SUCCESS);
}
