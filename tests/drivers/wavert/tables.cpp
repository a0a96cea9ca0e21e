// What the WaveRT filter of wavert.sys has.
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
static KSDATARANGE_AUDIO Surround = {{{sizeof(KSDATARANGE_AUDIO),
                                       0,
                                       0,
                                       0,
                                       {STATICGUIDOF(KSDATAFORMAT_TYPE_AUDIO)},
                                       {STATICGUIDOF(KSDATAFORMAT_SUBTYPE_PCM)},
                                       {STATICGUIDOF(KSDATAFORMAT_SPECIFIER_DSOUND)}}},
                                     6,
                                     16,
                                     24,
                                     44100,
                                     96000};
static KSDATARANGE_AUDIO Ac3 = {{{sizeof(KSDATARANGE_AUDIO),
                                  0,
                                  0,
                                  0,
                                  {STATICGUIDOF(KSDATAFORMAT_TYPE_AUDIO)},
                                  {DEFINE_WAVEFORMATEX_GUID(WAVE_FORMAT_DOLBY_AC3_SPDIF)},
                                  {STATICGUIDOF(KSDATAFORMAT_SPECIFIER_WAVEFORMATEX)}}},
                                2,
                                16,
                                16,
                                48000,
                                48000};
static KSDATARANGE Bridge = {{sizeof(KSDATARANGE),
                              0,
                              0,
                              0,
                              {STATICGUIDOF(KSDATAFORMAT_TYPE_AUDIO)},
                              {STATICGUIDOF(KSDATAFORMAT_SUBTYPE_ANALOG)},
                              {STATICGUIDOF(KSDATAFORMAT_SPECIFIER_NONE)}}};

static PKSDATARANGE PcmRanges[] = {PKSDATARANGE(&Pcm), PKSDATARANGE(&Surround)};
static PKSDATARANGE Ac3Ranges[] = {PKSDATARANGE(&Ac3)};
static PKSDATARANGE BridgeRanges[] = {&Bridge};

static PCPROPERTY_ITEM FilterProperties[] = {
    PORT_JOURNAL_PROPERTIES,
    {&KSPROPSETID_Pin, KSPROPERTY_PIN_CONSTRAINEDDATARANGES,
     PCPROPERTY_ITEM_FLAG_GET | PCPROPERTY_ITEM_FLAG_BASICSUPPORT, GetConstrained}};
DEFINE_PCAUTOMATION_TABLE_PROP(FilterTable, FilterProperties);

static PCPROPERTY_ITEM PinProperties[] = {
    {&WaveRtSetId, KSPROPERTY_WAVERT_OWN, PCPROPERTY_ITEM_FLAG_GET, GetOwnProperty},
    {&WaveRtSetId, KSPROPERTY_WAVERT_PAGES, PCPROPERTY_ITEM_FLAG_GET, GetPages}};
DEFINE_PCAUTOMATION_TABLE_PROP(PinTable, PinProperties);

#define PIN(Global, Filter, Necessary, Table, Ranges, Flow, Communication, Category, Name)         \
    {                                                                                              \
        Global, Filter, Necessary, Table, {                                                        \
            0, NULL, 0, NULL, SIZEOF_ARRAY(Ranges), Ranges, Flow, Communication, Category, Name,   \
                {0}                                                                                \
        }                                                                                          \
    }

static const GUID Names[] = {
    {0x4b9a51f0, 0x66f1, 0x4d3a, {0x8e, 0x25, 0x0b, 0x1d, 0x52, 0x39, 0xa0, 0x01}},
    {0x4b9a51f0, 0x66f1, 0x4d3a, {0x8e, 0x25, 0x0b, 0x1d, 0x52, 0x39, 0xa0, 0x02}},
    {0x4b9a51f0, 0x66f1, 0x4d3a, {0x8e, 0x25, 0x0b, 0x1d, 0x52, 0x39, 0xa0, 0x03}},
    {0x4b9a51f0, 0x66f1, 0x4d3a, {0x8e, 0x25, 0x0b, 0x1d, 0x52, 0x39, 0xa0, 0x04}},
    {0x4b9a51f0, 0x66f1, 0x4d3a, {0x8e, 0x25, 0x0b, 0x1d, 0x52, 0x39, 0xa0, 0x05}},
    {0x4b9a51f0, 0x66f1, 0x4d3a, {0x8e, 0x25, 0x0b, 0x1d, 0x52, 0x39, 0xa0, 0x06}}};

static PCPIN_DESCRIPTOR Pins[WAVERT_PINS] = {
    PIN(3, 2, 0, &PinTable, PcmRanges, KSPIN_DATAFLOW_IN, KSPIN_COMMUNICATION_SINK,
        &KSCATEGORY_AUDIO, &Names[0]),
    PIN(ULONG(-1), ULONG(-1), 0, NULL, Ac3Ranges, KSPIN_DATAFLOW_IN, KSPIN_COMMUNICATION_SINK,
        &KSCATEGORY_AUDIO, &Names[1]),
    PIN(2, 1, 0, &PinTable, PcmRanges, KSPIN_DATAFLOW_OUT, KSPIN_COMMUNICATION_SINK,
        &KSCATEGORY_AUDIO, &Names[2]),
    PIN(ULONG(-1), ULONG(-1), 0, &PinTable, PcmRanges, KSPIN_DATAFLOW_IN, KSPIN_COMMUNICATION_SINK,
        &KSCATEGORY_AUDIO, &Names[3]),
    PIN(8, 8, 0, NULL, PcmRanges, KSPIN_DATAFLOW_IN, KSPIN_COMMUNICATION_SINK, &KSCATEGORY_AUDIO,
        &Names[4]),
    PIN(0, 0, 1, NULL, PcmRanges, KSPIN_DATAFLOW_IN, KSPIN_COMMUNICATION_SINK, &KSCATEGORY_AUDIO,
        &Names[5]),
    PIN(0, 0, 0, NULL, BridgeRanges, KSPIN_DATAFLOW_OUT, KSPIN_COMMUNICATION_NONE,
        &KSNODETYPE_SPEAKER, NULL),
    PIN(0, 0, 0, NULL, BridgeRanges, KSPIN_DATAFLOW_IN, KSPIN_COMMUNICATION_NONE,
        &KSNODETYPE_MICROPHONE, NULL)};

static PCCONNECTION_DESCRIPTOR Connections[] = {
    {PCFILTER_NODE, WAVERT_RENDER, PCFILTER_NODE, WAVERT_BRIDGE_OUT},
    {PCFILTER_NODE, WAVERT_BRIDGE_IN, PCFILTER_NODE, WAVERT_CAPTURE}};

PCFILTER_DESCRIPTOR WaveDescriptor = {
    0, &FilterTable, sizeof(PCPIN_DESCRIPTOR),  WAVERT_PINS, Pins, sizeof(PCNODE_DESCRIPTOR),
    0, NULL,         SIZEOF_ARRAY(Connections), Connections, 0,    NULL};
