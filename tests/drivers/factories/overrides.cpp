// Members of KSPROPSETID_Pin that the class driver leaves to the minidriver, and one that it does
// not.
#include "parts.h"

static const KSDATARANGE_AUDIO Pcm = AUDIO_RANGE(0, KSDATAFORMAT_SUBTYPE_PCM, 2, 8000, 48000);
static const KSDATARANGE_AUDIO Now = AUDIO_RANGE(0, KSDATAFORMAT_SUBTYPE_PCM, 2, 44100, 44100);
static const PKSDATARANGE Ranges[] = {PKSDATARANGE(&Pcm)};

const KSPIN_DESCRIPTOR_EX OverridesPins[OVERRIDES_COUNT] = {
    PIN(NULL, NULL, KSPIN_DATAFLOW_IN, KSPIN_COMMUNICATION_SINK, Ranges, NULL, NULL, 0, ANY, 0),
    PIN(NULL, NULL, KSPIN_DATAFLOW_IN, KSPIN_COMMUNICATION_SINK, Ranges, NULL, NULL, 0, ANY, 0)};

static const KSDATAFORMAT_WAVEFORMATEX DefaultFormat = {
    {{sizeof(KSDATAFORMAT_WAVEFORMATEX),
      0,
      4,
      0,
      {STATICGUIDOF(KSDATAFORMAT_TYPE_AUDIO)},
      {STATICGUIDOF(KSDATAFORMAT_SUBTYPE_PCM)},
      {STATICGUIDOF(KSDATAFORMAT_SPECIFIER_WAVEFORMATEX)}}},
    {WAVE_FORMAT_PCM, 2, 48000, 192000, 4, 16, 0}};

