// The filter "Wave": its tables and its WaveCyclic miniport.
#include "../shared/audio_tables.h"
#include "card.h"

static KSDATARANGE_AUDIO Pcm = AUDIO_RANGE(KSDATAFORMAT_SUBTYPE_PCM, 2, 16, 16, 8000, 48000);
static KSDATARANGE Bridge = BRIDGE_RANGE;
static PKSDATARANGE PcmRanges[] = {PKSDATARANGE(&Pcm)};
static PKSDATARANGE BridgeRanges[] = {&Bridge};

static const PCPIN_DESCRIPTOR Pins[WAVE_PINS] = {
    STREAM_PIN(IN, PcmRanges, &KSCATEGORY_AUDIO, &KSNODETYPE_SPEAKER),
    STREAM_PIN(OUT, PcmRanges, &KSCATEGORY_AUDIO, &KSNODETYPE_LEGACY_AUDIO_CONNECTOR),
    BRIDGE_PIN(OUT, BridgeRanges, &KSNODETYPE_SPEAKER, NULL),
    BRIDGE_PIN(IN, BridgeRanges, &KSNODETYPE_LEGACY_AUDIO_CONNECTOR, NULL)};

enum { NODE_DAC, NODE_ADC };
static const PCNODE_DESCRIPTOR Nodes[] = {{0, NULL, &KSNODETYPE_DAC, NULL},
                                          {0, NULL, &KSNODETYPE_ADC, NULL}};

// A node's pin 1 is its input, pin 0 its output.
static const PCCONNECTION_DESCRIPTOR Connections[] = {{PCFILTER_NODE, WAVE_RENDER, NODE_DAC, 1},
                                                      {NODE_DAC, 0, PCFILTER_NODE, WAVE_TO_SPEAKER},
                                                      {PCFILTER_NODE, WAVE_FROM_MIXER, NODE_ADC, 1},
                                                      {NODE_ADC, 0, PCFILTER_NODE, WAVE_CAPTURE}};

static PCFILTER_DESCRIPTOR Description = FILTER_DESCRIPTOR(NULL, Pins, Nodes, Connections);

class CWave : public IMiniportWaveCyclic, public CUnknown {
  public:
    DECLARE_STD_UNKNOWN();
    explicit CWave(CCard *Card) : CUnknown(NULL), m_Card(Card) { Card->AddRef(); }
    ~CWave();
    IMP_IMiniportWaveCyclic;

  private:
    CCard *const m_Card;
    PPORTWAVECYCLIC m_Port = NULL;
};

PUNKNOWN NewWaveMiniport(CCard *Card) {
    CWave *Wave = new (NonPagedPoolNx, 'dgeL') CWave(Card);
    if (Wave == NULL) {
        return NULL;
    }
    Wave->AddRef();
    return PMINIPORTWAVECYCLIC(Wave);
}

CWave::~CWave() {
    if (m_Port != NULL) {
        m_Port->Release();
    }
    m_Card->Release();
}

STDMETHODIMP_(NTSTATUS) CWave::NonDelegatingQueryInterface(REFIID InterfaceId, PVOID *Interface) {
    return AnswerInterface(PMINIPORTWAVECYCLIC(this), InterfaceId, IID_IMiniport,
                           IID_IMiniportWaveCyclic, Interface);
}

STDMETHODIMP_(NTSTATUS)
CWave::Init(PUNKNOWN UnknownAdapter, PRESOURCELIST ResourceList, PPORTWAVECYCLIC Port) {
    UNREFERENCED_PARAMETER(UnknownAdapter);
    UNREFERENCED_PARAMETER(ResourceList);
    m_Port = Port; // streams notify it
    m_Port->AddRef();
    return STATUS_SUCCESS;
}

STDMETHODIMP_(NTSTATUS) CWave::GetDescription(PPCFILTER_DESCRIPTOR *OutDescription) {
    *OutDescription = &Description;
    return STATUS_SUCCESS;
}

// The port's own handler knows what to do with these ranges.
STDMETHODIMP_(NTSTATUS)
CWave::DataRangeIntersection(ULONG, PKSDATARANGE, PKSDATARANGE, ULONG, PVOID, PULONG) {
    return STATUS_NOT_IMPLEMENTED; // the port's will do
}

STDMETHODIMP_(NTSTATUS)
CWave::NewStream(PMINIPORTWAVECYCLICSTREAM *Stream, PUNKNOWN OuterUnknown, POOL_TYPE PoolType,
                 ULONG Pin, BOOLEAN Capture, PKSDATAFORMAT DataFormat, PDMACHANNEL *DmaChannel,
                 PSERVICEGROUP *ServiceGroup) {
    UNREFERENCED_PARAMETER(Pin);
    WaveFormat Format;
    NTSTATUS Status = ReadWaveFormatInRange(DataFormat, &Pcm, &Format);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    CStream *New = new (PoolType, 'dgeL') CStream(OuterUnknown, m_Card, m_Port, Capture);
    if (New == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    New->AddRef();
    Status = New->Init(Format);
    if (!NT_SUCCESS(Status)) {
        New->Release();
        return Status;
    }
    *Stream = New;
    *DmaChannel = New->Channel();
    *ServiceGroup = New->Group();
    return STATUS_SUCCESS;
}
