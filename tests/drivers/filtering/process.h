// The filters' Process and what it is told. See filtering.h.
#pragma once

#include "../support/executor.h"

#include "filtering.h"

NTSTATUS NTAPI ProcessFilter(PKSFILTER Filter, PKSPROCESSPIN_INDEXENTRY Index);

// The filters' automation: KSPROPSETID_Filtering and the journal.
extern const KSAUTOMATION_TABLE FilteringAutomation;
