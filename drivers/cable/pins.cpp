// The render pin (id 0, data flows in) and the capture pin (id 1, data flows out): their formats,
// descriptors and dispatch routines. Data moves in the engine's DPC, which polls the queues.
#include "pins.h"

// What a test variant of this driver makes of a connection from another filter.
#ifndef CABLE_CONNECT_STATUS
#define CABLE_CONNECT_STATUS STATUS_SUCCESS
#endif

#define CABLE_RANGE(SubFormat, MinimumBits)                                                        \
    {                                                                                              \
        {{sizeof(KSDATARANGE_AUDIO),                                                               \
          0,                                                                                       \
          0,                                                                                       \
          0,                                                                                       \
          {STATICGUIDOF(KSDATAFORMAT_TYPE_AUDIO)},                                                 \
          {STATICGUIDOF(SubFormat)},                                                               \
          {STATICGUIDOF(KSDATAFORMAT_SPECIFIER_WAVEFORMATEX)}}},                                   \
        8 /* channels */,                                                                          \
        MinimumBits,                                                                               \
        32 /* bits */,                                                                             \
        8000,                                                                                      \
        192000 /* frames per second */                                                             \
    }

static const KSDATARANGE_AUDIO PcmRange = CABLE_RANGE(KSDATAFORMAT_SUBTYPE_PCM, 16);
static const KSDATARANGE_AUDIO FloatRange = CABLE_RANGE(KSDATAFORMAT_SUBTYPE_IEEE_FLOAT, 32);

static const PKSDATARANGE CableRanges[] = {PKSDATARANGE(&PcmRange), PKSDATARANGE(&FloatRange)};

CableEngine *EngineOf(PVOID Object) {
    return static_cast<CableEngine *>(KsGetDevice(Object)->Context);
}

// @doc NC:ks.PFNKSINTERSECTHANDLEREX
static NTSTATUS NTAPI IntersectCable(PVOID Context, PIRP Irp, PKSP_PIN Pin, PKSDATARANGE DataRange,
                                     PKSDATARANGE MatchingDataRange, ULONG DataBufferSize,
                                     PVOID Data, PULONG DataSize) {
    UNREFERENCED_PARAMETER(Context);
    UNREFERENCED_PARAMETER(Irp);
    UNREFERENCED_PARAMETER(Pin);
    return IntersectWaveRanges(DataRange,
                               reinterpret_cast<const KSDATARANGE_AUDIO *>(MatchingDataRange),
                               DataBufferSize, Data, DataSize);
}

// Asked once per range before the pin is created, with no old format. KSPIN_FLAG_FIXED_FORMAT
// spares us later changes.
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

static CableEnd EndOf(PKSPIN Pin) {
    return Pin->Id == 0 ? RenderEnd : CaptureEnd;
}

static NTSTATUS NTAPI CreatePin(PKSPIN Pin, PIRP Irp) {
    UNREFERENCED_PARAMETER(Irp);
    WaveFormat Format;
    const NTSTATUS Status = ReadWaveFormat(Pin->ConnectionFormat, &Format);
    return NT_SUCCESS(Status) ? PlugIn(EngineOf(Pin), EndOf(Pin), Pin, Format) : Status;
}

static NTSTATUS NTAPI ClosePin(PKSPIN Pin, PIRP Irp) {
    UNREFERENCED_PARAMETER(Irp);
    Unplug(EngineOf(Pin), EndOf(Pin));
    return STATUS_SUCCESS;
}

// Never called: the engine polls the queue at DPC time (KSPIN_FLAG_DO_NOT_INITIATE_PROCESSING).
// The class driver wants a process routine nevertheless. @doc NS:ks._KSPIN_DESCRIPTOR_EX
static NTSTATUS NTAPI ProcessPin(PKSPIN Pin) {
    UNREFERENCED_PARAMETER(Pin);
    return STATUS_PENDING;
}

static NTSTATUS NTAPI SetState(PKSPIN Pin, KSSTATE ToState, KSSTATE FromState) {
    SetEndState(EngineOf(Pin), EndOf(Pin), ToState, FromState);
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI ConnectPin(PKSPIN Pin) {
    InterlockedIncrement(&EngineOf(Pin)->ConnectCount);
    return CABLE_CONNECT_STATUS;
}

static VOID NTAPI DisconnectPin(PKSPIN Pin) {
    InterlockedIncrement(&EngineOf(Pin)->DisconnectCount);
}

static const KSPIN_DISPATCH CablePinDispatch = {CreatePin, ClosePin, ProcessPin, NULL, // Reset
                                                SetFormat, SetState, ConnectPin, DisconnectPin,
                                                NULL,      NULL};

// Frames of any length suit the engine; this is what an allocator makes by default.
static DECLARE_SIMPLE_FRAMING_EX(CableFraming, STATICGUIDOF(KSMEMORY_TYPE_KERNEL_NONPAGED),
                                 KSALLOCATOR_REQUIREMENTF_SYSTEM_MEMORY |
                                     KSALLOCATOR_REQUIREMENTF_PREFERENCES_ONLY,
                                 8, 0, 8 * 1024, 64 * 1024);

#define CABLE_PIN(Flow, Communication, Category)                                                   \
    {&CablePinDispatch,                                                                            \
     NULL,                                                                                         \
     {DEFINE_KSPIN_DEFAULT_INTERFACES,                                                             \
      DEFINE_KSPIN_DEFAULT_MEDIUMS,                                                                \
      SIZEOF_ARRAY(CableRanges),                                                                   \
      CableRanges,                                                                                 \
      Flow,                                                                                        \
      Communication,                                                                               \
      &Category,                                                                                   \
      NULL,                                                                                        \
      {0}},                                                                                        \
     KSPIN_FLAG_DO_NOT_INITIATE_PROCESSING | KSPIN_FLAG_FIXED_FORMAT,                              \
     1 /* possible */,                                                                             \
     0 /* necessary */,                                                                            \
     &CableFraming,                                                                                \
     IntersectCable}

const KSPIN_DESCRIPTOR_EX CablePinDescriptors[CABLE_PIN_COUNT] = {
    CABLE_PIN(KSPIN_DATAFLOW_IN, KSPIN_COMMUNICATION_SINK, KSNODETYPE_SPEAKER),
    CABLE_PIN(KSPIN_DATAFLOW_OUT, KSPIN_COMMUNICATION_BOTH, KSNODETYPE_MICROPHONE)};
