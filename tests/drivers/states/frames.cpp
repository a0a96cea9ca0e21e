// Frames: producing pins number them, consuming pins tell the numbers.
#include "parts.h"

// True: the frame is done and the leading edge may go on.
static BOOLEAN FillFrame(PKSPIN Pin, PKSSTREAM_POINTER Edge) {
    PinContext *Context = static_cast<PinContext *>(Pin->Context);
    if (LONG(Context->Made) >= AnswerTo("budget", 4) || Edge->OffsetOut.Remaining < sizeof(ULONG)) {
        return FALSE;
    }
    const ULONG Number = ++Context->Made;
    RtlCopyMemory(Edge->OffsetOut.Data, &Number, sizeof Number);
    const ULONG Bytes = min(Edge->OffsetOut.Remaining, ULONG(STATES_FRAME_BYTES));
    Edge->StreamHeader->DataUsed = Bytes;
    Journal("made", Pin->Id, Number, Bytes);
    return TRUE;
}

static BOOLEAN TakeFrame(PKSPIN Pin, PKSSTREAM_POINTER Edge) {
    ULONG Number = 0;
    if (Edge->OffsetIn.Remaining >= sizeof Number)
        RtlCopyMemory(&Number, Edge->OffsetIn.Data, sizeof Number);
    Journal("got", Pin->Id, Number, Edge->StreamHeader->DataUsed);
    return TRUE;
}

NTSTATUS NTAPI ProcessPin(PKSPIN Pin) {
    Journal("process", Pin->Id, ULONG(Pin->ClientState));
    for (;;) {
        PKSSTREAM_POINTER Edge =
            KsPinGetLeadingEdgeStreamPointer(Pin, KSSTREAM_POINTER_STATE_LOCKED);
        if (Edge == NULL) {
            return STATUS_PENDING;
        }
        const BOOLEAN Done =
            Pin->DataFlow == KSPIN_DATAFLOW_OUT ? FillFrame(Pin, Edge) : TakeFrame(Pin, Edge);
        KsStreamPointerUnlock(Edge, Done);
        if (!Done) {
            return STATUS_PENDING;
        }
    }
}
