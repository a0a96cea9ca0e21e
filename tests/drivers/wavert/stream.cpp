// Streams of wavert.sys.
#include "parts.h"

STDMETHODIMP_(NTSTATUS)
CStream::NonDelegatingQueryInterface(REFIID InterfaceId, PVOID *Interface) {
    const bool Plain = m_Pin == WAVERT_PLAIN;
    if (IsEqualGUIDAligned(InterfaceId, IID_IUnknown)) {
        *Interface = PVOID(PUNKNOWN(PMINIPORTWAVERTSTREAM(this)));
    } else if (IsEqualGUIDAligned(InterfaceId, IID_IMiniportWaveRTStream)) {
        *Interface = PVOID(PMINIPORTWAVERTSTREAM(this));
    } else if (!Plain && IsEqualGUIDAligned(InterfaceId, IID_IMiniportWaveRTStreamNotification) &&
               AnswerTo("notifications", 1)) {
        *Interface = PVOID(PMINIPORTWAVERTSTREAMNOTIFICATION(this));
    } else if (!Plain && m_Capture &&
               IsEqualGUIDAligned(InterfaceId, IID_IMiniportWaveRTInputStream)) {
        *Interface = PVOID(PMINIPORTWAVERTINPUTSTREAM(this));
    } else if (!Plain && !m_Capture &&
               IsEqualGUIDAligned(InterfaceId, IID_IMiniportWaveRTOutputStream)) {
        *Interface = PVOID(PMINIPORTWAVERTOUTPUTSTREAM(this));
    } else if (!Plain && IsEqualGUIDAligned(InterfaceId, IID_IPowerNotify)) {
        *Interface = PVOID(PPOWERNOTIFY(this));
    } else {
        *Interface = NULL;
        return STATUS_INVALID_PARAMETER;
    }
    PUNKNOWN(*Interface)->AddRef();
    return STATUS_SUCCESS;
}

void CStream::Init(PPORTWAVERTSTREAM PortStream, ULONG Pin, BOOLEAN Capture, PWAVEFORMATEX Format) {
    m_PortStream = PortStream; // which outlives the stream
    m_Pin = Pin;
    m_Capture = Capture;
    m_Rate = Format->nAvgBytesPerSec;
    m_Block = Format->nBlockAlign;
    m_State = KSSTATE_STOP;
    m_Notifications = 1;
}

CStream::~CStream() {
    Journal("gone", m_Pin);
}

STDMETHODIMP_(NTSTATUS) CStream::SetFormat(PKSDATAFORMAT DataFormat) {
    const PWAVEFORMATEX Format =
        &reinterpret_cast<PKSDATAFORMAT_WAVEFORMATEX>(DataFormat)->WaveFormatEx;
    Journal("format", m_Pin, Format->nSamplesPerSec);
    const NTSTATUS Status = AnswerTo("format", STATUS_SUCCESS);
    if (NT_SUCCESS(Status)) {
        m_Rate = Format->nAvgBytesPerSec;
        m_Block = Format->nBlockAlign;
    }
    return Status;
}

STDMETHODIMP_(void) CStream::PowerChangeNotify(POWER_STATE PowerState) {
    Journal("power", m_Pin, PowerState.DeviceState);
}

STDMETHODIMP_(NTSTATUS) CStream::SetState(KSSTATE State) {
    static const char *const Questions[] = {"to stop", "to acquire", "to pause", "to run"};
    Journal("state", m_Pin, State);
    const NTSTATUS Status = AnswerTo(Questions[State], STATUS_SUCCESS);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    if (m_State == KSSTATE_RUN && State != KSSTATE_RUN) {
        Hardware.Remove(this);
    }
    KIRQL OldIrql;
    KeAcquireSpinLock(&m_Lock, &OldIrql);
    if (State == KSSTATE_STOP) {
        m_Position = m_LastRead = 0;
        m_EndOfStream = false;
    }
    m_Started = InterruptTime();
    m_AtStart = m_Position;
    KeReleaseSpinLock(&m_Lock, OldIrql);
    m_State = State;
    if (State == KSSTATE_RUN) {
        Hardware.Add(this);
    }
    return STATUS_SUCCESS;
}

