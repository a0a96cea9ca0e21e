// What one instance of the splitter filter knows, and the routines its tables name.
#pragma once

#include "../shared/wave_format.h"

#define SPLITTER_SINK_PIN 0
#define SPLITTER_SOURCE_PIN 1
#define SPLITTER_PIN_COUNT 2
#define SPLITTER_BRANCHES 8 // instances of the source pin

struct SplitterFilter {
    // Changed by pin create and close only, under the filter control mutex.
    WaveFormat Format;
    ULONG OpenPins;
};

extern const KSPIN_DESCRIPTOR_EX SplitterPinDescriptors[SPLITTER_PIN_COUNT];

// @doc NC:ks.PFNKSFILTERPROCESS
NTSTATUS NTAPI ProcessSplitter(PKSFILTER Filter, PKSPROCESSPIN_INDEXENTRY Index);
