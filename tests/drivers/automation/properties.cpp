// The properties of AutomationSet.
#include "parts.h"

const GUID AutomationSetId = {STATIC_AutomationSet};

static ULONG Values[AUTOMATION_MISSING];

ULONG DataBytes(PIRP Irp) {
    return IoGetCurrentIrpStackLocation(Irp)->Parameters.DeviceIoControl.OutputBufferLength;
}

ULONG PlaceOf(PIRP Irp, PKSIDENTIFIER Request) {
    if (Request->Flags & KSPROPERTY_TYPE_TOPOLOGY) {
        return AUTOMATION_ON_NODE + reinterpret_cast<const KSP_NODE *>(Request)->NodeId;
    }
    return KsGetPinFromIrp(Irp) != NULL ? AUTOMATION_ON_PIN : AUTOMATION_ON_FILTER;
}

struct LaterWork {
    WORK_QUEUE_ITEM Item;
    PIRP Irp;
    VOID (*Routine)(PIRP Irp);
};

static VOID NTAPI RunLater(PVOID Context) {
    LaterWork *Work = static_cast<LaterWork *>(Context);
    LARGE_INTEGER Delay;
    Delay.QuadPart = -20 * 10000LL;
    KeDelayExecutionThread(KernelMode, FALSE, &Delay);
    Work->Routine(Work->Irp);
    ExFreePoolWithTag(Work, 'ltuA');
}

NTSTATUS Later(PIRP Irp, VOID (*Routine)(PIRP Irp)) {
    LaterWork *Work =
        static_cast<LaterWork *>(ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(LaterWork), 'ltuA'));
    if (Work == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Work->Irp = Irp;
    Work->Routine = Routine;
    IoMarkIrpPending(Irp);
    ExInitializeWorkItem(&Work->Item, RunLater, Work);
    ExQueueWorkItem(&Work->Item, DelayedWorkQueue);
    return STATUS_PENDING;
}

static NTSTATUS NTAPI GetValue(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    Journal("get", Request->Id, Values[Request->Id], PlaceOf(Irp, Request));
    *static_cast<PULONG>(Data) = Values[Request->Id];
    Irp->IoStatus.Information = sizeof(ULONG);
    return AnswerTo("get", STATUS_SUCCESS);
}

static NTSTATUS NTAPI SetValue(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    const ULONG Value = *static_cast<PULONG>(Data);
    Journal("set", Request->Id, Value, PlaceOf(Irp, Request));
    const NTSTATUS Status = AnswerTo("set", STATUS_SUCCESS);
    if (NT_SUCCESS(Status)) {
        Values[Request->Id] = Value;
    }
    return Status;
}

