// The two pin factories of the cable filter.
#pragma once

#include "engine.h"

#define CABLE_PIN_COUNT 2
extern const KSPIN_DESCRIPTOR_EX CablePinDescriptors[CABLE_PIN_COUNT];

// The engine of the device that a pin, filter or filter factory belongs to.
CableEngine *EngineOf(PVOID Object);
