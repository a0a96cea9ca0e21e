// The synthesizer's adapter driver, miniport and streams.
#include "../support/port_class.h"

#include "../support/port_journal.h"
#include "synth.h"

#define MAXIMUM_NOTES 16
#define SECOND_100NS 10000000

// Notes in the order in which they came; times are the master clock's.
typedef struct {
    REFERENCE_TIME On, Off; // Off is 0 as long as it sounds
    ULONG Note;
} NOTE;

class CSynth : public IMiniportDMus, public CUnknown {
  public:
    DECLARE_STD_UNKNOWN();
    DEFINE_STD_CONSTRUCTOR(CSynth);
    IMP_IMiniportDMus;

    VOID Play(const UCHAR *Message, REFERENCE_TIME Time);
    VOID Forget();

    KSPIN_LOCK m_Lock = 0;
    ULONG m_Count = 0;
    NOTE m_Notes[MAXIMUM_NOTES] = {};
};

class CSynthStream : public ISynthSinkDMus, public CUnknown {
  public:
    DECLARE_STD_UNKNOWN();
    DEFINE_STD_CONSTRUCTOR(CSynthStream);
    ~CSynthStream() {
        Journal("gone", m_Pin);
        m_Allocator->Release();
        m_Synth->Release();
    }
    IMP_ISynthSinkDMus;

    ULONG m_Pin = 0;
    BOOLEAN m_IsSink = FALSE;
    CSynth *m_Synth = NULL;
    PAllocatorMXF m_Allocator = NULL;

  private:
    SHORT Sample(LONGLONG Time);
    REFERENCE_TIME m_Zero = 0; // master clock at sample 0
};

STDMETHODIMP_(NTSTATUS) CSynth::NonDelegatingQueryInterface(REFIID InterfaceId, PVOID *Interface) {
    if (IsEqualGUIDAligned(InterfaceId, IID_IUnknown) ||
        IsEqualGUIDAligned(InterfaceId, IID_IMiniport) ||
        IsEqualGUIDAligned(InterfaceId, IID_IMiniportDMus)) {
        *Interface = QICAST(PMINIPORTDMUS);
        PUNKNOWN(*Interface)->AddRef();
        return STATUS_SUCCESS;
    }
    *Interface = NULL;
    return STATUS_INVALID_PARAMETER;
}

STDMETHODIMP_(NTSTATUS) CSynth::Init(PUNKNOWN, PRESOURCELIST, PPORTDMUS, PSERVICEGROUP *Group) {
    *Group = NULL; // no interrupt to serve
    return STATUS_SUCCESS;
}

STDMETHODIMP_(void) CSynth::Service() {}

STDMETHODIMP_(NTSTATUS)
CSynth::DataRangeIntersection(ULONG, PKSDATARANGE, PKSDATARANGE, ULONG, PVOID, PULONG) {
    return STATUS_NOT_IMPLEMENTED; // the port's will do
}

