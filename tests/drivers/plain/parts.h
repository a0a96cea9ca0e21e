// What the driver's files have in common. See plain.h.
#pragma once

#include "../support/avstream.h"
#include "../support/journal.h"
#include "plain.h"

struct PlainDevice {
    KSDEVICE_HEADER Header; // first: the device extension begins with it
    PDEVICE_OBJECT Self;
    PDEVICE_OBJECT Next;
    UNICODE_STRING Interface;
};

struct PlainPin {
    KSOBJECT_HEADER Header; // first: FsContext begins with it
    PlainDevice *Device;
    ULONG Id;
    KSSTATE State;
    PFILE_OBJECT Target; // PinToHandle's, referenced
    ULONG Made;
};

NTSTATUS Complete(PIRP Irp, NTSTATUS Status);

// filter.cpp
VOID InitializeFilters();
NTSTATUS NTAPI CreateFilter(PDEVICE_OBJECT Device, PIRP Irp);
extern const KSPIN_DESCRIPTOR PlainPins[PLAIN_COUNT];
// pins.cpp
VOID InitializePins();
NTSTATUS NTAPI CreatePin(PDEVICE_OBJECT Device, PIRP Irp);
// stream.cpp
VOID InitializeStreams();
NTSTATUS StreamPin(PlainPin *Pin, PIRP Irp, BOOLEAN Write);
VOID ReleaseHeld(ULONG Count);
VOID CancelHeld();
extern PlainPin *volatile Feed; // the instance of PLAIN_FEED
