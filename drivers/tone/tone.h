// What the tone's pin knows, and the routines its tables name.
#pragma once

#include "../shared/wave_format.h"

#define TONE_DEFAULT_FREQUENCY 440 // Hz
#define TONE_CHANNELS 8

struct TonePin {
    PKSPIN Pin;
    WaveFormat Format;
    ULONGLONG Step; // of the phase from one audio frame to the next, in 1/2^46 turns

    // The run state's clock. Guards what follows; never held while calling into AVStream.
    KSPIN_LOCK Lock;
    KTIMER Timer;
    KDPC Dpc;
    BOOLEAN Running;
    LONGLONG Start;      // performance counter when the run state began
    ULONGLONG RunFrames; // audio frames made since then

    ULONGLONG Position; // audio frames made since the stop state; the process routine's own
};

extern const KSPIN_DESCRIPTOR_EX TonePinDescriptors[1];

// Hz, from the value Frequency of the driver's Parameters key.
extern ULONG ToneFrequency;
VOID ReadToneFrequency(PUNICODE_STRING RegistryPath);

// Half of full scale times the sine of the phase, which is in 1/2^32 turns; in 1/2^31. Any IRQL.
LONG SineOf(ULONG Phase);
// Writes audio frames, all channels alike.
VOID WriteTone(const WaveFormat &Format, ULONGLONG Step, ULONGLONG Position, PUCHAR To,
               ULONG Frames);

// pacing.cpp: a timer asks for processing; what is due is a matter of the clock.
KDEFERRED_ROUTINE ToneDpc;
VOID StartTone(TonePin *Tone);
VOID StopTone(TonePin *Tone);
// Audio frames that are due and not made yet.
ULONG DueFrames(TonePin *Tone);
VOID CountFrames(TonePin *Tone, ULONG Frames);
