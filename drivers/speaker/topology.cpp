// The filter "Topology": volume, mute and the jack.
#include "../shared/audio_tables.h"
#include "adapter.h"

class CTopology : public IMiniportTopology, public CUnknown {
  public:
    DECLARE_STD_UNKNOWN();
    explicit CTopology(CAdapter *Adapter) : CUnknown(NULL), m_Adapter(Adapter) {
        Adapter->AddRef();
    }
    ~CTopology();
    IMP_IMiniportTopology;

    Volume &Level() { return m_Adapter->m_Volume; }
    NTSTATUS HandleJack(PPCPROPERTY_REQUEST Request);
    NTSTATUS HandlePlugged(PPCPROPERTY_REQUEST Request);
    VOID AddEvent(PKSEVENT_ENTRY Entry) { m_PortEvents->AddEventToEventList(Entry); }

  private:
    CAdapter *const m_Adapter;
    PPORTEVENTS m_PortEvents = NULL;
    volatile LONG m_Plugged = TRUE;
};

// A handler gets the miniport as the major target.
static CTopology *TopologyOf(PUNKNOWN MajorTarget) {
    return static_cast<CTopology *>(PMINIPORTTOPOLOGY(MajorTarget));
}
static NTSTATUS NTAPI HandleLevel(PPCPROPERTY_REQUEST Request) {
    return TopologyOf(Request->MajorTarget)->Level().HandleLevel(Request);
}
static NTSTATUS NTAPI HandleMute(PPCPROPERTY_REQUEST Request) {
    return TopologyOf(Request->MajorTarget)->Level().HandleMute(Request);
}
static NTSTATUS NTAPI HandleJack(PPCPROPERTY_REQUEST Request) {
    return TopologyOf(Request->MajorTarget)->HandleJack(Request);
}
static NTSTATUS NTAPI HandlePlugged(PPCPROPERTY_REQUEST Request) {
    return TopologyOf(Request->MajorTarget)->HandlePlugged(Request);
}
// A client that enables the event goes on the port's list.
static NTSTATUS NTAPI HandleJackEvent(PPCEVENT_REQUEST Request) {
    if (Request->Verb == PCEVENT_VERB_ADD) {
        TopologyOf(Request->MajorTarget)->AddEvent(Request->EventEntry);
    }
    return STATUS_SUCCESS;
}

static const GUID SpeakerSetId = {STATIC_KSPROPSETID_Speaker};

static const PCPROPERTY_ITEM FilterProperties[] = {
    {&KSPROPSETID_Jack, KSPROPERTY_JACK_DESCRIPTION, PCPROPERTY_ITEM_FLAG_GET, HandleJack},
    {&KSPROPSETID_Jack, KSPROPERTY_JACK_DESCRIPTION2, PCPROPERTY_ITEM_FLAG_GET, HandleJack},
    {&SpeakerSetId, KSPROPERTY_SPEAKER_PLUGGED, PCPROPERTY_ITEM_FLAG_GET | PCPROPERTY_ITEM_FLAG_SET,
     HandlePlugged}};
static const PCEVENT_ITEM FilterEvents[] = {
    {&KSEVENTSETID_PinCapsChange, KSEVENT_PINCAPS_JACKINFOCHANGE,
     KSEVENT_TYPE_ENABLE | KSEVENT_TYPE_BASICSUPPORT, HandleJackEvent}};
static DEFINE_PCAUTOMATION_TABLE_PROP_EVENT(FilterTable, FilterProperties, FilterEvents);

static const PCPROPERTY_ITEM VolumeProperties[] = {
    {&KSPROPSETID_Audio, KSPROPERTY_AUDIO_VOLUMELEVEL, VOLUME_VERBS, HandleLevel}};
static DEFINE_PCAUTOMATION_TABLE_PROP(VolumeTable, VolumeProperties);
static const PCPROPERTY_ITEM MuteProperties[] = {
    {&KSPROPSETID_Audio, KSPROPERTY_AUDIO_MUTE, VOLUME_VERBS, HandleMute}};
static DEFINE_PCAUTOMATION_TABLE_PROP(MuteTable, MuteProperties);

static KSDATARANGE Bridge = BRIDGE_RANGE;
static PKSDATARANGE Ranges[] = {&Bridge};
static const PCPIN_DESCRIPTOR Pins[TOPOLOGY_PINS] = {
    BRIDGE_PIN(IN, Ranges, &KSCATEGORY_AUDIO, &KSNODETYPE_SPEAKER),
    BRIDGE_PIN(IN, Ranges, &KSCATEGORY_AUDIO, &KSNODETYPE_SPDIF_INTERFACE),
    BRIDGE_PIN(OUT, Ranges, &KSCATEGORY_AUDIO, &KSNODETYPE_LEGACY_AUDIO_CONNECTOR),
    BRIDGE_PIN(OUT, Ranges, &KSNODETYPE_SPEAKER, NULL),
    BRIDGE_PIN(OUT, Ranges, &KSNODETYPE_SPDIF_INTERFACE, NULL),
    BRIDGE_PIN(IN, Ranges, &KSNODETYPE_LEGACY_AUDIO_CONNECTOR, NULL)};

static const PCNODE_DESCRIPTOR Nodes[] = {
    {0, &VolumeTable, &KSNODETYPE_VOLUME, &KSAUDFNAME_MASTER_VOLUME},
    {0, &MuteTable, &KSNODETYPE_MUTE, &KSAUDFNAME_MASTER_MUTE}};

