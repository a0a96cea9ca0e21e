// The faults themselves. See crash.h.
#pragma once

extern "C" {
#include <ntddk.h>
}
#include "crash.h"

// The fault of that name; CRASH_NONE if there is none.
CRASH_FAULT FaultByName(PCWSTR Name);

// Commits it. Returns only if the fault lets it.
NTSTATUS CommitFault(CRASH_FAULT Fault);

// The faults that a program survives if nobody watches: of memory, arithmetic and locking.
NTSTATUS MakeMistake(CRASH_FAULT Fault);

// Whose devices it makes.
VOID SetDriver(PDRIVER_OBJECT Driver);

// FALSE: from now on they run rightly.
VOID SetMistaken(BOOLEAN Mistaken);
