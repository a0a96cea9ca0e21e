// What the filters of engine.sys have.
#include "parts.h"

static KSDATARANGE_AUDIO Pcm = {{{sizeof(KSDATARANGE_AUDIO),
                                  0,
                                  0,
                                  0,
                                  {STATICGUIDOF(KSDATAFORMAT_TYPE_AUDIO)},
                                  {STATICGUIDOF(KSDATAFORMAT_SUBTYPE_PCM)},
                                  {STATICGUIDOF(KSDATAFORMAT_SPECIFIER_WAVEFORMATEX)}}},
                                2,
                                8,
                                16,
                                8000,
                                48000};
static KSDATARANGE Bridge = {{sizeof(KSDATARANGE),
                              0,
                              0,
                              0,
                              {STATICGUIDOF(KSDATAFORMAT_TYPE_AUDIO)},
                              {STATICGUIDOF(KSDATAFORMAT_SUBTYPE_ANALOG)},
                              {STATICGUIDOF(KSDATAFORMAT_SPECIFIER_NONE)}}};
static PKSDATARANGE PcmRanges[] = {PKSDATARANGE(&Pcm)};
static PKSDATARANGE BridgeRanges[] = {&Bridge};

// Nobody has given them a text.
static const GUID HostName = {
    0x4b9a51f0, 0x66f1, 0x4d3a, {0x8e, 0x25, 0x0b, 0x1d, 0x52, 0x39, 0xa0, 0x20}};
static const GUID OffloadName = {
    0x4b9a51f0, 0x66f1, 0x4d3a, {0x8e, 0x25, 0x0b, 0x1d, 0x52, 0x39, 0xa0, 0x21}};

static PCPROPERTY_ITEM FilterProperties[] = {
    PORT_JOURNAL_PROPERTIES,
    {&EngineSetId, KSPROPERTY_ENGINE_FORWARD, PCPROPERTY_ITEM_FLAG_SET, Forward}};
DEFINE_PCAUTOMATION_TABLE_PROP(FilterTable, FilterProperties);

#define PIN(Instances, Ranges, Flow, Communication, Category, Name)                                \
    {                                                                                              \
        Instances, Instances, 0, NULL, {                                                           \
            0, NULL, 0, NULL, SIZEOF_ARRAY(Ranges), Ranges, Flow, Communication, Category, Name,   \
                {0}                                                                                \
        }                                                                                          \
    }
static PCPIN_DESCRIPTOR Pins[ENGINE_PINS] = {
    PIN(1, PcmRanges, KSPIN_DATAFLOW_IN, KSPIN_COMMUNICATION_SINK, &KSCATEGORY_AUDIO, &HostName),
    PIN(2, PcmRanges, KSPIN_DATAFLOW_IN, KSPIN_COMMUNICATION_SINK, &KSCATEGORY_AUDIO, &OffloadName),
    PIN(0, BridgeRanges, KSPIN_DATAFLOW_OUT, KSPIN_COMMUNICATION_NONE, &KSNODETYPE_SPEAKER, NULL)};

static PCNODE_DESCRIPTOR Nodes[ENGINE_NODES] = {{0, NULL, &KSNODETYPE_SUM, NULL},
                                                {0, NULL, &KSNODETYPE_AUDIO_ENGINE, NULL}};
static PCCONNECTION_DESCRIPTOR Connections[] = {{PCFILTER_NODE, ENGINE_HOST, ENGINE_NODE_SUM, 1},
                                                {PCFILTER_NODE, ENGINE_OFFLOAD, ENGINE_NODE_SUM, 2},
                                                {ENGINE_NODE_SUM, 0, ENGINE_NODE, 1},
                                                {ENGINE_NODE, 0, PCFILTER_NODE, ENGINE_BRIDGE}};

PCFILTER_DESCRIPTOR EngineDescriptor = {0,
                                        &FilterTable,
                                        sizeof(PCPIN_DESCRIPTOR),
                                        ENGINE_PINS,
                                        Pins,
                                        sizeof(PCNODE_DESCRIPTOR),
                                        ENGINE_NODES,
                                        Nodes,
                                        SIZEOF_ARRAY(Connections),
                                        Connections,
                                        0,
                                        NULL};

KSDATAFORMAT_WAVEFORMATEX EngineFormat(ULONG Rate) {
    KSDATAFORMAT_WAVEFORMATEX Format = {};
    Format.DataFormat.FormatSize = sizeof(Format);
    Format.DataFormat.SampleSize = 4;
    Format.DataFormat.MajorFormat = KSDATAFORMAT_TYPE_AUDIO;
    Format.DataFormat.SubFormat = KSDATAFORMAT_SUBTYPE_PCM;
    Format.DataFormat.Specifier = KSDATAFORMAT_SPECIFIER_WAVEFORMATEX;
    Format.WaveFormatEx = {WAVE_FORMAT_PCM, 2, Rate, Rate * 4, 4, 16, 0};
    return Format;
}

NTSTATUS Steppings(PKSPROPERTY_STEPPING_LONG Steps, UINT32 Bytes, eChannelTargetType Target) {
    for (ULONG Channel = 0; Channel < Bytes / sizeof(*Steps); Channel++) {
        Steps[Channel].SteppingDelta = Target == eMuteAttribute ? 1 : ENGINE_STEP;
        Steps[Channel].Reserved = 0;
        Steps[Channel].Bounds.SignedMinimum = Target == eMuteAttribute ? 0 : ENGINE_MINIMUM;
        Steps[Channel].Bounds.SignedMaximum = Target == eMuteAttribute ? 1 : 0;
    }
    return STATUS_SUCCESS;
}
