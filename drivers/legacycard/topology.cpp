// The filter "Topology": the way from the render stream to the speaker, through volume and mute,
// and from the card's mixed output back to the capture stream.
#include "../shared/audio_tables.h"
#include "card.h"

class CTopology : public IMiniportTopology, public CUnknown {
  public:
    DECLARE_STD_UNKNOWN();
    explicit CTopology(CCard *Card) : CUnknown(NULL), m_Card(Card) { Card->AddRef(); }
    ~CTopology() { m_Card->Release(); }
    IMP_IMiniportTopology;
    Volume &Level() { return m_Card->m_Volume; }

  private:
    CCard *const m_Card;
};

// A handler gets the miniport as the major target.
static Volume &LevelOf(PPCPROPERTY_REQUEST Request) {
    return static_cast<CTopology *>(PMINIPORTTOPOLOGY(Request->MajorTarget))->Level();
}
static NTSTATUS NTAPI HandleLevel(PPCPROPERTY_REQUEST Request) {
    return LevelOf(Request).HandleLevel(Request);
}
static NTSTATUS NTAPI HandleMute(PPCPROPERTY_REQUEST Request) {
    return LevelOf(Request).HandleMute(Request);
}

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
    BRIDGE_PIN(OUT, Ranges, &KSCATEGORY_AUDIO, &KSNODETYPE_LEGACY_AUDIO_CONNECTOR),
    BRIDGE_PIN(OUT, Ranges, &KSNODETYPE_SPEAKER, NULL),
    BRIDGE_PIN(IN, Ranges, &KSNODETYPE_LEGACY_AUDIO_CONNECTOR, NULL)};

static const PCNODE_DESCRIPTOR Nodes[] = {
    {0, &VolumeTable, &KSNODETYPE_VOLUME, &KSAUDFNAME_MASTER_VOLUME},
    {0, &MuteTable, &KSNODETYPE_MUTE, &KSAUDFNAME_MASTER_MUTE}};

static const PCCONNECTION_DESCRIPTOR Connections[] = {
    {PCFILTER_NODE, TOPOLOGY_FROM_RENDER, NODE_VOLUME, 1},
    {NODE_VOLUME, 0, NODE_MUTE, 1},
    {NODE_MUTE, 0, PCFILTER_NODE, TOPOLOGY_SPEAKER},
    {PCFILTER_NODE, TOPOLOGY_MIXER, PCFILTER_NODE, TOPOLOGY_TO_CAPTURE}};

static PCFILTER_DESCRIPTOR Description = FILTER_DESCRIPTOR(NULL, Pins, Nodes, Connections);

PUNKNOWN NewTopologyMiniport(CCard *Card) {
    CTopology *Topology = new (NonPagedPoolNx, 'dgeL') CTopology(Card);
    if (Topology == NULL) {
        return NULL;
    }
    Topology->AddRef();
    return PMINIPORTTOPOLOGY(Topology);
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
    UNREFERENCED_PARAMETER(Port);
    return STATUS_SUCCESS;
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
