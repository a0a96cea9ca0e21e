// The MIDI loopback: what its files share.
#pragma once

extern "C" {
#include <ntddk.h>
}
#include <windef.h>
#define NOBITMAP
#include <mmreg.h>
#undef NOBITMAP
#include <ks.h>
#include <ksmedia.h>

enum MidiPin { MIDI_RENDER_PIN, MIDI_CAPTURE_PIN, MIDI_PIN_COUNT };

// A filter instance. Its processing mutex guards it.
struct MidiFilter {
    ULONG Left; // bytes of the message that has begun to cross
};

extern const KSPIN_DESCRIPTOR_EX MidiPinDescriptors[MIDI_PIN_COUNT];

NTSTATUS NTAPI ProcessMidi(PKSFILTER Filter, PKSPROCESSPIN_INDEXENTRY Index);
