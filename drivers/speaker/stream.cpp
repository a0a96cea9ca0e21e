// Streams: a cyclic buffer that the client fills or reads, at the end of a line that plays it.
#include "../shared/dma.h"
#include "adapter.h"

static const ULONG MaximumEvents = 4;

class CStream : public IMiniportWaveRTStreamNotification, public LineEnd, public CUnknown {
  public:
    DECLARE_STD_UNKNOWN();
    CStream(CAdapter *Adapter, PPORTWAVERTSTREAM PortStream, ULONG Pin);
    ~CStream();
    NTSTATUS Init(BOOLEAN Capture, const WaveFormat &Format);
    IMP_IMiniportWaveRTStream;
    IMP_IMiniportWaveRTStreamNotification;
    VOID Move(PUCHAR Data, ULONG Bytes) override;

  private:
    NTSTATUS Allocate(ULONG Parts, ULONG RequestedSize, PMDL *Mdl, ULONG *ActualSize, ULONG *Offset,
                      MEMORY_CACHING_TYPE *Cache);
    VOID Free(PMDL Mdl);
    NTSTATUS ReplaceEvent(PKEVENT Old, PKEVENT New);

    CAdapter *const m_Adapter;
    const PPORTWAVERTSTREAM m_PortStream; // outlives the stream
    const ULONG m_Pin;
    Line *const m_Line;
    BOOLEAN m_Capture = FALSE;
    ULONG m_FrameBytes = 1;
    KSPIN_LOCK m_Lock = 0; // guards what follows
    PUCHAR m_Buffer = NULL;
    ULONG m_BufferBytes = 0;
    ULONG m_PartBytes = 0;    // a notification is due after each part
    ULONGLONG m_Position = 0; // bytes since STOP
    PKEVENT m_Events[MaximumEvents] = {};
};

// What may be played: `Pcm` is what the pins for it offer.
static NTSTATUS ReadFormat(ULONG Pin, PKSDATAFORMAT DataFormat, const KSDATARANGE_AUDIO *Pcm,
                           WaveFormat *Format) {
    if (Pin != WAVE_RENDER_AC3) {
        return ReadWaveFormatInRange(DataFormat, Pcm, Format);
    }
    // As the link sees it, AC-3 is stereo of 16 bits.
    if (DataFormat->FormatSize < sizeof(KSDATAFORMAT_WAVEFORMATEX)) {
        return STATUS_NO_MATCH;
    }
    const WAVEFORMATEX &Wave = PKSDATAFORMAT_WAVEFORMATEX(DataFormat)->WaveFormatEx;
    *Format = {Wave.nSamplesPerSec, Wave.nChannels, Wave.wBitsPerSample, 16, FALSE};
    const BOOLEAN Fits =
        Wave.nBlockAlign == 4 && Format->BlockAlign() == 4 && Wave.nSamplesPerSec == 48000;
    return Fits ? STATUS_SUCCESS : STATUS_NO_MATCH;
}

