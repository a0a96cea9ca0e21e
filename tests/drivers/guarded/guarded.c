/* Built with /guard:cf. On load it makes indirect calls that must pass, structured exceptions and
   inlined reads of the shared page, and names the first that fails by its status; then it commits
   the fault that its parameter Fault names: an indirect call that must not pass. */
#include "../shared/parameters.h"

#define SHARED_DATA ((volatile KUSER_SHARED_DATA *)0xFFFFF78000000000ULL)

typedef LONG (*OPERATION)(LONG);
typedef VOID (*PROCEDURE)(VOID);

static DECLSPEC_NOINLINE LONG AddOne(LONG Value) {
    return Value + 1;
}
static DECLSPEC_NOINLINE LONG AddTwo(LONG Value) {
    return Value + 2;
}
// Called directly and never by its address, so that it is no valid target.
static DECLSPEC_NOINLINE LONG NeverTaken(volatile LONG *Value) {
    return *Value * 3;
}

static OPERATION volatile Operations[2] = {AddOne, AddTwo};
static ULONG(NTAPI *volatile Imported)(VOID) = NULL;
static volatile LONG Data[64];

static VOID Unload(PDRIVER_OBJECT Driver) {
    UNREFERENCED_PARAMETER(Driver);
}

static LONG Filter(NTSTATUS Code, NTSTATUS Wanted) {
    return Code == Wanted ? EXCEPTION_EXECUTE_HANDLER : EXCEPTION_CONTINUE_SEARCH;
}

static NTSTATUS RaiseAndCatch(volatile LONG *Nowhere) {
    volatile NTSTATUS Seen = STATUS_SUCCESS;
    volatile LONG Finished = 0;
    __try {
        __try {
            ExRaiseStatus(STATUS_INSUFFICIENT_RESOURCES);
        } __finally {
            Finished = Operations[0](Finished);
        }
    } __except (Filter(GetExceptionCode(), STATUS_INSUFFICIENT_RESOURCES)) {
        Seen = GetExceptionCode();
    }
    if (Seen != STATUS_INSUFFICIENT_RESOURCES || Finished != 1) {
        return STATUS_INVALID_PARAMETER_3;
    }
    __try {
        ProbeForRead((PVOID)(ULONG_PTR)1, 4, 4);
        return STATUS_INVALID_PARAMETER_4;
    } __except (Filter(GetExceptionCode(), STATUS_DATATYPE_MISALIGNMENT)) {
        Finished++;
    }
    __try {
        *Nowhere = 1;
        return STATUS_INVALID_PARAMETER_5;
    } __except (Filter(GetExceptionCode(), STATUS_ACCESS_VIOLATION)) {
        Finished++;
    }
    return Finished == 3 ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER_6;
}

static NTSTATUS ReadSharedPage(VOID) {
    const ULONG TicksBefore = SHARED_DATA->TickCount.LowPart;
    const ULONG TimeBefore = SHARED_DATA->InterruptTime.LowPart;
    LARGE_INTEGER Pause;
    Pause.QuadPart = -40 * 10000LL;
    KeDelayExecutionThread(KernelMode, FALSE, &Pause);
    return SHARED_DATA->TickCount.LowPart > TicksBefore &&
                   SHARED_DATA->InterruptTime.LowPart > TimeBefore
               ? STATUS_SUCCESS
               : STATUS_INVALID_PARAMETER_7;
}

static DECLSPEC_NOINLINE VOID Commit(PCWSTR Fault, PVOID Image) {
    PROCEDURE volatile Target = NULL;
    if (wcscmp(Fault, L"header") == 0) {
        Target = (PROCEDURE)Image;
    } else if (wcscmp(Fault, L"middle") == 0) {
        Target = (PROCEDURE)((ULONG_PTR)Operations[0] + 1);
    } else if (wcscmp(Fault, L"data") == 0) {
        Target = (PROCEDURE)(ULONG_PTR)&Data[4];
    } else if (wcscmp(Fault, L"pool") == 0) {
        Target = (PROCEDURE)(ULONG_PTR)ExAllocatePoolWithTag(NonPagedPool, 64, 'drug');
    } else if (wcscmp(Fault, L"null") != 0) {
        return;
    }
    Target();
    Data[1]++; // no tail call: the report names this function
}

NTSTATUS DriverEntry(PDRIVER_OBJECT Driver, PUNICODE_STRING RegistryPath) {
    WCHAR Fault[16];
    NTSTATUS Status;
    Driver->DriverUnload = Unload;

    Data[0] = 5;
    if (Operations[Data[0] & 1](1) != 3 || NeverTaken(&Data[0]) != 15) {
        return STATUS_INVALID_PARAMETER_1;
    }
    UNICODE_STRING Name;
    RtlInitUnicodeString(&Name, L"KeQueryActiveGroupCount");
    Imported = (ULONG(NTAPI *)(VOID))MmGetSystemRoutineAddress(&Name);
    VOID(NTAPI *volatile Import)(PRKEVENT, EVENT_TYPE, BOOLEAN) = KeInitializeEvent;
    KEVENT Event;
    Import(&Event, NotificationEvent, TRUE);
    if (KeReadStateEvent(&Event) == 0 || (Imported != NULL && Imported() == 0)) {
        return STATUS_INVALID_PARAMETER_2;
    }
    Status = RaiseAndCatch(NULL);
    if (NT_SUCCESS(Status)) {
        Status = ReadSharedPage();
    }
    if (NT_SUCCESS(Status) && NT_SUCCESS(ReadTextParameter(RegistryPath, L"Fault", Fault, 16))) {
        Commit(Fault, Driver->DriverStart);
    }
    return Status;
}