NTSTATUS CStream::Allocate(ULONG Notifications, ULONG Requested, PMDL *Mdl, ULONG *Actual,
                           ULONG *Offset, MEMORY_CACHING_TYPE *Cache) {
    Journal("allocate", m_Pin, Requested, Notifications);
    NTSTATUS Status = AnswerTo("allocate", STATUS_SUCCESS);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    *Offset = ULONG(AnswerTo("offset", 0));
    m_Bytes = (Requested + m_Block - 1) / m_Block * m_Block + ULONG(AnswerTo("actual", 0));
    PHYSICAL_ADDRESS Low, High;
    Low.QuadPart = 0;
    High.QuadPart = 0xffffffff;
    m_Mdl = AnswerTo("contiguous", 0)
                ? m_PortStream->AllocateContiguousPagesForMdl(Low, High, *Offset + m_Bytes)
                : m_PortStream->AllocatePagesForMdl(High, *Offset + m_Bytes);
    if (m_Mdl == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    m_View = static_cast<PUCHAR>(m_PortStream->MapAllocatedPages(m_Mdl, MmCached));
    m_Buffer = m_View + *Offset;
    m_Notifications = Notifications != 0 ? Notifications : 1;
    *Mdl = m_Mdl;
    *Actual = AnswerTo("beyond", 0) ? m_Mdl->ByteCount + 1 : m_Bytes;
    *Cache = MEMORY_CACHING_TYPE(AnswerTo("cache", MmCached));
    return STATUS_SUCCESS;
}

void CStream::Free(PMDL Mdl) {
    if (AnswerTo("leak", 0)) {
        return;
    }
    const bool StillMapped = AnswerTo("still mapped", 0) != 0;
    if (!StillMapped) {
        m_PortStream->UnmapAllocatedPages(m_View, Mdl);
    }
    m_PortStream->FreePagesFromMdl(Mdl);
    if (StillMapped) {
        Journal("view", m_Pin, MmIsAddressValid(m_View));
    }
    m_Mdl = NULL;
}

STDMETHODIMP_(NTSTATUS)
CStream::AllocateAudioBuffer(ULONG RequestedSize, PMDL *AudioBufferMdl, ULONG *ActualSize,
                             ULONG *OffsetFromFirstPage, MEMORY_CACHING_TYPE *CacheType) {
    return Allocate(0, RequestedSize, AudioBufferMdl, ActualSize, OffsetFromFirstPage, CacheType);
}

STDMETHODIMP_(VOID) CStream::FreeAudioBuffer(PMDL AudioBufferMdl, ULONG BufferSize) {
    Journal("free", m_Pin, BufferSize, 0);
    Free(AudioBufferMdl);
}

STDMETHODIMP_(NTSTATUS)
CStream::AllocateBufferWithNotification(ULONG NotificationCount, ULONG RequestedSize,
                                        PMDL *AudioBufferMdl, ULONG *ActualSize,
                                        ULONG *OffsetFromFirstPage,
                                        MEMORY_CACHING_TYPE *CacheType) {
    return Allocate(NotificationCount, RequestedSize, AudioBufferMdl, ActualSize,
                    OffsetFromFirstPage, CacheType);
}

STDMETHODIMP_(VOID) CStream::FreeBufferWithNotification(PMDL AudioBufferMdl, ULONG BufferSize) {
    Journal("free", m_Pin, BufferSize, m_Notifications);
    Free(AudioBufferMdl);
}

STDMETHODIMP_(NTSTATUS) CStream::RegisterNotificationEvent(PKEVENT NotificationEvent) {
    Journal("register", m_Pin);
    NTSTATUS Status = AnswerTo("register", STATUS_SUCCESS);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Status = STATUS_INSUFFICIENT_RESOURCES;
    KIRQL OldIrql;
    KeAcquireSpinLock(&m_Lock, &OldIrql);
    for (ULONG Index = 0; Index < MaximumEvents && !NT_SUCCESS(Status); Index++) {
        if (m_Events[Index] == NULL) {
            m_Events[Index] = NotificationEvent;
            Status = STATUS_SUCCESS;
        }
    }
    KeReleaseSpinLock(&m_Lock, OldIrql);
    return Status;
}

STDMETHODIMP_(NTSTATUS) CStream::UnregisterNotificationEvent(PKEVENT NotificationEvent) {
    Journal("unregister", m_Pin);
    NTSTATUS Status = STATUS_UNSUCCESSFUL;
    KIRQL OldIrql;
    KeAcquireSpinLock(&m_Lock, &OldIrql);
    for (ULONG Index = 0; Index < MaximumEvents && !NT_SUCCESS(Status); Index++) {
        if (m_Events[Index] == NotificationEvent) {
            m_Events[Index] = NULL;
            Status = STATUS_SUCCESS;
        }
    }
    KeReleaseSpinLock(&m_Lock, OldIrql);
    return Status;
}

void CStream::Transfer(ULONG Count) {
    while (Count != 0) {
        const ULONG At = ULONG(m_Position % m_Bytes);
        const ULONG Piece = min(Count, m_Bytes - At);
        if (m_Capture) {
            Hardware.LoopBack(m_Buffer + At, Piece);
        } else {
            Hardware.Loop(m_Buffer + At, Piece);
        }
        m_Position += Piece;
        Count -= Piece;
    }
}

void CStream::Notify() {
    for (ULONG Index = 0; Index < MaximumEvents; Index++) {
        if (m_Events[Index] != NULL) {
            KeSetEvent(m_Events[Index], IO_NO_INCREMENT, FALSE);
        }
    }
}

void CStream::Move(ULONGLONG Now) {
    KeAcquireSpinLockAtDpcLevel(&m_Lock);
    const ULONGLONG Frames = (Now - m_Started) * (m_Rate / m_Block) / 10000000;
    const ULONGLONG Due = m_AtStart + Frames * m_Block;
    // At most to the next notification at a time: the client has one for each.
    while (m_Mdl != NULL && m_Position < Due) {
        const ULONGLONG Next = (m_Position / PacketBytes() + 1) * PacketBytes();
        Transfer(ULONG(min(Due, Next) - m_Position));
        if (m_Position == Next) {
            Notify();
        }
    }
    if (m_Mdl != NULL && !m_Capture) {
        *reinterpret_cast<volatile ULONGLONG *>(Hardware.Registers() + WAVERT_POSITION_OFFSET) =
            m_Position % m_Bytes;
    }
    KeReleaseSpinLockFromDpcLevel(&m_Lock);
}

STDMETHODIMP_(NTSTATUS) CStream::GetPosition(PKSAUDIO_POSITION Position) {
    Journal("position", m_Pin);
    const NTSTATUS Status = AnswerTo("position", STATUS_SUCCESS);
    if (!NT_SUCCESS(Status) || m_Bytes == 0) {
        return Status;
    }
    KIRQL OldIrql;
    KeAcquireSpinLock(&m_Lock, &OldIrql);
    const ULONGLONG Played = m_Position > WAVERT_FIFO_BYTES ? m_Position - WAVERT_FIFO_BYTES : 0;
    // What was recorded is on its way into the buffer.
    Position->PlayOffset = (m_Capture ? m_Position + WAVERT_FIFO_BYTES : Played) % m_Bytes;
    Position->WriteOffset = m_Position % m_Bytes;
    KeReleaseSpinLock(&m_Lock, OldIrql);
    return Status;
}

STDMETHODIMP_(VOID) CStream::GetHWLatency(KSRTAUDIO_HWLATENCY *Latency) {
    Journal("latency", m_Pin);
    Latency->FifoSize = WAVERT_FIFO_BYTES;
    Latency->ChipsetDelay = WAVERT_CHIPSET_100NS;
    Latency->CodecDelay = WAVERT_CODEC_100NS;
}

STDMETHODIMP_(NTSTATUS) CStream::GetPositionRegister(KSRTAUDIO_HWREGISTER *Register) {
    Journal("position register", m_Pin);
    Register->Register = Hardware.Registers() + WAVERT_POSITION_OFFSET;
    Register->Width = 64;
    Register->Accuracy = m_Block;
    return AnswerTo("position register",
                    m_Pin == WAVERT_PLAIN ? STATUS_NOT_SUPPORTED : STATUS_SUCCESS);
}

STDMETHODIMP_(NTSTATUS) CStream::GetClockRegister(KSRTAUDIO_HWREGISTER *Register) {
    Journal("clock register", m_Pin);
    Register->Register = Hardware.Registers() + WAVERT_CLOCK_OFFSET;
    Register->Width = 64;
    Register->Numerator = WAVERT_CLOCK_HZ * 3;
    Register->Denominator = 3;
    Register->Accuracy = 1;
    return AnswerTo("clock register",
                    m_Pin == WAVERT_PLAIN ? STATUS_NOT_SUPPORTED : STATUS_SUCCESS);
}

STDMETHODIMP_(NTSTATUS)
CStream::GetReadPacket(ULONG *PacketNumber, DWORD *Flags, ULONG64 *PerformanceCounterValue,
                       BOOL *MoreData) {
    Journal("read packet", m_Pin);
    NTSTATUS Status = STATUS_DEVICE_NOT_READY;
    KIRQL OldIrql;
    KeAcquireSpinLock(&m_Lock, &OldIrql);
    const ULONGLONG Complete = m_Bytes != 0 ? m_Position / PacketBytes() : 0;
    if (Complete > m_LastRead) {
        // Older ones are overwritten, but the one before the last.
        if (m_LastRead + m_Notifications < Complete) {
            m_LastRead = Complete - m_Notifications;
        }
        *PacketNumber = ULONG(m_LastRead++);
        *Flags = 0;
        *PerformanceCounterValue = ULONG64(KeQueryPerformanceCounter(NULL).QuadPart);
        *MoreData = m_LastRead < Complete;
        Status = STATUS_SUCCESS;
    }
    KeReleaseSpinLock(&m_Lock, OldIrql);
    return Status;
}

STDMETHODIMP_(NTSTATUS)
CStream::SetWritePacket(ULONG PacketNumber, DWORD Flags, ULONG EosPacketLength) {
    Journal("write packet", PacketNumber, Flags, EosPacketLength);
    NTSTATUS Status = AnswerTo("write packet", STATUS_SUCCESS);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    KIRQL OldIrql;
    KeAcquireSpinLock(&m_Lock, &OldIrql);
    const ULONGLONG Current = m_Bytes != 0 ? m_Position / PacketBytes() : 0;
    const bool Moving = m_Position != 0;
    const ULONG Bytes = PacketBytes();
    if (m_EndOfStream) {
        Status = STATUS_INVALID_DEVICE_STATE;
    } else if ((Flags & ~ULONG(KSSTREAM_HEADER_OPTIONSF_ENDOFSTREAM)) != 0 ||
               (Flags != 0 && EosPacketLength > Bytes)) {
        Status = STATUS_INVALID_PARAMETER;
    } else if (PacketNumber < Current || (Moving && PacketNumber == Current)) {
        Status = STATUS_DATA_LATE_ERROR;
    } else if (PacketNumber >= Current + m_Notifications) {
        Status = STATUS_DATA_OVERRUN;
    } else if (Flags != 0) {
        m_EndOfStream = true;
        PUCHAR Packet = m_Buffer + PacketNumber % m_Notifications * Bytes;
        RtlZeroMemory(Packet + EosPacketLength, Bytes - EosPacketLength);
    }
    KeReleaseSpinLock(&m_Lock, OldIrql);
    return Status;
}

STDMETHODIMP_(NTSTATUS)
CStream::GetOutputStreamPresentationPosition(KSAUDIO_PRESENTATION_POSITION *Position) {
    Journal("presentation", m_Pin);
    KIRQL OldIrql;
    KeAcquireSpinLock(&m_Lock, &OldIrql);
    const ULONGLONG Played = m_Position > WAVERT_FIFO_BYTES ? m_Position - WAVERT_FIFO_BYTES : 0;
    Position->u64PositionInBlocks = Played / m_Block;
    Position->u64QPCPosition = UINT64(KeQueryPerformanceCounter(NULL).QuadPart);
    KeReleaseSpinLock(&m_Lock, OldIrql);
    return STATUS_SUCCESS;
}

STDMETHODIMP_(NTSTATUS) CStream::GetPacketCount(ULONG *PacketCount) {
    Journal("packet count", m_Pin);
    KIRQL OldIrql;
    KeAcquireSpinLock(&m_Lock, &OldIrql);
    *PacketCount = m_Bytes != 0 ? ULONG(m_Position / PacketBytes()) : 0;
    KeReleaseSpinLock(&m_Lock, OldIrql);
    return STATUS_SUCCESS;
}

void CStream::Pages(WAVERT_PAGES_SEEN *Seen) {
    Seen->Count = m_PortStream->GetPhysicalPagesCount(m_Mdl);
    Seen->First = ULONGLONG(m_PortStream->GetPhysicalPageAddress(m_Mdl, 0).QuadPart);
    Seen->Beyond = ULONGLONG(m_PortStream->GetPhysicalPageAddress(m_Mdl, Seen->Count).QuadPart);
    Seen->Contiguous = TRUE;
    for (ULONG Index = 1; Index < Seen->Count; Index++) {
        if (ULONGLONG(m_PortStream->GetPhysicalPageAddress(m_Mdl, Index).QuadPart) !=
            Seen->First + Index * PAGE_SIZE) {
            Seen->Contiguous = FALSE;
        }
    }
}
