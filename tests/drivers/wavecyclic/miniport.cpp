// The miniport: what the filter is.
#include "miniport.h"

static const KSDATARANGE_AUDIO Pcm = {{{sizeof(KSDATARANGE_AUDIO),
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
static const PKSDATARANGE PcmRanges[] = {PKSDATARANGE(&Pcm)};
static const KSDATARANGE Analog = {{sizeof(KSDATARANGE),
                                    0,
                                    0,
                                    0,
                                    {STATICGUIDOF(KSDATAFORMAT_TYPE_AUDIO)},
                                    {STATICGUIDOF(KSDATAFORMAT_SUBTYPE_ANALOG)},
                                    {STATICGUIDOF(KSDATAFORMAT_SPECIFIER_NONE)}}};
static const PKSDATARANGE AnalogRanges[] = {PKSDATARANGE(&Analog)};

#define PIN(Instances, Ranges, Flow, Communication, Category)                                      \
    {                                                                                              \
        Instances, Instances, 0, NULL, {                                                           \
            0, NULL, 0, NULL, SIZEOF_ARRAY(Ranges), Ranges, KSPIN_DATAFLOW_##Flow,                 \
                KSPIN_COMMUNICATION_##Communication, &Category, NULL, {0}                          \
        }                                                                                          \
    }

static const PCPIN_DESCRIPTOR Pins[CARD_PIN_COUNT] = {
    PIN(2, PcmRanges, IN, SINK, KSCATEGORY_RENDER),
    PIN(0, AnalogRanges, OUT, NONE, KSNODETYPE_SPEAKER),
    PIN(1, PcmRanges, OUT, SINK, KSCATEGORY_CAPTURE),
    PIN(0, AnalogRanges, IN, NONE, KSNODETYPE_MICROPHONE)};

static const PCNODE_DESCRIPTOR Nodes[] = {{0, NULL, &KSNODETYPE_DAC, NULL},
                                          {0, NULL, &KSNODETYPE_ADC, NULL}};
static const PCCONNECTION_DESCRIPTOR Connections[] = {{PCFILTER_NODE, CARD_RENDER, 0, 1},
                                                      {0, 0, PCFILTER_NODE, CARD_RENDER_BRIDGE},
                                                      {PCFILTER_NODE, CARD_CAPTURE_BRIDGE, 1, 1},
                                                      {1, 0, PCFILTER_NODE, CARD_CAPTURE}};

static const PCPROPERTY_ITEM Properties[] = {
    PORT_JOURNAL_PROPERTIES,
    {&CardSetId, KSPROPERTY_CARD_ADVANCE, PCPROPERTY_ITEM_FLAG_SET, HandleCard},
    {&CardSetId, KSPROPERTY_CARD_PLAYED, PCPROPERTY_ITEM_FLAG_GET, HandleCard},
    {&CardSetId, KSPROPERTY_CARD_SETTINGS, PCPROPERTY_ITEM_FLAG_SET, HandleCard}};
static DEFINE_PCAUTOMATION_TABLE_PROP(Automation, Properties);

static const PCFILTER_DESCRIPTOR Descriptor = {0,
                                               &Automation,
                                               sizeof(PCPIN_DESCRIPTOR),
                                               SIZEOF_ARRAY(Pins),
                                               Pins,
                                               sizeof(PCNODE_DESCRIPTOR),
                                               SIZEOF_ARRAY(Nodes),
                                               Nodes,
                                               SIZEOF_ARRAY(Connections),
                                               Connections,
                                               0,
                                               NULL};

CMiniport::~CMiniport() {
    if (m_Port != NULL) {
        CardTerminate();
        m_Port->Release();
    }
}

STDMETHODIMP_(NTSTATUS)
CMiniport::NonDelegatingQueryInterface(REFIID InterfaceId, PVOID *Interface) {
    if (IsEqualGUIDAligned(InterfaceId, IID_IUnknown)) {
        *Interface = QICASTUNKNOWN(PMINIPORTWAVECYCLIC);
    } else if (IsEqualGUIDAligned(InterfaceId, IID_IMiniport) ||
               IsEqualGUIDAligned(InterfaceId, IID_IMiniportWaveCyclic)) {
        *Interface = QICAST(PMINIPORTWAVECYCLIC);
    } else {
        *Interface = NULL;
        return STATUS_INVALID_PARAMETER;
    }
    PUNKNOWN(*Interface)->AddRef();
    return STATUS_SUCCESS;
}

STDMETHODIMP_(NTSTATUS)
CMiniport::Init(PUNKNOWN Adapter, PRESOURCELIST Resources, PPORTWAVECYCLIC Port) {
    Journal("init", Adapter != NULL, Resources != NULL);
    const NTSTATUS Status = AnswerTo("init", STATUS_SUCCESS);
    if (NT_SUCCESS(Status)) {
        m_Port = Port;
        m_Port->AddRef();
        CardInitialize(Port);
    }
    return Status;
}

STDMETHODIMP_(NTSTATUS) CMiniport::GetDescription(PPCFILTER_DESCRIPTOR *Description) {
    *Description = const_cast<PPCFILTER_DESCRIPTOR>(&Descriptor);
    return STATUS_SUCCESS;
}

STDMETHODIMP_(NTSTATUS)
CMiniport::DataRangeIntersection(ULONG, PKSDATARANGE, PKSDATARANGE, ULONG, PVOID, PULONG) {
    return STATUS_NOT_IMPLEMENTED; // the port's will do
}

STDMETHODIMP_(NTSTATUS)
CMiniport::NewStream(PMINIPORTWAVECYCLICSTREAM *OutStream, PUNKNOWN OuterUnknown,
                     POOL_TYPE PoolType, ULONG Pin, BOOLEAN Capture, PKSDATAFORMAT DataFormat,
                     PDMACHANNEL *DmaChannel, PSERVICEGROUP *ServiceGroup) {
    UNREFERENCED_PARAMETER(PoolType);
    NTSTATUS Status = AnswerTo("new stream", STATUS_SUCCESS);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    CStream *Stream = new (NonPagedPool, 'rtSC') CStream(OuterUnknown);
    if (Stream == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Stream->AddRef();
    Status = Stream->Init(m_Port, Pin, Capture, DataFormat);
    if (NT_SUCCESS(Status)) {
        *OutStream = Stream;
        *DmaChannel = Stream->ChannelToGive();
        *ServiceGroup = Stream->GroupToGive();
    } else {
        Stream->Release();
    }
    return Status;
}
