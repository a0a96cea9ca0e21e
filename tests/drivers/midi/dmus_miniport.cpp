// IMiniportDMus.
#include "device.h"

class CDMus : public IMiniportDMus, public CUnknown, public MidiTarget {
  public:
    DECLARE_STD_UNKNOWN();
    DEFINE_STD_CONSTRUCTOR(CDMus);
    ~CDMus() {
        if (m_Group != NULL) {
            m_Group->Release();
        }
        if (m_Port != NULL) {
            m_Port->Release();
        }
    }
    IMP_IMiniportDMus;

    VOID Inject(const VOID *Bytes, ULONG Count, BOOLEAN Whole) override {
        Hear(&m_Heard, Bytes, Count, Whole);
        m_Port->Notify(Whole ? NULL : m_Group);
    }
    VOID SetPreFetch(ULONG Time) override { m_PreFetch = Time; }

    HEARD m_Heard = {};

  private:
    PPORTDMUS m_Port = NULL;
    PSERVICEGROUP m_Group = NULL;
    ULONG m_PreFetch = 0;
};

class CDMusStream : public IMXF, public CUnknown {
  public:
    DECLARE_STD_UNKNOWN();
    DEFINE_STD_CONSTRUCTOR(CDMusStream);
    ~CDMusStream() {
        Journal("gone", m_Pin);
        m_Allocator->Release();
    }
    IMP_IMXF;

    ULONG m_Pin = 0;
    HEARD *m_Heard = NULL;
    PAllocatorMXF m_Allocator = NULL;

  private:
    VOID SendHeard();
    PMXF m_Sink = NULL;
};

