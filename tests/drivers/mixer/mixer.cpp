// The whole driver: formats, mixing and descriptors. The first pin that is opened fixes the format
// of all, for a SUM node's inputs and output have one. @doc audio/ksnodetype-sum
#include "../support/avstream.h"

#include "../support/journal.h"
#include "mixer.h"

static const GUID Categories[] = {
    {STATICGUIDOF(KSCATEGORY_AUDIO)},
    {STATICGUIDOF(KSCATEGORY_MIXER)},
#ifdef MIXER_IN_RESERVED_CATEGORY
    // KSCATEGORY_AUDIO_DEVICE, which is SysAudio's alone.
    {0xfbf6f530, 0x07b9, 0x11d2, {0xa7, 0x1e, 0x00, 0x00, 0xf8, 0x00, 0x47, 0x88}},
#endif
};

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

// The format of a pin that is open already; NULL if there is none.
static const WAVEFORMATEX *FormatInForce(PKSFILTER Filter, PKSPIN But) {
    for (ULONG Id = 0; Id < MIXER_PIN_COUNT; Id++) {
        for (PKSPIN Pin = KsFilterGetFirstChildPin(Filter, Id); Pin != NULL;
             Pin = KsPinGetNextSiblingPin(Pin)) {
            if (Pin != But) {
                return &reinterpret_cast<const KSDATAFORMAT_WAVEFORMATEX *>(Pin->ConnectionFormat)
                            ->WaveFormatEx;
            }
        }
    }
    return NULL;
}

static NTSTATUS NTAPI CreatePin(PKSPIN Pin, PIRP Irp) {
    UNREFERENCED_PARAMETER(Irp);
    const WAVEFORMATEX *Ours =
        &reinterpret_cast<const KSDATAFORMAT_WAVEFORMATEX *>(Pin->ConnectionFormat)->WaveFormatEx;
    const WAVEFORMATEX *Theirs = FormatInForce(KsPinGetParentFilter(Pin), Pin);
    Journal("create", Pin->Id, Theirs != NULL);
    return Theirs == NULL || RtlCompareMemory(Ours, Theirs, sizeof(*Ours)) == sizeof(*Ours)
               ? STATUS_SUCCESS
               : STATUS_NO_MATCH;
}

// A client's data lie where they like.
static SHORT Read(PVOID Data, ULONG Sample) {
    SHORT Value;
    RtlCopyMemory(&Value, static_cast<const SHORT *>(Data) + Sample, sizeof Value);
    return Value;
}
static SHORT Clip(LONG Sum) {
    return SHORT(min(max(Sum, LONG(SHORT(MINSHORT))), LONG(MAXSHORT)));
}

// Every sink has a frame, and so has the source, or AVStream would not have called.
// @doc stream/filter-centric-processing
static NTSTATUS NTAPI Mix(PKSFILTER Filter, PKSPROCESSPIN_INDEXENTRY Index) {
    UNREFERENCED_PARAMETER(Filter);
    const KSPROCESSPIN_INDEXENTRY *Sinks = &Index[MIXER_SINK];
    PKSPROCESSPIN Out = Index[MIXER_SOURCE].Pins[0];
    Journal("mix", Sinks->Count, Index[MIXER_SOURCE].Count);
    ULONG Bytes = Out->BytesAvailable;
    for (ULONG Sink = 0; Sink < Sinks->Count; Sink++) {
        Bytes = min(Bytes, Sinks->Pins[Sink]->BytesAvailable);
    }
    Bytes -= Bytes % sizeof(SHORT);
    if (Bytes == 0) {
        return STATUS_PENDING;
    }
    for (ULONG Sample = 0; Sample < Bytes / sizeof(SHORT); Sample++) {
        LONG Sum = 0;
        for (ULONG Sink = 0; Sink < Sinks->Count; Sink++) {
            Sum += Read(Sinks->Pins[Sink]->Data, Sample);
        }
        const SHORT Mixed = Clip(Sum);
        RtlCopyMemory(static_cast<PSHORT>(Out->Data) + Sample, &Mixed, sizeof Mixed);
    }
    for (ULONG Sink = 0; Sink < Sinks->Count; Sink++) {
        Sinks->Pins[Sink]->BytesUsed = Bytes;
    }
    Out->BytesUsed = Bytes;
    Out->Terminate = TRUE; // a frame out for each frame in
    return STATUS_SUCCESS;
}

