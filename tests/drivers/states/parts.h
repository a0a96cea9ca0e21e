// What the driver's files have in common. See states.h.
#pragma once

#include "../support/avstream.h"
#include "../support/control_probe.h"
#include "../support/journal.h"
#include "states.h"

struct PinContext {
    PFILE_OBJECT File;
    ULONG Made; // frames
};

// frames.cpp
NTSTATUS NTAPI ProcessPin(PKSPIN Pin);

// handshake.cpp
NTSTATUS NTAPI AnswerHandshake(PKSPIN Pin, PKSHANDSHAKE In, PKSHANDSHAKE Out);
NTSTATUS NTAPI GetHandshake(PIRP Irp, PKSIDENTIFIER Request, PVOID Data);
NTSTATUS NTAPI GetHandshakeIoctl(PIRP Irp, PKSIDENTIFIER Request, PVOID Data);

// pins.cpp
extern const KSPIN_DISPATCH PinDispatch;   // with Process
extern const KSPIN_DISPATCH QuietDispatch; // without
// factories.cpp
extern const KSPIN_DESCRIPTOR_EX StatesDescriptors[STATES_COUNT];
// properties.cpp
extern const KSAUTOMATION_TABLE StatesAutomation;
