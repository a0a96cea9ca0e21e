// Streams of the card.
#include "miniport.h"

CStream::~CStream() {
    Journal("gone", m_Pin);
    if (m_Added) {
        CardRemove(&m_Card);
    }
    if (m_Card.Group != NULL) {
        m_Card.Group->Release();
    }
    if (m_Channel != NULL) {
        m_Channel->Release();
    }
}

STDMETHODIMP_(NTSTATUS) CStream::NonDelegatingQueryInterface(REFIID InterfaceId, PVOID *Interface) {
    if (IsEqualGUIDAligned(InterfaceId, IID_IUnknown)) {
        *Interface = QICASTUNKNOWN(PMINIPORTWAVECYCLICSTREAM);
    } else if (IsEqualGUIDAligned(InterfaceId, IID_IMiniportWaveCyclicStream)) {
        *Interface = QICAST(PMINIPORTWAVECYCLICSTREAM);
    } else {
        *Interface = NULL;
        return STATUS_INVALID_PARAMETER;
    }
    PUNKNOWN(*Interface)->AddRef();
    return STATUS_SUCCESS;
}

NTSTATUS CStream::TakeFormat(PKSDATAFORMAT Format) {
    if (Format->FormatSize < sizeof(KSDATAFORMAT_WAVEFORMATEX)) {
        return STATUS_INVALID_PARAMETER;
    }
    m_Format = reinterpret_cast<PKSDATAFORMAT_WAVEFORMATEX>(Format)->WaveFormatEx;
    m_Card.BytesPerSecond = m_Format.nAvgBytesPerSec;
    return STATUS_SUCCESS;
}

NTSTATUS CStream::Init(PPORTWAVECYCLIC Port, ULONG Pin, BOOLEAN Capture, PKSDATAFORMAT Format) {
    m_Pin = Pin;
    m_Card.Capture = Capture;
    NTSTATUS Status = TakeFormat(Format);
    Journal("new stream", Pin, Capture, m_Format.nBlockAlign);
    const CARD_SETTINGS Settings = CardSettings();
    if (NT_SUCCESS(Status)) {
        Status = Port->NewMasterDmaChannel(&m_Channel, NULL, NULL, 65536, TRUE, FALSE,
                                           DMA_WIDTH(-1), DMA_SPEED(-1));
    }
    if (NT_SUCCESS(Status) && NT_SUCCESS(AnswerTo("no buffer", STATUS_SUCCESS))) {
        Status = m_Channel->AllocateBuffer(Settings.BufferBytes, NULL);
    }
    if (NT_SUCCESS(Status)) {
        Status = PcNewServiceGroup(&m_Card.Group, NULL);
    }
    return Status;
}

PDMACHANNEL CStream::ChannelToGive() {
    if (!NT_SUCCESS(AnswerTo("no channel", STATUS_SUCCESS))) {
        return NULL;
    }
    m_Channel->AddRef();
    return m_Channel;
}

PSERVICEGROUP CStream::GroupToGive() {
    if (!NT_SUCCESS(AnswerTo("no group", STATUS_SUCCESS))) {
        return NULL;
    }
    m_Card.Group->AddRef();
    return m_Card.Group;
}

STDMETHODIMP_(NTSTATUS) CStream::SetFormat(PKSDATAFORMAT DataFormat) {
    Journal("set format", m_Pin);
    const NTSTATUS Status = AnswerTo("set format", STATUS_SUCCESS);
    return NT_SUCCESS(Status) ? TakeFormat(DataFormat) : Status;
}

STDMETHODIMP_(ULONG) CStream::SetNotificationFreq(ULONG Interval, PULONG FrameSize) {
    Journal("frequency", Interval, m_Pin);
    *FrameSize = m_Format.nSamplesPerSec * Interval / 1000 * m_Format.nBlockAlign;
    return Interval;
}

STDMETHODIMP_(NTSTATUS) CStream::SetState(KSSTATE State) {
    Journal("set state", m_Pin, State);
    const NTSTATUS Status = AnswerTo("set state", STATUS_SUCCESS);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    // By now the port has said how much of the buffer is used.
    CardResize(&m_Card, m_Channel->BufferSize());
    if (!m_Added) {
        m_Card.Buffer = static_cast<PUCHAR>(m_Channel->SystemAddress());
        CardAdd(&m_Card);
        m_Added = TRUE;
    }
    if (State == KSSTATE_RUN) {
        CardRun(&m_Card, TRUE);
    } else if (m_State == KSSTATE_RUN) {
        CardRun(&m_Card, FALSE);
    }
    if (State == KSSTATE_STOP) {
        CardRewind(&m_Card);
    }
    m_State = State;
    return STATUS_SUCCESS;
}

STDMETHODIMP_(NTSTATUS) CStream::GetPosition(PULONG Position) {
    *Position = CardPosition(&m_Card);
    return STATUS_SUCCESS;
}

STDMETHODIMP_(NTSTATUS) CStream::NormalizePhysicalPosition(PLONGLONG PhysicalPosition) {
    *PhysicalPosition = *PhysicalPosition * 10000000 / m_Format.nAvgBytesPerSec;
    return STATUS_SUCCESS;
}

STDMETHODIMP_(void) CStream::Silence(PVOID Buffer, ULONG ByteCount) {
    Journal("silence", ByteCount);
    RtlFillMemory(Buffer, ByteCount, m_Format.wBitsPerSample == 8 ? 0x80 : 0);
}
