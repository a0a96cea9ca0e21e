// The filters and their pin factories. See refusing.h.
#include "../support/avstream.h"
#include "../support/journal.h"
#include "refusing.h"

static const GUID Category = {STATICGUIDOF(KSCATEGORY_DATATRANSFORM)};
static KSGATE Closed;

#define AUDIO_RANGE(Flags, Bits, LowHz, HighHz)                                                    \
    {{{sizeof(KSDATARANGE_AUDIO),                                                                  \
       Flags,                                                                                      \
       0,                                                                                          \
       0,                                                                                          \
       {STATICGUIDOF(KSDATAFORMAT_TYPE_AUDIO)},                                                    \
       {STATICGUIDOF(KSDATAFORMAT_SUBTYPE_PCM)},                                                   \
       {STATICGUIDOF(KSDATAFORMAT_SPECIFIER_WAVEFORMATEX)}}},                                      \
     2,                                                                                            \
     Bits,                                                                                         \
     Bits,                                                                                         \
     LowHz,                                                                                        \
     HighHz}

static const KSDATARANGE_AUDIO Pcm = AUDIO_RANGE(0, 16, 8000, 48000);
static const KSDATARANGE_AUDIO HighPcm = AUDIO_RANGE(0, 24, 96000, 96000);
static const KSDATARANGE_AUDIO Demanding = AUDIO_RANGE(KSDATARANGE_ATTRIBUTES, 16, 8000, 48000);

static KSATTRIBUTE Mode = {sizeof(KSATTRIBUTE),
                           KSATTRIBUTE_REQUIRED,
                           {STATICGUIDOF(KSATTRIBUTEID_AUDIOSIGNALPROCESSING_MODE)}};
static PKSATTRIBUTE Modes[] = {&Mode};
static KSATTRIBUTE_LIST ModeList = {SIZEOF_ARRAY(Modes), Modes};

static const PKSDATARANGE PcmRanges[] = {PKSDATARANGE(&Pcm)};
static const PKSDATARANGE TwoRanges[] = {PKSDATARANGE(&Pcm), PKSDATARANGE(&HighPcm)};
static const PKSDATARANGE DemandingRanges[] = {PKSDATARANGE(&Demanding), PKSDATARANGE(&ModeList)};

static const KS_DATARANGE_VIDEO Video = {
    {{sizeof(KS_DATARANGE_VIDEO),
      0,
      0,
      0,
      {STATICGUIDOF(KSDATAFORMAT_TYPE_VIDEO)},
      {0x32595559, 0x0000, 0x0010, {0x80, 0x00, 0x00, 0xaa, 0x00, 0x38, 0x9b, 0x71}}, // YUY2
      {STATICGUIDOF(KSDATAFORMAT_SPECIFIER_VIDEOINFO)}}},
    TRUE,
    TRUE,
    KS_VIDEOSTREAM_CAPTURE,
    0,
    {{STATICGUIDOF(KSDATAFORMAT_SPECIFIER_VIDEOINFO)},
     0,
     {640, 480},
     {640, 480},
     {640, 480},
     1,
     1,
     1,
     1,
     {640, 480},
     {640, 480},
     1,
     1,
     0,
     0,
     333333,
     333333,
     0,
     0},
    {{0, 0, 0, 0},
     {0, 0, 0, 0},
     0,
     0,
     333333,
     {sizeof(KS_BITMAPINFOHEADER), 640, 480, 1, 16, 0, 614400, 0, 0, 0, 0}}};
static const KSDATARANGE_AUDIO Any = {{{sizeof(KSDATARANGE_AUDIO),
                                        0,
                                        0,
                                        0,
                                        {STATICGUIDOF(KSDATAFORMAT_TYPE_AUDIO)},
                                        {STATICGUIDOF(KSDATAFORMAT_SUBTYPE_WILDCARD)},
                                        {STATICGUIDOF(KSDATAFORMAT_SPECIFIER_WAVEFORMATEX)}}},
                                      2,
                                      16,
                                      16,
                                      8000,
                                      48000};
