// The Topology miniport of wavert.sys: two lines from bridge to bridge.
#include "parts.h"

class CTopology : public IMiniportTopology, public CUnknown {
  public:
    DECLARE_STD_UNKNOWN();
    DEFINE_STD_CONSTRUCTOR(CTopology);
    IMP_IMiniportTopology;
};

static KSDATARANGE Bridge = {{sizeof(KSDATARANGE),
                              0,
                              0,
                              0,
                              {STATICGUIDOF(KSDATAFORMAT_TYPE_AUDIO)},
                              {STATICGUIDOF(KSDATAFORMAT_SUBTYPE_ANALOG)},
                              {STATICGUIDOF(KSDATAFORMAT_SPECIFIER_NONE)}}};
static PKSDATARANGE Ranges[] = {&Bridge};

#define PIN(Flow, Category, Name)                                                                  \
    {                                                                                              \
        0, 0, 0, NULL, {                                                                           \
            0, NULL, 0, NULL, SIZEOF_ARRAY(Ranges), Ranges, Flow, KSPIN_COMMUNICATION_NONE,        \
                Category, Name, {0}                                                                \
        }                                                                                          \
    }
static PCPIN_DESCRIPTOR Pins[] = {
    PIN(KSPIN_DATAFLOW_IN, &KSCATEGORY_AUDIO, &KSNODETYPE_SPEAKER),
    PIN(KSPIN_DATAFLOW_OUT, &KSCATEGORY_AUDIO, &KSNODETYPE_MICROPHONE),
    PIN(KSPIN_DATAFLOW_OUT, &KSNODETYPE_SPEAKER, NULL),
    PIN(KSPIN_DATAFLOW_IN, &KSNODETYPE_MICROPHONE, NULL)};
static PCCONNECTION_DESCRIPTOR Connections[] = {{PCFILTER_NODE, 0, PCFILTER_NODE, 2},
                                                {PCFILTER_NODE, 3, PCFILTER_NODE, 1}};
static PCFILTER_DESCRIPTOR Descriptor = {
    0, NULL, sizeof(PCPIN_DESCRIPTOR),  SIZEOF_ARRAY(Pins), Pins, sizeof(PCNODE_DESCRIPTOR),
    0, NULL, SIZEOF_ARRAY(Connections), Connections,        0,    NULL};

STDMETHODIMP_(NTSTATUS)
CTopology::NonDelegatingQueryInterface(REFIID InterfaceId, PVOID *Interface) {
    if (IsEqualGUIDAligned(InterfaceId, IID_IUnknown) ||
        IsEqualGUIDAligned(InterfaceId, IID_IMiniport) ||
        IsEqualGUIDAligned(InterfaceId, IID_IMiniportTopology)) {
        *Interface = PVOID(PMINIPORTTOPOLOGY(this));
        PUNKNOWN(*Interface)->AddRef();
        return STATUS_SUCCESS;
    }
    *Interface = NULL;
    return STATUS_INVALID_PARAMETER;
}

STDMETHODIMP_(NTSTATUS) CTopology::Init(PUNKNOWN, PRESOURCELIST, PPORTTOPOLOGY) {
    return STATUS_SUCCESS;
}

STDMETHODIMP_(NTSTATUS) CTopology::GetDescription(PPCFILTER_DESCRIPTOR *Description) {
    *Description = &Descriptor;
    return STATUS_SUCCESS;
}

STDMETHODIMP_(NTSTATUS)
CTopology::DataRangeIntersection(ULONG, PKSDATARANGE, PKSDATARANGE, ULONG, PVOID, PULONG) {
    return STATUS_NOT_IMPLEMENTED;
}

NTSTATUS CreateTopologyMiniport(PUNKNOWN *Miniport) {
    STD_CREATE_BODY_WITH_TAG_(CTopology, Miniport, NULL, NonPagedPoolNx, Tag, PMINIPORTTOPOLOGY);
}
