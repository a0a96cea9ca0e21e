// The pin factories and what their dispatch routines log.
#include "parts.h"

#define RANGE(Major, SubFormat)                                                                    \
    {                                                                                              \
        {{sizeof(KSDATARANGE_AUDIO),                                                               \
          0,                                                                                       \
          0,                                                                                       \
          0,                                                                                       \
          {STATICGUIDOF(Major)},                                                                   \
          {STATICGUIDOF(SubFormat)},                                                               \
          {STATICGUIDOF(KSDATAFORMAT_SPECIFIER_WAVEFORMATEX)}}},                                   \
        2 /* channels */,                                                                          \
        16,                                                                                        \
        16 /* bits */,                                                                             \
        8000,                                                                                      \
        48000 /* frames per second */                                                              \
    }

static const KSDATARANGE_AUDIO Pcm = RANGE(KSDATAFORMAT_TYPE_AUDIO, KSDATAFORMAT_SUBTYPE_PCM);
static const KSDATARANGE_AUDIO SecondPcm = RANGE(KSDATAFORMAT_TYPE_AUDIO, KSDATAFORMAT_SUBTYPE_PCM);
static const KSDATARANGE_AUDIO AnySubtype =
    RANGE(KSDATAFORMAT_TYPE_AUDIO, KSDATAFORMAT_SUBTYPE_WILDCARD);
static const KSDATARANGE_AUDIO AnyMajor =
    RANGE(KSDATAFORMAT_TYPE_WILDCARD, KSDATAFORMAT_SUBTYPE_WILDCARD);

static const PKSDATARANGE PcmRanges[] = {PKSDATARANGE(&Pcm)};
static const PKSDATARANGE AnySubtypeRanges[] = {PKSDATARANGE(&AnySubtype)};
static const PKSDATARANGE AnyMajorRanges[] = {PKSDATARANGE(&AnyMajor)};
static const PKSDATARANGE TwoRanges[] = {PKSDATARANGE(&Pcm), PKSDATARANGE(&SecondPcm)};

static NTSTATUS NTAPI SetFormat(PKSPIN Pin, PKSDATAFORMAT OldFormat, PKSMULTIPLE_ITEM OldAttributes,
                                const KSDATARANGE *DataRange, const KSATTRIBUTE_LIST *Attributes) {
    UNREFERENCED_PARAMETER(OldAttributes);
    UNREFERENCED_PARAMETER(Attributes);
    const ULONG Number = DataRange == &SecondPcm.DataRange ? 1 : 0;
    Journal(PINS_SET_FORMAT, Pin->Id, (OldFormat == NULL ? PINS_FIRST_FORMAT : 0) | Number << 8);
    if (Number == 0 && Pin->Id == PINS_PICKY) {
        return STATUS_NO_MATCH;
    }
    return Number == 0 && Pin->Id == PINS_STUBBORN ? STATUS_DEVICE_BUSY : STATUS_SUCCESS;
}

static NTSTATUS NTAPI CreatePin(PKSPIN Pin, PIRP Irp) {
    const PFILE_OBJECT File = IoGetCurrentIrpStackLocation(Irp)->FileObject;
    PKSFILTER Filter = KsPinGetParentFilter(Pin);
    const BOOLEAN Below = File->RelatedFileObject != NULL &&
                          KsGetObjectFromFileObject(File->RelatedFileObject) == Filter;
    Journal(PINS_CREATE, Pin->Id, Below ? PINS_BELOW_FILTER : 0);
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI ClosePin(PKSPIN Pin, PIRP Irp) {
    UNREFERENCED_PARAMETER(Irp);
    Journal(PINS_CLOSE, Pin->Id);
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI SetState(PKSPIN Pin, KSSTATE ToState, KSSTATE FromState) {
    UNREFERENCED_PARAMETER(FromState);
    Journal(PINS_SET_STATE, Pin->Id, ToState);
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI ConnectPin(PKSPIN Pin) {
    Journal(PINS_CONNECT, Pin->Id, IsControlHeld(KsPinGetParentFilter(Pin)));
    return STATUS_SUCCESS;
}

static VOID NTAPI DisconnectPin(PKSPIN Pin) {
    Journal(PINS_DISCONNECT, Pin->Id, IsControlHeld(KsPinGetParentFilter(Pin)));
}

static const KSPIN_DISPATCH Dispatch = {CreatePin, ClosePin,   NULL,          NULL, SetFormat,
                                        SetState,  ConnectPin, DisconnectPin, NULL, NULL};
static const KSPIN_DISPATCH WithoutConnect = {CreatePin, ClosePin, NULL, NULL, SetFormat,
                                              SetState,  NULL,     NULL, NULL, NULL};

#define PIN(Table, Flow, Communication, Ranges, Flags, Possible)                                   \
    {Table,                                                                                        \
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
     Flags,                                                                                        \
     Possible,                                                                                     \
     0,                                                                                            \
     NULL,                                                                                         \
     NULL}
#define ANY KSINSTANCE_INDETERMINATE

const KSPIN_DESCRIPTOR_EX PinsDescriptors[PINS_COUNT] = {
    PIN(&Dispatch, IN, SINK, PcmRanges, 0, ANY),
    PIN(&Dispatch, IN, SOURCE, PcmRanges, 0, ANY),
    PIN(&Dispatch, IN, BOTH, PcmRanges, 0, ANY),
    PIN(&Dispatch, OUT, SINK, PcmRanges, 0, ANY),
    PIN(&Dispatch, OUT, SOURCE, PcmRanges, 0, ANY),
    PIN(&Dispatch, OUT, BOTH, PcmRanges, 0, ANY),
    PIN(&Dispatch, IN, BRIDGE, PcmRanges, 0, ANY),
    PIN(&Dispatch, IN, NONE, PcmRanges, 0, ANY),
    PIN(NULL, IN, SINK, PcmRanges, 0, ANY),
    PIN(&WithoutConnect, IN, SINK, PcmRanges, 0, ANY),
    PIN(&Dispatch, IN, SINK, PcmRanges, 0, 2),
    PIN(&Dispatch, IN, SINK, AnySubtypeRanges, 0, ANY),
    PIN(&Dispatch, IN, SINK, AnyMajorRanges, 0, ANY),
    PIN(&Dispatch, IN, SINK, TwoRanges, 0, ANY),
    PIN(&Dispatch, IN, SINK, TwoRanges, 0, ANY),
    PIN(&Dispatch, IN, SINK, PcmRanges, KSPIN_FLAG_DENY_USERMODE_ACCESS, ANY)};
