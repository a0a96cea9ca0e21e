// The simulated DMA engine: moves bytes from the render pin's queue into the capture pin's at the
// speed of the sample rate. One per device; a timer DPC drives it.
#pragma once

#include "../shared/wave_format.h"
#include "cable.h"

enum CableEnd { RenderEnd = 0, CaptureEnd = 1 };

struct CableEngine {
    // Guards everything below except Clock. Never held while calling into AVStream.
    KSPIN_LOCK Lock;
    KTIMER Timer;
    KDPC Dpc;
    volatile LONG Pumping; // 1 while one processor moves data

    PKSPIN Pins[2];     // the open pin of each end, or NULL
    BOOLEAN Running[2]; // that pin is in the run state
    WaveFormat Format;  // valid while any pin is open

    // Of the current stream: since the render pin last left the stop state.
    ULONGLONG Position;  // bytes that crossed the cable
    BOOLEAN Started;     // bytes have crossed since the run state or the last end of stream
    BOOLEAN Dry;         // the current under-run has been counted
    ULONG UnderrunCount; // all of them
    CABLE_UNDERRUN Underruns[CABLE_MAXIMUM_UNDERRUNS];

    volatile LONG ConnectCount;
    volatile LONG DisconnectCount;

    // When the bytes that are due are counted from; touched by the pump only (and reset while the
    // engine is at rest).
    struct {
        LONGLONG Start;     // performance counter
        LONGLONG Frequency; // counts per second
        ULONGLONG Bytes;    // moved since Start
    } Clock;
#ifdef CABLE_NEGATE
    ULONG NegateCarry;
#endif
};

VOID InitializeEngine(CableEngine *Engine);

// Plugs a pin in. STATUS_DEVICE_BUSY if that end is taken, STATUS_NO_MATCH if the other end
// carries another format.
NTSTATUS PlugIn(CableEngine *Engine, CableEnd End, PKSPIN Pin, const WaveFormat &Format);
VOID Unplug(CableEngine *Engine, CableEnd End);

// Follows a pin's state. PASSIVE_LEVEL; on return from a change out of the run state, the engine
// no longer touches the pin's queue.
VOID SetEndState(CableEngine *Engine, CableEnd End, KSSTATE ToState, KSSTATE FromState);