static const PKSDATARANGE VideoRanges[] = {PKSDATARANGE(&Video)};
static const PKSDATARANGE WildRanges[] = {PKSDATARANGE(&Any)};
static const PKSDATARANGE MixedRanges[] = {PKSDATARANGE(&Video), PKSDATARANGE(&Pcm)};
#define SIX                                                                                        \
    PKSDATARANGE(&Pcm), PKSDATARANGE(&Pcm), PKSDATARANGE(&Pcm), PKSDATARANGE(&Pcm),                \
        PKSDATARANGE(&Pcm), PKSDATARANGE(&Pcm)
static const PKSDATARANGE ManyRanges[RANGES_MANY_COUNT] = {SIX, SIX, SIX};

static NTSTATUS NTAPI CreateFilter(PKSFILTER, PIRP) {
    return AnswerTo("filter create", STATUS_SUCCESS);
}

// Until the test, which finds the entry in the journal, answers otherwise.
static VOID Linger(const char *Where) {
    LARGE_INTEGER Interval;
    Interval.QuadPart = -5 * 10000LL;
    Journal(Where);
    while (AnswerTo("go on", 0) == 0) {
        KeDelayExecutionThread(KernelMode, FALSE, &Interval);
    }
}

static PIRP Pending; // the create that CreatePin left pending

static NTSTATUS NTAPI CreatePin(PKSPIN Pin, PIRP Irp) {
    if (AnswerTo("slow create", 0) == 1) {
        Linger("slow create");
    }
    const NTSTATUS Status = AnswerTo("create", STATUS_SUCCESS);
    if (Status == STATUS_PENDING) {
        Pending = Irp;
        IoMarkIrpPending(Irp);
    }
    if (NT_SUCCESS(Status)) {
        for (NTSTATUS Inputs = AnswerTo("gate", 0); Inputs > 0; --Inputs) {
            KsGateAddOffInputToAnd(KsPinGetAndGate(Pin));
        }
    }
    return Status;
}

static NTSTATUS NTAPI CreateAttached(PKSPIN Pin, PIRP) {
    KsGateInitializeAnd(&Closed, NULL);
    KsGateAddOffInputToAnd(&Closed);
    KsPinAttachAndGate(Pin, &Closed);
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI CloseAttached(PKSPIN Pin, PIRP) {
    KsPinAttachAndGate(Pin, NULL);
    return STATUS_SUCCESS;
}

// Frames stay where they are.
static NTSTATUS NTAPI ProcessPin(PKSPIN) {
    if (AnswerTo("slow process", 0) == 1) {
        Linger("slow process");
    }
    return STATUS_PENDING;
}
static NTSTATUS NTAPI ProcessFilter(PKSFILTER, PKSPROCESSPIN_INDEXENTRY) {
    return STATUS_PENDING;
}

static NTSTATUS NTAPI SetFormat(PKSPIN, PKSDATAFORMAT, PKSMULTIPLE_ITEM, const KSDATARANGE *,
                                const KSATTRIBUTE_LIST *) {
    return AnswerTo("set format", STATUS_SUCCESS);
}

static NTSTATUS NTAPI SetState(PKSPIN, KSSTATE ToState, KSSTATE FromState) {
    if (AnswerTo("slow state", 0) == 1) {
        Linger("slow state");
    }
    return ToState > FromState ? AnswerTo("set state", STATUS_SUCCESS) : STATUS_SUCCESS;
}

static NTSTATUS NTAPI ConnectPin(PKSPIN) {
    return AnswerTo("connect", STATUS_SUCCESS);
}

static VOID NTAPI DisconnectPin(PKSPIN Pin) {
    Journal("disconnect", Pin->Id);
}

static NTSTATUS NTAPI Intersect(PVOID, PIRP, PKSP_PIN, PKSDATARANGE, PKSDATARANGE, ULONG, PVOID,
                                PULONG) {
    return AnswerTo("intersect", STATUS_NO_MATCH);
}

static const KSPIN_DISPATCH PinDispatch = {CreatePin, NULL,       ProcessPin,    NULL, SetFormat,
                                           SetState,  ConnectPin, DisconnectPin, NULL, NULL};
static const KSPIN_DISPATCH IdleDispatch = {CreatePin, NULL,       NULL, NULL, SetFormat,
                                            SetState,  ConnectPin, NULL, NULL, NULL};
static PVOID NTAPI Allocate(PVOID) {
    return NULL;
}
static VOID NTAPI Free(PVOID, PVOID) {}
static NTSTATUS NTAPI InitializeAllocator(PKSPIN, PKSALLOCATOR_FRAMING, PVOID *) {
    return STATUS_UNSUCCESSFUL;
}
static const KSALLOCATOR_DISPATCH Allocator = {InitializeAllocator, NULL, Allocate, Free};
static const KSPIN_DISPATCH AllocatingDispatch = {
    CreatePin, NULL, ProcessPin, NULL, SetFormat, SetState, ConnectPin, NULL, NULL, &Allocator};

static DECLARE_SIMPLE_FRAMING_EX(OddFraming, STATICGUIDOF(KSMEMORY_TYPE_KERNEL_NONPAGED),
                                 KSALLOCATOR_REQUIREMENTF_SYSTEM_MEMORY, 2, 48, 512, 512);
static DECLARE_SIMPLE_FRAMING_EX(AllocatingFraming, STATICGUIDOF(KSMEMORY_TYPE_KERNEL_NONPAGED),
                                 KSALLOCATOR_REQUIREMENTF_MUST_ALLOCATE, 2, 7, 512, 512);

static const KSPIN_DISPATCH AttachedDispatch = {
    CreateAttached, CloseAttached, NULL, NULL, SetFormat, SetState, ConnectPin, NULL, NULL, NULL};

#define FRAMED(Table, Flow, Communication, Count, Ranges, Handler, Flags, Possible, Necessary,     \
               Framing)                                                                            \
    {Table,                                                                                        \
     NULL,                                                                                         \
     {DEFINE_KSPIN_DEFAULT_INTERFACES,                                                             \
      DEFINE_KSPIN_DEFAULT_MEDIUMS,                                                                \
      Count,                                                                                       \
      Ranges,                                                                                      \
      Flow,                                                                                        \
      Communication,                                                                               \
      NULL,                                                                                        \
      NULL,                                                                                        \
      {0}},                                                                                        \
     Flags,                                                                                        \
     Possible,                                                                                     \
     Necessary,                                                                                    \
     Framing,                                                                                      \
     Handler}
