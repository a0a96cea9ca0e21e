// A card with a cyclic buffer for each stream, whose DMA engine is software: what it plays is kept
// to be looked at, what it records is a count of samples, or what it plays. One WaveCyclic
// subdevice, "Wave".
//
// The engine runs by a timer, or by hand (KSPROPERTY_CARD_ADVANCE). The journal tells of "init",
// "new stream" (pin, Capture, bytes of one sample), "frequency" (milliseconds, pin), "set state"
// (pin, state), "set format" (pin), "silence" (bytes), "gone" (pin); "new stream", "set state" and
// "set format" can be answered, and "no group", "no channel", "no buffer" say what NewStream
// leaves out.
#pragma once

// {4C1E3D0A-5B0F-4F7E-9A55-3C2B7A1D9E11}
#define STATIC_KSPROPSETID_Card                                                                    \
    0x4c1e3d0a, 0x5b0f, 0x4f7e, 0x9a, 0x55, 0x3c, 0x2b, 0x7a, 0x1d, 0x9e, 0x11

// On the filter.
typedef enum {
    KSPROPERTY_CARD_ADVANCE, // Set, CARD_ADVANCE: every running stream goes on
    KSPROPERTY_CARD_PLAYED,  // Get: KSMULTIPLE_ITEM, then the bytes played since SETTINGS
    KSPROPERTY_CARD_SETTINGS // Set, CARD_SETTINGS: for streams made from now on
} KSPROPERTY_CARD;

typedef struct {
    ULONG Bytes;
    ULONG Notify; // 0: the port is not told
} CARD_ADVANCE;

typedef struct {
    ULONG BufferBytes;
    ULONG PeriodMilliseconds; // of the engine; 0: only by hand
    ULONG LoopBack;           // 1: it records what it plays
    ULONG Reserved;
} CARD_SETTINGS;

#define CARD_BUFFER_BYTES 8192
#define CARD_PLAYED_BYTES (4 * 1024 * 1024) // what it remembers of what it has played

typedef enum {
    CARD_RENDER,        // 8 to 48 kHz, 8 or 16 bits, mono or stereo; two instances
    CARD_RENDER_BRIDGE, //
    CARD_CAPTURE,       // the same formats; one instance
    CARD_CAPTURE_BRIDGE,
    CARD_PIN_COUNT
} CARD_PIN;
