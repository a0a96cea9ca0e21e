// The pin factories.
#include "pins.h"

static const KSDATARANGE AnyRange = {{sizeof(KSDATARANGE),
                                      0,
                                      0,
                                      0,
                                      {STATICGUIDOF(KSDATAFORMAT_TYPE_AUDIO)},
                                      {STATICGUIDOF(KSDATAFORMAT_SUBTYPE_PCM)},
                                      {STATICGUIDOF(KSDATAFORMAT_SPECIFIER_WAVEFORMATEX)}}};
static const PKSDATARANGE Ranges[] = {const_cast<PKSDATARANGE>(&AnyRange)};

static NTSTATUS NTAPI SetFormat(PKSPIN Pin, PKSDATAFORMAT OldFormat, PKSMULTIPLE_ITEM OldAttributes,
                                const KSDATARANGE *DataRange, const KSATTRIBUTE_LIST *Attributes) {
    UNREFERENCED_PARAMETER(OldAttributes);
    UNREFERENCED_PARAMETER(DataRange);
    UNREFERENCED_PARAMETER(Attributes);
    Journal("set format", Pin->Id, OldFormat != NULL, Pin->ConnectionFormat->FormatSize);
    return AnswerTo("set format", STATUS_SUCCESS);
}

static const KSPIN_DISPATCH Dispatch = {DataCreatePin, DataClosePin, DataProcess, DataReset,
                                        SetFormat,     DataSetState, NULL,        NULL,
                                        NULL,          NULL};

// Two frames of 64 bytes.
static DECLARE_SIMPLE_FRAMING_EX(ReaderFraming, STATIC_KSMEMORY_TYPE_KERNEL_NONPAGED,
                                 KSALLOCATOR_REQUIREMENTF_SYSTEM_MEMORY, 2, 0, 64, 64);
static DECLARE_SIMPLE_FRAMING_EX(ModifierFraming, STATIC_KSMEMORY_TYPE_KERNEL_NONPAGED,
                                 KSALLOCATOR_REQUIREMENTF_INPLACE_MODIFIER |
                                     KSALLOCATOR_REQUIREMENTF_SYSTEM_MEMORY,
                                 2, 0, 64, 64);

#define FRAMED(Flow, Communication, Flags, Framing)                                                \
    {&Dispatch,                                                                                    \
     &DataPinAutomation,                                                                           \
     {DEFINE_KSPIN_DEFAULT_INTERFACES,                                                             \
      DEFINE_KSPIN_DEFAULT_MEDIUMS,                                                                \
      SIZEOF_ARRAY(Ranges),                                                                        \
      Ranges,                                                                                      \
      Flow,                                                                                        \
      Communication,                                                                               \
      NULL,                                                                                        \
      NULL,                                                                                        \
      {0}},                                                                                        \
     Flags,                                                                                        \
     KSINSTANCE_INDETERMINATE,                                                                     \
     0,                                                                                            \
     Framing,                                                                                      \
     NULL}
#define PIN(Flow, Communication, Flags)                                                            \
    FRAMED(KSPIN_DATAFLOW_##Flow, KSPIN_COMMUNICATION_##Communication, Flags, NULL)
#define BY_HAND KSPIN_FLAG_DO_NOT_INITIATE_PROCESSING

const KSPIN_DESCRIPTOR_EX DataPins[DATA_PINS] = {
    PIN(IN, SINK, BY_HAND),
    PIN(OUT, SINK, BY_HAND),
    PIN(IN, SINK, 0),
    PIN(OUT, SINK, 0),
    PIN(IN, SINK, BY_HAND | KSPIN_FLAG_ENFORCE_FIFO),
    PIN(IN, SINK, BY_HAND | KSPIN_FLAG_DISTINCT_TRAILING_EDGE),
    PIN(IN, SINK, KSPIN_FLAG_INITIATE_PROCESSING_ON_EVERY_ARRIVAL),
    PIN(IN, SINK, KSPIN_FLAG_PROCESS_IN_RUN_STATE_ONLY),
    PIN(IN, SINK, KSPIN_FLAG_DISPATCH_LEVEL_PROCESSING),
    PIN(IN, SINK, KSPIN_FLAG_ASYNCHRONOUS_PROCESSING),
    PIN(IN, SINK, KSPIN_FLAG_ASYNCHRONOUS_PROCESSING | KSPIN_FLAG_CRITICAL_PROCESSING),
    PIN(IN, SINK, KSPIN_FLAG_ASYNCHRONOUS_PROCESSING | KSPIN_FLAG_HYPERCRITICAL_PROCESSING),
    PIN(IN, SINK, BY_HAND | KSPIN_FLAG_GENERATE_MAPPINGS),
    PIN(OUT, SINK, BY_HAND | KSPIN_FLAG_GENERATE_MAPPINGS),
    PIN(IN, SINK, KSPIN_FLAG_DO_NOT_USE_STANDARD_TRANSPORT),
    PIN(IN, SINK,
        BY_HAND | KSPIN_FLAG_DO_NOT_USE_STANDARD_TRANSPORT | KSPIN_FLAG_USE_STANDARD_TRANSPORT),
    PIN(IN, SINK, BY_HAND | KSPIN_FLAG_GENERATE_EOS_EVENTS),
    PIN(OUT, SOURCE, BY_HAND),
    PIN(OUT, SINK, BY_HAND | KSPIN_FLAG_SPLITTER),
    PIN(OUT, SOURCE, BY_HAND | KSPIN_FLAG_SPLITTER),
    PIN(OUT, SINK, KSPIN_FLAG_SPLITTER),
    FRAMED(KSPIN_DATAFLOW_IN, KSPIN_COMMUNICATION_SINK, BY_HAND, &ReaderFraming),
    FRAMED(KSPIN_DATAFLOW_IN, KSPIN_COMMUNICATION_SINK, BY_HAND, &ModifierFraming)};
