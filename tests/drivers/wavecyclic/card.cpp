// Software DMA: render streams' buffers into the record of what was played, a source into capture
// streams' buffers.
#include "card.h"

const GUID CardSetId = {STATIC_KSPROPSETID_Card};

static KSPIN_LOCK Lock;
static CARD_STREAM *Streams[CARD_STREAMS];
static PPORTWAVECYCLIC WavePort; // not referenced: the miniport has it
static CARD_SETTINGS Settings;
static PUCHAR Played;
static ULONG PlayedBytes;
static KTIMER Timer;
static KDPC TimerDpc;

static const ULONGLONG Second = 10000000;

static ULONGLONG Now() {
    ULONGLONG Precise;
    return KeQueryInterruptTimePrecise(&Precise);
}

static UCHAR SourceByte(ULONGLONG Index) {
    if (Settings.LoopBack) {
        return Index < PlayedBytes ? Played[Index] : 0;
    }
    return UCHAR(Index / 2 >> (Index % 2 * 8)); // samples of 16 bits that count
}

// Lock held. Hardware reads and writes the buffer whatever the processor does with it at that
// moment, when a driver is late: to a sanitizer it is not there.
__attribute__((no_sanitize("thread"))) static VOID Transfer(CARD_STREAM *Stream, ULONG Bytes) {
    for (; Bytes != 0; Bytes--) {
        UCHAR *Byte = &Stream->Buffer[Stream->Offset];
        if (Stream->Capture) {
            *Byte = SourceByte(Stream->Source++);
        } else if (PlayedBytes < CARD_PLAYED_BYTES) {
            Played[PlayedBytes++] = *Byte;
        }
        Stream->Offset = (Stream->Offset + 1) % Stream->BufferBytes;
    }
}

// Render streams come first, so that a capture stream hears what was played just now. Amount gives
// the bytes for a stream.
template <typename F> static VOID Advance(BOOLEAN Notify, F Amount) {
    PSERVICEGROUP Groups[CARD_STREAMS] = {};
    KIRQL OldIrql;
    KeAcquireSpinLock(&Lock, &OldIrql);
    for (ULONG Capture = 0; Capture < 2; Capture++) {
        for (ULONG Index = 0; Index < CARD_STREAMS; Index++) {
            CARD_STREAM *Stream = Streams[Index];
            if (Stream == NULL || !Stream->Running || Stream->Capture != Capture) {
                continue;
            }
            Transfer(Stream, Amount(Stream));
            if (Notify && Stream->Group != NULL) {
                Groups[Index] = Stream->Group;
                Groups[Index]->AddRef();
            }
        }
    }
    KeReleaseSpinLock(&Lock, OldIrql);
    for (ULONG Index = 0; Index < CARD_STREAMS; Index++) {
        if (Groups[Index] != NULL) {
            WavePort->Notify(Groups[Index]);
            Groups[Index]->Release();
        }
    }
}

static VOID NTAPI OnTimer(PKDPC Dpc, PVOID Context, PVOID First, PVOID Second_) {
    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(Context);
    UNREFERENCED_PARAMETER(First);
    UNREFERENCED_PARAMETER(Second_);
    const ULONGLONG Time = Now();
    Advance(TRUE, [Time](CARD_STREAM *Stream) -> ULONG {
        if (Time < Stream->Started) { // it was started while this waited for the lock
            return 0;
        }
        const ULONGLONG Due = (Time - Stream->Started) * Stream->BytesPerSecond / Second & ~3ULL;
        const ULONG Bytes = Due > Stream->Done ? ULONG(Due - Stream->Done) : 0;
        Stream->Done += Bytes;
        return Bytes;
    });
}

VOID CardInitialize(PPORTWAVECYCLIC Port) {
    WavePort = Port;
    Played = static_cast<PUCHAR>(ExAllocatePool2(POOL_FLAG_NON_PAGED, CARD_PLAYED_BYTES, 'draC'));
    PlayedBytes = 0;
    RtlZeroMemory(&Settings, sizeof(Settings));
    Settings.BufferBytes = CARD_BUFFER_BYTES;
    KeInitializeTimerEx(&Timer, SynchronizationTimer);
    KeInitializeDpc(&TimerDpc, OnTimer, NULL);
}

static VOID StopTimer() {
    if (Settings.PeriodMilliseconds != 0) {
        KeCancelTimer(&Timer);
        KeFlushQueuedDpcs();
        ExSetTimerResolution(0, FALSE);
        Settings.PeriodMilliseconds = 0;
    }
}

