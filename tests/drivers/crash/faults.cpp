// Ways to go wrong, each in a function of its own so that a report can name it.
#include "faults.h"

static const struct {
    PCWSTR Name;
    CRASH_FAULT Fault;
} FaultNames[] = {{L"null", CRASH_NULL},       {L"recursion", CRASH_RECURSION},
                  {L"spin", CRASH_SPIN},       {L"bugcheck", CRASH_BUGCHECK},
                  {L"raise", CRASH_RAISE},     {L"fail", CRASH_FAIL},
                  {L"leak", CRASH_LEAK},       {L"heap_overflow", CRASH_HEAP_OVERFLOW},
                  {L"handled", CRASH_HANDLED}, {L"race", CRASH_RACE}};

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

static DECLSPEC_NOINLINE VOID OverflowPool() {
    volatile UCHAR *Block = static_cast<UCHAR *>(ExAllocatePool2(POOL_FLAG_NON_PAGED, 40, 'wofO'));
    if (Block != NULL) {
        Block[39 + Always] = 1;
        ExFreePoolWithTag(const_cast<UCHAR *>(Block), 'wofO');
        Always = 1; // not a tail call: the report is to show this function
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

static LONG Contended; // on purpose neither volatile nor interlocked

static VOID NTAPI IncrementContended(PVOID Context) {
    UNREFERENCED_PARAMETER(Context);
    LARGE_INTEGER Pause;
    Pause.QuadPart = -10000;
    for (ULONG Round = 0; Round < 20; Round++) {
        for (ULONG Index = 0; Index < 10000; Index++) {
            Contended++;
            KeMemoryBarrierWithoutFence();
        }
        KeDelayExecutionThread(KernelMode, FALSE, &Pause);
    }
    PsTerminateSystemThread(STATUS_SUCCESS);
}

static DECLSPEC_NOINLINE NTSTATUS Race() {
    PVOID Threads[2] = {};
    NTSTATUS Status = STATUS_SUCCESS;
    for (ULONG Index = 0; Index < 2 && NT_SUCCESS(Status); Index++) {
        HANDLE Handle;
        Status = PsCreateSystemThread(&Handle, THREAD_ALL_ACCESS, NULL, NULL, NULL,
                                      IncrementContended, NULL);
        if (NT_SUCCESS(Status)) {
            Status = ObReferenceObjectByHandle(Handle, SYNCHRONIZE, NULL, KernelMode,
                                               &Threads[Index], NULL);
            ZwClose(Handle);
        }
    }
    for (ULONG Index = 0; Index < 2; Index++) {
        if (Threads[Index] != NULL) {
            KeWaitForSingleObject(Threads[Index], Executive, KernelMode, FALSE, NULL);
            ObDereferenceObject(Threads[Index]);
        }
    }
    return Status;
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
    case CRASH_LEAK:
        return ExAllocatePool2(POOL_FLAG_NON_PAGED, 100, 'kaeL') != NULL
                   ? STATUS_SUCCESS
                   : STATUS_INSUFFICIENT_RESOURCES;
    case CRASH_HEAP_OVERFLOW:
        OverflowPool();
        return STATUS_SUCCESS;
    case CRASH_HANDLED:
        return HandleFault() ? STATUS_SUCCESS : STATUS_UNSUCCESSFUL;
    case CRASH_RACE:
        return Race();
    }
    return STATUS_INVALID_PARAMETER;
}
