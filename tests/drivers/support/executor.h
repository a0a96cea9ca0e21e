// What a pin keeps for its test, and how steps are executed. See steps.h.
#pragma once

#include "avstream.h"
#include "journal.h"
#include "steps.h"

typedef struct {
    ULONG Number; // from 1, in the order of creation
    PKSSTREAM_POINTER Pointers[DATA_SLOTS];
    KSGATE Gates[DATA_GATES]; // the first two are not used
    DATA_CALLBACK CancelCallbacks[DATA_SLOTS];
    DATA_CALLBACK TimeoutCallbacks[DATA_SLOTS];
    ULONG Calls; // of Process
    ULONG ProgramSteps;
    DATA_STEP Program[DATA_MAXIMUM_STEPS];
} PIN_CONTEXT;

inline PIN_CONTEXT *ContextOf(PKSPIN Pin) {
    return static_cast<PIN_CONTEXT *>(Pin->Context);
}

// Executes one step, at its IRQL.
VOID ExecuteStep(PKSPIN Pin, const DATA_STEP *Step, DATA_RESULT *Result);

// The parts of it; FALSE: not their operation.
BOOLEAN ExecutePointerStep(PKSPIN Pin, const DATA_STEP *Step, DATA_RESULT *Result);
BOOLEAN ExecuteFrameStep(PKSPIN Pin, const DATA_STEP *Step, DATA_RESULT *Result);
BOOLEAN ExecuteGateStep(PKSPIN Pin, const DATA_STEP *Step, DATA_RESULT *Result);
BOOLEAN ExecuteInjectionStep(PKSPIN Pin, const DATA_STEP *Step, DATA_RESULT *Result);

// For the pin's dispatch table: they make and free the context, and journal.
NTSTATUS NTAPI DataCreatePin(PKSPIN Pin, PIRP Irp);
NTSTATUS NTAPI DataClosePin(PKSPIN Pin, PIRP Irp);
NTSTATUS NTAPI DataSetState(PKSPIN Pin, KSSTATE ToState, KSSTATE FromState);
VOID NTAPI DataReset(PKSPIN Pin);
NTSTATUS NTAPI DataProcess(PKSPIN Pin);

// The pins' automation: KSPROPSETID_Data.
extern const KSAUTOMATION_TABLE DataPinAutomation;