VOID CardTerminate() {
    StopTimer();
    ExFreePoolWithTag(Played, 'draC');
    Played = NULL;
}

CARD_SETTINGS CardSettings() {
    return Settings;
}

VOID CardAdd(CARD_STREAM *Stream) {
    KIRQL OldIrql;
    KeAcquireSpinLock(&Lock, &OldIrql);
    for (ULONG Index = 0; Index < CARD_STREAMS; Index++) {
        if (Streams[Index] == NULL) {
            Streams[Index] = Stream;
            break;
        }
    }
    KeReleaseSpinLock(&Lock, OldIrql);
}

VOID CardRemove(CARD_STREAM *Stream) {
    KIRQL OldIrql;
    KeAcquireSpinLock(&Lock, &OldIrql);
    for (ULONG Index = 0; Index < CARD_STREAMS; Index++) {
        if (Streams[Index] == Stream) {
            Streams[Index] = NULL;
        }
    }
    KeReleaseSpinLock(&Lock, OldIrql);
    KeFlushQueuedDpcs(); // the timer's may hold the group, whose last release is not its business
}

VOID CardRun(CARD_STREAM *Stream, BOOLEAN Run) {
    const ULONGLONG Time = Now();
    KIRQL OldIrql;
    KeAcquireSpinLock(&Lock, &OldIrql);
    Stream->Running = Run;
    Stream->Started = Time;
    Stream->Done = 0;
    KeReleaseSpinLock(&Lock, OldIrql);
}

VOID CardRewind(CARD_STREAM *Stream) {
    KIRQL OldIrql;
    KeAcquireSpinLock(&Lock, &OldIrql);
    Stream->Offset = 0;
    KeReleaseSpinLock(&Lock, OldIrql);
}

VOID CardResize(CARD_STREAM *Stream, ULONG BufferBytes) {
    KIRQL OldIrql;
    KeAcquireSpinLock(&Lock, &OldIrql);
    Stream->BufferBytes = BufferBytes;
    KeReleaseSpinLock(&Lock, OldIrql);
}

ULONG CardPosition(const CARD_STREAM *Stream) {
    KIRQL OldIrql;
    KeAcquireSpinLock(&Lock, &OldIrql);
    const ULONG Offset = Stream->Offset;
    KeReleaseSpinLock(&Lock, OldIrql);
    return Offset;
}

static NTSTATUS AnswerPlayed(PPCPROPERTY_REQUEST Request) {
    KIRQL OldIrql;
    KeAcquireSpinLock(&Lock, &OldIrql);
    const ULONG Bytes = PlayedBytes;
    KeReleaseSpinLock(&Lock, OldIrql);
    const NTSTATUS Status = KsHandleSizedListQuery(Request->Irp, Bytes, 1, Played);
    Request->ValueSize = ULONG(Request->Irp->IoStatus.Information);
    return Status;
}

static NTSTATUS SetSettings(const CARD_SETTINGS *New) {
    StopTimer();
    KIRQL OldIrql;
    KeAcquireSpinLock(&Lock, &OldIrql);
    Settings = *New;
    PlayedBytes = 0;
    KeReleaseSpinLock(&Lock, OldIrql);
    if (New->PeriodMilliseconds != 0) {
        LARGE_INTEGER Due;
        Due.QuadPart = -10000LL * New->PeriodMilliseconds;
        ExSetTimerResolution(10000, TRUE);
        KeSetTimerEx(&Timer, Due, LONG(New->PeriodMilliseconds), &TimerDpc);
    }
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI HandleCard(PPCPROPERTY_REQUEST Request) {
    switch (Request->PropertyItem->Id) {
    case KSPROPERTY_CARD_PLAYED:
        return AnswerPlayed(Request);
    case KSPROPERTY_CARD_ADVANCE: {
        if (Request->ValueSize < sizeof(CARD_ADVANCE)) {
            return STATUS_BUFFER_TOO_SMALL;
        }
        const CARD_ADVANCE *By = static_cast<const CARD_ADVANCE *>(Request->Value);
        Advance(By->Notify != 0, [By](CARD_STREAM *) { return By->Bytes; });
        KeFlushQueuedDpcs(); // until the port has had its service
        return STATUS_SUCCESS;
    }
    default:
        return Request->ValueSize < sizeof(CARD_SETTINGS)
                   ? STATUS_BUFFER_TOO_SMALL
                   : SetSettings(static_cast<const CARD_SETTINGS *>(Request->Value));
    }
}