STDMETHODIMP_(NTSTATUS)
CSynth::NewStream(PMXF *MXF, PUNKNOWN OuterUnknown, POOL_TYPE, ULONG PinID,
                  DMUS_STREAM_TYPE StreamType, PKSDATAFORMAT DataFormat, PSERVICEGROUP *Group,
                  PAllocatorMXF AllocatorMXF, PMASTERCLOCK, PULONGLONG SchedulePreFetch) {
    Journal("new stream", PinID, ULONG(StreamType), DataFormat->FormatSize);
    const NTSTATUS Status = AnswerTo("new stream", STATUS_SUCCESS);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    CSynthStream *Made = new (NonPagedPool, 'tnyS') CSynthStream(OuterUnknown);
    if (Made == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Made->AddRef();
    Made->m_Pin = PinID;
    Made->m_IsSink = StreamType == DMUS_STREAM_WAVE_SINK;
    Made->m_Synth = this;
    AddRef();
    Made->m_Allocator = AllocatorMXF;
    AllocatorMXF->AddRef();
    *MXF = Made;
    *Group = NULL;
    // So far ahead that a note can be rendered at its sample.
    *SchedulePreFetch = SECOND_100NS;
    return STATUS_SUCCESS;
}

VOID CSynth::Play(const UCHAR *Message, REFERENCE_TIME Time) {
    KIRQL OldIrql;
    KeAcquireSpinLock(&m_Lock, &OldIrql);
    if (Message[0] == 0x90 && m_Count < MAXIMUM_NOTES) {
        m_Notes[m_Count++] = {Time, 0, Message[1]};
    } else if (Message[0] == 0x80) {
        for (ULONG Index = 0; Index < m_Count; ++Index) {
            if (m_Notes[Index].Note == Message[1] && m_Notes[Index].Off == 0) {
                m_Notes[Index].Off = Time;
            }
        }
    }
    KeReleaseSpinLock(&m_Lock, OldIrql);
}

VOID CSynth::Forget() {
    KIRQL OldIrql;
    KeAcquireSpinLock(&m_Lock, &OldIrql);
    m_Count = 0;
    KeReleaseSpinLock(&m_Lock, OldIrql);
}

STDMETHODIMP_(NTSTATUS)
CSynthStream::NonDelegatingQueryInterface(REFIID InterfaceId, PVOID *Interface) {
    if (IsEqualGUIDAligned(InterfaceId, IID_IUnknown) ||
        IsEqualGUIDAligned(InterfaceId, IID_IMXF) ||
        (IsEqualGUIDAligned(InterfaceId, IID_ISynthSinkDMus) && m_IsSink &&
         NT_SUCCESS(AnswerTo("no sink", STATUS_SUCCESS)))) {
        *Interface = QICAST(PSYNTHSINKDMUS);
        PUNKNOWN(*Interface)->AddRef();
        return STATUS_SUCCESS;
    }
    *Interface = NULL;
    return STATUS_INVALID_PARAMETER;
}

STDMETHODIMP_(NTSTATUS) CSynthStream::SetState(KSSTATE State) {
    Journal("set state", m_Pin, State);
    if (m_IsSink && State == KSSTATE_STOP) {
        m_Synth->Forget();
    }
    return STATUS_SUCCESS;
}

STDMETHODIMP_(NTSTATUS) CSynthStream::PutMessage(PDMUS_KERNEL_EVENT Event) {
    for (PDMUS_KERNEL_EVENT One = Event; One != NULL; One = One->pNextEvt) {
        if (One->cbEvent == 3) {
            m_Synth->Play(One->uData.abData, One->ullPresTime100ns);
        }
    }
    return m_Allocator->PutMessage(Event);
}

STDMETHODIMP_(NTSTATUS) CSynthStream::ConnectOutput(PMXF) {
    return STATUS_SUCCESS;
}

STDMETHODIMP_(NTSTATUS) CSynthStream::DisconnectOutput(PMXF) {
    return STATUS_SUCCESS;
}

static LONGLONG Samples(REFERENCE_TIME Time) {
    return Time * SYNTH_RATE_HZ / SECOND_100NS;
}

SHORT CSynthStream::Sample(LONGLONG At) {
    for (ULONG Index = m_Synth->m_Count; Index-- > 0;) { // the newest
        const NOTE *Note = &m_Synth->m_Notes[Index];
        const LONGLONG Begin = Samples(Note->On - m_Zero);
        if (At >= Begin && (Note->Off == 0 || At < Samples(Note->Off - m_Zero))) {
            return SHORT(((At - Begin) * Note->Note) & 0x7fff);
        }
    }
    return -1; // silence
}

STDMETHODIMP_(void) CSynthStream::Render(PBYTE Buffer, DWORD Length, LONGLONG Position) {
    Journal("render", Length, Position);
    KIRQL OldIrql;
    KeAcquireSpinLock(&m_Synth->m_Lock, &OldIrql);
    for (ULONG Index = 0; Index < Length / SYNTH_BLOCK_BYTES; ++Index) {
        SHORT *Place = reinterpret_cast<SHORT *>(Buffer) + Index * 2;
        const SHORT Value = Sample(Position / SYNTH_BLOCK_BYTES + Index);
        Place[0] = Value < 0 ? 0 : Value;
        Place[1] = Value < 0 ? 0 : SHORT(~Value);
    }
    KeReleaseSpinLock(&m_Synth->m_Lock, OldIrql);
}

STDMETHODIMP_(NTSTATUS) CSynthStream::SyncToMaster(REFERENCE_TIME Time, BOOL Start) {
    Journal("sync", ULONGLONG(Time), ULONG(Start));
    if (Start) {
        m_Zero = Time;
    }
    return AnswerTo("sync", STATUS_SUCCESS);
}

STDMETHODIMP_(NTSTATUS)
CSynthStream::SampleToRefTime(LONGLONG SampleTime, REFERENCE_TIME *Time) {
    *Time = m_Zero + SampleTime * SECOND_100NS / SYNTH_RATE_HZ;
    return AnswerTo("clock", STATUS_SUCCESS);
}

STDMETHODIMP_(NTSTATUS)
CSynthStream::RefTimeToSample(REFERENCE_TIME Time, LONGLONG *SampleTime) {
    *SampleTime = Samples(Time - m_Zero) + AnswerTo("skew", 0);
    return AnswerTo("clock", STATUS_SUCCESS);
}

static const PCPROPERTY_ITEM Properties[] = {PORT_JOURNAL_PROPERTIES};
static DEFINE_PCAUTOMATION_TABLE_PROP(Automation, Properties);

static const KSDATARANGE_MUSIC Music = {{{sizeof(KSDATARANGE_MUSIC),
                                          0,
                                          0,
                                          0,
                                          {STATICGUIDOF(KSDATAFORMAT_TYPE_MUSIC)},
                                          {STATICGUIDOF(KSDATAFORMAT_SUBTYPE_MIDI)},
                                          {STATICGUIDOF(KSDATAFORMAT_SPECIFIER_NONE)}}},
                                        {STATICGUIDOF(KSMUSIC_TECHNOLOGY_SWSYNTH)},
                                        0,
                                        0,
                                        0xffff};
static const PKSDATARANGE MusicRanges[] = {PKSDATARANGE(&Music)};

#define WAVE_RANGE(Name, SubType)                                                                  \
    static const KSDATARANGE_AUDIO Name = {                                                        \
        {{sizeof(KSDATARANGE_AUDIO),                                                               \
          0,                                                                                       \
          0,                                                                                       \
          0,                                                                                       \
          {STATICGUIDOF(KSDATAFORMAT_TYPE_AUDIO)},                                                 \
          {STATICGUIDOF(SubType)},                                                                 \
          {STATICGUIDOF(KSDATAFORMAT_SPECIFIER_WAVEFORMATEX)}}},                                   \
        2,                                                                                         \
        16,                                                                                        \
        16,                                                                                        \
        SYNTH_RATE_HZ,                                                                             \
        SYNTH_RATE_HZ}
WAVE_RANGE(Pcm, KSDATAFORMAT_SUBTYPE_PCM);
WAVE_RANGE(Float, KSDATAFORMAT_SUBTYPE_IEEE_FLOAT); // which no wave sink takes
static const PKSDATARANGE WaveRanges[] = {PKSDATARANGE(&Pcm), PKSDATARANGE(&Float)};

#define PIN(Ranges, Flow, Communication, Category)                                                 \
    {                                                                                              \
        1, 1, 0, NULL, {                                                                           \
            0, NULL, 0, NULL, SIZEOF_ARRAY(Ranges), Ranges, KSPIN_DATAFLOW_##Flow,                 \
                KSPIN_COMMUNICATION_##Communication, &Category, NULL, {0}                          \
        }                                                                                          \
    }
static const PCPIN_DESCRIPTOR Pins[SYNTH_PIN_COUNT] = {
    PIN(MusicRanges, IN, SINK, KSCATEGORY_RENDER), PIN(WaveRanges, OUT, SINK, KSCATEGORY_AUDIO),
    PIN(WaveRanges, OUT, SOURCE, KSCATEGORY_SYNTHESIZER)};

static const PCNODE_DESCRIPTOR Nodes[] = {{0, NULL, &KSNODETYPE_SYNTHESIZER, NULL}};
static const PCCONNECTION_DESCRIPTOR Connections[] = {{PCFILTER_NODE, SYNTH_MUSIC, 0, 1},
                                                      {0, 0, PCFILTER_NODE, SYNTH_WAVE},
                                                      {0, 0, PCFILTER_NODE, SYNTH_LINKED_WAVE}};
static const PCFILTER_DESCRIPTOR FilterDescriptor = {0,
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

STDMETHODIMP_(NTSTATUS) CSynth::GetDescription(PPCFILTER_DESCRIPTOR *Description) {
    *Description = const_cast<PPCFILTER_DESCRIPTOR>(&FilterDescriptor);
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI StartDevice(PDEVICE_OBJECT DeviceObject, PIRP Irp, PRESOURCELIST Resources) {
    CSynth *Synth = new (NonPagedPool, 'tnyS') CSynth(NULL);
    if (Synth == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Synth->AddRef();
    PPORT Port = NULL;
    NTSTATUS Status = PcNewPort(&Port, CLSID_PortDMus);
    if (NT_SUCCESS(Status)) {
        Status = Port->Init(DeviceObject, Irp, PUNKNOWN(PMINIPORTDMUS(Synth)), NULL, Resources);
        if (NT_SUCCESS(Status)) {
            Status = PcRegisterSubdevice(DeviceObject, const_cast<PWCHAR>(L"Synth"), Port);
        }
        Port->Release();
    }
    Synth->Release();
    return Status;
}

static NTSTATUS NTAPI AddDevice(PDRIVER_OBJECT DriverObject, PDEVICE_OBJECT PhysicalDeviceObject) {
    return PcAddAdapterDevice(DriverObject, PhysicalDeviceObject, StartDevice, 1, 0);
}

extern "C" NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath) {
    return PcInitializeAdapterDriver(DriverObject, RegistryPath, AddDevice);
}
