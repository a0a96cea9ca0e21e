// What one instance of the meter has heard, and the routines its tables name.
#pragma once

#include "../shared/wave_format.h"
#include "meter.h"

#define METER_CHANNELS 8

struct MeterFilter {
    KSPIN_LOCK Lock; // guards what follows
    BOOLEAN Open;
    WaveFormat Format;
    ULONGLONG Samples; // of each channel
    double Peak[METER_CHANNELS];
    double Squares[METER_CHANNELS]; // their sum
};

extern const KSPIN_DESCRIPTOR_EX MeterPinDescriptors[1];
extern const KSAUTOMATION_TABLE MeterAutomation;

VOID ForgetLevels(MeterFilter *Meter);
// Adds whole audio frames; IRQL <= DISPATCH_LEVEL.
VOID Measure(MeterFilter *Meter, const UCHAR *From, ULONG Frames);
// One entry for each channel; returns how many.
ULONG CopyLevels(MeterFilter *Meter, METER_LEVEL *Levels);
