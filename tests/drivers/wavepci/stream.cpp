// Streams: mappings in, bytes played or recorded, mappings out.
#include "miniport.h"

CStream::~CStream() {
    Journal("gone", m_Pin);
    if (m_Miniport != NULL) {
        m_Miniport->Remove(this);
    }
    if (m_Group != NULL) {
        m_Group->Release();
    }
    if (m_PortStream != NULL) {
        m_PortStream->Release();
    }
}

NTSTATUS CStream::Init(CMiniport *Miniport, PPORTWAVEPCISTREAM PortStream, ULONG Pin,
                       BOOLEAN Capture) {
    m_Miniport = Miniport;
    m_PortStream = PortStream;
    m_PortStream->AddRef();
    m_Pin = Pin;
    m_Capture = Capture;
    return PcNewServiceGroup(&m_Group, NULL);
}

STDMETHODIMP_(NTSTATUS)
CStream::NonDelegatingQueryInterface(REFIID InterfaceId, PVOID *Interface) {
    if (IsEqualGUIDAligned(InterfaceId, IID_IUnknown) ||
        IsEqualGUIDAligned(InterfaceId, IID_IMiniportWavePciStream)) {
        *Interface = QICAST(PMINIPORTWAVEPCISTREAM);
        PUNKNOWN(*Interface)->AddRef();
        return STATUS_SUCCESS;
    }
    *Interface = NULL;
    return STATUS_INVALID_PARAMETER;
}

// Without the lock during GetMapping, as the page wants.
VOID CStream::GetMore() {
    for (;;) {
        KIRQL OldIrql;
        KeAcquireSpinLock(&m_Lock, &OldIrql);
        const BOOLEAN Full = m_Count >= m_Miniport->MostMappings();
        const ULONG_PTR Tag = m_NextTag;
        KeReleaseSpinLock(&m_Lock, OldIrql);
        if (Full) {
            return;
        }
        PHYSICAL_ADDRESS Physical = {};
        PVOID Address = NULL;
        ULONG Bytes = 0, Flags = 0;
        const NTSTATUS Status =
            m_PortStream->GetMapping(PVOID(Tag), &Physical, &Address, &Bytes, &Flags);
        if (!NT_SUCCESS(Status)) {
            Journal("refused", ULONG(Status));
            return;
        }
        Journal("mapping", Tag, Bytes, Flags);
        if (Physical.QuadPart != MmGetPhysicalAddress(Address).QuadPart) {
            Journal("wrong address", Physical.QuadPart, MmGetPhysicalAddress(Address).QuadPart);
        }
        KeAcquireSpinLock(&m_Lock, &OldIrql);
        m_Mappings[m_Count++] = {Tag, static_cast<PUCHAR>(Address), Bytes, 0};
        m_NextTag++;
        KeReleaseSpinLock(&m_Lock, OldIrql);
    }
}

VOID CStream::Advance(ULONG Bytes) {
    while (m_State == KSSTATE_RUN && Bytes != 0) {
        KIRQL OldIrql;
        KeAcquireSpinLock(&m_Lock, &OldIrql);
        if (m_Count == 0) {
            KeReleaseSpinLock(&m_Lock, OldIrql);
            return;
        }
        MAPPING *First = &m_Mappings[0];
        for (; Bytes != 0 && First->Done < First->Bytes; Bytes--) {
            UCHAR *Byte = &First->Address[First->Done++];
            if (m_Capture) {
                *Byte = UCHAR(m_Position);
            } else {
                m_Miniport->Play(*Byte);
            }
            m_Position++;
        }
        const BOOLEAN Done = First->Done == First->Bytes;
        const ULONG_PTR Tag = First->Tag;
        if (Done) {
            RtlMoveMemory(First, First + 1, --m_Count * sizeof(*First));
        }
        KeReleaseSpinLock(&m_Lock, OldIrql);
        if (Done) {
            Journal("release", ULONG(m_PortStream->ReleaseMapping(PVOID(Tag))));
        }
    }
}

STDMETHODIMP_(NTSTATUS) CStream::SetFormat(PKSDATAFORMAT DataFormat) {
    UNREFERENCED_PARAMETER(DataFormat);
    Journal("set format", m_Pin);
    return STATUS_SUCCESS;
}

STDMETHODIMP_(NTSTATUS) CStream::SetState(KSSTATE State) {
    Journal("set state", m_Pin, State);
    const NTSTATUS Status = AnswerTo("set state", STATUS_SUCCESS);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    if (State > m_State && State >= KSSTATE_PAUSE) {
        GetMore();
    }
    if (State == KSSTATE_STOP) {
        m_Position = 0;
    }
    m_State = State;
    return STATUS_SUCCESS;
}

STDMETHODIMP_(NTSTATUS) CStream::GetPosition(PULONGLONG Position) {
    KIRQL OldIrql;
    KeAcquireSpinLock(&m_Lock, &OldIrql);
    *Position = m_Position;
    KeReleaseSpinLock(&m_Lock, OldIrql);
    return STATUS_SUCCESS;
}

STDMETHODIMP_(NTSTATUS) CStream::NormalizePhysicalPosition(PLONGLONG PhysicalPosition) {
    *PhysicalPosition = *PhysicalPosition * 10000000 / (48000 * 4);
    return STATUS_SUCCESS;
}

STDMETHODIMP_(NTSTATUS) CStream::GetAllocatorFraming(PKSALLOCATOR_FRAMING AllocatorFraming) {
    AllocatorFraming->RequirementsFlags = KSALLOCATOR_REQUIREMENTF_SYSTEM_MEMORY;
    AllocatorFraming->PoolType = NonPagedPool;
    AllocatorFraming->Frames = 3;
    AllocatorFraming->FrameSize = MASTER_FRAME_BYTES;
    AllocatorFraming->FileAlignment = 0;
    AllocatorFraming->Reserved = 0;
    return STATUS_SUCCESS;
}

STDMETHODIMP_(NTSTATUS)
CStream::RevokeMappings(PVOID FirstTag, PVOID LastTag, PULONG MappingsRevoked) {
    KIRQL OldIrql;
    KeAcquireSpinLock(&m_Lock, &OldIrql);
    ULONG Kept = 0;
    for (ULONG Index = 0; Index < m_Count; Index++) {
        if (m_Mappings[Index].Tag < ULONG_PTR(FirstTag) ||
            m_Mappings[Index].Tag > ULONG_PTR(LastTag)) {
            m_Mappings[Kept++] = m_Mappings[Index];
        }
    }
    *MappingsRevoked = m_Count - Kept;
    m_Count = Kept;
    KeReleaseSpinLock(&m_Lock, OldIrql);
    Journal("revoke", ULONG_PTR(FirstTag), ULONG_PTR(LastTag), *MappingsRevoked);
    return STATUS_SUCCESS;
}

STDMETHODIMP_(void) CStream::MappingAvailable() {
    Journal("available", m_Pin);
    GetMore();
}

STDMETHODIMP_(void) CStream::Service() {
    Journal("service", m_Pin);
    GetMore();
}
