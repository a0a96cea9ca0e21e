// The filters and their pin factories.
#include "process.h"

static const KSDATARANGE AnyRange = {{sizeof(KSDATARANGE),
                                      0,
                                      0,
                                      0,
                                      {STATICGUIDOF(KSDATAFORMAT_TYPE_AUDIO)},
                                      {STATICGUIDOF(KSDATAFORMAT_SUBTYPE_PCM)},
                                      {STATICGUIDOF(KSDATAFORMAT_SPECIFIER_WAVEFORMATEX)}}};
static const PKSDATARANGE Ranges[] = {const_cast<PKSDATARANGE>(&AnyRange)};

static const KSPIN_DISPATCH PinDispatch = {DataCreatePin, DataClosePin, NULL, DataReset, NULL,
                                           DataSetState,  NULL,         NULL, NULL,      NULL};

#define PIN(Flow, Communication, Flags, Necessary)                                                 \
    {&PinDispatch,                                                                                 \
     &DataPinAutomation,                                                                           \
     {DEFINE_KSPIN_DEFAULT_INTERFACES,                                                             \
      DEFINE_KSPIN_DEFAULT_MEDIUMS,                                                                \
      SIZEOF_ARRAY(Ranges),                                                                        \
      Ranges,                                                                                      \
      KSPIN_DATAFLOW_##Flow,                                                                       \
      KSPIN_COMMUNICATION_##Communication,                                                         \
      NULL,                                                                                        \
      NULL,                                                                                        \
      {0}},                                                                                        \
     Flags,                                                                                        \
     KSINSTANCE_INDETERMINATE,                                                                     \
     Necessary,                                                                                    \
     NULL,                                                                                         \
     NULL}

static const KSPIN_DESCRIPTOR_EX AllPins[FILTERING_PINS] = {
    PIN(IN, SINK, 0, 0),
    PIN(OUT, SINK, 0, 0),
    PIN(IN, SINK, KSPIN_FLAG_FRAMES_NOT_REQUIRED_FOR_PROCESSING, 0),
    PIN(IN, SINK, KSPIN_FLAG_SOME_FRAMES_REQUIRED_FOR_PROCESSING, 0),
    PIN(IN, SINK, KSPIN_FLAG_PROCESS_IN_RUN_STATE_ONLY, 0),
    PIN(IN, SINK, KSPIN_FLAG_PROCESS_IF_ANY_IN_RUN_STATE, 0),
    PIN(IN, SINK, KSPIN_FLAG_DO_NOT_INITIATE_PROCESSING, 0),
    PIN(OUT, SINK, KSPIN_FLAG_SPLITTER, 0),
    PIN(OUT, SOURCE, KSPIN_FLAG_SPLITTER, 0)};
static const KSPIN_DESCRIPTOR_EX NecessaryPins[] = {PIN(IN, SINK, 0, 2), PIN(OUT, SINK, 0, 1)};
static const KSPIN_DESCRIPTOR_EX TwoPins[] = {PIN(IN, SINK, 0, 0), PIN(OUT, SINK, 0, 0)};

static const KSFILTER_DISPATCH Dispatch = {NULL, NULL, ProcessFilter, NULL};

static const GUID Category = {STATICGUIDOF(KSCATEGORY_DATATRANSFORM)};
// {6E4B1D3x-1C0A-4D8C-A9C3-0D7F6A2B9E51}: what tells the filters apart.
#define REFERENCE(Number)                                                                          \
    {0x6e4b1d30 + (Number), 0x1c0a, 0x4d8c, {0xa9, 0xc3, 0x0d, 0x7f, 0x6a, 0x2b, 0x9e, 0x51}}
static const GUID References[FILTERING_FILTERS] = {REFERENCE(0), REFERENCE(1), REFERENCE(2),
                                                   REFERENCE(3), REFERENCE(4), REFERENCE(5)};

#define FILTER(Number, Flags, Pins)                                                                \
    {&Dispatch,                                                                                    \
     &FilteringAutomation,                                                                         \
     KSFILTER_DESCRIPTOR_VERSION,                                                                  \
     Flags,                                                                                        \
     &References[Number],                                                                          \
     DEFINE_KSFILTER_PIN_DESCRIPTORS(Pins),                                                        \
     DEFINE_KSFILTER_CATEGORY(Category),                                                           \
     DEFINE_KSFILTER_NODE_DESCRIPTORS_NULL,                                                        \
     DEFINE_KSFILTER_DEFAULT_CONNECTIONS,                                                          \
     NULL}

static const KSFILTER_DESCRIPTOR Descriptors[FILTERING_FILTERS] = {
    FILTER(FILTERING_PLAIN, 0, AllPins),
    FILTER(FILTERING_NECESSARY, 0, NecessaryPins),
    FILTER(FILTERING_DISPATCH, KSFILTER_FLAG_DISPATCH_LEVEL_PROCESSING, TwoPins),
    FILTER(FILTERING_CRITICAL, KSFILTER_FLAG_CRITICAL_PROCESSING, TwoPins),
    FILTER(FILTERING_HYPERCRITICAL, KSFILTER_FLAG_HYPERCRITICAL_PROCESSING, TwoPins),
    FILTER(FILTERING_EMPTY, KSFILTER_FLAG_RECEIVE_ZERO_LENGTH_SAMPLES, TwoPins)};

static const KSFILTER_DESCRIPTOR *const Filters[FILTERING_FILTERS] = {
    &Descriptors[0], &Descriptors[1], &Descriptors[2],
    &Descriptors[3], &Descriptors[4], &Descriptors[5]};

static const KSDEVICE_DESCRIPTOR DeviceDescriptor = {NULL, SIZEOF_ARRAY(Filters), Filters,
                                                     KSDEVICE_DESCRIPTOR_VERSION};

extern "C" DRIVER_INITIALIZE DriverEntry;

extern "C" NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath) {
    return KsInitializeDriver(DriverObject, RegistryPath, &DeviceDescriptor);
}