NTSTATUS NewStream(CAdapter *Adapter, PPORTWAVERTSTREAM PortStream, ULONG Pin, BOOLEAN Capture,
                   PKSDATAFORMAT DataFormat, const KSDATARANGE_AUDIO *Pcm,
                   PMINIPORTWAVERTSTREAM *Stream) {
    WaveFormat Format;
    NTSTATUS Status = ReadFormat(Pin, DataFormat, Pcm, &Format);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    CStream *New = new (NonPagedPoolNx, 'rkpS') CStream(Adapter, PortStream, Pin);
    if (New == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    New->AddRef();
    Status = New->Init(Capture, Format);
    if (NT_SUCCESS(Status)) {
        *Stream = New;
    } else {
        New->Release();
    }
    return Status;
}

CStream::CStream(CAdapter *Adapter, PPORTWAVERTSTREAM PortStream, ULONG Pin)
    : CUnknown(NULL), m_Adapter(Adapter), m_PortStream(PortStream), m_Pin(Pin),
      m_Line(Pin == WAVE_RENDER_AC3 ? &Adapter->m_Digital : &Adapter->m_Speaker) {
    Adapter->AddRef();
}

NTSTATUS CStream::Init(BOOLEAN Capture, const WaveFormat &Format) {
    m_Capture = Capture;
    m_FrameBytes = Format.BlockAlign();
    return m_Line->Attach(this, Capture, Format);
}

CStream::~CStream() {
    m_Line->Detach(this);
    m_Adapter->Release();
}

STDMETHODIMP_(NTSTATUS) CStream::NonDelegatingQueryInterface(REFIID InterfaceId, PVOID *Interface) {
    return AnswerInterface(PMINIPORTWAVERTSTREAMNOTIFICATION(this), InterfaceId,
                           IID_IMiniportWaveRTStream, IID_IMiniportWaveRTStreamNotification,
                           Interface);
}

// A stream keeps the format that it was made for.
STDMETHODIMP_(NTSTATUS) CStream::SetFormat(PKSDATAFORMAT DataFormat) {
    UNREFERENCED_PARAMETER(DataFormat);
    return STATUS_NOT_SUPPORTED;
}

STDMETHODIMP_(NTSTATUS) CStream::SetState(KSSTATE State) {
    m_Line->Run(this, State == KSSTATE_RUN);
    if (State == KSSTATE_STOP) {
        KIRQL OldIrql;
        KeAcquireSpinLock(&m_Lock, &OldIrql);
        m_Position = 0;
        m_Adapter->m_Registers[m_Pin] = 0;
        KeReleaseSpinLock(&m_Lock, OldIrql);
    }
    return STATUS_SUCCESS;
}

NTSTATUS CStream::Allocate(ULONG Parts, ULONG RequestedSize, PMDL *Mdl, ULONG *ActualSize,
                           ULONG *Offset, MEMORY_CACHING_TYPE *Cache) {
    const ULONG Granule = Parts * m_FrameBytes; // whole frames in each part
    if (RequestedSize == 0 || RequestedSize > MAXLONG) {
        return STATUS_INVALID_PARAMETER;
    }
    const ULONG Bytes = (RequestedSize + Granule - 1) / Granule * Granule;
    PHYSICAL_ADDRESS Highest;
    Highest.QuadPart = MAXULONG;
    *Mdl = m_PortStream->AllocatePagesForMdl(Highest, Bytes);
    if (*Mdl == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    const PVOID Buffer = m_PortStream->MapAllocatedPages(*Mdl, MmCached);
    if (Buffer == NULL) {
        m_PortStream->FreePagesFromMdl(*Mdl);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    KIRQL OldIrql;
    KeAcquireSpinLock(&m_Lock, &OldIrql);
    m_Buffer = static_cast<PUCHAR>(Buffer);
    m_BufferBytes = Bytes;
    m_PartBytes = Bytes / Parts;
    KeReleaseSpinLock(&m_Lock, OldIrql);
    *ActualSize = Bytes;
    *Offset = 0;
    *Cache = MmCached;
    return STATUS_SUCCESS;
}

VOID CStream::Free(PMDL Mdl) {
    KIRQL OldIrql;
    KeAcquireSpinLock(&m_Lock, &OldIrql);
    const PUCHAR Buffer = m_Buffer;
    m_Buffer = NULL;
    KeReleaseSpinLock(&m_Lock, OldIrql);
    m_PortStream->UnmapAllocatedPages(Buffer, Mdl);
    m_PortStream->FreePagesFromMdl(Mdl);
}

STDMETHODIMP_(NTSTATUS)
CStream::AllocateAudioBuffer(ULONG RequestedSize, PMDL *AudioBufferMdl, ULONG *ActualSize,
                             ULONG *OffsetFromFirstPage, MEMORY_CACHING_TYPE *CacheType) {
    return Allocate(1, RequestedSize, AudioBufferMdl, ActualSize, OffsetFromFirstPage, CacheType);
}

STDMETHODIMP_(VOID) CStream::FreeAudioBuffer(PMDL AudioBufferMdl, ULONG BufferSize) {
    UNREFERENCED_PARAMETER(BufferSize);
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
    UNREFERENCED_PARAMETER(BufferSize);
    Free(AudioBufferMdl);
}

NTSTATUS CStream::ReplaceEvent(PKEVENT Old, PKEVENT New) {
    NTSTATUS Status = STATUS_NOT_FOUND;
    KIRQL OldIrql;
    KeAcquireSpinLock(&m_Lock, &OldIrql);
    for (ULONG Index = 0; Index < MaximumEvents; Index++) {
        if (m_Events[Index] == Old) {
            m_Events[Index] = New;
            Status = STATUS_SUCCESS;
            break;
        }
    }
    KeReleaseSpinLock(&m_Lock, OldIrql);
    return Status;
}

STDMETHODIMP_(NTSTATUS) CStream::RegisterNotificationEvent(PKEVENT NotificationEvent) {
    const NTSTATUS Status = ReplaceEvent(NULL, NotificationEvent);
    return NT_SUCCESS(Status) ? Status : STATUS_INSUFFICIENT_RESOURCES;
}

STDMETHODIMP_(NTSTATUS) CStream::UnregisterNotificationEvent(PKEVENT NotificationEvent) {
    return ReplaceEvent(NotificationEvent, NULL);
}

VOID CStream::Move(PUCHAR Data, ULONG Bytes) {
    KeAcquireSpinLockAtDpcLevel(&m_Lock);
    while (m_Buffer != NULL && Bytes != 0) {
        const ULONG At = ULONG(m_Position % m_BufferBytes);
        const ULONG Piece = min(Bytes, m_PartBytes - At % m_PartBytes);
        if (m_Capture) {
            DmaCopy(m_Buffer + At, Data, Piece);
        } else {
            DmaCopy(Data, m_Buffer + At, Piece);
        }
        Data += Piece;
        Bytes -= Piece;
        m_Position += Piece;
        for (ULONG Index = 0; m_Position % m_PartBytes == 0 && Index < MaximumEvents; Index++) {
            if (m_Events[Index] != NULL) {
                KeSetEvent(m_Events[Index], IO_NO_INCREMENT, FALSE);
            }
        }
    }
    if (m_Buffer != NULL) {
        m_Adapter->m_Registers[m_Pin] = m_Position % m_BufferBytes;
    }
    ULONG64 Counter;
    m_Adapter->m_Registers[ClockRegister] =
        KeQueryInterruptTimePrecise(&Counter) / (10000000 / ClockHz);
    KeReleaseSpinLockFromDpcLevel(&m_Lock);
}

// Nothing lies between the buffer and the speaker: what is read there is heard.
STDMETHODIMP_(NTSTATUS) CStream::GetPosition(PKSAUDIO_POSITION Position) {
    m_Line->Update();
    KIRQL OldIrql;
    KeAcquireSpinLock(&m_Lock, &OldIrql);
    Position->PlayOffset = m_BufferBytes != 0 ? m_Position % m_BufferBytes : 0;
    Position->WriteOffset = Position->PlayOffset;
    KeReleaseSpinLock(&m_Lock, OldIrql);
    return STATUS_SUCCESS;
}

STDMETHODIMP_(VOID) CStream::GetHWLatency(KSRTAUDIO_HWLATENCY *hwLatency) {
    RtlZeroMemory(hwLatency, sizeof(*hwLatency));
}

STDMETHODIMP_(NTSTATUS) CStream::GetPositionRegister(KSRTAUDIO_HWREGISTER *Register) {
    RtlZeroMemory(Register, sizeof(*Register));
    Register->Register = const_cast<ULONGLONG *>(&m_Adapter->m_Registers[m_Pin]);
    Register->Width = 64;
    Register->Accuracy = m_FrameBytes;
    return STATUS_SUCCESS;
}

STDMETHODIMP_(NTSTATUS) CStream::GetClockRegister(KSRTAUDIO_HWREGISTER *Register) {
    Register->Register = const_cast<ULONGLONG *>(&m_Adapter->m_Registers[ClockRegister]);
    Register->Width = 64;
    Register->Numerator = ClockHz;
    Register->Denominator = 1;
    Register->Accuracy = 1;
    return STATUS_SUCCESS;
}
