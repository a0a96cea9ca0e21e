// From decibels to a factor, in integers only: kernel code then needs no mathematics library, and
// the result is the same everywhere.
#pragma once

extern "C" {
#include <ntddk.h>
}

// Levels are in 1/65536 dB (stream volume properties); LevelSilence means minus infinity.
const LONG LevelSilence = LONG(0x80000000);
const LONG LevelMinimum = -96 * 65536;
const LONG LevelMaximum = 12 * 65536;

// Factors are in 1/65536: UnityFactor leaves samples as they are.
const LONG UnityFactor = 65536;

// The nearest level that the filter has.
LONG ClampLevel(LONG Level);

// 10^(dB / 20) in 1/65536, rounded to the nearest. Level is clamped. Any IRQL.
LONG FactorOfLevel(LONG Level);
