// What one instance of the gain filter knows, and the routines its tables name.
#pragma once

#include "../shared/level.h"
#include "../shared/wave_format.h"

#define GAIN_CHANNELS 8

#define GAIN_SINK_PIN 0
#define GAIN_SOURCE_PIN 1
#define GAIN_PIN_COUNT 2

#define GAIN_VOLUME_NODE 0
#define GAIN_MUTE_NODE 1

struct GainFilter {
    // Written by property handlers while the process routine reads: one aligned LONG each.
    volatile LONG Level[GAIN_CHANNELS];  // 1/65536 dB
    volatile LONG Factor[GAIN_CHANNELS]; // of Level
    volatile LONG Muted[GAIN_CHANNELS];

    // Changed by pin create and close only, under the filter control mutex.
    WaveFormat Format;
    BOOLEAN Open[GAIN_PIN_COUNT];
};

extern const KSPIN_DESCRIPTOR_EX GainPinDescriptors[GAIN_PIN_COUNT];
extern const KSAUTOMATION_TABLE GainVolumeAutomation;
extern const KSAUTOMATION_TABLE GainMuteAutomation;

// @doc NC:ks.PFNKSFILTERPROCESS
NTSTATUS NTAPI ProcessGain(PKSFILTER Filter, PKSPROCESSPIN_INDEXENTRY Index);
