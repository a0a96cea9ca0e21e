// Pin factories with everything that KSPROPSETID_Pin tells, in every size.
#include "parts.h"

static const GUID Category = {STATIC_FACTORIES_CATEGORY};
static const GUID Name = {STATIC_FACTORIES_NAME};

static const KSPIN_INTERFACE TwoInterfaces[] = {
    {{{{STATICGUIDOF(KSINTERFACESETID_Standard)}, KSINTERFACE_STANDARD_LOOPED_STREAMING, 0}}},
    {{{{STATICGUIDOF(KSINTERFACESETID_Standard)}, KSINTERFACE_STANDARD_STREAMING, 0}}}};
static const KSPIN_MEDIUM ThreeMediums[] = {
    {{{{STATIC_FACTORIES_CATEGORY}, 5, 1}}},
    {{{{STATICGUIDOF(KSMEDIUMSETID_Standard)}, KSMEDIUM_TYPE_ANYINSTANCE, 0}}},
    {{{{STATIC_FACTORIES_CATEGORY}, 6, 2}}}};

static const KSDATARANGE_AUDIO Low = AUDIO_RANGE(0, KSDATAFORMAT_SUBTYPE_PCM, 2, 8000, 48000);
static const KSDATARANGE_AUDIO High = AUDIO_RANGE(0, KSDATAFORMAT_SUBTYPE_PCM, 8, 96000, 192000);
static const KSDATARANGE_AUDIO AnySubtype =
    AUDIO_RANGE(0, KSDATAFORMAT_SUBTYPE_WILDCARD, 2, 8000, 48000);
static const KSDATARANGE_AUDIO WithMode =
    AUDIO_RANGE(KSDATARANGE_ATTRIBUTES, KSDATAFORMAT_SUBTYPE_PCM, 2, 8000, 48000);
static const KSDATARANGE_AUDIO Float =
    AUDIO_RANGE(0, KSDATAFORMAT_SUBTYPE_IEEE_FLOAT, 2, 8000, 48000);

static const KSATTRIBUTE Mode = {sizeof(KSATTRIBUTE),
                                 KSATTRIBUTE_REQUIRED,
                                 {STATICGUIDOF(KSATTRIBUTEID_AUDIOSIGNALPROCESSING_MODE)}};
static PKSATTRIBUTE const Modes[] = {PKSATTRIBUTE(&Mode)};
static const KSATTRIBUTE_LIST ModeList = {SIZEOF_ARRAY(Modes), const_cast<PKSATTRIBUTE *>(Modes)};

static const KSDATARANGE_MUSIC Midi = {{{sizeof(KSDATARANGE_MUSIC),
                                         0,
                                         0,
                                         0,
                                         {STATICGUIDOF(KSDATAFORMAT_TYPE_MUSIC)},
                                         {STATICGUIDOF(KSDATAFORMAT_SUBTYPE_MIDI)},
                                         {STATICGUIDOF(KSDATAFORMAT_SPECIFIER_NONE)}}},
                                       {STATICGUIDOF(KSMUSIC_TECHNOLOGY_PORT)},
                                       16 /* channels */,
                                       32 /* notes */,
                                       0xffff};

#define VIDEO_HEAD(Type, Specifier)                                                                \
    {                                                                                              \
        {                                                                                          \
            sizeof(Type), 0, 320 * 240 * 2, 0, {STATICGUIDOF(KSDATAFORMAT_TYPE_VIDEO)},            \
                {0x32595559, 0, 0x10, {0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71}} /* YUY2 */, {       \
                STATICGUIDOF(Specifier)                                                            \
            }                                                                                      \
        }                                                                                          \
    }
#define VIDEO_CAPS(Specifier)                                                                      \
    {{STATICGUIDOF(Specifier)},                                                                    \
     0,                                                                                            \
     {320, 240},                                                                                   \
     {320, 240},                                                                                   \
     {320, 240},                                                                                   \
     1,                                                                                            \
     1,                                                                                            \
     1,                                                                                            \
     1,                                                                                            \
     {320, 240},                                                                                   \
     {320, 240},                                                                                   \
     1,                                                                                            \
     1,                                                                                            \
     0,                                                                                            \
     0,                                                                                            \
     0,                                                                                            \
     0,                                                                                            \
     333333,                                                                                       \
     666666,                                                                                       \
     1000,                                                                                         \
     2000}
#define BITMAP {sizeof(KS_BITMAPINFOHEADER), 320, 240, 1, 16, 0x32595559, 320 * 240 * 2, 0, 0, 0, 0}

static const KS_DATARANGE_VIDEO Video = {
    VIDEO_HEAD(KS_DATARANGE_VIDEO, KSDATAFORMAT_SPECIFIER_VIDEOINFO),
    TRUE,
    FALSE,
    0,
    0,
    VIDEO_CAPS(KSDATAFORMAT_SPECIFIER_VIDEOINFO),
    {{0, 0, 0, 0}, {0, 0, 0, 0}, 2000, 0, 333333, BITMAP}};
