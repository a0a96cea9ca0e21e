// What clients of legacycard.sys may want to know: its pins and its nodes.
#pragma once

// Pin IDs of the filter "Wave" …
enum {
    WAVE_RENDER,
    WAVE_CAPTURE, // what is rendered
    WAVE_TO_SPEAKER,
    WAVE_FROM_MIXER,
    WAVE_PINS
};

// … and of the filter "Topology".
enum {
    TOPOLOGY_FROM_RENDER,
    TOPOLOGY_TO_CAPTURE,
    TOPOLOGY_SPEAKER,
    TOPOLOGY_MIXER, // the card's own mixed output
    TOPOLOGY_PINS
};

// Nodes of "Topology".
enum { NODE_VOLUME, NODE_MUTE };
