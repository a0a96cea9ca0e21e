// Moves the bytes that are due from the render queue to the capture queue, at DISPATCH_LEVEL.
// A frame completes when its last byte has crossed: AVStream completes the IRP as the leading edge
// leaves it. See README.md for what happens when one end has no frame.
#include "pump.h"

// A copy of what the tick needs, taken under the engine's lock.
struct Tick {
    PKSPIN Render;
    PKSPIN Capture;       // NULL: nobody listens, what is rendered is dropped
    BOOLEAN CaptureWaits; // a capture pin is open but does not run: everything waits
    ULONG BlockAlign;
    ULONG SampleRate;
};

VOID RestartClock(CableEngine *Engine) {
    LARGE_INTEGER Frequency;
    Engine->Clock.Start = KeQueryPerformanceCounter(&Frequency).QuadPart;
    Engine->Clock.Frequency = Frequency.QuadPart;
    Engine->Clock.Bytes = 0;
}

static ULONGLONG BytesDue(CableEngine *Engine, const Tick &Now) {
    const LONGLONG Elapsed = KeQueryPerformanceCounter(NULL).QuadPart - Engine->Clock.Start;
    // Whole seconds apart, so that nothing overflows in a stream of days.
    const ULONGLONG Frequency = ULONGLONG(Engine->Clock.Frequency);
    const ULONGLONG Whole = ULONGLONG(Elapsed) / Frequency;
    const ULONGLONG Part = ULONGLONG(Elapsed) % Frequency;
    const ULONGLONG Frames = Whole * Now.SampleRate + Part * Now.SampleRate / Frequency;
    return Frames * Now.BlockAlign - Engine->Clock.Bytes;
}

static BOOLEAN BeginTick(CableEngine *Engine, Tick *Now) {
    KeAcquireSpinLockAtDpcLevel(&Engine->Lock);
    const BOOLEAN Running = Engine->Running[RenderEnd];
    Now->Render = Engine->Pins[RenderEnd];
    Now->Capture = Engine->Running[CaptureEnd] ? Engine->Pins[CaptureEnd] : NULL;
    Now->CaptureWaits = Engine->Pins[CaptureEnd] != NULL && !Engine->Running[CaptureEnd];
    Now->BlockAlign = Engine->Format.BlockAlign();
    Now->SampleRate = Engine->Format.SampleRate;
    KeReleaseSpinLockFromDpcLevel(&Engine->Lock);
    return Running;
}

static VOID CountMoved(CableEngine *Engine, ULONG Bytes, BOOLEAN EndOfStream) {
    KeAcquireSpinLockAtDpcLevel(&Engine->Lock);
    Engine->Position += Bytes;
    Engine->Started = !EndOfStream && (Engine->Started || Bytes != 0);
    Engine->Dry = FALSE;
    KeReleaseSpinLockFromDpcLevel(&Engine->Lock);
}

// The render queue is empty although bytes are due. Before the first byte and after the end of
// stream that is as it should be.
static VOID CountMissing(CableEngine *Engine, ULONGLONG Bytes) {
    KeAcquireSpinLockAtDpcLevel(&Engine->Lock);
    if (Engine->Started) {
        if (!Engine->Dry) {
            Engine->Dry = TRUE;
            if (Engine->UnderrunCount < CABLE_MAXIMUM_UNDERRUNS) {
                Engine->Underruns[Engine->UnderrunCount].Position = Engine->Position;
                Engine->Underruns[Engine->UnderrunCount].Bytes = 0;
            }
            Engine->UnderrunCount++;
        }
        if (Engine->UnderrunCount <= CABLE_MAXIMUM_UNDERRUNS) {
            Engine->Underruns[Engine->UnderrunCount - 1].Bytes += Bytes;
        }
    }
    KeReleaseSpinLockFromDpcLevel(&Engine->Lock);
}

// One byte of the stream after the other, so that frames may split a sample anywhere.
static VOID Transfer(CableEngine *Engine, PUCHAR To, const UCHAR *From, ULONG Bytes) {
#ifdef CABLE_NEGATE
    const ULONG SampleBytes = Engine->Format.ContainerBits / 8u;
    for (ULONG Index = 0; Index < Bytes; Index++) {
        const ULONG Place = ULONG((Engine->Position + Index) % SampleBytes);
        if (Engine->Format.Float) {
            To[Index] = From[Index] ^ (Place == SampleBytes - 1 ? 0x80 : 0);
        } else {
            // Two's complement, least significant byte first: the smallest value stays itself.
            const ULONG Sum = UCHAR(~From[Index]) + (Place == 0 ? 1 : Engine->NegateCarry);
            To[Index] = UCHAR(Sum);
            Engine->NegateCarry = Sum >> 8;
        }
    }
#else
    UNREFERENCED_PARAMETER(Engine);
    RtlCopyMemory(To, From, Bytes);
#endif
}

