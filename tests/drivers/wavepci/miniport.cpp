// The miniport: what the filter is, and its test's wishes.
#include "miniport.h"

static const GUID BusMasterSetId = {STATIC_KSPROPSETID_BusMaster};

static const KSDATARANGE_AUDIO Pcm = {{{sizeof(KSDATARANGE_AUDIO),
                                        0,
                                        0,
                                        0,
                                        {STATICGUIDOF(KSDATAFORMAT_TYPE_AUDIO)},
                                        {STATICGUIDOF(KSDATAFORMAT_SUBTYPE_PCM)},
                                        {STATICGUIDOF(KSDATAFORMAT_SPECIFIER_WAVEFORMATEX)}}},
                                      2,
                                      16,
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

static const PCPIN_DESCRIPTOR Pins[MASTER_PIN_COUNT] = {
    PIN(1, PcmRanges, IN, SINK, KSCATEGORY_RENDER),
    PIN(0, AnalogRanges, OUT, NONE, KSNODETYPE_SPEAKER),
    PIN(1, PcmRanges, OUT, SINK, KSCATEGORY_CAPTURE),
    PIN(0, AnalogRanges, IN, NONE, KSNODETYPE_MICROPHONE)};

static const PCCONNECTION_DESCRIPTOR Connections[] = {
    {PCFILTER_NODE, MASTER_RENDER, PCFILTER_NODE, MASTER_RENDER_BRIDGE},
    {PCFILTER_NODE, MASTER_CAPTURE_BRIDGE, PCFILTER_NODE, MASTER_CAPTURE}};

static NTSTATUS NTAPI HandleMaster(PPCPROPERTY_REQUEST Request) {
    return static_cast<CMiniport *>(PMINIPORTWAVEPCI(Request->MajorTarget))
        ->HandleProperty(Request);
}

#define MASTER_ITEM(Name, Flag)                                                                    \
    {&BusMasterSetId, KSPROPERTY_MASTER_##Name, PCPROPERTY_ITEM_FLAG_##Flag, HandleMaster}
static const PCPROPERTY_ITEM Properties[] = {
    PORT_JOURNAL_PROPERTIES,    MASTER_ITEM(ADVANCE, SET),   MASTER_ITEM(PLAYED, GET),
    MASTER_ITEM(MAPPINGS, SET), MASTER_ITEM(TERMINATE, SET), MASTER_ITEM(NOTIFY, SET),
    MASTER_ITEM(RELEASE, SET)};
static DEFINE_PCAUTOMATION_TABLE_PROP(Automation, Properties);

static const PCFILTER_DESCRIPTOR Descriptor = {
    0, &Automation, sizeof(PCPIN_DESCRIPTOR),  SIZEOF_ARRAY(Pins), Pins, sizeof(PCNODE_DESCRIPTOR),
    0, NULL,        SIZEOF_ARRAY(Connections), Connections,        0,    NULL};

CMiniport::~CMiniport() {
    if (m_Played != NULL) {
        ExFreePoolWithTag(m_Played, 'tsaM');
    }
    if (m_Group != NULL) {
        m_Group->Release();
    }
    if (m_Port != NULL) {
        m_Port->Release();
    }
}

STDMETHODIMP_(NTSTATUS)
CMiniport::NonDelegatingQueryInterface(REFIID InterfaceId, PVOID *Interface) {
    if (IsEqualGUIDAligned(InterfaceId, IID_IUnknown) ||
        IsEqualGUIDAligned(InterfaceId, IID_IMiniport) ||
        IsEqualGUIDAligned(InterfaceId, IID_IMiniportWavePci)) {
        *Interface = QICAST(PMINIPORTWAVEPCI);
        PUNKNOWN(*Interface)->AddRef();
        return STATUS_SUCCESS;
    }
    *Interface = NULL;
    return STATUS_INVALID_PARAMETER;
}

STDMETHODIMP_(NTSTATUS)
CMiniport::Init(PUNKNOWN Adapter, PRESOURCELIST Resources, PPORTWAVEPCI Port,
                PSERVICEGROUP *ServiceGroup) {
    Journal("init", Adapter != NULL, Resources != NULL);
    NTSTATUS Status = AnswerTo("init", STATUS_SUCCESS);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    m_Played =
        static_cast<PUCHAR>(ExAllocatePool2(POOL_FLAG_NON_PAGED, MASTER_PLAYED_BYTES, 'tsaM'));
    m_Port = Port;
    m_Port->AddRef();
    Status = m_Played != NULL ? PcNewServiceGroup(&m_Group, NULL) : STATUS_INSUFFICIENT_RESOURCES;
    if (NT_SUCCESS(Status)) {
        *ServiceGroup = m_Group;
        m_Group->AddRef();
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
CMiniport::NewStream(PMINIPORTWAVEPCISTREAM *OutStream, PUNKNOWN OuterUnknown, POOL_TYPE PoolType,
                     PPORTWAVEPCISTREAM PortStream, ULONG Pin, BOOLEAN Capture,
                     PKSDATAFORMAT DataFormat, PDMACHANNEL *DmaChannel,
                     PSERVICEGROUP *ServiceGroup) {
    UNREFERENCED_PARAMETER(PoolType);
    UNREFERENCED_PARAMETER(DataFormat);
    UNREFERENCED_PARAMETER(DmaChannel);
    Journal("new stream", Pin, Capture);
    NTSTATUS Status = AnswerTo("new stream", STATUS_SUCCESS);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    CStream *Stream = new (NonPagedPool, 'rtSP') CStream(OuterUnknown);
    if (Stream == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Stream->AddRef();
    Status = Stream->Init(this, PortStream, Pin, Capture);
    if (!NT_SUCCESS(Status)) {
        Stream->Release();
        return Status;
    }
    m_Streams[Pin] = Stream;
    *OutStream = Stream;
    *ServiceGroup = Stream->Group();
    (*ServiceGroup)->AddRef();
    return STATUS_SUCCESS;
}

STDMETHODIMP_(void) CMiniport::Service() {
    Journal("port service");
}

VOID CMiniport::Remove(CStream *Stream) {
    for (ULONG Pin = 0; Pin < MASTER_PIN_COUNT; Pin++) {
        if (m_Streams[Pin] == Stream) {
            m_Streams[Pin] = NULL;
        }
    }
}

VOID CMiniport::Play(UCHAR Byte) {
    if (m_PlayedBytes < MASTER_PLAYED_BYTES) {
        m_Played[m_PlayedBytes++] = Byte;
    }
}

NTSTATUS CMiniport::SetProperty(ULONG Id, ULONG Value) {
    CStream *Capture = m_Streams[MASTER_CAPTURE];
    switch (Id) {
    case KSPROPERTY_MASTER_ADVANCE:
        for (ULONG Pin = 0; Pin < MASTER_PIN_COUNT; Pin++) {
            if (m_Streams[Pin] != NULL) {
                m_Streams[Pin]->Advance(Value);
                m_Port->Notify(m_Streams[Pin]->Group());
            }
        }
        KeFlushQueuedDpcs(); // until the port has had its service
        return STATUS_SUCCESS;
    case KSPROPERTY_MASTER_MAPPINGS:
        m_MostMappings = min(Value, MASTER_MAPPINGS);
        return STATUS_SUCCESS;
    case KSPROPERTY_MASTER_NOTIFY:
        m_Port->Notify(m_Group);
        KeFlushQueuedDpcs();
        return STATUS_SUCCESS;
    case KSPROPERTY_MASTER_TERMINATE:
        return Capture != NULL ? Capture->PortStream()->TerminatePacket() : STATUS_NOT_FOUND;
    default:
        return Capture != NULL ? Capture->PortStream()->ReleaseMapping(PVOID(ULONG_PTR(Value)))
                               : STATUS_NOT_FOUND;
    }
}

NTSTATUS CMiniport::HandleProperty(PPCPROPERTY_REQUEST Request) {
    if (Request->PropertyItem->Id == KSPROPERTY_MASTER_PLAYED) {
        const NTSTATUS Status = KsHandleSizedListQuery(Request->Irp, m_PlayedBytes, 1, m_Played);
        Request->ValueSize = ULONG(Request->Irp->IoStatus.Information);
        return Status;
    }
    if (Request->ValueSize < sizeof(ULONG)) {
        return STATUS_BUFFER_TOO_SMALL;
    }
    return SetProperty(Request->PropertyItem->Id, *static_cast<const ULONG *>(Request->Value));
}
