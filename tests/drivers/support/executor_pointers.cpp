// Steps on stream pointers.
#include "executor.h"

static ULONG SlotOf(PKSSTREAM_POINTER Pointer) {
    const PIN_CONTEXT *Context = ContextOf(Pointer->Pin);
    for (ULONG Slot = 0; Slot < DATA_SLOTS; Slot++) {
        if (Context->Pointers[Slot] == Pointer) {
            return Slot;
        }
    }
    return DATA_NOTHING;
}

static VOID FollowCallback(PKSSTREAM_POINTER Pointer, DATA_CALLBACK Callback, ULONG Slot) {
    if (Callback == DATA_CALLBACK_DELETES) {
        KsStreamPointerDelete(Pointer);
    }
}

static VOID NTAPI Cancelled(PKSSTREAM_POINTER Pointer) {
    const ULONG Slot = SlotOf(Pointer);
    Journal("cancel", Slot);
    FollowCallback(Pointer, ContextOf(Pointer->Pin)->CancelCallbacks[Slot], Slot);
}

static VOID NTAPI TimedOut(PKSSTREAM_POINTER Pointer) {
    const ULONG Slot = SlotOf(Pointer);
    Journal("timeout", Slot);
    FollowCallback(Pointer, ContextOf(Pointer->Pin)->TimeoutCallbacks[Slot], Slot);
}

static NTSTATUS GetEdge(PKSPIN Pin, const DATA_STEP *Step) {
    const KSSTREAM_POINTER_STATE State =
        Step->Values[0] ? KSSTREAM_POINTER_STATE_LOCKED : KSSTREAM_POINTER_STATE_UNLOCKED;
    const PKSSTREAM_POINTER Pointer = Step->Slot == DATA_LEADING_EDGE
                                          ? KsPinGetLeadingEdgeStreamPointer(Pin, State)
                                          : KsPinGetTrailingEdgeStreamPointer(Pin, State);
    ContextOf(Pin)->Pointers[Step->Slot] = Pointer;
    return Pointer != NULL ? STATUS_SUCCESS : STATUS_NOT_FOUND;
}

static NTSTATUS Clone(PIN_CONTEXT *Context, PKSSTREAM_POINTER Pointer, const DATA_STEP *Step) {
    const ULONG To = ULONG(Step->Values[0]);
    PKSSTREAM_POINTER Made = NULL;
    const NTSTATUS Status =
        KsStreamPointerClone(Pointer, Step->Values[2] != DATA_NO_CALLBACK ? Cancelled : NULL,
                             ULONG(Step->Values[1]), &Made);
    Context->CancelCallbacks[To] = DATA_CALLBACK(Step->Values[2]);
    Context->Pointers[To] = Made;
    return Status;
}

static VOID Tell(DATA_RESULT *Result, PKSSTREAM_POINTER Clone) {
    Result->Values[0] = Clone != NULL ? SlotOf(Clone) : DATA_NOTHING;
}

BOOLEAN ExecutePointerStep(PKSPIN Pin, const DATA_STEP *Step, DATA_RESULT *Result) {
    PIN_CONTEXT *Context = ContextOf(Pin);
    if (Step->Operation == DATA_FIRST_CLONE) {
        Tell(Result, KsPinGetFirstCloneStreamPointer(Pin));
        return TRUE;
    }
    if (Step->Slot >= DATA_SLOTS) {
        return FALSE;
    }
    const PKSSTREAM_POINTER Pointer = Context->Pointers[Step->Slot];
    const unsigned long long *Values = Step->Values;
    switch (Step->Operation) {
    case DATA_GET_EDGE:
        Result->Status = GetEdge(Pin, Step);
        return TRUE;
    case DATA_NEXT_CLONE:
        Tell(Result, KsStreamPointerGetNextClone(Pointer));
        return TRUE;
    case DATA_LOCK:
        Result->Status = KsStreamPointerLock(Pointer);
        return TRUE;
    case DATA_UNLOCK:
        KsStreamPointerUnlock(Pointer, BOOLEAN(Values[0]));
        return TRUE;
    case DATA_ADVANCE:
        Result->Status = KsStreamPointerAdvance(Pointer);
        return TRUE;
    case DATA_OFFSETS:
        Result->Status = KsStreamPointerAdvanceOffsets(Pointer, ULONG(Values[0]), ULONG(Values[1]),
                                                       BOOLEAN(Values[2]));
        return TRUE;
    case DATA_OFFSETS_UNLOCK:
        KsStreamPointerAdvanceOffsetsAndUnlock(Pointer, ULONG(Values[0]), ULONG(Values[1]),
                                               BOOLEAN(Values[2]));
        return TRUE;
    case DATA_CLONE:
        Result->Status = Clone(Context, Pointer, Step);
        return TRUE;
    case DATA_DELETE:
        KsStreamPointerDelete(Pointer);
        return TRUE;
    case DATA_SET_STATUS:
        Result->Status = KsStreamPointerSetStatusCode(Pointer, NTSTATUS(Values[0]));
        return TRUE;
    case DATA_TIMEOUT:
        Context->TimeoutCallbacks[Step->Slot] = DATA_CALLBACK(Values[1]);
        KsStreamPointerScheduleTimeout(Pointer, TimedOut, Values[0]);
        return TRUE;
    case DATA_CANCEL_TIMEOUT:
        KsStreamPointerCancelTimeout(Pointer);
        return TRUE;
    default:
        return FALSE;
    }
}