static const KSPIN_DISPATCH PinDispatch = {CreatePin, NULL, NULL, NULL, NULL,
                                           NULL,      NULL, NULL, NULL, NULL};

#define PIN(Flow, Communication, Possible)                                                         \
    {&PinDispatch,                                                                                 \
     NULL,                                                                                         \
     {DEFINE_KSPIN_DEFAULT_INTERFACES,                                                             \
      DEFINE_KSPIN_DEFAULT_MEDIUMS,                                                                \
      SIZEOF_ARRAY(Ranges),                                                                        \
      Ranges,                                                                                      \
      KSPIN_DATAFLOW_##Flow,                                                                       \
      KSPIN_COMMUNICATION_##Communication,                                                         \
      NULL,                                                                                        \
      NULL,                                                                                        \
      {0}},                                                                                        \
     KSPIN_FLAG_FIXED_FORMAT,                                                                      \
     Possible,                                                                                     \
     1 /* necessary */,                                                                            \
     NULL,                                                                                         \
     NULL}

static const KSPIN_DESCRIPTOR_EX Pins[MIXER_PIN_COUNT] = {PIN(IN, SINK, KSINSTANCE_INDETERMINATE),
                                                          PIN(OUT, BOTH, 1)};

static const KSNODE_DESCRIPTOR Nodes[] = {DEFINE_NODE_DESCRIPTOR(NULL, &KSNODETYPE_SUM, NULL)};

static const KSTOPOLOGY_CONNECTION Connections[] = {
    {KSFILTER_NODE, MIXER_SINK, MIXER_SUM_NODE, KSNODEPIN_SUM_MUX_IN},
    {MIXER_SUM_NODE, KSNODEPIN_SUM_MUX_OUT, KSFILTER_NODE, MIXER_SOURCE}};

static DEFINE_KSPROPERTY_SET_TABLE(Sets){JOURNAL_PROPERTY_SET};
static DEFINE_KSAUTOMATION_TABLE(Automation){DEFINE_KSAUTOMATION_PROPERTIES(Sets),
                                             DEFINE_KSAUTOMATION_METHODS_NULL,
                                             DEFINE_KSAUTOMATION_EVENTS_NULL};

static const KSFILTER_DISPATCH FilterDispatch = {NULL, NULL, Mix, NULL};

static DEFINE_KSFILTER_DESCRIPTOR(Descriptor){&FilterDispatch,
                                              &Automation,
                                              KSFILTER_DESCRIPTOR_VERSION,
                                              0,
                                              &Categories[0],
                                              DEFINE_KSFILTER_PIN_DESCRIPTORS(Pins),
                                              DEFINE_KSFILTER_CATEGORIES(Categories),
                                              DEFINE_KSFILTER_NODE_DESCRIPTORS(Nodes),
                                              DEFINE_KSFILTER_CONNECTIONS(Connections),
                                              NULL};

static const KSFILTER_DESCRIPTOR *const Filters[] = {&Descriptor};
static const KSDEVICE_DESCRIPTOR DeviceDescriptor = {NULL, SIZEOF_ARRAY(Filters), Filters,
                                                     KSDEVICE_DESCRIPTOR_VERSION};

extern "C" DRIVER_INITIALIZE DriverEntry;

extern "C" NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath) {
    return KsInitializeDriver(DriverObject, RegistryPath, &DeviceDescriptor);
}
