// Streams: between the cyclic buffer, which the port fills or empties, and the line.
#include "../shared/dma.h"
#include "card.h"

static const ULONG BufferBytes = 32 * 1024;

CStream::CStream(PUNKNOWN Outer, CCard *Card, PPORTWAVECYCLIC Port, BOOLEAN Capture)
    : CUnknown(Outer), m_Card(Card), m_Port(Port), m_Capture(Capture) {
    m_Card->AddRef();
    m_Port->AddRef();
}

NTSTATUS CStream::Init(const WaveFormat &Format) {
    m_Format = Format;
    NTSTATUS Status = PcNewServiceGroup(&m_Group, NULL);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    m_Channel = new (NonPagedPoolNx, 'dgeL') CDmaChannel(NULL);
    if (m_Channel == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    m_Channel->AddRef();
    Status = m_Channel->AllocateBuffer(BufferBytes, NULL);
    return NT_SUCCESS(Status) ? m_Card->m_Line.Attach(this, m_Capture, m_Format) : Status;
}

CStream::~CStream() {
    m_Card->m_Line.Detach(this);
    if (m_Channel != NULL) {
        m_Channel->Release();
    }
    if (m_Group != NULL) {
        m_Group->Release();
    }
    m_Port->Release();
    m_Card->Release();
}

STDMETHODIMP_(NTSTATUS) CStream::NonDelegatingQueryInterface(REFIID InterfaceId, PVOID *Interface) {
    return AnswerInterface(PMINIPORTWAVECYCLICSTREAM(this), InterfaceId,
                           IID_IMiniportWaveCyclicStream, IID_IMiniportWaveCyclicStream, Interface);
}

PDMACHANNEL CStream::Channel() {
    m_Channel->AddRef();
    return m_Channel;
}

PSERVICEGROUP CStream::Group() {
    m_Group->AddRef();
    return m_Group;
}

// A stream keeps the format that it was made for.
STDMETHODIMP_(NTSTATUS) CStream::SetFormat(PKSDATAFORMAT DataFormat) {
    UNREFERENCED_PARAMETER(DataFormat);
    return STATUS_NOT_SUPPORTED;
}

// The port wants to be notified so often, and asks how many bytes that is.
STDMETHODIMP_(ULONG) CStream::SetNotificationFreq(ULONG Interval, PULONG FrameSize) {
    KIRQL OldIrql;
    KeAcquireSpinLock(&m_Lock, &OldIrql);
    m_IntervalBytes = m_Format.SampleRate * Interval / 1000 * m_Format.BlockAlign();
    *FrameSize = m_IntervalBytes;
    KeReleaseSpinLock(&m_Lock, OldIrql);
    return Interval;
}

STDMETHODIMP_(NTSTATUS) CStream::SetState(KSSTATE State) {
    m_Card->m_Line.Run(this, State == KSSTATE_RUN);
    if (State == KSSTATE_STOP) {
        KIRQL OldIrql;
        KeAcquireSpinLock(&m_Lock, &OldIrql);
        m_Offset = m_SinceInterval = 0;
        KeReleaseSpinLock(&m_Lock, OldIrql);
    }
    return STATUS_SUCCESS;
}

VOID CStream::Move(PUCHAR Data, ULONG Bytes) {
    const PUCHAR Buffer = static_cast<PUCHAR>(m_Channel->SystemAddress());
    const ULONG Size = m_Channel->BufferSize();
    BOOLEAN Notify = FALSE;
    KeAcquireSpinLockAtDpcLevel(&m_Lock);
    m_SinceInterval += Bytes;
    if (m_SinceInterval >= m_IntervalBytes) {
        m_SinceInterval = 0;
        Notify = TRUE;
    }
    while (Bytes != 0) {
        const ULONG Piece = min(Bytes, Size - m_Offset);
        if (m_Capture) {
            DmaCopy(Buffer + m_Offset, Data, Piece);
        } else {
            DmaCopy(Data, Buffer + m_Offset, Piece);
        }
        Data += Piece;
        Bytes -= Piece;
        m_Offset = (m_Offset + Piece) % Size;
    }
    KeReleaseSpinLockFromDpcLevel(&m_Lock);
    if (Notify) {
        m_Port->Notify(m_Group); // the port's work is done in a DPC, later
    }
}

STDMETHODIMP_(NTSTATUS) CStream::GetPosition(PULONG Position) {
    m_Card->m_Line.Update();
    KIRQL OldIrql;
    KeAcquireSpinLock(&m_Lock, &OldIrql);
    *Position = m_Offset;
    KeReleaseSpinLock(&m_Lock, OldIrql);
    return STATUS_SUCCESS;
}

// From bytes to 100 ns.
STDMETHODIMP_(NTSTATUS) CStream::NormalizePhysicalPosition(PLONGLONG PhysicalPosition) {
    *PhysicalPosition = *PhysicalPosition * 10000000 / m_Format.BytesPerSecond();
    return STATUS_SUCCESS;
}

STDMETHODIMP_(void) CStream::Silence(PVOID Buffer, ULONG ByteCount) {
    RtlZeroMemory(Buffer, ByteCount);
}