#define FULL(Table, Flow, Communication, Count, Ranges, Handler, Flags, Possible, Necessary)       \
    FRAMED(Table, Flow, Communication, Count, Ranges, Handler, Flags, Possible, Necessary, NULL)
#define ANY KSINSTANCE_INDETERMINATE
#define PIN(Table, Flow, Communication, Ranges, Handler, Flags, Possible)                          \
    FULL(Table, KSPIN_DATAFLOW_##Flow, KSPIN_COMMUNICATION_##Communication, SIZEOF_ARRAY(Ranges),  \
         Ranges, Handler, Flags, Possible, 0)
#define SIMPLE(Flow, Communication, Flags)                                                         \
    FULL(&PinDispatch, KSPIN_DATAFLOW_##Flow, KSPIN_COMMUNICATION_##Communication,                 \
         SIZEOF_ARRAY(PcmRanges), PcmRanges, Intersect, Flags, ANY, 0)
#define OF_FILTER(Dispatch, Flags, Necessary)                                                      \
    FULL(Dispatch, KSPIN_DATAFLOW_IN, KSPIN_COMMUNICATION_SINK, SIZEOF_ARRAY(PcmRanges),           \
         PcmRanges, Intersect, Flags, ANY, Necessary)

static const KSPIN_DESCRIPTOR_EX Pins[REFUSING_COUNT] = {
    PIN(&PinDispatch, IN, SINK, TwoRanges, Intersect, 0, ANY),
    PIN(&PinDispatch, IN, SINK, DemandingRanges, Intersect, 0, ANY),
    FULL(&PinDispatch, KSPIN_DATAFLOW_IN, KSPIN_COMMUNICATION_SINK, 0, NULL, Intersect, 0, ANY, 0),
    PIN(&PinDispatch, IN, SINK, PcmRanges, NULL, 0, ANY),
    PIN(&PinDispatch, IN, SINK, PcmRanges, Intersect, 0, 1),
    SIMPLE(IN, SINK, KSPIN_FLAG_DENY_USERMODE_ACCESS),
    SIMPLE(OUT, SOURCE, 0),
    SIMPLE(IN, SOURCE, 0),
    SIMPLE(OUT, SINK, 0),
    SIMPLE(IN, BRIDGE, 0),
    SIMPLE(IN, SINK, KSPIN_FLAG_FIXED_FORMAT),
    SIMPLE(IN, SINK, KSPIN_FLAG_DO_NOT_USE_STANDARD_TRANSPORT),
    SIMPLE(IN, SINK, KSPIN_FLAG_DO_NOT_INITIATE_PROCESSING),
    SIMPLE(IN, SINK, KSPIN_FLAG_PROCESS_IN_RUN_STATE_ONLY),
    PIN(&IdleDispatch, IN, SINK, PcmRanges, Intersect, 0, ANY),
    FRAMED(&PinDispatch, KSPIN_DATAFLOW_OUT, KSPIN_COMMUNICATION_SOURCE, SIZEOF_ARRAY(PcmRanges),
           PcmRanges, Intersect, 0, ANY, 0, &OddFraming),
    FRAMED(&AllocatingDispatch, KSPIN_DATAFLOW_OUT, KSPIN_COMMUNICATION_SOURCE,
           SIZEOF_ARRAY(PcmRanges), PcmRanges, Intersect, 0, ANY, 0, &AllocatingFraming)};

