// What the files of clocks.sys share.
#pragma once

#include "../support/avstream.h"

#include "../support/journal.h"
#include "clocks.h"

extern const KSCLOCK_DISPATCH OwnClock;
extern const KSALLOCATOR_DISPATCH OwnAllocator;
extern const KSPIN_DESCRIPTOR_EX ClocksPins[CLOCKS_COUNT];
extern const KSPROPERTY_SET ClocksPropertySet;

extern const KSDEVICE_DISPATCH ClocksDevice;
NTSTATUS NTAPI SetOwner(PIRP Irp, PKSIDENTIFIER Request, PVOID Data);

VOID SetOwnTime(LONGLONG Time);
// The timer expires, if it is set.
VOID ReachOwnTime(LONGLONG Time);
