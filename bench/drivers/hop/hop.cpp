// A pass-through AVStream filter: what its sink pin (id 0) gets, its source pin (id 1) gives. Open
// it often and connect the instances: each is one hop.
extern "C" {
#include <ntddk.h>
}
#include <windef.h>
#define NOBITMAP
#include <mmreg.h>
#undef NOBITMAP
#include <ks.h>
#include <ksmedia.h>

enum HopPin { SinkPin, SourcePin, PinCount };

// @doc NC:ks.PFNKSFILTERPROCESS
static NTSTATUS NTAPI ProcessHop(PKSFILTER Filter, PKSPROCESSPIN_INDEXENTRY Index) {
    UNREFERENCED_PARAMETER(Filter);
    PKSPROCESSPIN In = Index[SinkPin].Pins[0];
    PKSPROCESSPIN Out = Index[SourcePin].Pins[0];
    if (In->StreamPointer == NULL || Out->StreamPointer == NULL) {
        return STATUS_PENDING; // a frame was cancelled in this very moment
    }
    const ULONG Bytes = min(In->BytesAvailable, Out->BytesAvailable);
    RtlCopyMemory(Out->Data, In->Data, Bytes);
    In->BytesUsed = Bytes;
    Out->BytesUsed = Bytes;
    In->Terminate = TRUE;
    Out->Terminate = TRUE;
    return STATUS_SUCCESS;
}

static const KSDATARANGE_AUDIO HopRange = {{{sizeof(KSDATARANGE_AUDIO),
                                             0,
                                             0,
                                             0,
                                             {STATICGUIDOF(KSDATAFORMAT_TYPE_AUDIO)},
                                             {STATICGUIDOF(KSDATAFORMAT_SUBTYPE_PCM)},
                                             {STATICGUIDOF(KSDATAFORMAT_SPECIFIER_WAVEFORMATEX)}}},
                                           2 /* channels */,
                                           16,
                                           16 /* bits */,
                                           48000,
                                           48000 /* frames per second */};

static const PKSDATARANGE HopRanges[] = {PKSDATARANGE(&HopRange)};

// No process routine: the filter processes. @doc stream/filter-centric-processing
static const KSPIN_DISPATCH HopPinDispatch = {NULL, NULL, NULL, NULL, NULL,
                                              NULL, NULL, NULL, NULL, NULL};

static DECLARE_SIMPLE_FRAMING_EX(HopFraming, STATICGUIDOF(KSMEMORY_TYPE_KERNEL_NONPAGED),
                                 KSALLOCATOR_REQUIREMENTF_SYSTEM_MEMORY |
                                     KSALLOCATOR_REQUIREMENTF_PREFERENCES_ONLY,
                                 8, 0, 1920, 1920);

#define HOP_PIN(Flow, Communication)                                                               \
    {&HopPinDispatch,                                                                              \
     NULL,                                                                                         \
     {DEFINE_KSPIN_DEFAULT_INTERFACES,                                                             \
      DEFINE_KSPIN_DEFAULT_MEDIUMS,                                                                \
      SIZEOF_ARRAY(HopRanges),                                                                     \
      HopRanges,                                                                                   \
      Flow,                                                                                        \
      Communication,                                                                               \
      NULL,                                                                                        \
      NULL,                                                                                        \
      {0}},                                                                                        \
     KSPIN_FLAG_FIXED_FORMAT,                                                                      \
     1 /* possible */,                                                                             \
     1 /* necessary */,                                                                            \
     &HopFraming,                                                                                  \
     NULL}

static const KSPIN_DESCRIPTOR_EX HopPins[PinCount] = {
    HOP_PIN(KSPIN_DATAFLOW_IN, KSPIN_COMMUNICATION_SINK),
    HOP_PIN(KSPIN_DATAFLOW_OUT, KSPIN_COMMUNICATION_BOTH)};

static const GUID HopCategory = {STATICGUIDOF(KSCATEGORY_DATATRANSFORM)};

static const KSFILTER_DISPATCH HopFilterDispatch = {NULL, NULL, ProcessHop, NULL};

static DEFINE_KSFILTER_DESCRIPTOR(HopFilterDescriptor){&HopFilterDispatch,
                                                       NULL,
                                                       KSFILTER_DESCRIPTOR_VERSION,
                                                       0,
                                                       &HopCategory,
                                                       DEFINE_KSFILTER_PIN_DESCRIPTORS(HopPins),
                                                       DEFINE_KSFILTER_CATEGORY(HopCategory),
                                                       DEFINE_KSFILTER_NODE_DESCRIPTORS_NULL,
                                                       DEFINE_KSFILTER_DEFAULT_CONNECTIONS,
                                                       NULL};

static const KSFILTER_DESCRIPTOR *const HopFilters[] = {&HopFilterDescriptor};

static const KSDEVICE_DESCRIPTOR HopDeviceDescriptor = {NULL, SIZEOF_ARRAY(HopFilters), HopFilters,
                                                        KSDEVICE_DESCRIPTOR_VERSION};

extern "C" DRIVER_INITIALIZE DriverEntry;

extern "C" NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath) {
    return KsInitializeDriver(DriverObject, RegistryPath, &HopDeviceDescriptor);
}