static const KSPIN_DESCRIPTOR_EX Centric[CENTRIC_COUNT] = {
    OF_FILTER(&IdleDispatch, 0, 0),
    OF_FILTER(&IdleDispatch, KSPIN_FLAG_SOME_FRAMES_REQUIRED_FOR_PROCESSING, 0),
    OF_FILTER(&AttachedDispatch, 0, 0),
    OF_FILTER(&IdleDispatch, KSPIN_FLAG_PROCESS_IF_ANY_IN_RUN_STATE, 0)};

static const KSPIN_DESCRIPTOR_EX Ranges[RANGES_COUNT] = {
    PIN(&PinDispatch, IN, SINK, VideoRanges, Intersect, 0, ANY),
    PIN(&PinDispatch, IN, SINK, ManyRanges, Intersect, 0, ANY),
    PIN(&PinDispatch, IN, SINK, WildRanges, Intersect, 0, ANY),
    PIN(&PinDispatch, IN, SINK, MixedRanges, Intersect, 0, ANY)};

static const KSPIN_DESCRIPTOR_EX Necessary[] = {OF_FILTER(&IdleDispatch, 0, 0),
                                                OF_FILTER(&IdleDispatch, 0, 3)};

// Ends the create that is pending with the status that is set.
static NTSTATUS NTAPI SetFinish(PIRP, PKSIDENTIFIER, PVOID Data) {
    PIRP Irp = static_cast<PIRP>(InterlockedExchangePointer((PVOID *)&Pending, NULL));
    if (Irp == NULL) {
        return STATUS_NOT_FOUND;
    }
    Irp->IoStatus.Status = *static_cast<NTSTATUS *>(Data);
    KsCompletePendingRequest(Irp);
    return STATUS_SUCCESS;
}

// Holds the processing mutex of the first pin of that pin factory until it may go on.
static NTSTATUS NTAPI SetHold(PIRP Irp, PKSIDENTIFIER, PVOID Data) {
    PKSPIN Pin = KsFilterGetFirstChildPin(KsGetFilterFromIrp(Irp), *static_cast<PULONG>(Data));
    if (Pin == NULL) {
        return STATUS_NOT_FOUND;
    }
    KsPinAcquireProcessingMutex(Pin);
    Linger("hold");
    KsPinReleaseProcessingMutex(Pin);
    return STATUS_SUCCESS;
}

static const GUID RefusingSetId = {STATIC_KSPROPSETID_Refusing};
static DEFINE_KSPROPERTY_TABLE(Items){
    DEFINE_KSPROPERTY_ITEM(KSPROPERTY_REFUSING_FINISH, NULL, sizeof(KSPROPERTY), sizeof(NTSTATUS),
                           SetFinish, NULL, 0, NULL, NULL, 0),
    DEFINE_KSPROPERTY_ITEM(KSPROPERTY_REFUSING_HOLD, NULL, sizeof(KSPROPERTY), sizeof(ULONG),
                           SetHold, NULL, 0, NULL, NULL, 0)};

