// A timer asks for processing every 10 ms; how much audio is due, the performance counter says.
#include "tone.h"

static const LONG TickMilliseconds = 10;

VOID StartTone(TonePin *Tone) {
    const LONGLONG Now = KeQueryPerformanceCounter(NULL).QuadPart;
    KIRQL OldIrql;
    KeAcquireSpinLock(&Tone->Lock, &OldIrql);
    Tone->Start = Now;
    Tone->RunFrames = 0;
    Tone->Running = TRUE;
    KeReleaseSpinLock(&Tone->Lock, OldIrql);
    LARGE_INTEGER DueTime;
    DueTime.QuadPart = -10000LL * TickMilliseconds;
    KeSetTimerEx(&Tone->Timer, DueTime, TickMilliseconds, &Tone->Dpc);
}

VOID StopTone(TonePin *Tone) {
    KIRQL OldIrql;
    KeAcquireSpinLock(&Tone->Lock, &OldIrql);
    Tone->Running = FALSE;
    KeReleaseSpinLock(&Tone->Lock, OldIrql);
    KeCancelTimer(&Tone->Timer);
    // A tick that began before may still be about to ask for processing.
    KeFlushQueuedDpcs();
}

VOID NTAPI ToneDpc(PKDPC Dpc, PVOID Context, PVOID Argument1, PVOID Argument2) {
    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(Argument1);
    UNREFERENCED_PARAMETER(Argument2);
    // Sines are for PASSIVE_LEVEL: AVStream calls the process routine from a work item.
    KsPinAttemptProcessing(static_cast<TonePin *>(Context)->Pin, FALSE);
}

ULONG DueFrames(TonePin *Tone) {
    LARGE_INTEGER Frequency;
    const LONGLONG Now = KeQueryPerformanceCounter(&Frequency).QuadPart;
    KIRQL OldIrql;
    KeAcquireSpinLock(&Tone->Lock, &OldIrql);
    ULONGLONG Due = 0;
    if (Tone->Running) {
        const ULONGLONG Ticks = ULONGLONG(Now - Tone->Start);
        const ULONGLONG PerSecond = ULONGLONG(Frequency.QuadPart);
        Due = Ticks / PerSecond * Tone->Format.SampleRate +
              Ticks % PerSecond * Tone->Format.SampleRate / PerSecond - Tone->RunFrames;
    }
    KeReleaseSpinLock(&Tone->Lock, OldIrql);
    return ULONG(min(Due, ULONGLONG(MAXLONG)));
}

VOID CountFrames(TonePin *Tone, ULONG Frames) {
    Tone->Position += Frames;
    KIRQL OldIrql;
    KeAcquireSpinLock(&Tone->Lock, &OldIrql);
    Tone->RunFrames += Frames;
    KeReleaseSpinLock(&Tone->Lock, OldIrql);
}
