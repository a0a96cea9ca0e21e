// A MIDI device with two subdevices: "Midi", an IMiniportMidi on CLSID_PortMidi, and "DMus", an
// IMiniportDMus on CLSID_PortDMus; and the system's miniports for an MPU-401 at port 0x330 as
// "Uart" and "UartIn". What a render stream is sent is journalled; what a capture stream hears is
// injected.
//
// The journal tells of "new stream" (pin, Capture or DMUS_STREAM_TYPE), "set state" (pin, state),
// "write" (the first eight bytes, how many, interrupt time in 100 ns), "event" (the same),
// "service", "gone" (pin), "without a port" and "fm synth" (what came of such a miniport); "new
// stream" and "set state" can be answered, and "write" says how many bytes a Write takes (an
// NTSTATUS if it is an error, else a count; 0xffff: all).
#pragma once

// {5E6D2B0C-2C3A-4C39-9A93-7C0E8B7F1D52}
#define STATIC_KSPROPSETID_MidiDevice                                                              \
    0x5e6d2b0c, 0x2c3a, 0x4c39, 0x9a, 0x93, 0x7c, 0x0e, 0x8b, 0x7f, 0x1d, 0x52

// On either filter.
typedef enum {
    KSPROPERTY_MIDI_INJECT,       // Set, bytes: heard, raw; then Notify with the stream's group
    KSPROPERTY_MIDI_INJECT_WHOLE, // Set, bytes: one whole message (DMus); then Notify(NULL)
    KSPROPERTY_MIDI_PREFETCH      // Set, ULONG: SchedulePreFetch of streams to come, 100 ns
} KSPROPERTY_MIDI;

typedef enum { MIDI_RENDER, MIDI_CAPTURE, MIDI_PIN_COUNT } MIDI_PIN;
