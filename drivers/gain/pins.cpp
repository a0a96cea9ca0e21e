// The sink pin (id 0) and the source pin (id 1). Both carry the same format: the first one opened
// fixes it.
#include "gain.h"

#define GAIN_RANGE(SubFormat, Bits)                                                                \
    {                                                                                              \
        {{sizeof(KSDATARANGE_AUDIO),                                                               \
          0,                                                                                       \
          0,                                                                                       \
          0,                                                                                       \
          {STATICGUIDOF(KSDATAFORMAT_TYPE_AUDIO)},                                                 \
          {STATICGUIDOF(SubFormat)},                                                               \
          {STATICGUIDOF(KSDATAFORMAT_SPECIFIER_WAVEFORMATEX)}}},                                   \
        GAIN_CHANNELS,                                                                             \
        Bits,                                                                                      \
        Bits,                                                                                      \
        8000,                                                                                      \
        192000 /* frames per second */                                                             \
    }

static const KSDATARANGE_AUDIO PcmRange = GAIN_RANGE(KSDATAFORMAT_SUBTYPE_PCM, 16);
static const KSDATARANGE_AUDIO FloatRange = GAIN_RANGE(KSDATAFORMAT_SUBTYPE_IEEE_FLOAT, 32);

static const PKSDATARANGE GainRanges[] = {PKSDATARANGE(&PcmRange), PKSDATARANGE(&FloatRange)};

// @doc NC:ks.PFNKSINTERSECTHANDLEREX
static NTSTATUS NTAPI IntersectGain(PVOID Context, PIRP Irp, PKSP_PIN Pin, PKSDATARANGE DataRange,
                                    PKSDATARANGE MatchingDataRange, ULONG DataBufferSize,
                                    PVOID Data, PULONG DataSize) {
    UNREFERENCED_PARAMETER(Context);
    UNREFERENCED_PARAMETER(Irp);
    UNREFERENCED_PARAMETER(Pin);
    return IntersectWaveRanges(DataRange,
                               reinterpret_cast<const KSDATARANGE_AUDIO *>(MatchingDataRange),
                               DataBufferSize, Data, DataSize);
}

static GainFilter *GainOf(PKSPIN Pin) {
    return static_cast<GainFilter *>(KsPinGetParentFilter(Pin)->Context);
}

static BOOLEAN IsOtherPinOpen(const GainFilter *Gain, ULONG Id) {
    return Gain->Open[Id == GAIN_SINK_PIN ? GAIN_SOURCE_PIN : GAIN_SINK_PIN];
}

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

static NTSTATUS NTAPI CreatePin(PKSPIN Pin, PIRP Irp) {
    UNREFERENCED_PARAMETER(Irp);
    GainFilter *Gain = GainOf(Pin);
    WaveFormat Format;
    const NTSTATUS Status = ReadWaveFormat(Pin->ConnectionFormat, &Format);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    if (IsOtherPinOpen(Gain, Pin->Id) && !SameWaveFormat(Gain->Format, Format)) {
        return STATUS_NO_MATCH;
    }
    Gain->Format = Format;
    Gain->Open[Pin->Id] = TRUE;
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI ClosePin(PKSPIN Pin, PIRP Irp) {
    UNREFERENCED_PARAMETER(Irp);
    GainOf(Pin)->Open[Pin->Id] = FALSE;
    return STATUS_SUCCESS;
}

// No process routine: the filter processes. @doc stream/filter-centric-processing
static const KSPIN_DISPATCH GainPinDispatch = {CreatePin, ClosePin, NULL, NULL, SetFormat,
                                               NULL,      NULL,     NULL, NULL, NULL};

static DECLARE_SIMPLE_FRAMING_EX(GainFraming, STATICGUIDOF(KSMEMORY_TYPE_KERNEL_NONPAGED),
                                 KSALLOCATOR_REQUIREMENTF_SYSTEM_MEMORY |
                                     KSALLOCATOR_REQUIREMENTF_PREFERENCES_ONLY,
                                 8, 0, 8 * 1024, 64 * 1024);

#define GAIN_PIN(Flow, Communication, Category)                                                    \
    {&GainPinDispatch,                                                                             \
     NULL,                                                                                         \
     {DEFINE_KSPIN_DEFAULT_INTERFACES,                                                             \
      DEFINE_KSPIN_DEFAULT_MEDIUMS,                                                                \
      SIZEOF_ARRAY(GainRanges),                                                                    \
      GainRanges,                                                                                  \
      Flow,                                                                                        \
      Communication,                                                                               \
      &Category,                                                                                   \
      NULL,                                                                                        \
      {0}},                                                                                        \
     KSPIN_FLAG_FIXED_FORMAT,                                                                      \
     1 /* possible */,                                                                             \
     1 /* necessary */,                                                                            \
     &GainFraming,                                                                                 \
     IntersectGain}

// Either pin serves clients' IRPs, and connects to another filter's pin.
const KSPIN_DESCRIPTOR_EX GainPinDescriptors[GAIN_PIN_COUNT] = {
    GAIN_PIN(KSPIN_DATAFLOW_IN, KSPIN_COMMUNICATION_SINK, KSCATEGORY_AUDIO),
    GAIN_PIN(KSPIN_DATAFLOW_OUT, KSPIN_COMMUNICATION_BOTH, KSNODETYPE_LINE_CONNECTOR)};
