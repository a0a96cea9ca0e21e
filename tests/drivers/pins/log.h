// The device's list of events. See pins.h.
#pragma once

extern "C" {
#include <ntddk.h>
}
#include <windef.h>
#define NOBITMAP
#include <mmreg.h>
#undef NOBITMAP
#include <punknown.h>

#include <ks.h>
#include <ksmedia.h>

#include "pins.h"

#define PINS_MAXIMUM_EVENTS 256

// Appends an event. PASSIVE_LEVEL to DISPATCH_LEVEL.
VOID LogEvent(PINS_EVENT_KIND Kind, ULONG PinId, ULONG Value);
VOID ForgetEvents();
// Copies the list; returns how many there are. Room for PINS_MAXIMUM_EVENTS.
ULONG CopyEvents(PINS_EVENT *Events);
VOID InitializeLog();

// Whether another thread cannot acquire the filter's control mutex now. PASSIVE_LEVEL; the caller
// may hold the mutex. Waits 20 ms if it cannot.
ULONG IsControlHeld(PKSFILTER Filter);
// Waits for the threads that IsControlHeld() left waiting.
VOID FinishProbes();

extern const KSAUTOMATION_TABLE PinsAutomation;
extern const KSPIN_DESCRIPTOR_EX PinsDescriptors[PINS_COUNT];
extern const GUID PinsCategory;
