// What the driver's files have in common. See bare.h.
#pragma once

#include "../support/avstream.h"
#include "../support/journal.h"
#include "bare.h"

// FsContext of every file object; KS wants the header first.
struct BareObject {
    KSOBJECT_HEADER Header;
    BARE_OBJECT Kind;
    ULONG PinId;
    KSOBJECT_CREATE_ITEM Items[2]; // what can be created below
};

#define BARE_TAG 'eraB'

// objects.cpp
DRIVER_DISPATCH CreateFilter;
VOID InitializeObjects();

// properties.cpp
extern const KSPIN_DESCRIPTOR BarePins[BARE_COUNT];
extern const KSPROPERTY_SET BareSets[3];
VOID KeepBareString(PFILE_OBJECT File);
// Whether this create is to fail although its header is there.
BOOLEAN TakeFailure();