static NTSTATUS NTAPI GetWrapped(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    const AUTOMATION_WRAPPER *Wrapper = reinterpret_cast<const AUTOMATION_WRAPPER *>(Request);
    PULONG Numbers = static_cast<PULONG>(Data);
    Numbers[0] = Wrapper->Second;
    Numbers[1] = Wrapper->First;
    Irp->IoStatus.Information = 2 * sizeof(ULONG);
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI GetSilently(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    UNREFERENCED_PARAMETER(Irp);
    UNREFERENCED_PARAMETER(Request);
    *static_cast<PULONG>(Data) = 0xa5a5a5a5;
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI GetSized(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    UNREFERENCED_PARAMETER(Request);
    UNREFERENCED_PARAMETER(Data);
    static const ULONG List[] = {7, 8, 9};
    return KsHandleSizedListQuery(Irp, SIZEOF_ARRAY(List), sizeof(ULONG), List);
}

static VOID FinishPending(PIRP Irp) {
    *static_cast<PULONG>(Irp->AssociatedIrp.SystemBuffer) = 4711;
    Irp->IoStatus.Information = sizeof(ULONG);
    Irp->IoStatus.Status = STATUS_SUCCESS;
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
}

static NTSTATUS NTAPI GetPending(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    UNREFERENCED_PARAMETER(Request);
    UNREFERENCED_PARAMETER(Data);
    return Later(Irp, FinishPending);
}

static NTSTATUS NTAPI GetStorage(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    AUTOMATION_STORED *Stored = static_cast<AUTOMATION_STORED *>(Data);
    const KSPROPERTY_ITEM *Item = KSPROPERTY_ITEM_IRP_STORAGE(Irp);
    const KSPROPERTY_SET *Set = KSPROPERTY_SET_IRP_STORAGE(Irp);
    Stored->ItemId = Item->PropertyId;
    Stored->SetFound = IsEqualGUIDAligned(*Set->Set, Request->Set);
    Stored->Private = PlaceOf(Irp, Request) == AUTOMATION_ON_NODE + NODE_EXTENDED
                          ? *reinterpret_cast<const ULONG *>(Item + 1)
                          : 0;
    Stored->Irql = KeGetCurrentIrql();
    Irp->IoStatus.Information = sizeof(*Stored);
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI GetShort(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    UNREFERENCED_PARAMETER(Request);
    RtlFillMemory(Data, 6, 0x3c);
    Irp->IoStatus.Information = 6;
    return STATUS_SUCCESS;
}

static const KSPROPERTY_STEPPING_LONG Steps[] = {{2, 0, {{0, 100}}}, {5, 0, {{200, 300}}}};
static const ULONG DefaultValue = 42;
static const KSPROPERTY_MEMBERSLIST Members[] = {
    {{KSPROPERTY_MEMBER_STEPPEDRANGES, sizeof(Steps[0]), SIZEOF_ARRAY(Steps), 0}, Steps},
    {{KSPROPERTY_MEMBER_VALUES, sizeof(ULONG), 1, KSPROPERTY_MEMBER_FLAG_DEFAULT}, &DefaultValue}};
static const KSPROPERTY_VALUES ValueValues = {
    {{{STATICGUIDOF(KSPROPTYPESETID_General), VT_UI4, 0}}}, SIZEOF_ARRAY(Members), Members};

static const KSPROPERTY Relations[] = {{{{STATIC_AutomationSet, AUTOMATION_READ_ONLY, 0}}},
                                       {{{STATIC_AutomationSet, AUTOMATION_SIZED, 0}}}};

const KSPROPERTY_ITEM AutomationItems[VALUE_ITEMS] = {
    DEFINE_KSPROPERTY_ITEM(AUTOMATION_VALUE, GetValue, sizeof(KSPROPERTY), sizeof(ULONG), SetValue,
                           &ValueValues, SIZEOF_ARRAY(Relations), Relations, NULL, 0),
    DEFINE_KSPROPERTY_ITEM(AUTOMATION_READ_ONLY, GetValue, sizeof(KSPROPERTY), sizeof(ULONG), NULL,
                           NULL, 0, NULL, NULL, 0),
    DEFINE_KSPROPERTY_ITEM(AUTOMATION_WRITE_ONLY, NULL, sizeof(KSPROPERTY), sizeof(ULONG), SetValue,
                           NULL, 0, NULL, NULL, 0),
    DEFINE_KSPROPERTY_ITEM(AUTOMATION_WRAPPED, GetWrapped, sizeof(AUTOMATION_WRAPPER),
                           2 * sizeof(ULONG), NULL, NULL, 0, NULL, NULL, 0),
    DEFINE_KSPROPERTY_ITEM(AUTOMATION_SILENT, GetSilently, sizeof(KSPROPERTY), sizeof(ULONG), NULL,
                           NULL, 0, NULL, NULL, 0),
    DEFINE_KSPROPERTY_ITEM(AUTOMATION_SIZED, GetSized, sizeof(KSPROPERTY), 0, NULL, NULL, 0, NULL,
                           NULL, 0),
    DEFINE_KSPROPERTY_ITEM(AUTOMATION_PENDING, GetPending, sizeof(KSPROPERTY), sizeof(ULONG), NULL,
                           NULL, 0, NULL, NULL, 0),
    DEFINE_KSPROPERTY_ITEM(AUTOMATION_STORAGE, GetStorage, sizeof(KSPROPERTY),
                           sizeof(AUTOMATION_STORED), NULL, NULL, 0, NULL, NULL, 0),
    DEFINE_KSPROPERTY_ITEM(AUTOMATION_SHORT, GetShort, sizeof(KSPROPERTY), 16, NULL, NULL, 0, NULL,
                           NULL, 0),
    DEFINE_KSPROPERTY_ITEM(AUTOMATION_BARE, GetValue, sizeof(KSPROPERTY), sizeof(ULONG), NULL, NULL,
                           0, NULL, NULL, 0)};
