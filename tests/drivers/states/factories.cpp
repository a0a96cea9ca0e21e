// The pin factories.
#include "parts.h"

static const KSDATARANGE_AUDIO Pcm = {{{sizeof(KSDATARANGE_AUDIO),
                                        0,
                                        0,
                                        0,
                                        {STATICGUIDOF(KSDATAFORMAT_TYPE_AUDIO)},
                                        {STATICGUIDOF(KSDATAFORMAT_SUBTYPE_PCM)},
                                        {STATICGUIDOF(KSDATAFORMAT_SPECIFIER_WAVEFORMATEX)}}},
                                      2 /* channels */,
                                      16,
                                      16 /* bits */,
                                      8000,
                                      48000 /* frames per second */};
static const PKSDATARANGE Ranges[] = {PKSDATARANGE(&Pcm)};

static const KSPIN_MEDIUM OtherMedium[] = {{{{{STATIC_STATES_MEDIUM}, 0, 0}}}};

static DECLARE_SIMPLE_FRAMING_EX(Framing, STATICGUIDOF(KSMEMORY_TYPE_KERNEL_NONPAGED),
                                 KSALLOCATOR_REQUIREMENTF_SYSTEM_MEMORY, 2, 7, STATES_FRAME_BYTES,
                                 STATES_FRAME_BYTES);

#define PIN(Dispatch, Mediums, Flow, Communication, Flags)                                         \
    {Dispatch,                                                                                     \
     NULL,                                                                                         \
     {DEFINE_KSPIN_DEFAULT_INTERFACES,                                                             \
      Mediums,                                                                                     \
      SIZEOF_ARRAY(Ranges),                                                                        \
      Ranges,                                                                                      \
      KSPIN_DATAFLOW_##Flow,                                                                       \
      KSPIN_COMMUNICATION_##Communication,                                                         \
      NULL,                                                                                        \
      NULL,                                                                                        \
      {0}},                                                                                        \
     Flags,                                                                                        \
     KSINSTANCE_INDETERMINATE,                                                                     \
     0,                                                                                            \
     &Framing,                                                                                     \
     NULL}
#define OTHER_MEDIUM SIZEOF_ARRAY(OtherMedium), OtherMedium
#define BOTH_FLAGS KSPIN_FLAG_USE_STANDARD_TRANSPORT | KSPIN_FLAG_DO_NOT_USE_STANDARD_TRANSPORT

const KSPIN_DESCRIPTOR_EX StatesDescriptors[STATES_COUNT] = {
    PIN(&PinDispatch, DEFINE_KSPIN_DEFAULT_MEDIUMS, IN, SINK, 0),
    PIN(&PinDispatch, DEFINE_KSPIN_DEFAULT_MEDIUMS, OUT, SINK, 0),
    PIN(&PinDispatch, DEFINE_KSPIN_DEFAULT_MEDIUMS, OUT, SOURCE, 0),
    PIN(&PinDispatch, DEFINE_KSPIN_DEFAULT_MEDIUMS, IN, SOURCE, 0),
    PIN(&QuietDispatch, DEFINE_KSPIN_DEFAULT_MEDIUMS, IN, SINK,
        KSPIN_FLAG_DO_NOT_USE_STANDARD_TRANSPORT),
    PIN(&QuietDispatch, OTHER_MEDIUM, IN, SINK, 0),
    PIN(&PinDispatch, OTHER_MEDIUM, IN, SINK, BOTH_FLAGS),
    PIN(&PinDispatch, DEFINE_KSPIN_DEFAULT_MEDIUMS, IN, SINK, KSPIN_FLAG_PROCESS_IN_RUN_STATE_ONLY),
    PIN(&PinDispatch, DEFINE_KSPIN_DEFAULT_MEDIUMS, IN, SINK, KSPIN_FLAG_FIXED_FORMAT),
    PIN(NULL, DEFINE_KSPIN_DEFAULT_MEDIUMS, IN, SINK, 0)};
