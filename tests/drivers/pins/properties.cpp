// The property set of pins.h.
#include "parts.h"

static ULONG IsThere(NTSTATUS Status, PVOID Interface) {
    if (!NT_SUCCESS(Status)) {
        return 0;
    }
    static_cast<IUnknown *>(Interface)->Release();
    return 1;
}

static VOID DescribePeer(PKSPIN Pin, PINS_PEER *Peer) {
    PVOID Interface = NULL;
    Peer->Communication = Pin->Communication;
    Peer->External = Pin->ConnectionIsExternal;
    Peer->File = KsPinGetConnectedPinFileObject(Pin) != NULL;
    Peer->Device = KsPinGetConnectedPinDeviceObject(Pin) != NULL;
    NTSTATUS Status = KsPinGetConnectedPinInterface(Pin, &IID_IKsControl, &Interface);
    Peer->PinInterface = IsThere(Status, Interface);
    Status = KsPinGetConnectedFilterInterface(Pin, &IID_IKsControl, &Interface);
    Peer->FilterInterface = IsThere(Status, Interface);
}

static NTSTATUS NTAPI GetPeer(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    PKSFILTER Filter = KsGetFilterFromIrp(Irp);
    NTSTATUS Status = STATUS_NOT_FOUND;
    KsFilterAcquireControl(Filter);
    PKSPIN Pin = KsFilterGetFirstChildPin(Filter, reinterpret_cast<PKSP_PIN>(Request)->PinId);
    if (Pin != NULL) {
        DescribePeer(Pin, static_cast<PINS_PEER *>(Data));
        Irp->IoStatus.Information = sizeof(PINS_PEER);
        Status = STATUS_SUCCESS;
    }
    KsFilterReleaseControl(Filter);
    return Status;
}

struct AudioConnect {
    KSPIN_CONNECT Connect;
    KSDATAFORMAT_WAVEFORMATEX Format;
};

static VOID MakeConnect(AudioConnect *Request, ULONG PinId) {
    RtlZeroMemory(Request, sizeof(*Request));
    Request->Connect.Interface.Set = KSINTERFACESETID_Standard;
    Request->Connect.Medium.Set = KSMEDIUMSETID_Standard;
    Request->Connect.PinId = PinId;
    Request->Connect.Priority.PriorityClass = KSPRIORITY_NORMAL;
    Request->Connect.Priority.PrioritySubClass = 1;
    KSDATAFORMAT *Format = &Request->Format.DataFormat;
    Format->FormatSize = sizeof(Request->Format);
    Format->SampleSize = 4;
    Format->MajorFormat = KSDATAFORMAT_TYPE_AUDIO;
    Format->SubFormat = KSDATAFORMAT_SUBTYPE_PCM;
    Format->Specifier = KSDATAFORMAT_SPECIFIER_WAVEFORMATEX;
    Request->Format.WaveFormatEx = {WAVE_FORMAT_PCM, 2, 48000, 192000, 4, 16, 0};
}

// A second filter on this device, as another driver would open it.
static NTSTATUS OpenFilter(PKSDEVICE Device, PHANDLE Handle) {
    PWSTR Links = NULL;
    NTSTATUS Status = IoGetDeviceInterfaces(&PinsCategory, Device->PhysicalDeviceObject, 0, &Links);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    UNICODE_STRING Name;
    OBJECT_ATTRIBUTES Attributes;
    IO_STATUS_BLOCK IoStatus;
    RtlInitUnicodeString(&Name, Links);
    InitializeObjectAttributes(&Attributes, &Name, OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE, NULL,
                               NULL);
    Status = ZwCreateFile(Handle, GENERIC_READ | GENERIC_WRITE, &Attributes, &IoStatus, NULL,
                          FILE_ATTRIBUTE_NORMAL, 0, FILE_OPEN, 0, NULL, 0);
    ExFreePool(Links);
    return Status;
}

static NTSTATUS NTAPI CreateInKernel(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    const KSP_PIN *Choice = reinterpret_cast<const KSP_PIN *>(Request);
    HANDLE Filter;
    NTSTATUS Status = OpenFilter(KsGetDevice(KsGetFilterFromIrp(Irp)), &Filter);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    AudioConnect Connect;
    MakeConnect(&Connect, Choice->PinId);
    HANDLE Pin = NULL;
    KIRQL OldIrql = KeGetCurrentIrql();
    const KIRQL Irql = KIRQL(Choice->Reserved);
    if (Irql > OldIrql) {
        KeRaiseIrql(Irql, &OldIrql);
    }
    Status = KsCreatePin(Filter, &Connect.Connect, GENERIC_WRITE, &Pin);
    if (Irql > OldIrql) {
        KeLowerIrql(OldIrql);
    }
    *static_cast<PULONG>(Data) = ULONG(Status);
    Irp->IoStatus.Information = sizeof(ULONG);
    if (NT_SUCCESS(Status)) {
        ZwClose(Pin);
    }
    ZwClose(Filter);
    return STATUS_SUCCESS;
}

static const GUID PinsSetId = {STATIC_KSPROPSETID_Pins};

static DEFINE_KSPROPERTY_TABLE(PinsItems){
    DEFINE_KSPROPERTY_ITEM(KSPROPERTY_PINS_PEER, GetPeer, sizeof(KSP_PIN), sizeof(PINS_PEER), NULL,
                           NULL, 0, NULL, NULL, 0),
    DEFINE_KSPROPERTY_ITEM(KSPROPERTY_PINS_CREATE_IN_KERNEL, CreateInKernel, sizeof(KSP_PIN),
                           sizeof(ULONG), NULL, NULL, 0, NULL, NULL, 0)};

static DEFINE_KSPROPERTY_SET_TABLE(PinsSets){
    JOURNAL_PROPERTY_SET,
    DEFINE_KSPROPERTY_SET(&PinsSetId, SIZEOF_ARRAY(PinsItems), PinsItems, 0, NULL)};

DEFINE_KSAUTOMATION_TABLE(PinsAutomation){DEFINE_KSAUTOMATION_PROPERTIES(PinsSets),
                                          DEFINE_KSAUTOMATION_METHODS_NULL,
                                          DEFINE_KSAUTOMATION_EVENTS_NULL};
