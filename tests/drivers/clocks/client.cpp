// What the driver does as a kernel client of clocks and allocators.
#include "parts.h"

static PKSPIN FirstPin(PIRP Irp, ULONG PinId) {
    PKSFILTER Filter = KsGetFilterFromIrp(Irp);
    KsFilterAcquireControl(Filter);
    PKSPIN Pin = KsFilterGetFirstChildPin(Filter, PinId);
    KsFilterReleaseControl(Filter);
    return Pin;
}

static NTSTATUS NTAPI SetTime(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    UNREFERENCED_PARAMETER(Irp);
    UNREFERENCED_PARAMETER(Request);
    SetOwnTime(*static_cast<PLONGLONG>(Data));
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI SetReach(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    UNREFERENCED_PARAMETER(Irp);
    UNREFERENCED_PARAMETER(Request);
    ReachOwnTime(*static_cast<PLONGLONG>(Data));
    return STATUS_SUCCESS;
}

// IID_IUnknown
static const GUID UnknownId = {0, 0, 0, {0xc0, 0, 0, 0, 0, 0, 0, 0x46}};

static VOID AskInterface(PIKSREFERENCECLOCK Clock, CLOCKS_TOLD *Told) {
    KSRESOLUTION Resolution = {0, 0};
    KSSTATE State = KSSTATE_STOP;
    PVOID Unknown = NULL;
    Told->ResolutionStatus = Clock->GetResolution(&Resolution);
    Told->Granularity = Resolution.Granularity;
    Told->Error = Resolution.Error;
    Told->StateStatus = Clock->GetState(&State);
    Told->State = State;
    Told->Time = Clock->GetTime();
    Told->PhysicalTime = Clock->GetPhysicalTime();
    Told->CorrelatedTime = Clock->GetCorrelatedTime(&Told->SystemTime);
    if (NT_SUCCESS(Clock->QueryInterface(UnknownId, &Unknown))) {
        Told->Unknown = 1;
        Clock->Release();
    }
    Told->References = Clock->Release();
}

static NTSTATUS NTAPI GetReference(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    CLOCKS_TOLD *Told = static_cast<CLOCKS_TOLD *>(Data);
    PKSPIN Pin = FirstPin(Irp, reinterpret_cast<const KSP_PIN *>(Request)->PinId);
    if (Pin == NULL) {
        return STATUS_INVALID_PARAMETER;
    }
    PIKSREFERENCECLOCK Clock = NULL;
    RtlZeroMemory(Told, sizeof(*Told));
    Told->Status = KsPinGetReferenceClockInterface(Pin, &Clock);
    if (NT_SUCCESS(Told->Status)) {
        AskInterface(Clock, Told);
    }
    Irp->IoStatus.Information = sizeof(*Told);
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI SetPinTime(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    PKSPIN Pin = FirstPin(Irp, reinterpret_cast<const KSP_PIN *>(Request)->PinId);
    if (Pin == NULL) {
        return STATUS_INVALID_PARAMETER;
    }
    KsPinSetPinClockTime(Pin, *static_cast<PLONGLONG>(Data));
    return STATUS_SUCCESS;
}

// The file object of a client's handle, referenced.
static NTSTATUS FileOf(PKSIDENTIFIER Request, PFILE_OBJECT *File) {
    const HANDLE Handle = reinterpret_cast<const CLOCKS_HANDLE *>(Request)->Handle;
    return ObReferenceObjectByHandle(Handle, 0, *IoFileObjectType, UserMode,
                                     reinterpret_cast<PVOID *>(File), NULL);
}

static NTSTATUS Ask(PFILE_OBJECT File, const GUID &Set, ULONG Id, PVOID Data, ULONG Bytes) {
    KSPROPERTY Property;
    ULONG Returned;
    Property.Set = Set;
    Property.Id = Id;
    Property.Flags = KSPROPERTY_TYPE_GET;
    return KsSynchronousIoControlDevice(File, KernelMode, IOCTL_KS_PROPERTY, &Property,
                                        sizeof(Property), Data, Bytes, &Returned);
}

static VOID CallClock(PFILE_OBJECT File, const KSCLOCK_FUNCTIONTABLE *Table, CLOCKS_TIMES *Times) {
    KIRQL OldIrql;
    KeRaiseIrql(DISPATCH_LEVEL, &OldIrql);
    Times->InterruptTime = LONGLONG(KeQueryInterruptTime());
    Times->Time = Table->GetTime(File);
    Times->PhysicalTime = Table->GetPhysicalTime(File);
    Times->CorrelatedTime = Table->GetCorrelatedTime(File, &Times->SystemTime);
    Times->CorrelatedPhysicalTime =
        Table->GetCorrelatedPhysicalTime(File, &Times->PhysicalSystemTime);
    KeLowerIrql(OldIrql);
}

static NTSTATUS NTAPI GetFunctions(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    CLOCKS_TIMES *Times = static_cast<CLOCKS_TIMES *>(Data);
    PFILE_OBJECT File;
    const NTSTATUS Status = FileOf(Request, &File);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    KSCLOCK_FUNCTIONTABLE Table = {NULL, NULL, NULL, NULL};
    RtlZeroMemory(Times, sizeof(*Times));
    Times->Status =
        Ask(File, KSPROPSETID_Clock, KSPROPERTY_CLOCK_FUNCTIONTABLE, &Table, sizeof(Table));
    if (NT_SUCCESS(Times->Status)) {
        CallClock(File, &Table, Times);
    }
    ObDereferenceObject(File);
    Irp->IoStatus.Information = sizeof(*Times);
    return STATUS_SUCCESS;
}

#define MAXIMUM_FRAMES 16

static VOID CallAllocator(PFILE_OBJECT File, const KSSTREAMALLOCATOR_FUNCTIONTABLE *Table,
                          CLOCKS_CALLS *Calls) {
    PVOID Frames[MAXIMUM_FRAMES];
    PVOID Frame = NULL;
    KIRQL OldIrql;
    KeRaiseIrql(DISPATCH_LEVEL, &OldIrql);
    while (Calls->Given < MAXIMUM_FRAMES) {
        Calls->Refusal = Table->AllocateFrame(File, &Frame);
        if (!NT_SUCCESS(Calls->Refusal)) {
            break;
        }
        Calls->MisalignedBits |= ULONG(ULONG_PTR(Frame) & 0xfff);
        Frames[Calls->Given++] = Frame;
    }
    if (Calls->Given != 0) {
        const PVOID Freed = Frames[Calls->Given / 2];
        Table->FreeFrame(File, Freed);
        Calls->GivenAgain = NT_SUCCESS(Table->AllocateFrame(File, &Frame)) ? 1 : 0;
        Calls->Recycled = Frame == Freed;
    }
    for (ULONG Index = 0; Index < Calls->Given; Index++) {
        Table->FreeFrame(File, Frames[Index]);
    }
    KeLowerIrql(OldIrql);
}

static NTSTATUS NTAPI GetFrameCalls(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    CLOCKS_CALLS *Calls = static_cast<CLOCKS_CALLS *>(Data);
    PFILE_OBJECT File;
    const NTSTATUS Status = FileOf(Request, &File);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    KSSTREAMALLOCATOR_FUNCTIONTABLE Table = {NULL, NULL};
    RtlZeroMemory(Calls, sizeof(*Calls));
    Calls->Status = Ask(File, KSPROPSETID_StreamAllocator, KSPROPERTY_STREAMALLOCATOR_FUNCTIONTABLE,
                        &Table, sizeof(Table));
    if (NT_SUCCESS(Calls->Status)) {
        CallAllocator(File, &Table, Calls);
    }
    ObDereferenceObject(File);
    Irp->IoStatus.Information = sizeof(*Calls);
    return STATUS_SUCCESS;
}

static const GUID ClocksSetId = {STATIC_KSPROPSETID_Clocks};

static DEFINE_KSPROPERTY_TABLE(Items){
    DEFINE_KSPROPERTY_ITEM(CLOCKS_SET_TIME, NULL, sizeof(KSPROPERTY), sizeof(LONGLONG), SetTime,
                           NULL, 0, NULL, NULL, 0),
    DEFINE_KSPROPERTY_ITEM(CLOCKS_REACH, NULL, sizeof(KSPROPERTY), sizeof(LONGLONG), SetReach, NULL,
                           0, NULL, NULL, 0),
    DEFINE_KSPROPERTY_ITEM(CLOCKS_REFERENCE, GetReference, sizeof(KSP_PIN), sizeof(CLOCKS_TOLD),
                           NULL, NULL, 0, NULL, NULL, 0),
    DEFINE_KSPROPERTY_ITEM(CLOCKS_SET_PIN_TIME, NULL, sizeof(KSP_PIN), sizeof(LONGLONG), SetPinTime,
                           NULL, 0, NULL, NULL, 0),
    DEFINE_KSPROPERTY_ITEM(CLOCKS_FUNCTIONS, GetFunctions, sizeof(CLOCKS_HANDLE),
                           sizeof(CLOCKS_TIMES), NULL, NULL, 0, NULL, NULL, 0),
    DEFINE_KSPROPERTY_ITEM(CLOCKS_FRAME_CALLS, GetFrameCalls, sizeof(CLOCKS_HANDLE),
                           sizeof(CLOCKS_CALLS), NULL, NULL, 0, NULL, NULL, 0),
    DEFINE_KSPROPERTY_ITEM(CLOCKS_OWNER, NULL, sizeof(KSPROPERTY), sizeof(ULONG), SetOwner, NULL, 0,
                           NULL, NULL, 0)};

const KSPROPERTY_SET ClocksPropertySet =
    DEFINE_KSPROPERTY_SET(&ClocksSetId, SIZEOF_ARRAY(Items), Items, 0, NULL);
