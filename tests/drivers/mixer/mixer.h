// A filter that mixes what its sink pins get: many instances of one pin factory, a SUM node, one
// source pin. 16-bit samples.
#pragma once

typedef enum {
    MIXER_SINK,   // in, sink; any number of instances
    MIXER_SOURCE, // out, sink; one instance
    MIXER_PIN_COUNT
} MIXER_PIN;

#define MIXER_SUM_NODE 0
