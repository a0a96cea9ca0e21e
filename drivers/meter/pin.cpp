// The sink pin: whatever arrives is measured and given back.
#include "measure.h"

#define METER_RANGE(SubFormat, Bits)                                                               \
    {                                                                                              \
        {{sizeof(KSDATARANGE_AUDIO),                                                               \
          0,                                                                                       \
          0,                                                                                       \
          0,                                                                                       \
          {STATICGUIDOF(KSDATAFORMAT_TYPE_AUDIO)},                                                 \
          {STATICGUIDOF(SubFormat)},                                                               \
          {STATICGUIDOF(KSDATAFORMAT_SPECIFIER_WAVEFORMATEX)}}},                                   \
        METER_CHANNELS,                                                                            \
        Bits,                                                                                      \
        Bits,                                                                                      \
        8000,                                                                                      \
        192000 /* audio frames per second */                                                       \
    }

static const KSDATARANGE_AUDIO Pcm16 = METER_RANGE(KSDATAFORMAT_SUBTYPE_PCM, 16);
static const KSDATARANGE_AUDIO Pcm24 = METER_RANGE(KSDATAFORMAT_SUBTYPE_PCM, 24);
static const KSDATARANGE_AUDIO Pcm32 = METER_RANGE(KSDATAFORMAT_SUBTYPE_PCM, 32);
static const KSDATARANGE_AUDIO Float32 = METER_RANGE(KSDATAFORMAT_SUBTYPE_IEEE_FLOAT, 32);

static const PKSDATARANGE MeterRanges[] = {PKSDATARANGE(&Pcm16), PKSDATARANGE(&Pcm24),
                                           PKSDATARANGE(&Pcm32), PKSDATARANGE(&Float32)};

static MeterFilter *MeterOf(PKSPIN Pin) {
    return static_cast<MeterFilter *>(KsPinGetParentFilter(Pin)->Context);
}

// @doc NC:ks.PFNKSINTERSECTHANDLEREX
static NTSTATUS NTAPI IntersectMeter(PVOID Context, PIRP Irp, PKSP_PIN Pin, PKSDATARANGE DataRange,
                                     PKSDATARANGE MatchingDataRange, ULONG DataBufferSize,
                                     PVOID Data, PULONG DataSize) {
    UNREFERENCED_PARAMETER(Context);
    UNREFERENCED_PARAMETER(Irp);
    UNREFERENCED_PARAMETER(Pin);
    return IntersectWaveRanges(DataRange,
                               reinterpret_cast<const KSDATARANGE_AUDIO *>(MatchingDataRange),
                               DataBufferSize, Data, DataSize);
}

// Called once per range until one takes the format, before the pin is created.
static NTSTATUS NTAPI SetFormat(PKSPIN Pin, PKSDATAFORMAT OldFormat,
                                PKSMULTIPLE_ITEM OldAttributeList, const KSDATARANGE *DataRange,
                                const KSATTRIBUTE_LIST *AttributeRange) {
    UNREFERENCED_PARAMETER(OldFormat);
    UNREFERENCED_PARAMETER(OldAttributeList);
    UNREFERENCED_PARAMETER(AttributeRange);
    WaveFormat Format;
    const NTSTATUS Status = ReadWaveFormat(Pin->ConnectionFormat, &Format);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    return WaveFormatInRange(Format, reinterpret_cast<const KSDATARANGE_AUDIO *>(DataRange))
               ? STATUS_SUCCESS
               : STATUS_NO_MATCH;
}

static VOID SetOpen(MeterFilter *Meter, BOOLEAN Open, const WaveFormat &Format) {
    KIRQL OldIrql;
    KeAcquireSpinLock(&Meter->Lock, &OldIrql);
    Meter->Open = Open;
    Meter->Format = Format;
    KeReleaseSpinLock(&Meter->Lock, OldIrql);
}

static NTSTATUS NTAPI CreatePin(PKSPIN Pin, PIRP Irp) {
    UNREFERENCED_PARAMETER(Irp);
    WaveFormat Format;
    const NTSTATUS Status = ReadWaveFormat(Pin->ConnectionFormat, &Format);
    if (NT_SUCCESS(Status)) {
        SetOpen(MeterOf(Pin), TRUE, Format);
        ForgetLevels(MeterOf(Pin));
    }
    return Status;
}

static NTSTATUS NTAPI ClosePin(PKSPIN Pin, PIRP Irp) {
    UNREFERENCED_PARAMETER(Irp);
    SetOpen(MeterOf(Pin), FALSE, WaveFormat());
    return STATUS_SUCCESS;
}

// @doc NC:ks.PFNKSPINSETDEVICESTATE
static NTSTATUS NTAPI SetState(PKSPIN Pin, KSSTATE ToState, KSSTATE FromState) {
    UNREFERENCED_PARAMETER(ToState);
    if (FromState == KSSTATE_STOP) {
        ForgetLevels(MeterOf(Pin));
    }
    return STATUS_SUCCESS;
}

// Called when a frame arrives in an empty queue; takes all that are there.
static NTSTATUS NTAPI ProcessPin(PKSPIN Pin) {
    MeterFilter *Meter = MeterOf(Pin);
    PKSSTREAM_POINTER Frame = KsPinGetLeadingEdgeStreamPointer(Pin, KSSTREAM_POINTER_STATE_LOCKED);
    while (Frame != NULL) {
        Measure(Meter, Frame->OffsetIn.Data,
                Frame->OffsetIn.Remaining / Meter->Format.BlockAlign());
        // A last part of less than an audio frame goes with its frame.
        KsStreamPointerAdvanceOffsetsAndUnlock(Frame, Frame->OffsetIn.Remaining, 0, TRUE);
        Frame = KsPinGetLeadingEdgeStreamPointer(Pin, KSSTREAM_POINTER_STATE_LOCKED);
    }
    return STATUS_PENDING;
}

static const KSPIN_DISPATCH MeterPinDispatch = {CreatePin, ClosePin, ProcessPin, NULL, SetFormat,
                                                SetState,  NULL,     NULL,       NULL, NULL};

static DECLARE_SIMPLE_FRAMING_EX(MeterFraming, STATICGUIDOF(KSMEMORY_TYPE_KERNEL_NONPAGED),
                                 KSALLOCATOR_REQUIREMENTF_SYSTEM_MEMORY |
                                     KSALLOCATOR_REQUIREMENTF_PREFERENCES_ONLY,
                                 8, 0, 8 * 1024, 64 * 1024);

// A client writes to it, or another filter's pin feeds it. The filter keeps one account.
const KSPIN_DESCRIPTOR_EX MeterPinDescriptors[1] = {{&MeterPinDispatch,
                                                     NULL,
                                                     {DEFINE_KSPIN_DEFAULT_INTERFACES,
                                                      DEFINE_KSPIN_DEFAULT_MEDIUMS,
                                                      SIZEOF_ARRAY(MeterRanges),
                                                      MeterRanges,
                                                      KSPIN_DATAFLOW_IN,
                                                      KSPIN_COMMUNICATION_SINK,
                                                      &KSNODETYPE_SPEAKER,
                                                      NULL,
                                                      {0}},
                                                     KSPIN_FLAG_FIXED_FORMAT,
                                                     1 /* possible */,
                                                     0 /* necessary */,
                                                     &MeterFraming,
                                                     IntersectMeter}};
