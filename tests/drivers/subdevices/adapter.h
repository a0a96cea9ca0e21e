// Between the files of this driver.
#pragma once

#include "../support/port_class.h"
#include "../support/port_journal.h"
#include "subdevices.h"

extern const GUID ProbeSetId;

// A Topology port with its miniport, initialized; one reference for the caller. Index 0 is the
// control filter.
NTSTATUS NewSubdevice(PDEVICE_OBJECT DeviceObject, PIRP Irp, PRESOURCELIST ResourceList,
                      ULONG Index, PPORT *Port);

// The properties of subdevices.h's first set.
NTSTATUS NTAPI ControlHandler(PPCPROPERTY_REQUEST Request);

// A request whose handler has returned STATUS_PENDING.
VOID KeepRequest(PPCPROPERTY_REQUEST Request);
