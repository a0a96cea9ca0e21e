// What the driver's files have in common. See pins.h.
#pragma once

#include "../support/avstream.h"
#include "../support/control_probe.h"
#include "../support/journal.h"
#include "pins.h"

extern const KSAUTOMATION_TABLE PinsAutomation;
extern const KSPIN_DESCRIPTOR_EX PinsDescriptors[PINS_COUNT];
extern const GUID PinsCategory;
