// What the driver's files have in common. See pins.h.
#pragma once

#include "../support/avstream.h"
#include "../support/journal.h"
#include "pins.h"

// Whether another thread cannot acquire the filter's control mutex now. PASSIVE_LEVEL; the caller
// may hold the mutex. Waits 20 ms if it cannot.
ULONG IsControlHeld(PKSFILTER Filter);
// Waits for the threads that IsControlHeld() left waiting.
VOID FinishProbes();
VOID InitializeProbes();

extern const KSAUTOMATION_TABLE PinsAutomation;
extern const KSPIN_DESCRIPTOR_EX PinsDescriptors[PINS_COUNT];
extern const GUID PinsCategory;