STDMETHODIMP_(NTSTATUS) CDMus::NonDelegatingQueryInterface(REFIID InterfaceId, PVOID *Interface) {
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

STDMETHODIMP_(NTSTATUS)
CDMus::Init(PUNKNOWN Adapter, PRESOURCELIST Resources, PPORTDMUS Port, PSERVICEGROUP *Group) {
    UNREFERENCED_PARAMETER(Adapter);
    UNREFERENCED_PARAMETER(Resources);
    m_Port = Port;
    m_Port->AddRef();
    const NTSTATUS Status = PcNewServiceGroup(&m_Group, NULL);
    if (NT_SUCCESS(Status)) {
        *Group = m_Group;
        m_Group->AddRef();
        m_Port->RegisterServiceGroup(m_Group);
    }
    return Status;
}

STDMETHODIMP_(NTSTATUS) CDMus::GetDescription(PPCFILTER_DESCRIPTOR *Description) {
    *Description = const_cast<PPCFILTER_DESCRIPTOR>(&MidiFilterDescriptor);
    return STATUS_SUCCESS;
}

STDMETHODIMP_(NTSTATUS)
CDMus::DataRangeIntersection(ULONG, PKSDATARANGE, PKSDATARANGE, ULONG, PVOID, PULONG) {
    return STATUS_NOT_IMPLEMENTED; // the port's will do
}

STDMETHODIMP_(void) CDMus::Service() {
    Journal("service");
}

STDMETHODIMP_(NTSTATUS)
CDMus::NewStream(PMXF *MXF, PUNKNOWN OuterUnknown, POOL_TYPE PoolType, ULONG PinID,
                 DMUS_STREAM_TYPE StreamType, PKSDATAFORMAT DataFormat, PSERVICEGROUP *Group,
                 PAllocatorMXF AllocatorMXF, PMASTERCLOCK MasterClock,
                 PULONGLONG SchedulePreFetch) {
    UNREFERENCED_PARAMETER(PoolType);
    UNREFERENCED_PARAMETER(DataFormat);
    Journal("new stream", PinID, StreamType);
    REFERENCE_TIME Time = 0;
    if (!NT_SUCCESS(MasterClock->GetTime(&Time)) || Time == 0) {
        return STATUS_UNSUCCESSFUL;
    }
    const NTSTATUS Status = AnswerTo("new stream", STATUS_SUCCESS);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    CDMusStream *Made = new (NonPagedPool, 'suMD') CDMusStream(OuterUnknown);
    if (Made == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Made->AddRef();
    Made->m_Pin = PinID;
    Made->m_Heard = &m_Heard;
    Made->m_Allocator = AllocatorMXF;
    AllocatorMXF->AddRef();
    *MXF = Made;
    *Group = m_Group;
    m_Group->AddRef();
    *SchedulePreFetch = m_PreFetch;
    return STATUS_SUCCESS;
}

STDMETHODIMP_(NTSTATUS)
CDMusStream::NonDelegatingQueryInterface(REFIID InterfaceId, PVOID *Interface) {
    if (IsEqualGUIDAligned(InterfaceId, IID_IUnknown)) {
        *Interface = QICAST(PMXF);
        PUNKNOWN(*Interface)->AddRef();
        return STATUS_SUCCESS;
    }
    *Interface = NULL;
    return STATUS_INVALID_PARAMETER;
}

STDMETHODIMP_(NTSTATUS) CDMusStream::SetState(KSSTATE State) {
    Journal("set state", m_Pin, State);
    return AnswerTo("set state", STATUS_SUCCESS);
}

STDMETHODIMP_(NTSTATUS) CDMusStream::ConnectOutput(PMXF sinkMXF) {
    m_Sink = sinkMXF;
    return STATUS_SUCCESS;
}

STDMETHODIMP_(NTSTATUS) CDMusStream::DisconnectOutput(PMXF sinkMXF) {
    UNREFERENCED_PARAMETER(sinkMXF);
    m_Sink = NULL;
    return STATUS_SUCCESS;
}

// Raw bytes go by up to eight, as they would come from a UART; a whole message in one event.
VOID CDMusStream::SendHeard() {
    for (;;) {
        UCHAR Bytes[HEARD_BYTES / 8];
        BOOLEAN Whole = FALSE;
        const ULONG Most = m_Heard->Whole ? sizeof(Bytes) : sizeof(PBYTE);
        const ULONG Count = TakeHeard(m_Heard, Bytes, Most, &Whole);
        PDMUS_KERNEL_EVENT Event;
        if (Count == 0 || !NT_SUCCESS(m_Allocator->GetMessage(&Event))) {
            return;
        }
        PVOID To = Event->uData.abData;
        if (Count > sizeof(PBYTE)) {
            if (Count > m_Allocator->GetBufferSize() ||
                !NT_SUCCESS(m_Allocator->GetBuffer(&Event->uData.pbData))) {
                m_Allocator->PutMessage(Event);
                return;
            }
            To = Event->uData.pbData;
        }
        RtlCopyMemory(To, Bytes, Count);
        Event->cbEvent = USHORT(Count);
        Event->usFlags = Whole ? DMUS_KEF_EVENT_COMPLETE : DMUS_KEF_EVENT_INCOMPLETE;
        (m_Sink != NULL ? m_Sink : m_Allocator)->PutMessage(Event);
    }
}

STDMETHODIMP_(NTSTATUS) CDMusStream::PutMessage(PDMUS_KERNEL_EVENT Event) {
    if (Event == NULL) {
        SendHeard();
        return STATUS_SUCCESS;
    }
    for (PDMUS_KERNEL_EVENT One = Event; One != NULL; One = One->pNextEvt) {
        JournalBytes("event", One->cbEvent > sizeof(PBYTE) ? One->uData.pbData : One->uData.abData,
                     One->cbEvent);
        Journal("due", One->ullPresTime100ns, One->usFlags, One->usChannelGroup);
    }
    return m_Allocator->PutMessage(Event);
}

PUNKNOWN NewDMusMiniport() {
    CDMus *Made = new (NonPagedPool, 'suMD') CDMus(NULL);
    if (Made == NULL) {
        return NULL;
    }
    Made->AddRef();
    DMusMiniportUnknown = PUNKNOWN(PMINIPORTDMUS(Made));
    DMusMiniportTarget = Made;
    return DMusMiniportUnknown;
}
