// The methods of AutomationSet.
#include "parts.h"

static VOID AddOne(PVOID Data, ULONG Bytes) {
    for (ULONG Index = 0; Index < Bytes; Index++) {
        static_cast<PUCHAR>(Data)[Index]++;
    }
}

static NTSTATUS NTAPI RunMethod(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    Journal("method", Request->Id, DataBytes(Irp), PlaceOf(Irp, Request));
    const ULONG Bytes = Data != NULL ? DataBytes(Irp) : 0;
    AddOne(Data, Bytes);
    Irp->IoStatus.Information = Bytes;
    return AnswerTo("method", STATUS_SUCCESS);
}

// The data are the client's own pages, at their system address.
static NTSTATUS NTAPI RunOnSource(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    Journal("source", Irp->MdlAddress != NULL,
            Irp->MdlAddress != NULL ? MmGetMdlByteCount(Irp->MdlAddress) : 0, Data != NULL);
    return RunMethod(Irp, Request, Data);
}

static VOID FinishPending(PIRP Irp) {
    AddOne(Irp->AssociatedIrp.SystemBuffer, DataBytes(Irp));
    Irp->IoStatus.Information = DataBytes(Irp);
    Irp->IoStatus.Status = STATUS_SUCCESS;
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
}

static NTSTATUS NTAPI RunPending(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    UNREFERENCED_PARAMETER(Request);
    UNREFERENCED_PARAMETER(Data);
    return Later(Irp, FinishPending);
}

// METHOD_WRAPPED: the two numbers behind its KSMETHOD, and where the item was found.
static NTSTATUS NTAPI RunWrapped(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    const ULONG *Behind = reinterpret_cast<const ULONG *>(Request + 1);
    PULONG Numbers = static_cast<PULONG>(Data);
    Numbers[0] = Behind[0] + Behind[1];
    Numbers[1] = KSMETHOD_ITEM_IRP_STORAGE(Irp)->MethodId;
    Irp->IoStatus.Information = 2 * sizeof(ULONG);
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI SupportMethod(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    Journal("method support", Request->Id, DataBytes(Irp));
    if (DataBytes(Irp) >= sizeof(ULONG)) {
        *static_cast<PULONG>(Data) = 0x5a5a;
        Irp->IoStatus.Information = sizeof(ULONG);
    }
    return STATUS_SUCCESS;
}

#define METHOD(Id, Flags, Handler, MinData)                                                        \
    DEFINE_KSMETHOD_ITEM(Id, Flags, Handler, sizeof(KSMETHOD), MinData, NULL)

const KSMETHOD_ITEM AutomationMethods[9] = {
    METHOD(METHOD_NONE, KSMETHOD_TYPE_NONE, RunMethod, 0),
    METHOD(METHOD_READ, KSMETHOD_TYPE_READ, RunMethod, 4),
    METHOD(METHOD_WRITE, KSMETHOD_TYPE_WRITE, RunMethod, 4),
    METHOD(METHOD_MODIFY, KSMETHOD_TYPE_MODIFY, RunMethod, 4),
    METHOD(METHOD_SOURCE, KSMETHOD_TYPE_MODIFY | KSMETHOD_TYPE_SOURCE, RunOnSource, 4),
    METHOD(METHOD_PENDING, KSMETHOD_TYPE_MODIFY, RunPending, 4),
    DEFINE_KSMETHOD_ITEM(METHOD_SUPPORT, KSMETHOD_TYPE_READ, RunMethod, sizeof(KSMETHOD), 4,
                         SupportMethod),
    METHOD(METHOD_ABSENT, KSMETHOD_TYPE_READ, NULL, 4),
    DEFINE_KSMETHOD_ITEM(METHOD_WRAPPED, KSMETHOD_TYPE_WRITE, RunWrapped,
                         sizeof(KSMETHOD) + 2 * sizeof(ULONG), 2 * sizeof(ULONG), NULL)};

const KSMETHOD_SET AutomationMethodSets[1] = {DEFINE_KSMETHOD_SET(
    &AutomationSetId, SIZEOF_ARRAY(AutomationMethods), AutomationMethods, 0, NULL)};