// Zero bytes ask for the length; too few fail.
static NTSTATUS Answer(PIRP Irp, PVOID Data, const void *Value, ULONG Bytes) {
    const ULONG Offered =
        IoGetCurrentIrpStackLocation(Irp)->Parameters.DeviceIoControl.OutputBufferLength;
    if (Offered == 0) {
        Irp->IoStatus.Information = Bytes;
        return STATUS_BUFFER_OVERFLOW;
    }
    if (Offered < Bytes) {
        return STATUS_BUFFER_TOO_SMALL;
    }
    RtlCopyMemory(Data, Value, Bytes);
    Irp->IoStatus.Information = Bytes;
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI GetConnection(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    if (reinterpret_cast<PKSP_PIN>(Request)->PinId != OVERRIDES_CONNECTED) {
        return STATUS_NOT_FOUND;
    }
    struct {
        KSPIN_PHYSICALCONNECTION Head;
        WCHAR More[SIZEOF_ARRAY(OVERRIDES_LINK)];
    } Connection;
    const ULONG Bytes = ULONG(FIELD_OFFSET(KSPIN_PHYSICALCONNECTION, SymbolicLinkName)) +
                        ULONG(sizeof(OVERRIDES_LINK));
    RtlZeroMemory(&Connection, sizeof(Connection));
    Connection.Head.Size = Bytes;
    Connection.Head.Pin = OVERRIDES_LINK_PIN;
    RtlCopyMemory(Connection.Head.SymbolicLinkName, OVERRIDES_LINK, sizeof(OVERRIDES_LINK));
    return Answer(Irp, Data, &Connection, Bytes);
}

static NTSTATUS NTAPI GetDefaultFormat(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    UNREFERENCED_PARAMETER(Request);
    return Answer(Irp, Data, &DefaultFormat, sizeof(DefaultFormat));
}

static NTSTATUS NTAPI ProposeFormat(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    if (IoGetCurrentIrpStackLocation(Irp)->Parameters.DeviceIoControl.OutputBufferLength <
        sizeof(KSDATAFORMAT)) {
        return STATUS_BUFFER_TOO_SMALL;
    }
    Journal("propose", reinterpret_cast<PKSP_PIN>(Request)->PinId,
            static_cast<PKSDATAFORMAT>(Data)->FormatSize);
    return AnswerTo("propose", STATUS_SUCCESS);
}

// KSP_PIN, then KSMULTIPLE_ITEM and its attributes.
struct ModeRequest {
    KSP_PIN Pin;
    KSMULTIPLE_ITEM Attributes;
    KSATTRIBUTE_AUDIOSIGNALPROCESSING_MODE Mode;
};

static NTSTATUS NTAPI GetModeFormat(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    const ModeRequest *Asked = reinterpret_cast<const ModeRequest *>(Request);
    const ULONG Bytes =
        IoGetCurrentIrpStackLocation(Irp)->Parameters.DeviceIoControl.InputBufferLength;
    Journal("mode", Asked->Pin.PinId, Bytes, Asked->Attributes.Count);
    if (!IsEqualGUID(Asked->Mode.AttributeHeader.Attribute,
                     KSATTRIBUTEID_AUDIOSIGNALPROCESSING_MODE)) {
        return STATUS_INVALID_PARAMETER;
    }
    if (!IsEqualGUID(Asked->Mode.SignalProcessingMode, AUDIO_SIGNALPROCESSINGMODE_DEFAULT)) {
        return STATUS_NOT_SUPPORTED;
    }
    return Answer(Irp, Data, &DefaultFormat, sizeof(DefaultFormat));
}

// Two formats behind the table of their offsets.
static NTSTATUS NTAPI GetModeFormats(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    const GUID *Mode = reinterpret_cast<const GUID *>(reinterpret_cast<PKSP_PIN>(Request) + 1);
    struct {
        KSMULTIPLE_ITEM Head;
        ULONGLONG Offsets[2];
        KSDATAFORMAT_WAVEFORMATEX Formats[2];
    } List;
    if (!IsEqualGUID(*Mode, AUDIO_SIGNALPROCESSINGMODE_DEFAULT)) {
        return STATUS_NOT_SUPPORTED;
    }
    RtlZeroMemory(&List, sizeof(List));
    List.Head.Size = sizeof(List);
    List.Head.Count = 2;
    for (ULONG Index = 0; Index < 2; Index++) {
        List.Formats[Index] = DefaultFormat;
        List.Offsets[Index] = ULONG_PTR(&List.Formats[Index]) - ULONG_PTR(&List);
    }
    List.Formats[1].WaveFormatEx.nSamplesPerSec = 44100;
    return Answer(Irp, Data, &List, sizeof(List));
}

// What the pin can take now; another answer would come at another time.
static NTSTATUS NTAPI GetConstrained(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    struct {
        KSMULTIPLE_ITEM Head;
        KSDATARANGE_AUDIO Range;
    } List;
    UNREFERENCED_PARAMETER(Request);
    RtlZeroMemory(&List, sizeof(List));
    List.Head.Size = sizeof(List);
    List.Head.Count = 1;
    List.Range = Now;
    return Answer(Irp, Data, &List, sizeof(List));
}

static const GUID PinSetId = {STATICGUIDOF(KSPROPSETID_Pin)};
static DEFINE_KSPROPERTY_TABLE(PinItems){
    DEFINE_KSPROPERTY_ITEM(KSPROPERTY_PIN_PHYSICALCONNECTION, GetConnection, sizeof(KSP_PIN), 0,
                           NULL, NULL, 0, NULL, NULL, 0),
    DEFINE_KSPROPERTY_ITEM(KSPROPERTY_PIN_CONSTRAINEDDATARANGES, GetConstrained, sizeof(KSP_PIN), 0,
                           NULL, NULL, 0, NULL, NULL, 0),
    DEFINE_KSPROPERTY_ITEM(KSPROPERTY_PIN_PROPOSEDATAFORMAT, GetDefaultFormat, sizeof(KSP_PIN), 0,
                           ProposeFormat, NULL, 0, NULL, NULL, 0),
    DEFINE_KSPROPERTY_ITEM(KSPROPERTY_PIN_PROPOSEDATAFORMAT2, GetModeFormat, sizeof(ModeRequest), 0,
                           NULL, NULL, 0, NULL, NULL, 0),
    DEFINE_KSPROPERTY_ITEM(KSPROPERTY_PIN_MODEDATAFORMATS, GetModeFormats,
                           sizeof(KSP_PIN) + sizeof(GUID), 0, NULL, NULL, 0, NULL, NULL, 0)};

static DEFINE_KSPROPERTY_SET_TABLE(Sets){
    JOURNAL_PROPERTY_SET, FACTORIES_PROPERTY_SET,
    DEFINE_KSPROPERTY_SET(&PinSetId, SIZEOF_ARRAY(PinItems), PinItems, 0, NULL)};
DEFINE_KSAUTOMATION_TABLE(OverridesAutomation){DEFINE_KSAUTOMATION_PROPERTIES(Sets),
                                               DEFINE_KSAUTOMATION_METHODS_NULL,
                                               DEFINE_KSAUTOMATION_EVENTS_NULL};
