// The filter's property set. See cable.h for what the properties say.
#pragma once

#include "engine.h"

extern const KSAUTOMATION_TABLE CableFilterAutomation;