static const PCCONNECTION_DESCRIPTOR Connections[] = {
    {PCFILTER_NODE, TOPOLOGY_FROM_SPEAKER_STREAM, NODE_VOLUME, 1},
    {NODE_VOLUME, 0, NODE_MUTE, 1},
    {NODE_MUTE, 0, PCFILTER_NODE, TOPOLOGY_SPEAKER},
    {PCFILTER_NODE, TOPOLOGY_FROM_DIGITAL_STREAM, PCFILTER_NODE, TOPOLOGY_DIGITAL_OUT},
    {PCFILTER_NODE, TOPOLOGY_LOOP, PCFILTER_NODE, TOPOLOGY_TO_CAPTURE_STREAM}};

static PCFILTER_DESCRIPTOR Description = FILTER_DESCRIPTOR(&FilterTable, Pins, Nodes, Connections);

PUNKNOWN NewTopologyMiniport(CAdapter *Adapter) {
    CTopology *Topology = new (NonPagedPoolNx, 'rkpS') CTopology(Adapter);
    if (Topology == NULL) {
        return NULL;
    }
    Topology->AddRef();
    return PMINIPORTTOPOLOGY(Topology);
}

CTopology::~CTopology() {
    if (m_PortEvents != NULL) {
        m_PortEvents->Release();
    }
    m_Adapter->Release();
}

STDMETHODIMP_(NTSTATUS)
CTopology::NonDelegatingQueryInterface(REFIID InterfaceId, PVOID *Interface) {
    return AnswerInterface(PMINIPORTTOPOLOGY(this), InterfaceId, IID_IMiniport,
                           IID_IMiniportTopology, Interface);
}

STDMETHODIMP_(NTSTATUS)
CTopology::Init(PUNKNOWN UnknownAdapter, PRESOURCELIST ResourceList, PPORTTOPOLOGY Port) {
    UNREFERENCED_PARAMETER(UnknownAdapter);
    UNREFERENCED_PARAMETER(ResourceList);
    return Port->QueryInterface(IID_IPortEvents, reinterpret_cast<PVOID *>(&m_PortEvents));
}

STDMETHODIMP_(NTSTATUS) CTopology::GetDescription(PPCFILTER_DESCRIPTOR *OutDescription) {
    *OutDescription = &Description;
    return STATUS_SUCCESS;
}

// Nobody connects to bridge pins.
STDMETHODIMP_(NTSTATUS)
CTopology::DataRangeIntersection(ULONG, PKSDATARANGE, PKSDATARANGE, ULONG, PVOID, PULONG) {
    return STATUS_NOT_IMPLEMENTED; // the port's will do
}

// A KSMULTIPLE_ITEM and one element, by the rule of sized lists.
template <typename T> static NTSTATUS AnswerList(PPCPROPERTY_REQUEST Request, const T &Element) {
    const ULONG Bytes = sizeof(KSMULTIPLE_ITEM) + sizeof(T);
    if (Request->ValueSize == 0) {
        Request->ValueSize = Bytes;
        return STATUS_BUFFER_OVERFLOW;
    }
    if (Request->ValueSize < Bytes) {
        return STATUS_BUFFER_TOO_SMALL;
    }
    const PKSMULTIPLE_ITEM List = static_cast<PKSMULTIPLE_ITEM>(Request->Value);
    List->Size = Bytes;
    List->Count = 1;
    *reinterpret_cast<T *>(List + 1) = Element;
    Request->ValueSize = Bytes;
    return STATUS_SUCCESS;
}

// A KSP_PIN's pin ID is what follows its KSPROPERTY. @doc audio/ksproperty-jack-description
NTSTATUS CTopology::HandleJack(PPCPROPERTY_REQUEST Request) {
    const ULONG Stereo = KSAUDIO_SPEAKER_STEREO, LimeGreen = 0x00B3C98C; // 0x00RRGGBB
    if (Request->InstanceSize < sizeof(ULONG)) {
        return STATUS_INVALID_PARAMETER;
    }
    KSJACK_DESCRIPTION Jack = {Stereo,      LimeGreen,         eConnType3Point5mm,
                               eGeoLocRear, eGenLocPrimaryBox, ePortConnJack,
                               m_Plugged};
    KSJACK_DESCRIPTION2 Capabilities = {0, JACKDESC2_PRESENCE_DETECT_CAPABILITY};
    switch (*static_cast<PULONG>(Request->Instance)) {
    case TOPOLOGY_SPEAKER:
        break;
    case TOPOLOGY_DIGITAL_OUT:
        Jack.ConnectionType = eConnTypeOptical;
        Jack.Color = 0;
        Jack.IsConnected = TRUE; // an optical socket does not know
        Capabilities.JackCapabilities = 0;
        break;
    default:
        return STATUS_INVALID_PARAMETER; // a pin without a jack
    }
    return Request->PropertyItem->Id == KSPROPERTY_JACK_DESCRIPTION
               ? AnswerList(Request, Jack)
               : AnswerList(Request, Capabilities);
}

NTSTATUS CTopology::HandlePlugged(PPCPROPERTY_REQUEST Request) {
    if (Request->ValueSize < sizeof(ULONG)) {
        return STATUS_BUFFER_TOO_SMALL;
    }
    const PULONG Value = static_cast<PULONG>(Request->Value);
    if (Request->Verb & KSPROPERTY_TYPE_GET) {
        *Value = ULONG(m_Plugged);
        Request->ValueSize = sizeof(ULONG);
        return STATUS_SUCCESS;
    }
    const LONG Plugged = *Value != 0;
    if (InterlockedExchange(&m_Plugged, Plugged) != Plugged) {
        m_PortEvents->GenerateEventList(const_cast<GUID *>(&KSEVENTSETID_PinCapsChange),
                                        KSEVENT_PINCAPS_JACKINFOCHANGE, FALSE, ULONG(-1), FALSE,
                                        ULONG(-1));
    }
    return STATUS_SUCCESS;
}
