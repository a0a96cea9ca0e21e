// The sink pin (id 0) and the source pin (id 1), of which there may be several. All carry the same
// format: the first one opened fixes it.
#include "splitter.h"

#define SPLITTER_RANGE(SubFormat, Bits)                                                            \
    {                                                                                              \
        {{sizeof(KSDATARANGE_AUDIO),                                                               \
          0,                                                                                       \
          0,                                                                                       \
          0,                                                                                       \
          {STATICGUIDOF(KSDATAFORMAT_TYPE_AUDIO)},                                                 \
          {STATICGUIDOF(SubFormat)},                                                               \
          {STATICGUIDOF(KSDATAFORMAT_SPECIFIER_WAVEFORMATEX)}}},                                   \
        8 /* channels */,                                                                          \
        Bits,                                                                                      \
        Bits,                                                                                      \
        8000,                                                                                      \
        192000 /* frames per second */                                                             \
    }

static const KSDATARANGE_AUDIO PcmRange = SPLITTER_RANGE(KSDATAFORMAT_SUBTYPE_PCM, 16);
static const KSDATARANGE_AUDIO FloatRange = SPLITTER_RANGE(KSDATAFORMAT_SUBTYPE_IEEE_FLOAT, 32);

static const PKSDATARANGE SplitterRanges[] = {PKSDATARANGE(&PcmRange), PKSDATARANGE(&FloatRange)};

// @doc NC:ks.PFNKSINTERSECTHANDLEREX
static NTSTATUS NTAPI Intersect(PVOID Context, PIRP Irp, PKSP_PIN Pin, PKSDATARANGE DataRange,
                                PKSDATARANGE MatchingDataRange, ULONG DataBufferSize, PVOID Data,
                                PULONG DataSize) {
    UNREFERENCED_PARAMETER(Context);
    UNREFERENCED_PARAMETER(Irp);
    UNREFERENCED_PARAMETER(Pin);
    return IntersectWaveRanges(DataRange,
                               reinterpret_cast<const KSDATARANGE_AUDIO *>(MatchingDataRange),
                               DataBufferSize, Data, DataSize);
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

static SplitterFilter *SplitterOf(PKSPIN Pin) {
    return static_cast<SplitterFilter *>(KsPinGetParentFilter(Pin)->Context);
}

static NTSTATUS NTAPI CreatePin(PKSPIN Pin, PIRP Irp) {
    UNREFERENCED_PARAMETER(Irp);
    SplitterFilter *Splitter = SplitterOf(Pin);
    WaveFormat Format;
    const NTSTATUS Status = ReadWaveFormat(Pin->ConnectionFormat, &Format);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    if (Splitter->OpenPins != 0 && !SameWaveFormat(Splitter->Format, Format)) {
        return STATUS_NO_MATCH;
    }
    Splitter->Format = Format;
    Splitter->OpenPins++;
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI ClosePin(PKSPIN Pin, PIRP Irp) {
    UNREFERENCED_PARAMETER(Irp);
    SplitterOf(Pin)->OpenPins--;
    return STATUS_SUCCESS;
}

// No process routine: the filter processes. @doc stream/filter-centric-processing
static const KSPIN_DISPATCH SplitterPinDispatch = {CreatePin, ClosePin, NULL, NULL, SetFormat,
                                                   NULL,      NULL,     NULL, NULL, NULL};

static DECLARE_SIMPLE_FRAMING_EX(SplitterFraming, STATICGUIDOF(KSMEMORY_TYPE_KERNEL_NONPAGED),
                                 KSALLOCATOR_REQUIREMENTF_SYSTEM_MEMORY |
                                     KSALLOCATOR_REQUIREMENTF_PREFERENCES_ONLY,
                                 8, 0, 8 * 1024, 64 * 1024);

#define SPLITTER_PIN(Flow, Communication, Category, Flags, Possible)                               \
    {&SplitterPinDispatch,                                                                         \
     NULL,                                                                                         \
     {DEFINE_KSPIN_DEFAULT_INTERFACES,                                                             \
      DEFINE_KSPIN_DEFAULT_MEDIUMS,                                                                \
      SIZEOF_ARRAY(SplitterRanges),                                                                \
      SplitterRanges,                                                                              \
      Flow,                                                                                        \
      Communication,                                                                               \
      &Category,                                                                                   \
      NULL,                                                                                        \
      {0}},                                                                                        \
     KSPIN_FLAG_FIXED_FORMAT | (Flags),                                                            \
     Possible,                                                                                     \
     1 /* necessary */,                                                                            \
     &SplitterFraming,                                                                             \
     Intersect}

// Either pin serves clients' IRPs, and connects to another filter's pin. AVStream copies what the
// first instance of the source pin is filled with to the others. @doc stream/avstream-splitters
const KSPIN_DESCRIPTOR_EX SplitterPinDescriptors[SPLITTER_PIN_COUNT] = {
    SPLITTER_PIN(KSPIN_DATAFLOW_IN, KSPIN_COMMUNICATION_SINK, KSCATEGORY_AUDIO, 0, 1),
    SPLITTER_PIN(KSPIN_DATAFLOW_OUT, KSPIN_COMMUNICATION_BOTH, KSNODETYPE_LINE_CONNECTOR,
                 KSPIN_FLAG_SPLITTER, SPLITTER_BRANCHES)};
