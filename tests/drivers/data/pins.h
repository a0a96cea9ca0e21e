// The pin factories of data.h.
#pragma once

#include "../support/executor.h"

#include "data.h"

extern const KSPIN_DESCRIPTOR_EX DataPins[DATA_PINS];
