// Handshakes: the pins' answer, and sending some.
#include "parts.h"

NTSTATUS NTAPI AnswerHandshake(PKSPIN Pin, PKSHANDSHAKE In, PKSHANDSHAKE Out) {
    Journal("handshake", Pin->Id, In->ProtocolId.Data1, ULONG_PTR(In->Argument1));
    if (In->ProtocolId.Data1 != STATES_PROTOCOL) {
        return STATUS_INVALID_DEVICE_REQUEST;
    }
    Out->ProtocolId = In->ProtocolId;
    Out->Argument1 = PVOID(ULONG_PTR(In->Argument1) + 1);
    return STATUS_SUCCESS;
}

struct Exchange {
    KSHANDSHAKE In;
    KSHANDSHAKE Out;
};

static VOID Prepare(Exchange *Exchange, ULONG Protocol) {
    RtlZeroMemory(Exchange, sizeof(*Exchange));
    Exchange->In.ProtocolId.Data1 = Protocol;
    Exchange->In.Argument1 = PVOID(ULONG_PTR(41));
}

static NTSTATUS Tell(PIRP Irp, PVOID Data, const Exchange *Exchange, NTSTATUS Status,
                     ULONG Information) {
    STATES_ANSWER *Answer = static_cast<STATES_ANSWER *>(Data);
    Answer->Status = Status;
    Answer->Information = Information;
    Answer->Protocol = Exchange->Out.ProtocolId.Data1;
    Answer->Argument = ULONG(ULONG_PTR(Exchange->Out.Argument1));
    Irp->IoStatus.Information = sizeof(*Answer);
    return STATUS_SUCCESS;
}

static PKSPIN FirstPin(PIRP Irp, ULONG PinId) {
    PKSFILTER Filter = KsGetFilterFromIrp(Irp);
    KsFilterAcquireControl(Filter);
    PKSPIN Pin = KsFilterGetFirstChildPin(Filter, PinId);
    KsFilterReleaseControl(Filter);
    return Pin;
}

NTSTATUS NTAPI GetHandshake(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    const KSP_PIN *Choice = reinterpret_cast<const KSP_PIN *>(Request);
    PKSPIN Pin = FirstPin(Irp, Choice->PinId);
    if (Pin == NULL) {
        return STATUS_NOT_FOUND;
    }
    Exchange Exchange;
    Prepare(&Exchange, Choice->Reserved);
    const NTSTATUS Status = KsPinHandshake(Pin, &Exchange.In, &Exchange.Out);
    return Tell(Irp, Data, &Exchange, Status, 0);
}

NTSTATUS NTAPI GetHandshakeIoctl(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    const STATES_IOCTL *Choice =
        reinterpret_cast<const STATES_IOCTL *>(reinterpret_cast<const KSPROPERTY *>(Request) + 1);
    PKSPIN Pin = FirstPin(Irp, Choice->PinId);
    if (Pin == NULL) {
        return STATUS_NOT_FOUND;
    }
    Exchange Exchange;
    Prepare(&Exchange, Choice->Protocol);
    ULONG Returned = 0xeeeeeeee;
    const NTSTATUS Status = KsSynchronousIoControlDevice(
        static_cast<PinContext *>(Pin->Context)->File, KernelMode, IOCTL_KS_HANDSHAKE, &Exchange.In,
        Choice->InBytes, &Exchange.Out, Choice->OutBytes, &Returned);
    return Tell(Irp, Data, &Exchange, Status, Returned);
}
