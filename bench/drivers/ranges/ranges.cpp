// An AVStream filter with two pin factories, of 10 (id 0) and 40 (id 1) data ranges, and an
// intersect handler. Nobody opens them: they are asked what they have in common with a caller's
// ranges, and that is the last pair only (offers.h).
extern "C" {
#include <ntddk.h>
}
#include <windef.h>
#define NOBITMAP
#include <mmreg.h>
#undef NOBITMAP
#include <ks.h>
#include <ksmedia.h>

#include "offers.h"

template <unsigned Count> struct Ranges {
    KSDATARANGE_AUDIO List[Count];
};

template <unsigned Count> static constexpr Ranges<Count> MakeRanges() {
    Ranges<Count> Made = {};
    for (unsigned i = 0; i < Count; i++) {
        const ksbox::bench::Offer One = ksbox::bench::offer(i, Count, true);
        Made.List[i] = {{{sizeof(KSDATARANGE_AUDIO),
                          0,
                          0,
                          0,
                          {STATICGUIDOF(KSDATAFORMAT_TYPE_AUDIO)},
                          {STATICGUIDOF(KSDATAFORMAT_SUBTYPE_PCM)},
                          {STATICGUIDOF(KSDATAFORMAT_SPECIFIER_WAVEFORMATEX)}}},
                        One.channels,
                        One.minimum_bits,
                        One.maximum_bits,
                        One.minimum_hz,
                        One.maximum_hz};
        Made.List[i].DataRange.SubFormat.Data1 += One.format;
    }
    return Made;
}

template <unsigned Count> static constexpr Ranges<Count> RangesOf = MakeRanges<Count>();

template <unsigned Count> struct Pointers {
    PKSDATARANGE List[Count];
};

template <unsigned Count> static constexpr Pointers<Count> MakePointers() {
    Pointers<Count> Made = {};
    for (unsigned i = 0; i < Count; i++) {
        Made.List[i] = const_cast<PKSDATARANGE>(&RangesOf<Count>.List[i].DataRange);
    }
    return Made;
}

template <unsigned Count> static constexpr Pointers<Count> PointersOf = MakePointers<Count>();

// The best of what both ranges have. Sizes as the page wants them.
// @doc NC:ks.PFNKSINTERSECTHANDLEREX
static NTSTATUS NTAPI Intersect(PVOID Context, PIRP Irp, PKSP_PIN Pin, PKSDATARANGE DataRange,
                                PKSDATARANGE MatchingDataRange, ULONG DataBufferSize, PVOID Data,
                                PULONG DataSize) {
    UNREFERENCED_PARAMETER(Context);
    UNREFERENCED_PARAMETER(Irp);
    UNREFERENCED_PARAMETER(Pin);
    if (DataRange->FormatSize < sizeof(KSDATARANGE_AUDIO)) {
        return STATUS_NO_MATCH;
    }
    const auto *Theirs = reinterpret_cast<const KSDATARANGE_AUDIO *>(DataRange);
    const auto *Ours = reinterpret_cast<const KSDATARANGE_AUDIO *>(MatchingDataRange);
    const ULONG Channels = min(Theirs->MaximumChannels, Ours->MaximumChannels);
    const ULONG Bits = min(Theirs->MaximumBitsPerSample, Ours->MaximumBitsPerSample);
    const ULONG Rate = min(Theirs->MaximumSampleFrequency, Ours->MaximumSampleFrequency);
    if (Channels == 0 || Bits < max(Theirs->MinimumBitsPerSample, Ours->MinimumBitsPerSample) ||
        Rate < max(Theirs->MinimumSampleFrequency, Ours->MinimumSampleFrequency)) {
        return STATUS_NO_MATCH;
    }
    *DataSize = sizeof(KSDATAFORMAT_WAVEFORMATEX);
    if (DataBufferSize == 0) {
        return STATUS_BUFFER_OVERFLOW;
    }
    if (DataBufferSize < sizeof(KSDATAFORMAT_WAVEFORMATEX)) {
        return STATUS_BUFFER_TOO_SMALL;
    }
    auto *Format = static_cast<KSDATAFORMAT_WAVEFORMATEX *>(Data);
    Format->DataFormat = *MatchingDataRange;
    Format->DataFormat.FormatSize = sizeof(KSDATAFORMAT_WAVEFORMATEX);
    Format->DataFormat.SampleSize = Channels * Bits / 8;
    Format->WaveFormatEx = {
        WAVE_FORMAT_PCM,           WORD(Channels), Rate, Rate * Channels * Bits / 8,
        WORD(Channels * Bits / 8), WORD(Bits),     0};
    return STATUS_SUCCESS;
}

#define RANGES_PIN(Count)                                                                          \
    {NULL,                                                                                         \
     NULL,                                                                                         \
     {DEFINE_KSPIN_DEFAULT_INTERFACES,                                                             \
      DEFINE_KSPIN_DEFAULT_MEDIUMS,                                                                \
      Count,                                                                                       \
      PointersOf<Count>.List,                                                                      \
      KSPIN_DATAFLOW_IN,                                                                           \
      KSPIN_COMMUNICATION_SINK,                                                                    \
      NULL,                                                                                        \
      NULL,                                                                                        \
      {0}},                                                                                        \
     0,                                                                                            \
     KSINSTANCE_INDETERMINATE,                                                                     \
     0 /* necessary */,                                                                            \
     NULL,                                                                                         \
     Intersect}

static const KSPIN_DESCRIPTOR_EX RangesPins[] = {RANGES_PIN(10), RANGES_PIN(40)};

static const GUID RangesCategory = {STATICGUIDOF(KSCATEGORY_RENDER)};

static const KSFILTER_DISPATCH RangesFilterDispatch = {NULL, NULL, NULL, NULL};

static DEFINE_KSFILTER_DESCRIPTOR(RangesFilterDescriptor){
    &RangesFilterDispatch,
    NULL,
    KSFILTER_DESCRIPTOR_VERSION,
    0,
    &RangesCategory,
    DEFINE_KSFILTER_PIN_DESCRIPTORS(RangesPins),
    DEFINE_KSFILTER_CATEGORY(RangesCategory),
    DEFINE_KSFILTER_NODE_DESCRIPTORS_NULL,
    DEFINE_KSFILTER_DEFAULT_CONNECTIONS,
    NULL};

static const KSFILTER_DESCRIPTOR *const RangesFilters[] = {&RangesFilterDescriptor};

static const KSDEVICE_DESCRIPTOR RangesDeviceDescriptor = {
    NULL, SIZEOF_ARRAY(RangesFilters), RangesFilters, KSDEVICE_DESCRIPTOR_VERSION};

extern "C" DRIVER_INITIALIZE DriverEntry;

extern "C" NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath) {
    return KsInitializeDriver(DriverObject, RegistryPath, &RangesDeviceDescriptor);
}
