// A software synthesizer in the kernel: an IMiniportDMus whose filter takes MIDI at pin 0 and gives
// waves at pin 1 and at pin 2, for the DMus port's wave sink: 1 is read by a client, 2 is connected
// to a pin of another filter. 48 kHz, 16 bits, stereo.
//
// A note sounds from its time on, to that of its note-off: sample n of it is ((n * note) & 0x7fff)
// on the left, its complement on the right; without a note all is 0. The notes are the filter's:
// both pins share them, and STOP of the wave pin forgets them.
//
// The journal tells of "new stream" (pin, DMUS_STREAM_TYPE, bytes of the format), "set state" (pin,
// state), "render" (bytes, position), "sync" (time, fStart) and "gone" (pin). "new stream" and
// "sync" can be answered; "clock" is what both conversions of time answer; "no sink": a failure
// makes streams that have no ISynthSinkDMus; "skew" is added to what RefTimeToSample tells, in
// samples.
#pragma once

typedef enum { SYNTH_MUSIC, SYNTH_WAVE, SYNTH_LINKED_WAVE, SYNTH_PIN_COUNT } SYNTH_PIN;

#define SYNTH_RATE_HZ 48000
#define SYNTH_BLOCK_BYTES 4
