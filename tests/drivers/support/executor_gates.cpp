// Steps on gates.
#include "executor.h"

static PKSGATE GateOf(PKSPIN Pin, ULONG Slot) {
    switch (Slot) {
    case DATA_NOTHING:
        return NULL;
    case DATA_OWN_GATE:
        return KsPinGetAndGate(Pin);
    case DATA_FILTERS_GATE:
        return KsFilterGetAndGate(KsPinGetParentFilter(Pin));
    default:
        return &ContextOf(Pin)->Gates[Slot];
    }
}

static VOID Initialize(PKSPIN Pin, PKSGATE Gate, const DATA_STEP *Step) {
    const PKSGATE Next = GateOf(Pin, ULONG(Step->Values[1]));
    if (Step->Values[0]) {
        KsGateInitializeOr(Gate, Next);
    } else {
        KsGateInitializeAnd(Gate, Next);
    }
}

static VOID Terminate(PKSGATE Gate, BOOLEAN Or) {
    if (Or) {
        KsGateTerminateOr(Gate);
    } else {
        KsGateTerminateAnd(Gate);
    }
}

static VOID Attach(PKSPIN Pin, PKSGATE Gate, BOOLEAN Or) {
    if (Or) {
        KsPinAttachOrGate(Pin, Gate);
    } else {
        KsPinAttachAndGate(Pin, Gate);
    }
}

static BOOLEAN ChangeInputs(PKSGATE Gate, ULONG Operation, BOOLEAN Or) {
    switch (Operation) {
    case DATA_GATE_ON:
        KsGateTurnInputOn(Gate);
        return TRUE;
    case DATA_GATE_OFF:
        KsGateTurnInputOff(Gate);
        return TRUE;
    case DATA_GATE_ADD_ON:
        Or ? KsGateAddOnInputToOr(Gate) : KsGateAddOnInputToAnd(Gate);
        return TRUE;
    case DATA_GATE_ADD_OFF:
        Or ? KsGateAddOffInputToOr(Gate) : KsGateAddOffInputToAnd(Gate);
        return TRUE;
    case DATA_GATE_REMOVE_ON:
        Or ? KsGateRemoveOnInputFromOr(Gate) : KsGateRemoveOnInputFromAnd(Gate);
        return TRUE;
    case DATA_GATE_REMOVE_OFF:
        Or ? KsGateRemoveOffInputFromOr(Gate) : KsGateRemoveOffInputFromAnd(Gate);
        return TRUE;
    default:
        return FALSE;
    }
}

BOOLEAN ExecuteGateStep(PKSPIN Pin, const DATA_STEP *Step, DATA_RESULT *Result) {
    if (Step->Operation < DATA_GATE_INITIALIZE || Step->Operation > DATA_GATE_ATTACH) {
        return FALSE;
    }
    const PKSGATE Gate = GateOf(Pin, Step->Slot);
    const BOOLEAN Or = BOOLEAN(Step->Values[0]);
    switch (Step->Operation) {
    case DATA_GATE_INITIALIZE:
        Initialize(Pin, Gate, Step);
        break;
    case DATA_GATE_STATE:
        Result->Values[0] = ULONGLONG(LONGLONG(Gate->Count));
        Result->Values[1] = KsGateGetStateUnsafe(Gate);
        Result->Values[2] = Gate->NextGate != NULL;
        break;
    case DATA_GATE_CAPTURE:
        Result->Values[0] = KsGateCaptureThreshold(Gate);
        break;
    case DATA_GATE_TERMINATE:
        Terminate(Gate, Or);
        break;
    case DATA_GATE_ATTACH:
        Attach(Pin, Gate, Or);
        break;
    default:
        return ChangeInputs(Gate, Step->Operation, Or);
    }
    return TRUE;
}
