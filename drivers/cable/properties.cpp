// Answers KSPROPSETID_Cable. Handlers run at PASSIVE_LEVEL with Data at least as long as the item
// asks for (KSPROPERTY_ITEM.MinData).
#include "properties.h"

#include "pins.h"

static const GUID CablePropertySetId = {STATIC_KSPROPSETID_Cable};

static CableEngine *EngineOfRequest(PIRP Irp) {
    return EngineOf(KsGetFilterFromIrp(Irp));
}

static NTSTATUS NTAPI GetConnectCount(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    UNREFERENCED_PARAMETER(Request);
    *static_cast<PULONG>(Data) = ULONG(EngineOfRequest(Irp)->ConnectCount);
    Irp->IoStatus.Information = sizeof(ULONG);
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI GetDisconnectCount(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    UNREFERENCED_PARAMETER(Request);
    *static_cast<PULONG>(Data) = ULONG(EngineOfRequest(Irp)->DisconnectCount);
    Irp->IoStatus.Information = sizeof(ULONG);
    return STATUS_SUCCESS;
}

// A list of unknown length: KsHandleSizedListQuery answers short buffers as the rules want it.
static NTSTATUS NTAPI GetUnderruns(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    UNREFERENCED_PARAMETER(Request);
    UNREFERENCED_PARAMETER(Data);
    CableEngine *Engine = EngineOfRequest(Irp);
    const ULONG Size = sizeof(Engine->Underruns);
    PCABLE_UNDERRUN Copy =
        static_cast<PCABLE_UNDERRUN>(ExAllocatePool2(POOL_FLAG_PAGED, Size, 'lbaC'));
    if (Copy == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    KIRQL OldIrql;
    CABLE_UNDERRUN Last = {};
    KeAcquireSpinLock(&Engine->Lock, &OldIrql);
    const ULONG Count = min(Engine->UnderrunCount, ULONG(CABLE_MAXIMUM_UNDERRUNS));
    KeReleaseSpinLock(&Engine->Lock, OldIrql);
    // Paged memory may not be written under a spin lock, and entries never change but the last:
    // each is read whole.
    for (ULONG Index = 0; Index < Count; Index++) {
        KeAcquireSpinLock(&Engine->Lock, &OldIrql);
        Last = Engine->Underruns[Index];
        KeReleaseSpinLock(&Engine->Lock, OldIrql);
        Copy[Index] = Last;
    }
    const NTSTATUS Status = KsHandleSizedListQuery(Irp, Count, sizeof(CABLE_UNDERRUN), Copy);
    ExFreePoolWithTag(Copy, 'lbaC');
    return Status;
}

static NTSTATUS NTAPI GetUnderrunCount(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    UNREFERENCED_PARAMETER(Request);
    CableEngine *Engine = EngineOfRequest(Irp);
    KIRQL OldIrql;
    KeAcquireSpinLock(&Engine->Lock, &OldIrql);
    const ULONG Count = Engine->UnderrunCount;
    KeReleaseSpinLock(&Engine->Lock, OldIrql);
    *static_cast<PULONG>(Data) = Count;
    Irp->IoStatus.Information = sizeof(ULONG);
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI GetFormat(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    UNREFERENCED_PARAMETER(Request);
    CableEngine *Engine = EngineOfRequest(Irp);
    KIRQL OldIrql;
    KeAcquireSpinLock(&Engine->Lock, &OldIrql);
    const BOOLEAN Known = Engine->Pins[RenderEnd] != NULL || Engine->Pins[CaptureEnd] != NULL;
    const WaveFormat Format = Engine->Format;
    KeReleaseSpinLock(&Engine->Lock, OldIrql);
    if (!Known) {
        return STATUS_DEVICE_NOT_READY;
    }
    PCABLE_FORMAT Answer = static_cast<PCABLE_FORMAT>(Data);
    Answer->SampleRate = Format.SampleRate;
    Answer->Channels = Format.Channels;
    Answer->ContainerBits = Format.ContainerBits;
    Answer->ValidBits = Format.ValidBits;
    Answer->Float = Format.Float;
    Irp->IoStatus.Information = sizeof(*Answer);
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI GetPosition(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    UNREFERENCED_PARAMETER(Request);
    CableEngine *Engine = EngineOfRequest(Irp);
    KIRQL OldIrql;
    KeAcquireSpinLock(&Engine->Lock, &OldIrql);
    const ULONGLONG Position = Engine->Position;
    KeReleaseSpinLock(&Engine->Lock, OldIrql);
    *static_cast<PULONGLONG>(Data) = Position;
    Irp->IoStatus.Information = sizeof(ULONGLONG);
    return STATUS_SUCCESS;
}

#define CABLE_PROPERTY(Id, Handler, MinimumData)                                                   \
    DEFINE_KSPROPERTY_ITEM(Id, Handler, sizeof(KSPROPERTY), MinimumData, NULL, NULL, 0, NULL,      \
                           NULL, 0)

static DEFINE_KSPROPERTY_TABLE(CableProperties){
    CABLE_PROPERTY(KSPROPERTY_CABLE_CONNECT_COUNT, GetConnectCount, sizeof(ULONG)),
    CABLE_PROPERTY(KSPROPERTY_CABLE_DISCONNECT_COUNT, GetDisconnectCount, sizeof(ULONG)),
    CABLE_PROPERTY(KSPROPERTY_CABLE_UNDERRUNS, GetUnderruns, 0),
    CABLE_PROPERTY(KSPROPERTY_CABLE_UNDERRUN_COUNT, GetUnderrunCount, sizeof(ULONG)),
    CABLE_PROPERTY(KSPROPERTY_CABLE_FORMAT, GetFormat, sizeof(CABLE_FORMAT)),
    CABLE_PROPERTY(KSPROPERTY_CABLE_POSITION, GetPosition, sizeof(ULONGLONG))};

static DEFINE_KSPROPERTY_SET_TABLE(CablePropertySets){
    DEFINE_KSPROPERTY_SET(&CablePropertySetId, SIZEOF_ARRAY(CableProperties), CableProperties, 0,
                          NULL)};

DEFINE_KSAUTOMATION_TABLE(CableFilterAutomation){DEFINE_KSAUTOMATION_PROPERTIES(CablePropertySets),
                                                 DEFINE_KSAUTOMATION_METHODS_NULL,
                                                 DEFINE_KSAUTOMATION_EVENTS_NULL};