static DEFINE_KSPROPERTY_SET_TABLE(Sets){
    JOURNAL_PROPERTY_SET,
    DEFINE_KSPROPERTY_SET(&RefusingSetId, SIZEOF_ARRAY(Items), Items, 0, NULL)};
static DEFINE_KSAUTOMATION_TABLE(Automation){DEFINE_KSAUTOMATION_PROPERTIES(Sets),
                                             DEFINE_KSAUTOMATION_METHODS_NULL,
                                             DEFINE_KSAUTOMATION_EVENTS_NULL};

static const KSFILTER_DISPATCH PinCentric = {CreateFilter, NULL, NULL, NULL};
static const KSFILTER_DISPATCH FilterCentric = {CreateFilter, NULL, ProcessFilter, NULL};

static const GUID PinsName = {
    0x7f0e52d1, 0x3c0e, 0x4c8e, {0x91, 0x5a, 0x6e, 0x2f, 0x40, 0x9b, 0x15, 0x01}};
static const GUID CentricName = {
    0x7f0e52d1, 0x3c0e, 0x4c8e, {0x91, 0x5a, 0x6e, 0x2f, 0x40, 0x9b, 0x15, 0x02}};
static const GUID NecessaryName = {
    0x7f0e52d1, 0x3c0e, 0x4c8e, {0x91, 0x5a, 0x6e, 0x2f, 0x40, 0x9b, 0x15, 0x03}};
static const GUID DeniedName = {
    0x7f0e52d1, 0x3c0e, 0x4c8e, {0x91, 0x5a, 0x6e, 0x2f, 0x40, 0x9b, 0x15, 0x04}};

static const GUID RangesName = {
    0x7f0e52d1, 0x3c0e, 0x4c8e, {0x91, 0x5a, 0x6e, 0x2f, 0x40, 0x9b, 0x15, 0x05}};

#define FILTER(Dispatch, Flags, Reference, Pins)                                                   \
    {Dispatch,                                                                                     \
     &Automation,                                                                                  \
     KSFILTER_DESCRIPTOR_VERSION,                                                                  \
     Flags,                                                                                        \
     Reference,                                                                                    \
     DEFINE_KSFILTER_PIN_DESCRIPTORS(Pins),                                                        \
     DEFINE_KSFILTER_CATEGORY(Category),                                                           \
     DEFINE_KSFILTER_NODE_DESCRIPTORS_NULL,                                                        \
     DEFINE_KSFILTER_DEFAULT_CONNECTIONS,                                                          \
     NULL}

static const KSFILTER_DESCRIPTOR PinsFilter = FILTER(&PinCentric, 0, &PinsName, Pins);
static const KSFILTER_DESCRIPTOR CentricFilter = FILTER(&FilterCentric, 0, &CentricName, Centric);
static const KSFILTER_DESCRIPTOR NecessaryFilter =
    FILTER(&FilterCentric, 0, &NecessaryName, Necessary);
static const KSFILTER_DESCRIPTOR DeniedFilter =
    FILTER(&PinCentric, KSFILTER_FLAG_DENY_USERMODE_ACCESS, &DeniedName, Pins);

static const KSFILTER_DESCRIPTOR RangesFilter = FILTER(&PinCentric, 0, &RangesName, Ranges);

static const KSFILTER_DESCRIPTOR *const Filters[] = {&PinsFilter, &CentricFilter, &NecessaryFilter,
                                                     &DeniedFilter, &RangesFilter};
static const KSDEVICE_DESCRIPTOR DeviceDescriptor = {NULL, SIZEOF_ARRAY(Filters), Filters,
                                                     KSDEVICE_DESCRIPTOR_VERSION};

extern "C" DRIVER_INITIALIZE DriverEntry;

extern "C" NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath) {
    return KsInitializeDriver(DriverObject, RegistryPath, &DeviceDescriptor);
}
