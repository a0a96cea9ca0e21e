// Ways to go wrong, each in a function of its own so that a report can name it.
#include "faults.h"

static const struct {
    PCWSTR Name;
    CRASH_FAULT Fault;
} FaultNames[] = {{L"null", CRASH_NULL},
                  {L"recursion", CRASH_RECURSION},
                  {L"spin", CRASH_SPIN},
                  {L"bugcheck", CRASH_BUGCHECK},
                  {L"raise", CRASH_RAISE},
                  {L"fail", CRASH_FAIL},
                  {L"leak", CRASH_LEAK},
                  {L"heap_overflow", CRASH_HEAP_OVERFLOW},
                  {L"handled", CRASH_HANDLED},
                  {L"race", CRASH_RACE},
                  {L"heap_underrun", CRASH_HEAP_UNDERRUN},
                  {L"stack_overflow", CRASH_STACK_OVERFLOW},
                  {L"global_overflow", CRASH_GLOBAL_OVERFLOW},
                  {L"use_after_free", CRASH_USE_AFTER_FREE},
                  {L"double_free", CRASH_DOUBLE_FREE},
                  {L"wrong_tag", CRASH_WRONG_TAG},
                  {L"signed_overflow", CRASH_SIGNED_OVERFLOW},
                  {L"leak_and_fail", CRASH_LEAK_AND_FAIL},
                  {L"leave_device", CRASH_LEAVE_DEVICE}};

// Keep the optimiser from seeing what is going on.
static volatile LONG Always = 1;
static PULONG volatile Nowhere = NULL;

CRASH_FAULT FaultByName(PCWSTR Name) {
    for (ULONG Index = 0; Index < RTL_NUMBER_OF(FaultNames); Index++) {
        if (wcscmp(FaultNames[Index].Name, Name) == 0) {
            return FaultNames[Index].Fault;
        }
    }
    return CRASH_NONE;
}

static DECLSPEC_NOINLINE VOID WriteToNull() {
    *Nowhere = 42;
}

static DECLSPEC_NOINLINE LONG RecurseForEver(LONG Depth) {
    volatile UCHAR Frame[512];
    Frame[Depth % sizeof(Frame)] = UCHAR(Depth);
    if (Always == 0) {
        return 0;
    }
    const LONG Deeper = RecurseForEver((Depth + 1) & MAXLONG);
    return Deeper + Frame[Depth % sizeof(Frame)];
}

static DECLSPEC_NOINLINE VOID SpinForEver() {
    while (Always != 0) {
    }
}

static DECLSPEC_NOINLINE BOOLEAN HandleFault() {
    __try {
        WriteToNull();
    } __except (GetExceptionCode() == ULONG(STATUS_ACCESS_VIOLATION) ? EXCEPTION_EXECUTE_HANDLER
                                                                     : EXCEPTION_CONTINUE_SEARCH) {
        return TRUE;
    }
    return FALSE;
}

static DECLSPEC_NOINLINE VOID CallBugCheck() {
    KeBugCheckEx(MANUALLY_INITIATED_CRASH, 1, 2, 3, 4);
}

static DECLSPEC_NOINLINE VOID RaiseUnhandled() {
    ExRaiseStatus(STATUS_INTEGER_DIVIDE_BY_ZERO);
}

static PDRIVER_OBJECT ThisDriver;

VOID SetDriver(PDRIVER_OBJECT Driver) {
    ThisDriver = Driver;
}

static NTSTATUS LeaveDevice() {
    PDEVICE_OBJECT Device;
    const NTSTATUS Status =
        IoCreateDevice(ThisDriver, 0, NULL, FILE_DEVICE_UNKNOWN, 0, FALSE, &Device);
    return NT_SUCCESS(Status) ? STATUS_UNSUCCESSFUL : Status;
}

NTSTATUS CommitFault(CRASH_FAULT Fault) {
    switch (Fault) {
    case CRASH_NONE:
        return STATUS_SUCCESS;
    case CRASH_NULL:
        WriteToNull();
        return STATUS_SUCCESS;
    case CRASH_RECURSION:
        RecurseForEver(0);
        return STATUS_SUCCESS;
    case CRASH_SPIN:
        SpinForEver();
        return STATUS_SUCCESS;
    case CRASH_BUGCHECK:
        CallBugCheck();
        return STATUS_SUCCESS;
    case CRASH_RAISE:
        RaiseUnhandled();
        return STATUS_SUCCESS;
    case CRASH_FAIL:
        return STATUS_UNSUCCESSFUL;
    case CRASH_LEAK_AND_FAIL:
        MakeMistake(CRASH_LEAK);
        return STATUS_UNSUCCESSFUL;
    case CRASH_LEAVE_DEVICE:
        return LeaveDevice();
    case CRASH_HANDLED:
        return HandleFault() ? STATUS_SUCCESS : STATUS_UNSUCCESSFUL;
    default:
        return MakeMistake(Fault);
    }
}
