// What clients of pcicard.sys may want to know: its pins.
#pragma once

// Pin IDs of the filter "Wave".
enum {
    WAVE_RENDER,
    WAVE_CAPTURE, // what is rendered
    WAVE_SPEAKER,
    WAVE_LOOP,
    WAVE_PINS
};
