// What clients of speaker.sys may want to know: its pins, its nodes, and the property that plugs
// the speaker in and out.
#pragma once

// Pin IDs of the filter "Wave" …
enum {
    WAVE_RENDER,      // PCM
    WAVE_RENDER_AC3,  // AC-3 frames for the digital output
    WAVE_CAPTURE,     // PCM: what the speaker plays
    WAVE_SPEAKER,     // bridge pins, one for each of the pins above
    WAVE_DIGITAL_OUT, //
    WAVE_LOOP,
    WAVE_PINS
};

// … and of the filter "Topology": the other ends of the wave filter's bridge pins, then the
// outside world.
enum {
    TOPOLOGY_FROM_SPEAKER_STREAM,
    TOPOLOGY_FROM_DIGITAL_STREAM,
    TOPOLOGY_TO_CAPTURE_STREAM,
    TOPOLOGY_SPEAKER,     // the jack
    TOPOLOGY_DIGITAL_OUT, // an optical socket
    TOPOLOGY_LOOP,        // the wire from the speaker back to the card
    TOPOLOGY_PINS
};

// Nodes of "Topology".
enum { NODE_VOLUME, NODE_MUTE };

// {8D7C2A5E-93B1-4E0F-A6C4-1B5D0F3E7A92}
#define STATIC_KSPROPSETID_Speaker                                                                 \
    0x8d7c2a5e, 0x93b1, 0x4e0f, 0xa6, 0xc4, 0x1b, 0x5d, 0x0f, 0x3e, 0x7a, 0x92

// On the filter "Topology".
typedef enum {
    KSPROPERTY_SPEAKER_PLUGGED // Get and Set, ULONG: whether there is a plug in the speaker's jack
} KSPROPERTY_SPEAKER;
