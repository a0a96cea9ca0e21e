// What the files of automation.sys share.
#pragma once

#include "../support/avstream.h"

#include "../support/journal.h"
#include "automation.h"

extern const GUID AutomationSetId;
extern const GUID SerialSetId;
extern const GUID ControlSetId;

// Where a request's handler runs: AUTOMATION_PLACE.
ULONG PlaceOf(PIRP Irp, PKSIDENTIFIER Request);
ULONG DataBytes(PIRP Irp);

// Has a thread of the driver run the routine with the IRP, which stays pending.
NTSTATUS Later(PIRP Irp, VOID (*Routine)(PIRP Irp));

#define VALUE_ITEMS 10
extern const KSPROPERTY_ITEM AutomationItems[VALUE_ITEMS];
extern const KSPROPERTY_ITEM SerialItems[SERIAL_COUNT];
extern const KSPROPERTY_ITEM ControlItems[5];
extern const KSMETHOD_ITEM AutomationMethods[9];
extern const KSEVENT_ITEM AutomationEvents[5];
extern const KSNODE_DESCRIPTOR AutomationNodes[NODE_COUNT];
extern const KSPIN_DESCRIPTOR_EX AutomationPins[PIN_COUNT];

// AutomationSet's properties, methods and events: of the filter and of PIN_AUTOMATED.
extern const KSMETHOD_SET AutomationMethodSets[1];
extern const KSEVENT_SET AutomationEventSets[1];

VOID InitializeEvents();
// What the file enabled of EVENT_OWN goes: nobody else knows of it.
VOID FreeOwnEvents(PFILE_OBJECT File);
// One of the driver's own list of EVENT_OWN.
VOID GenerateOwnEvents();
// Enables an event of the filter as a kernel client, and says whether it was told.
BOOLEAN TellKernelClient(PKSFILTER Filter, PFILE_OBJECT File, ULONG NotificationType);
