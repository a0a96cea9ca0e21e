// The filter "Wave": its tables and its WaveRT miniport.
#include "../shared/audio_tables.h"
#include "adapter.h"

static KSDATARANGE_AUDIO Pcm = AUDIO_RANGE(KSDATAFORMAT_SUBTYPE_PCM, 2, 16, 24, 8000, 96000);
static KSDATARANGE_AUDIO Ac3 =
    AUDIO_RANGE(KSDATAFORMAT_SUBTYPE_DOLBY_AC3_SPDIF, 2, 16, 16, 48000, 48000);
static KSDATARANGE Bridge = BRIDGE_RANGE;
static PKSDATARANGE PcmRanges[] = {PKSDATARANGE(&Pcm)};
static PKSDATARANGE Ac3Ranges[] = {PKSDATARANGE(&Ac3)};
static PKSDATARANGE BridgeRanges[] = {&Bridge};

// Pins of one category differ by their names.
static const PCPIN_DESCRIPTOR Pins[WAVE_PINS] = {
    STREAM_PIN(IN, PcmRanges, &KSCATEGORY_AUDIO, &KSNODETYPE_SPEAKER),
    STREAM_PIN(IN, Ac3Ranges, &KSCATEGORY_AUDIO, &KSNODETYPE_SPDIF_INTERFACE),
    STREAM_PIN(OUT, PcmRanges, &KSCATEGORY_AUDIO, &KSNODETYPE_LEGACY_AUDIO_CONNECTOR),
    BRIDGE_PIN(OUT, BridgeRanges, &KSNODETYPE_SPEAKER, NULL),
    BRIDGE_PIN(OUT, BridgeRanges, &KSNODETYPE_SPDIF_INTERFACE, NULL),
    BRIDGE_PIN(IN, BridgeRanges, &KSNODETYPE_LEGACY_AUDIO_CONNECTOR, NULL)};

enum { NODE_DAC, NODE_ADC };
static const PCNODE_DESCRIPTOR Nodes[] = {{0, NULL, &KSNODETYPE_DAC, NULL},
                                          {0, NULL, &KSNODETYPE_ADC, NULL}};

// A node's pin 1 is its input, pin 0 its output.
static const PCCONNECTION_DESCRIPTOR Connections[] = {
    {PCFILTER_NODE, WAVE_RENDER, NODE_DAC, 1},
    {NODE_DAC, 0, PCFILTER_NODE, WAVE_SPEAKER},
    {PCFILTER_NODE, WAVE_RENDER_AC3, PCFILTER_NODE, WAVE_DIGITAL_OUT},
    {PCFILTER_NODE, WAVE_LOOP, NODE_ADC, 1},
    {NODE_ADC, 0, PCFILTER_NODE, WAVE_CAPTURE}};

static PCFILTER_DESCRIPTOR Description = FILTER_DESCRIPTOR(NULL, Pins, Nodes, Connections);

class CWave : public IMiniportWaveRT, public CUnknown {
  public:
    DECLARE_STD_UNKNOWN();
    explicit CWave(CAdapter *Adapter) : CUnknown(NULL), m_Adapter(Adapter) { Adapter->AddRef(); }
    ~CWave() { m_Adapter->Release(); }
    IMP_IMiniportWaveRT;

  private:
    CAdapter *const m_Adapter;
};

PUNKNOWN NewWaveMiniport(CAdapter *Adapter) {
    CWave *Wave = new (NonPagedPoolNx, 'rkpS') CWave(Adapter);
    if (Wave == NULL) {
        return NULL;
    }
    Wave->AddRef();
    return PMINIPORTWAVERT(Wave);
}

STDMETHODIMP_(NTSTATUS) CWave::NonDelegatingQueryInterface(REFIID InterfaceId, PVOID *Interface) {
    return AnswerInterface(PMINIPORTWAVERT(this), InterfaceId, IID_IMiniport, IID_IMiniportWaveRT,
                           Interface);
}

