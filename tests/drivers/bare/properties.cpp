// The filter's properties: the pin factories' by KsPinPropertyHandler, and those of bare.h.
#include "parts.h"

static const KSDATARANGE_AUDIO Pcm = {{{sizeof(KSDATARANGE_AUDIO),
                                        0,
                                        0,
                                        0,
                                        {STATICGUIDOF(KSDATAFORMAT_TYPE_AUDIO)},
                                        {STATICGUIDOF(KSDATAFORMAT_SUBTYPE_PCM)},
                                        {STATICGUIDOF(KSDATAFORMAT_SPECIFIER_WAVEFORMATEX)}}},
                                      2,
                                      16,
                                      16,
                                      8000,
                                      48000};
static const PKSDATARANGE Ranges[] = {PKSDATARANGE(&Pcm)};

const KSPIN_DESCRIPTOR BarePins[BARE_COUNT] = {{DEFINE_KSPIN_DEFAULT_INTERFACES,
                                                DEFINE_KSPIN_DEFAULT_MEDIUMS,
                                                SIZEOF_ARRAY(Ranges),
                                                Ranges,
                                                KSPIN_DATAFLOW_IN,
                                                KSPIN_COMMUNICATION_SINK,
                                                NULL,
                                                NULL,
                                                {0}},
                                               {DEFINE_KSPIN_DEFAULT_INTERFACES,
                                                DEFINE_KSPIN_DEFAULT_MEDIUMS,
                                                SIZEOF_ARRAY(Ranges),
                                                Ranges,
                                                KSPIN_DATAFLOW_IN,
                                                KSPIN_COMMUNICATION_BRIDGE,
                                                NULL,
                                                NULL,
                                                {0}}};

static KSPIN_LOCK Lock; // zero: free; guards what follows
static UCHAR CreateString[1024];
static ULONG CreateStringBytes;
static LONG Failures;

VOID KeepBareString(PFILE_OBJECT File) {
    KIRQL OldIrql;
    KeAcquireSpinLock(&Lock, &OldIrql);
    CreateStringBytes = min(ULONG(File->FileName.Length), ULONG(sizeof(CreateString)));
    RtlCopyMemory(CreateString, File->FileName.Buffer, CreateStringBytes);
    KeReleaseSpinLock(&Lock, OldIrql);
}

BOOLEAN TakeFailure() {
    const LONG Left = InterlockedDecrement(&Failures);
    if (Left >= 0) {
        return TRUE;
    }
    InterlockedIncrement(&Failures);
    return FALSE;
}

static NTSTATUS NTAPI GetCreateString(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    UNREFERENCED_PARAMETER(Request);
    const ULONG Offered =
        IoGetCurrentIrpStackLocation(Irp)->Parameters.DeviceIoControl.OutputBufferLength;
    KIRQL OldIrql;
    KeAcquireSpinLock(&Lock, &OldIrql);
    Irp->IoStatus.Information = CreateStringBytes;
    if (Offered >= CreateStringBytes) {
        RtlCopyMemory(Data, CreateString, CreateStringBytes);
    }
    KeReleaseSpinLock(&Lock, OldIrql);
    return Offered < Irp->IoStatus.Information ? STATUS_BUFFER_OVERFLOW : STATUS_SUCCESS;
}

static NTSTATUS NTAPI AskHandler(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    return KsPinPropertyHandler(Irp, Request + 1, Data, BARE_COUNT, BarePins);
}

static NTSTATUS NTAPI SetFailures(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    UNREFERENCED_PARAMETER(Irp);
    UNREFERENCED_PARAMETER(Request);
    InterlockedExchange(&Failures, *static_cast<PLONG>(Data));
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI GetGeneral(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    return KsPinPropertyHandler(Irp, Request, Data, BARE_COUNT, BarePins);
}

static NTSTATUS NTAPI GetInstances(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    UNREFERENCED_PARAMETER(Request);
    const PKSPIN_CINSTANCES Instances = static_cast<PKSPIN_CINSTANCES>(Data);
    Instances->PossibleCount = KSINSTANCE_INDETERMINATE;
    Instances->CurrentCount = 0;
    Irp->IoStatus.Information = sizeof(KSPIN_CINSTANCES);
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI GetIntersection(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    return KsPinDataIntersection(Irp, reinterpret_cast<PKSP_PIN>(Request), Data, BARE_COUNT,
                                 BarePins, NULL);
}

static const GUID BareSetId = {STATIC_KSPROPSETID_Bare};
static const GUID PinSetId = {STATICGUIDOF(KSPROPSETID_Pin)};

static DEFINE_KSPROPERTY_TABLE(BareItems){
    DEFINE_KSPROPERTY_ITEM(KSPROPERTY_BARE_CREATE_STRING, GetCreateString, sizeof(KSPROPERTY), 0,
                           NULL, NULL, 0, NULL, NULL, 0),
    DEFINE_KSPROPERTY_ITEM(KSPROPERTY_BARE_PIN_PROPERTY, AskHandler,
                           sizeof(KSPROPERTY) + sizeof(KSP_PIN), 0, NULL, NULL, 0, NULL, NULL, 0),
    DEFINE_KSPROPERTY_ITEM(KSPROPERTY_BARE_FAIL_AFTER_HEADER, NULL, sizeof(KSPROPERTY),
                           sizeof(ULONG), SetFailures, NULL, 0, NULL, NULL, 0)};
static DEFINE_KSPROPERTY_PINSET(PinItems, GetGeneral, GetInstances, GetIntersection);

DEFINE_KSPROPERTY_SET_TABLE(BareSets){
    JOURNAL_PROPERTY_SET,
    DEFINE_KSPROPERTY_SET(&BareSetId, SIZEOF_ARRAY(BareItems), BareItems, 0, NULL),
    DEFINE_KSPROPERTY_SET(&PinSetId, SIZEOF_ARRAY(PinItems), PinItems, 0, NULL)};
