// What the pins' dispatch routines tell.
#include "parts.h"

static VOID NTAPI SleepPin(PKSPIN Pin, DEVICE_POWER_STATE State) {
    Journal("sleep", Pin->Id, ULONG(State));
}

static VOID NTAPI WakePin(PKSPIN Pin, DEVICE_POWER_STATE State) {
    Journal("wake", Pin->Id, ULONG(State));
}

// What the test wants to be answered; an error after a while, if it wants that.
static NTSTATUS AnswerSlowly(const char *Question) {
    const NTSTATUS Status = AnswerTo(Question, STATUS_SUCCESS);
    if (!NT_SUCCESS(Status) && AnswerTo("linger", 0) != 0) {
        LARGE_INTEGER Interval;
        Interval.QuadPart = -100 * 10000LL;
        KeDelayExecutionThread(KernelMode, FALSE, &Interval);
    }
    return Status;
}

static NTSTATUS NTAPI CreatePin(PKSPIN Pin, PIRP Irp) {
    Journal("create", Pin->Id);
    PinContext *Context =
        static_cast<PinContext *>(ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(PinContext), 'tatS'));
    if (Context == NULL || !NT_SUCCESS(KsAddItemToObjectBag(Pin->Bag, Context, NULL))) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Context->File = IoGetCurrentIrpStackLocation(Irp)->FileObject;
    Pin->Context = Context;
    KsPinRegisterPowerCallbacks(Pin, SleepPin, WakePin);
    if (AnswerTo("deaf", 0) == 0) {
        KsPinRegisterHandshakeCallback(Pin, AnswerHandshake);
    }
    return AnswerSlowly("create");
}

static NTSTATUS NTAPI ClosePin(PKSPIN Pin, PIRP Irp) {
    UNREFERENCED_PARAMETER(Irp);
    Journal("close", Pin->Id);
    return STATUS_SUCCESS;
}

static VOID NTAPI ResetPin(PKSPIN Pin) {
    Journal("reset", Pin->Id);
}

static NTSTATUS NTAPI SetFormat(PKSPIN Pin, PKSDATAFORMAT OldFormat, PKSMULTIPLE_ITEM OldAttributes,
                                const KSDATARANGE *DataRange, const KSATTRIBUTE_LIST *Attributes) {
    UNREFERENCED_PARAMETER(OldAttributes);
    UNREFERENCED_PARAMETER(DataRange);
    UNREFERENCED_PARAMETER(Attributes);
    Journal("set format", Pin->Id, OldFormat != NULL, Pin->ConnectionFormat->FormatSize);
    return AnswerSlowly("format");
}

static NTSTATUS AnswerToState(ULONG PinId, KSSTATE To) {
    static const char *const Names[] = {"to stop ", "to acquire ", "to pause ", "to run "};
    char Question[JOURNAL_TEXT_BYTES];
    strcpy(Question, Names[To]);
    const char Digit[] = {char('0' + PinId), 0};
    strcat(Question, Digit);
    return AnswerTo(Question, STATUS_SUCCESS);
}

static NTSTATUS NTAPI SetState(PKSPIN Pin, KSSTATE ToState, KSSTATE FromState) {
    Journal("set state", Pin->Id, ULONG(FromState) * 16 + ULONG(ToState),
            ULONG(Pin->DeviceState) * 16 + ULONG(Pin->ClientState));
    if (AnswerTo("probe", 0) != 0 && IsControlHeld(KsPinGetParentFilter(Pin))) {
        Journal("held", Pin->Id);
    }
    return AnswerToState(Pin->Id, ToState);
}

static NTSTATUS NTAPI ConnectPin(PKSPIN Pin) {
    Journal("connect", Pin->Id);
    return AnswerSlowly("connect");
}

static VOID NTAPI DisconnectPin(PKSPIN Pin) {
    Journal("disconnect", Pin->Id);
}

const KSPIN_DISPATCH PinDispatch = {CreatePin, ClosePin,   ProcessPin,    ResetPin, SetFormat,
                                    SetState,  ConnectPin, DisconnectPin, NULL,     NULL};
const KSPIN_DISPATCH QuietDispatch = {CreatePin, ClosePin,   NULL,          ResetPin, SetFormat,
                                      SetState,  ConnectPin, DisconnectPin, NULL,     NULL};
