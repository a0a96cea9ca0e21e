// Streams: mappings of clients' buffers come from the port, are played or filled, and go back.
#include "../shared/dma.h"
#include "card.h"

CStream::CStream(PUNKNOWN Outer, CMiniport *Miniport, PPORTWAVEPCISTREAM PortStream,
                 BOOLEAN Capture)
    : CUnknown(Outer), m_Miniport(Miniport), m_PortStream(PortStream), m_Capture(Capture) {
    m_Miniport->AddRef();
    m_PortStream->AddRef();
}

NTSTATUS CStream::Init(const WaveFormat &Format) {
    m_Format = Format;
    const NTSTATUS Status = PcNewServiceGroup(&m_Group, NULL);
    return NT_SUCCESS(Status) ? m_Miniport->m_Line.Attach(this, m_Capture, m_Format) : Status;
}

CStream::~CStream() {
    m_Miniport->m_Line.Detach(this);
    if (m_Group != NULL) {
        m_Group->Release();
    }
    m_PortStream->Release();
    m_Miniport->Release();
}

STDMETHODIMP_(NTSTATUS) CStream::NonDelegatingQueryInterface(REFIID InterfaceId, PVOID *Interface) {
    return AnswerInterface(PMINIPORTWAVEPCISTREAM(this), InterfaceId, IID_IMiniportWavePciStream,
                           IID_IMiniportWavePciStream, Interface);
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

STDMETHODIMP_(NTSTATUS) CStream::SetState(KSSTATE State) {
    if (State == KSSTATE_RUN) {
        ExchangeMappings(); // what clients have queued until now
    }
    m_Miniport->m_Line.Run(this, State == KSSTATE_RUN);
    if (State == KSSTATE_STOP) {
        KIRQL OldIrql;
        KeAcquireSpinLock(&m_Lock, &OldIrql);
        m_Position = 0;
        KeReleaseSpinLock(&m_Lock, OldIrql);
    }
    return STATUS_SUCCESS;
}

STDMETHODIMP_(NTSTATUS) CStream::GetPosition(PULONGLONG Position) {
    m_Miniport->m_Line.Update();
    KIRQL OldIrql;
    KeAcquireSpinLock(&m_Lock, &OldIrql);
    *Position = m_Position;
    KeReleaseSpinLock(&m_Lock, OldIrql);
    return STATUS_SUCCESS;
}

// From bytes to 100 ns.
STDMETHODIMP_(NTSTATUS) CStream::NormalizePhysicalPosition(PLONGLONG PhysicalPosition) {
    *PhysicalPosition = *PhysicalPosition * 10000000 / m_Format.BytesPerSecond();
    return STATUS_SUCCESS;
}

// Eight frames of 10 ms.
STDMETHODIMP_(NTSTATUS) CStream::GetAllocatorFraming(PKSALLOCATOR_FRAMING AllocatorFraming) {
    RtlZeroMemory(AllocatorFraming, sizeof(*AllocatorFraming));
    AllocatorFraming->RequirementsFlags = KSALLOCATOR_REQUIREMENTF_SYSTEM_MEMORY;
    AllocatorFraming->PoolType = NonPagedPool;
    AllocatorFraming->Frames = 8;
    AllocatorFraming->FrameSize = m_Format.SampleRate / 100 * m_Format.BlockAlign();
    AllocatorFraming->FileAlignment = 0;
    return STATUS_SUCCESS;
}

VOID CStream::Move(PUCHAR Data, ULONG Bytes) {
    BOOLEAN Notify = FALSE;
    KeAcquireSpinLockAtDpcLevel(&m_Lock);
    // Where no mapping is left, silence is played, and what is recorded is lost.
    while (Bytes != 0 && m_Finished < m_Count) {
        Mapping &First = m_Mappings[m_Finished];
        const ULONG Piece = min(Bytes, First.Bytes - First.Done);
        if (m_Capture) {
            DmaCopy(First.Address + First.Done, Data, Piece);
        } else {
            DmaCopy(Data, First.Address + First.Done, Piece);
        }
        Data += Piece;
        Bytes -= Piece;
        m_Position += Piece;
        First.Done += Piece;
        if (First.Done == First.Bytes) {
            m_Finished++;
            Notify = TRUE;
        }
    }
    KeReleaseSpinLockFromDpcLevel(&m_Lock);
    if (Notify) {
        m_Miniport->m_Port->Notify(m_Group); // calls Service() in a DPC, later
    }
}

STDMETHODIMP_(void) CStream::Service() {
    ExchangeMappings();
}

// More has come after GetMapping had no more.
STDMETHODIMP_(void) CStream::MappingAvailable() {
    ExchangeMappings();
}

// Finished mappings go, others come. Whoever asks while somebody is at it leaves the work to him:
// mappings stay in order.
VOID CStream::ExchangeMappings() {
    if (InterlockedIncrement(&m_Asked) != 1) {
        return;
    }
    LONG Seen;
    do {
        Seen = m_Asked;
        ReleaseFinished();
        GetMore();
    } while (InterlockedCompareExchange(&m_Asked, 0, Seen) != Seen);
}

// The port is called without the lock: it may call RevokeMappings.
VOID CStream::ReleaseFinished() {
    for (;;) {
        KIRQL OldIrql;
        KeAcquireSpinLock(&m_Lock, &OldIrql);
        const BOOLEAN Any = m_Finished != 0;
        const ULONG_PTR Tag = m_Mappings[0].Tag;
        if (Any) {
            m_Finished--;
            m_Count--;
            RtlMoveMemory(&m_Mappings[0], &m_Mappings[1], m_Count * sizeof(Mapping));
        }
        KeReleaseSpinLock(&m_Lock, OldIrql);
        if (!Any) {
            return;
        }
        m_PortStream->ReleaseMapping(PVOID(Tag));
    }
}

// A mapping that has just come may be revoked before it is in the list: m_Coming tells.
VOID CStream::GetMore() {
    NTSTATUS Status;
    do {
        Mapping New = {};
        KIRQL OldIrql;
        KeAcquireSpinLock(&m_Lock, &OldIrql);
        const BOOLEAN Full = m_Count == MaximumMappings;
        New.Tag = m_Coming = m_NextTag++;
        KeReleaseSpinLock(&m_Lock, OldIrql);
        if (Full) {
            return;
        }
        PHYSICAL_ADDRESS Physical; // what a real card would be told
        PVOID Address;
        ULONG Flags;
        Status = m_PortStream->GetMapping(PVOID(New.Tag), &Physical, &Address, &New.Bytes, &Flags);
        KeAcquireSpinLock(&m_Lock, &OldIrql);
        if (NT_SUCCESS(Status) && m_Coming == New.Tag) {
            New.Address = static_cast<PUCHAR>(Address);
            m_Mappings[m_Count++] = New;
        }
        m_Coming = 0;
        KeReleaseSpinLock(&m_Lock, OldIrql);
    } while (NT_SUCCESS(Status)); // MappingAvailable() says when there is more
}

// The client takes its buffers back.
STDMETHODIMP_(NTSTATUS)
CStream::RevokeMappings(PVOID FirstTag, PVOID LastTag, PULONG MappingsRevoked) {
    const auto IsRevoked = [=](ULONG_PTR Tag) {
        return Tag >= ULONG_PTR(FirstTag) && Tag <= ULONG_PTR(LastTag);
    };
    ULONG Kept = 0, KeptFinished = 0;
    KIRQL OldIrql;
    KeAcquireSpinLock(&m_Lock, &OldIrql);
    for (ULONG Index = 0; Index < m_Count; Index++) {
        if (!IsRevoked(m_Mappings[Index].Tag)) {
            KeptFinished += Index < m_Finished;
            m_Mappings[Kept++] = m_Mappings[Index];
        }
    }
    *MappingsRevoked = m_Count - Kept;
    m_Count = Kept;
    m_Finished = KeptFinished;
    if (m_Coming != 0 && IsRevoked(m_Coming)) {
        m_Coming = 0;
        ++*MappingsRevoked;
    }
    KeReleaseSpinLock(&m_Lock, OldIrql);
    return STATUS_SUCCESS;
}
