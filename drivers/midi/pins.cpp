// The render pin (id 0, data flows in) and the capture pin (id 1, data flows out).
#include "midi.h"

// A port has neither channels nor voices of its own, and carries all sixteen channels.
// @doc NS:ksmedia.KSDATARANGE_MUSIC
static const KSDATARANGE_MUSIC MidiRange = {{{sizeof(KSDATARANGE_MUSIC),
                                              0,
                                              0,
                                              0,
                                              {STATICGUIDOF(KSDATAFORMAT_TYPE_MUSIC)},
                                              {STATICGUIDOF(KSDATAFORMAT_SUBTYPE_MIDI)},
                                              {STATICGUIDOF(KSDATAFORMAT_SPECIFIER_NONE)}}},
                                            {STATICGUIDOF(KSMUSIC_TECHNOLOGY_PORT)},
                                            0,
                                            0,
                                            0xffff};

static const PKSDATARANGE MidiRanges[] = {PKSDATARANGE(&MidiRange)};

static DECLARE_SIMPLE_FRAMING_EX(MidiFraming, STATICGUIDOF(KSMEMORY_TYPE_KERNEL_NONPAGED),
                                 KSALLOCATOR_REQUIREMENTF_SYSTEM_MEMORY |
                                     KSALLOCATOR_REQUIREMENTF_PREFERENCES_ONLY,
                                 8, 3, 256, 4096);

// No routines: the filter processes, and AVStream intersects a range whose specifier is none.
#define MIDI_PIN(Flow, Communication, Category)                                                    \
    {NULL,                                                                                         \
     NULL,                                                                                         \
     {DEFINE_KSPIN_DEFAULT_INTERFACES,                                                             \
      DEFINE_KSPIN_DEFAULT_MEDIUMS,                                                                \
      SIZEOF_ARRAY(MidiRanges),                                                                    \
      MidiRanges,                                                                                  \
      Flow,                                                                                        \
      Communication,                                                                               \
      &Category,                                                                                   \
      NULL,                                                                                        \
      {0}},                                                                                        \
     KSPIN_FLAG_FIXED_FORMAT,                                                                      \
     1 /* possible */,                                                                             \
     1 /* necessary */,                                                                            \
     &MidiFraming,                                                                                 \
     NULL}

const KSPIN_DESCRIPTOR_EX MidiPinDescriptors[MIDI_PIN_COUNT] = {
    MIDI_PIN(KSPIN_DATAFLOW_IN, KSPIN_COMMUNICATION_SINK, KSNODETYPE_SYNTHESIZER),
    MIDI_PIN(KSPIN_DATAFLOW_OUT, KSPIN_COMMUNICATION_BOTH, KSCATEGORY_AUDIO)};