STDMETHODIMP_(NTSTATUS)
CWave::Init(PUNKNOWN UnknownAdapter, PRESOURCELIST ResourceList, PPORTWAVERT Port) {
    UNREFERENCED_PARAMETER(UnknownAdapter);
    UNREFERENCED_PARAMETER(ResourceList);
    UNREFERENCED_PARAMETER(Port);
    return STATUS_SUCCESS;
}

STDMETHODIMP_(NTSTATUS) CWave::GetDescription(PPCFILTER_DESCRIPTOR *OutDescription) {
    *OutDescription = &Description;
    return STATUS_SUCCESS;
}

// The one format of the AC-3 pin. The port has seen that both ranges are of one kind.
static NTSTATUS IntersectAc3(PKSDATARANGE DataRange, ULONG BufferLength, PVOID Buffer,
                             PULONG FormatLength) {
    const KSDATARANGE_AUDIO *Theirs = reinterpret_cast<KSDATARANGE_AUDIO *>(DataRange);
    if (DataRange->FormatSize >= sizeof(*Theirs) &&
        (Theirs->MaximumChannels < 2 || Theirs->MinimumBitsPerSample > 16 ||
         Theirs->MaximumBitsPerSample < 16 || Theirs->MinimumSampleFrequency > 48000 ||
         Theirs->MaximumSampleFrequency < 48000)) {
        return STATUS_NO_MATCH;
    }
    *FormatLength = sizeof(KSDATAFORMAT_WAVEFORMATEX);
    if (BufferLength == 0) {
        return STATUS_BUFFER_OVERFLOW;
    }
    if (BufferLength < sizeof(KSDATAFORMAT_WAVEFORMATEX)) {
        return STATUS_BUFFER_TOO_SMALL;
    }
    const PKSDATAFORMAT_WAVEFORMATEX Format = static_cast<PKSDATAFORMAT_WAVEFORMATEX>(Buffer);
    Format->DataFormat = Ac3.DataRange;
    Format->DataFormat.FormatSize = sizeof(*Format);
    Format->DataFormat.SampleSize = 4;
    Format->WaveFormatEx = {WAVE_FORMAT_DOLBY_AC3_SPDIF, 2, 48000, 48000 * 4, 4, 16, 0};
    return STATUS_SUCCESS;
}

// For PCM the port has a handler of its own. @doc audio/default-data-intersection-handlers
STDMETHODIMP_(NTSTATUS)
CWave::DataRangeIntersection(ULONG PinId, PKSDATARANGE DataRange, PKSDATARANGE MatchingDataRange,
                             ULONG OutputBufferLength, PVOID ResultantFormat,
                             PULONG ResultantFormatLength) {
    UNREFERENCED_PARAMETER(MatchingDataRange);
    return PinId == WAVE_RENDER_AC3
               ? IntersectAc3(DataRange, OutputBufferLength, ResultantFormat, ResultantFormatLength)
               : STATUS_NOT_IMPLEMENTED;
}

STDMETHODIMP_(NTSTATUS)
CWave::NewStream(PMINIPORTWAVERTSTREAM *Stream, PPORTWAVERTSTREAM PortStream, ULONG Pin,
                 BOOLEAN Capture, PKSDATAFORMAT DataFormat) {
    return ::NewStream(m_Adapter, PortStream, Pin, Capture, DataFormat, &Pcm, Stream);
}

// What a bus master for these buffers would be.
STDMETHODIMP_(NTSTATUS) CWave::GetDeviceDescription(PDEVICE_DESCRIPTION DeviceDescription) {
    RtlZeroMemory(DeviceDescription, sizeof(*DeviceDescription));
    DeviceDescription->Version = DEVICE_DESCRIPTION_VERSION;
    DeviceDescription->Master = TRUE;
    DeviceDescription->ScatterGather = TRUE;
    DeviceDescription->Dma32BitAddresses = TRUE;
    DeviceDescription->InterfaceType = PCIBus;
    DeviceDescription->MaximumLength = MAXULONG;
    return STATUS_SUCCESS;
}
