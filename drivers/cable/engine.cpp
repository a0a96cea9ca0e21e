// Plugging pins in and out, their states, and the engine's timer. The data path is pump.cpp.
#include "pump.h"

// Windows fires timers on its clock interrupt, every 15.625 ms unless something raised it, so
// ticks come when they come: the pump counts what is due from the performance counter.
static const LONG TickMilliseconds = 10;

VOID InitializeEngine(CableEngine *Engine) {
    KeInitializeSpinLock(&Engine->Lock);
    KeInitializeTimer(&Engine->Timer);
    KeInitializeDpc(&Engine->Dpc, PumpDpc, Engine);
}

NTSTATUS PlugIn(CableEngine *Engine, CableEnd End, PKSPIN Pin, const WaveFormat &Format) {
    KIRQL OldIrql;
    NTSTATUS Status = STATUS_SUCCESS;
    KeAcquireSpinLock(&Engine->Lock, &OldIrql);
    const CableEnd OtherEnd = End == RenderEnd ? CaptureEnd : RenderEnd;
    if (Engine->Pins[End] != NULL) {
        Status = STATUS_DEVICE_BUSY;
    } else if (Engine->Pins[OtherEnd] != NULL && !SameWaveFormat(Engine->Format, Format)) {
        Status = STATUS_NO_MATCH;
    } else {
        Engine->Pins[End] = Pin;
        Engine->Format = Format;
    }
    KeReleaseSpinLock(&Engine->Lock, OldIrql);
    return Status;
}

VOID Unplug(CableEngine *Engine, CableEnd End) {
    KIRQL OldIrql;
    KeAcquireSpinLock(&Engine->Lock, &OldIrql);
    Engine->Pins[End] = NULL;
    Engine->Running[End] = FALSE;
    KeReleaseSpinLock(&Engine->Lock, OldIrql);
}

static VOID BeginStream(CableEngine *Engine) {
    KIRQL OldIrql;
    KeAcquireSpinLock(&Engine->Lock, &OldIrql);
    Engine->Position = 0;
    Engine->Started = FALSE;
    Engine->Dry = FALSE;
    Engine->UnderrunCount = 0;
    KeReleaseSpinLock(&Engine->Lock, OldIrql);
}

static VOID SetRunning(CableEngine *Engine, CableEnd End, BOOLEAN Running) {
    KIRQL OldIrql;
    KeAcquireSpinLock(&Engine->Lock, &OldIrql);
    Engine->Running[End] = Running;
    KeReleaseSpinLock(&Engine->Lock, OldIrql);
}

VOID SetEndState(CableEngine *Engine, CableEnd End, KSSTATE ToState, KSSTATE FromState) {
    if (End == RenderEnd && FromState == KSSTATE_STOP) {
        BeginStream(Engine);
    }
    if (ToState == KSSTATE_RUN) {
        if (End == RenderEnd) {
            // The timer rests: nobody else looks at the clock.
            RestartClock(Engine);
            SetRunning(Engine, End, TRUE);
            LARGE_INTEGER DueTime;
            DueTime.QuadPart = -10000LL * TickMilliseconds;
            KeSetTimerEx(&Engine->Timer, DueTime, TickMilliseconds, &Engine->Dpc);
        } else {
            SetRunning(Engine, End, TRUE);
        }
    } else if (FromState == KSSTATE_RUN) {
        SetRunning(Engine, End, FALSE);
        if (End == RenderEnd) {
            KeCancelTimer(&Engine->Timer);
        }
        // A tick that saw the pin running may still be at work on its queue.
        KeFlushQueuedDpcs();
    }
}
