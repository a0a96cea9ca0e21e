// Whether a filter's control mutex is held, asked from the thread that may hold it.
#pragma once

// 1 if another thread cannot acquire the filter's control mutex now. PASSIVE_LEVEL; the caller may
// hold the mutex. Waits 20 ms if it cannot.
ULONG IsControlHeld(PKSFILTER Filter);
// Waits for the threads that IsControlHeld() left waiting: before the filter goes.
VOID FinishProbes();
// In DriverEntry.
VOID InitializeProbes();