// When the byte at the engine's position is heard, counted from the stream's beginning.
static VOID StampFrame(CableEngine *Engine, PKSSTREAM_HEADER Header) {
    const ULONGLONG Rate = Engine->Format.BytesPerSecond();
    const ULONGLONG Whole = Engine->Position / Rate;
    const ULONGLONG Part = Engine->Position % Rate;
    Header->PresentationTime.Time = LONGLONG(Whole * 10000000 + Part * 10000000 / Rate);
    Header->PresentationTime.Numerator = 1;
    Header->PresentationTime.Denominator = 1;
    Header->OptionsFlags |= KSSTREAM_HEADER_OPTIONSF_TIMEVALID;
}

// Moves at most Limit bytes between the two frames, both locked, and lets go of them.
// Returns the number of bytes moved.
static ULONG MoveBetweenFrames(CableEngine *Engine, PKSSTREAM_POINTER From, PKSSTREAM_POINTER To,
                               ULONGLONG Limit) {
    ULONG Bytes = ULONG(min(ULONGLONG(From->OffsetIn.Remaining), Limit));
    if (To != NULL) {
        Bytes = min(Bytes, To->OffsetOut.Remaining);
        if (To->OffsetOut.Remaining == To->OffsetOut.Count) {
            StampFrame(Engine, To->StreamHeader);
        }
        Transfer(Engine, To->OffsetOut.Data, From->OffsetIn.Data, Bytes);
    }
    const BOOLEAN FrameDone = Bytes == From->OffsetIn.Remaining;
    const BOOLEAN EndOfStream =
        FrameDone && (From->StreamHeader->OptionsFlags & KSSTREAM_HEADER_OPTIONSF_ENDOFSTREAM) != 0;
    CountMoved(Engine, Bytes, EndOfStream);
    if (To != NULL) {
        // Without generated mappings the minidriver says how much of the frame is used.
        // @doc NS:ks.KSSTREAM_HEADER
        const BOOLEAN FrameFull = Bytes == To->OffsetOut.Remaining;
        To->StreamHeader->DataUsed = To->OffsetOut.Count - To->OffsetOut.Remaining + Bytes;
        if (EndOfStream) {
            To->StreamHeader->OptionsFlags |= KSSTREAM_HEADER_OPTIONSF_ENDOFSTREAM;
        }
        KsStreamPointerAdvanceOffsetsAndUnlock(To, 0, Bytes, FrameFull || EndOfStream);
    }
    KsStreamPointerAdvanceOffsetsAndUnlock(From, Bytes, 0, FrameDone);
    return Bytes;
}

static VOID Pump(CableEngine *Engine, const Tick &Now) {
    ULONGLONG Due = BytesDue(Engine, Now);
    if (Now.CaptureWaits) {
        RestartClock(Engine);
        return;
    }
    while (Due != 0) {
        PKSSTREAM_POINTER To = NULL;
        if (Now.Capture != NULL) {
            To = KsPinGetLeadingEdgeStreamPointer(Now.Capture, KSSTREAM_POINTER_STATE_LOCKED);
            if (To == NULL) {
                // The listener is slow: the stream waits, and so does the clock.
                RestartClock(Engine);
                return;
            }
        }
        PKSSTREAM_POINTER From =
            KsPinGetLeadingEdgeStreamPointer(Now.Render, KSSTREAM_POINTER_STATE_LOCKED);
        if (From == NULL) {
            if (To != NULL) {
                KsStreamPointerUnlock(To, FALSE);
            }
            CountMissing(Engine, Due);
            RestartClock(Engine);
            return;
        }
        const ULONG Moved = MoveBetweenFrames(Engine, From, To, Due);
        Due -= Moved;
        Engine->Clock.Bytes += Moved;
    }
}

VOID NTAPI PumpDpc(PKDPC Dpc, PVOID Context, PVOID Argument1, PVOID Argument2) {
    CableEngine *Engine = static_cast<CableEngine *>(Context);
    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(Argument1);
    UNREFERENCED_PARAMETER(Argument2);

    // The timer may fire again on another processor while this one still moves data.
    if (InterlockedExchange(&Engine->Pumping, 1) != 0) {
        return;
    }
    Tick Now;
    if (BeginTick(Engine, &Now)) {
        Pump(Engine, Now);
    }
    InterlockedExchange(&Engine->Pumping, 0);
}
