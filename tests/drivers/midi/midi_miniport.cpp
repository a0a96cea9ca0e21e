// IMiniportMidi.
#include "device.h"

class CMidi : public IMiniportMidi, public CUnknown, public MidiTarget {
  public:
    DECLARE_STD_UNKNOWN();
    DEFINE_STD_CONSTRUCTOR(CMidi);
    ~CMidi() {
        if (m_Group != NULL) {
            m_Group->Release();
        }
        if (m_Port != NULL) {
            m_Port->Release();
        }
    }
    IMP_IMiniportMidi;

    VOID Inject(const VOID *Bytes, ULONG Count, BOOLEAN Whole) override {
        Hear(&m_Heard, Bytes, Count, FALSE);
        m_Port->Notify(Whole ? NULL : m_Group);
    }
    VOID SetPreFetch(ULONG Time) override { UNREFERENCED_PARAMETER(Time); }

    HEARD m_Heard = {};

  private:
    PPORTMIDI m_Port = NULL;
    PSERVICEGROUP m_Group = NULL;
};

class CMidiStream : public IMiniportMidiStream, public CUnknown {
  public:
    DECLARE_STD_UNKNOWN();
    DEFINE_STD_CONSTRUCTOR(CMidiStream);
    ~CMidiStream() { Journal("gone", m_Pin); }
    IMP_IMiniportMidiStream;

    ULONG m_Pin = 0;
    HEARD *m_Heard = NULL;
};

STDMETHODIMP_(NTSTATUS) CMidi::NonDelegatingQueryInterface(REFIID InterfaceId, PVOID *Interface) {
    if (IsEqualGUIDAligned(InterfaceId, IID_IUnknown) ||
        IsEqualGUIDAligned(InterfaceId, IID_IMiniport) ||
        IsEqualGUIDAligned(InterfaceId, IID_IMiniportMidi)) {
        *Interface = QICAST(PMINIPORTMIDI);
        PUNKNOWN(*Interface)->AddRef();
        return STATUS_SUCCESS;
    }
    *Interface = NULL;
    return STATUS_INVALID_PARAMETER;
}

STDMETHODIMP_(NTSTATUS)
CMidi::Init(PUNKNOWN Adapter, PRESOURCELIST Resources, PPORTMIDI Port, PSERVICEGROUP *Group) {
    UNREFERENCED_PARAMETER(Adapter);
    UNREFERENCED_PARAMETER(Resources);
    m_Port = Port;
    m_Port->AddRef();
    const NTSTATUS Status = PcNewServiceGroup(&m_Group, NULL);
    if (NT_SUCCESS(Status)) {
        *Group = m_Group;
        m_Group->AddRef();
    }
    return Status;
}

STDMETHODIMP_(NTSTATUS) CMidi::GetDescription(PPCFILTER_DESCRIPTOR *Description) {
    *Description = const_cast<PPCFILTER_DESCRIPTOR>(&MidiFilterDescriptor);
    return STATUS_SUCCESS;
}

STDMETHODIMP_(NTSTATUS)
CMidi::DataRangeIntersection(ULONG, PKSDATARANGE, PKSDATARANGE, ULONG, PVOID, PULONG) {
    return STATUS_NOT_IMPLEMENTED; // the port's will do
}

STDMETHODIMP_(void) CMidi::Service() {
    Journal("service");
}

STDMETHODIMP_(NTSTATUS)
CMidi::NewStream(PMINIPORTMIDISTREAM *Stream, PUNKNOWN OuterUnknown, POOL_TYPE PoolType, ULONG Pin,
                 BOOLEAN Capture, PKSDATAFORMAT DataFormat, PSERVICEGROUP *Group) {
    UNREFERENCED_PARAMETER(PoolType);
    UNREFERENCED_PARAMETER(DataFormat);
    Journal("new stream", Pin, Capture);
    const NTSTATUS Status = AnswerTo("new stream", STATUS_SUCCESS);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    CMidiStream *Made = new (NonPagedPool, 'idiM') CMidiStream(OuterUnknown);
    if (Made == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Made->AddRef();
    Made->m_Pin = Pin;
    Made->m_Heard = &m_Heard;
    *Stream = Made;
    *Group = m_Group;
    m_Group->AddRef();
    return STATUS_SUCCESS;
}

STDMETHODIMP_(NTSTATUS)
CMidiStream::NonDelegatingQueryInterface(REFIID InterfaceId, PVOID *Interface) {
    if (IsEqualGUIDAligned(InterfaceId, IID_IUnknown) ||
        IsEqualGUIDAligned(InterfaceId, IID_IMiniportMidiStream)) {
        *Interface = QICAST(PMINIPORTMIDISTREAM);
        PUNKNOWN(*Interface)->AddRef();
        return STATUS_SUCCESS;
    }
    *Interface = NULL;
    return STATUS_INVALID_PARAMETER;
}

STDMETHODIMP_(NTSTATUS) CMidiStream::SetFormat(PKSDATAFORMAT DataFormat) {
    UNREFERENCED_PARAMETER(DataFormat);
    return STATUS_SUCCESS;
}

STDMETHODIMP_(NTSTATUS) CMidiStream::SetState(KSSTATE State) {
    Journal("set state", m_Pin, State);
    return AnswerTo("set state", STATUS_SUCCESS);
}

STDMETHODIMP_(NTSTATUS) CMidiStream::Read(PVOID Buffer, ULONG BufferLength, PULONG BytesRead) {
    if (m_Pin != MIDI_CAPTURE) {
        return STATUS_INVALID_DEVICE_REQUEST;
    }
    BOOLEAN Whole;
    *BytesRead = TakeHeard(m_Heard, Buffer, BufferLength, &Whole);
    return STATUS_SUCCESS;
}

STDMETHODIMP_(NTSTATUS) CMidiStream::Write(PVOID Buffer, ULONG BytesToWrite, PULONG BytesWritten) {
    *BytesWritten = 0;
    const NTSTATUS Limit = AnswerTo("write", 0xffff);
    if (!NT_SUCCESS(Limit)) {
        return Limit;
    }
    *BytesWritten = min(BytesToWrite, ULONG(Limit));
    if (*BytesWritten != 0) {
        JournalBytes("write", Buffer, *BytesWritten);
    }
    return STATUS_SUCCESS;
}

PUNKNOWN NewMidiMiniport() {
    CMidi *Made = new (NonPagedPool, 'idiM') CMidi(NULL);
    if (Made == NULL) {
        return NULL;
    }
    Made->AddRef();
    MidiMiniportUnknown = PUNKNOWN(PMINIPORTMIDI(Made));
    MidiMiniportTarget = Made;
    return MidiMiniportUnknown;
}
