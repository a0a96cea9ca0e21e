// The filter "Wave": its tables and its WavePci miniport.
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
                                                      {NODE_DAC, 0, PCFILTER_NODE, WAVE_SPEAKER},
                                                      {PCFILTER_NODE, WAVE_LOOP, NODE_ADC, 1},
                                                      {NODE_ADC, 0, PCFILTER_NODE, WAVE_CAPTURE}};

static PCFILTER_DESCRIPTOR Description = FILTER_DESCRIPTOR(NULL, Pins, Nodes, Connections);

CMiniport::~CMiniport() {
    m_Line.Close();
    if (m_Port != NULL) {
        m_Port->Release();
    }
}

STDMETHODIMP_(NTSTATUS)
CMiniport::NonDelegatingQueryInterface(REFIID InterfaceId, PVOID *Interface) {
    return AnswerInterface(PMINIPORTWAVEPCI(this), InterfaceId, IID_IMiniport, IID_IMiniportWavePci,
                           Interface);
}

// Each stream has a service group of its own, the miniport has none.
STDMETHODIMP_(NTSTATUS)
CMiniport::Init(PUNKNOWN UnknownAdapter, PRESOURCELIST ResourceList, PPORTWAVEPCI Port,
                PSERVICEGROUP *ServiceGroup) {
    UNREFERENCED_PARAMETER(UnknownAdapter);
    UNREFERENCED_PARAMETER(ResourceList);
    *ServiceGroup = NULL;
    m_Port = Port; // streams notify it
    m_Port->AddRef();
    return m_Line.Init(NULL);
}

STDMETHODIMP_(void) CMiniport::Service() {}

STDMETHODIMP_(NTSTATUS) CMiniport::GetDescription(PPCFILTER_DESCRIPTOR *OutDescription) {
    *OutDescription = &Description;
    return STATUS_SUCCESS;
}

// The port's own handler knows what to do with these ranges.
STDMETHODIMP_(NTSTATUS)
CMiniport::DataRangeIntersection(ULONG, PKSDATARANGE, PKSDATARANGE, ULONG, PVOID, PULONG) {
    return STATUS_NOT_IMPLEMENTED; // the port's will do
}

STDMETHODIMP_(NTSTATUS)
CMiniport::NewStream(PMINIPORTWAVEPCISTREAM *Stream, PUNKNOWN OuterUnknown, POOL_TYPE PoolType,
                     PPORTWAVEPCISTREAM PortStream, ULONG Pin, BOOLEAN Capture,
                     PKSDATAFORMAT DataFormat, PDMACHANNEL *DmaChannel,
                     PSERVICEGROUP *ServiceGroup) {
    UNREFERENCED_PARAMETER(Pin);
    WaveFormat Format;
    NTSTATUS Status = ReadWaveFormatInRange(DataFormat, &Pcm, &Format);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    CStream *New = new (PoolType, 'dciP') CStream(OuterUnknown, this, PortStream, Capture);
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
    *DmaChannel = NULL; // the line reads and writes clients' memory itself
    *ServiceGroup = New->Group();
    return STATUS_SUCCESS;
}