static const KS_DATARANGE_VIDEO2 Video2 = {
    VIDEO_HEAD(KS_DATARANGE_VIDEO2, KSDATAFORMAT_SPECIFIER_VIDEOINFO2),
    TRUE,
    FALSE,
    0,
    0,
    VIDEO_CAPS(KSDATAFORMAT_SPECIFIER_VIDEOINFO2),
    {{0, 0, 0, 0}, {0, 0, 0, 0}, 2000, 0, 333333, 0, 0, 4, 3, 0, 0, BITMAP}};

// A range whose length is no multiple of eight, with something behind its head.
struct OddRange {
    KSDATARANGE Head;
    UCHAR More[11];
};
static const OddRange Odd = {{{ULONG(FIELD_OFFSET(OddRange, More)) + 11,
                               0,
                               0,
                               0,
                               {STATIC_FACTORIES_CATEGORY},
                               {STATIC_FACTORIES_NAME},
                               {STATICGUIDOF(KSDATAFORMAT_SPECIFIER_NONE)}}},
                             {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}};
static const KSDATARANGE Plain = {{sizeof(KSDATARANGE),
                                   0,
                                   0,
                                   0,
                                   {STATIC_FACTORIES_CATEGORY},
                                   {STATIC_FACTORIES_CATEGORY},
                                   {STATICGUIDOF(KSDATAFORMAT_SPECIFIER_NONE)}}};

static const PKSDATARANGE WaveRanges[] = {PKSDATARANGE(&Low), PKSDATARANGE(&High)};
static PKSDATARANGE ConstrainedRanges[] = {PKSDATARANGE(&High)};
static const PKSDATARANGE MusicRanges[] = {PKSDATARANGE(&Midi)};
static const PKSDATARANGE VideoRanges[] = {PKSDATARANGE(&Video)};
static const PKSDATARANGE Video2Ranges[] = {PKSDATARANGE(&Video2)};
static const PKSDATARANGE AttributeRanges[] = {PKSDATARANGE(&WithMode), PKSDATARANGE(&ModeList),
                                               PKSDATARANGE(&Float)};
static const PKSDATARANGE OddRanges[] = {PKSDATARANGE(&Odd), PKSDATARANGE(&Plain)};
static const PKSDATARANGE WildRanges[] = {PKSDATARANGE(&AnySubtype)};

static const KSPIN_DISPATCH Nothing = {NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL};

const KSPIN_DESCRIPTOR_EX ListsPins[LISTS_COUNT] = {
    {&Nothing,
     NULL,
     {SIZEOF_ARRAY(TwoInterfaces),
      TwoInterfaces,
      SIZEOF_ARRAY(ThreeMediums),
      ThreeMediums,
      SIZEOF_ARRAY(WaveRanges),
      WaveRanges,
      KSPIN_DATAFLOW_OUT,
      KSPIN_COMMUNICATION_SINK,
      &Category,
      NULL,
      {.ConstrainedDataRangesCount = SIZEOF_ARRAY(ConstrainedRanges),
       .ConstrainedDataRanges = ConstrainedRanges}},
     0,
     3,
     1,
     NULL,
     NULL},
    PIN(NULL, NULL, KSPIN_DATAFLOW_IN, KSPIN_COMMUNICATION_SOURCE, MusicRanges, &Category, &Name, 0,
        ANY, 0),
    PIN(NULL, NULL, KSPIN_DATAFLOW_OUT, KSPIN_COMMUNICATION_BOTH, VideoRanges, NULL, &Name, 0, 1,
        0),
    PIN(NULL, NULL, KSPIN_DATAFLOW_OUT, KSPIN_COMMUNICATION_SINK, Video2Ranges, NULL, NULL, 0, ANY,
        0),
    PIN(NULL, NULL, KSPIN_DATAFLOW_IN, KSPIN_COMMUNICATION_SINK, AttributeRanges, NULL, NULL, 0,
        ANY, 0),
    PIN(NULL, NULL, KSPIN_DATAFLOW_IN, KSPIN_COMMUNICATION_BRIDGE, OddRanges, NULL, NULL, 0, 0, 0),
    {NULL,
     NULL,
     {0, NULL, 0, NULL, 0, NULL, KSPIN_DATAFLOW_IN, KSPIN_COMMUNICATION_NONE, NULL, NULL, {0}},
     0,
     ANY,
     0,
     NULL,
     NULL},
    PIN(NULL, NULL, KSPIN_DATAFLOW_IN, KSPIN_COMMUNICATION_SINK, WildRanges, NULL, NULL, 0, ANY,
        0)};
