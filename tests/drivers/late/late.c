/* Goes without cancelling what its parameter Pending names: something of it is called when its
   image is no more. */
#include "../shared/parameters.h"

static KTIMER Timer;
static KDPC Dpc;
static KEVENT Event;
static WORK_QUEUE_ITEM Item;
static PVOID Registration;
static PCALLBACK_OBJECT Callback;
static WCHAR Pending[16];

static VOID NTAPI LateDpc(PKDPC Self, PVOID Context, PVOID Argument1, PVOID Argument2) {
    UNREFERENCED_PARAMETER(Context);
    UNREFERENCED_PARAMETER(Argument1);
    UNREFERENCED_PARAMETER(Argument2);
    if (wcscmp(Pending, L"dpc") == 0) {
        KeInsertQueueDpc(Self, NULL, NULL); // without end
    }
}

static VOID NTAPI LateCallback(PVOID Context, PVOID Argument1, PVOID Argument2) {
    UNREFERENCED_PARAMETER(Context);
    UNREFERENCED_PARAMETER(Argument1);
    UNREFERENCED_PARAMETER(Argument2);
}

static WORKER_THREAD_ROUTINE LateWork;
static VOID NTAPI LateWork(PVOID Parameter) {
    UNREFERENCED_PARAMETER(Parameter);
    ExInitializeWorkItem(&Item, LateWork, NULL);
    ExQueueWorkItem(&Item, DelayedWorkQueue); // without end
}

// Sleeps through the unload, on a stack that is not the image's.
static VOID NTAPI LateThread(PVOID Parameter) {
    LARGE_INTEGER Pause;
    UNREFERENCED_PARAMETER(Parameter);
    Pause.QuadPart = -1000 * 10000LL;
    KeDelayExecutionThread(KernelMode, FALSE, &Pause);
    PsTerminateSystemThread(STATUS_SUCCESS);
}

// Waits in an event of the image.
static VOID NTAPI LateWaiter(PVOID Parameter) {
    LARGE_INTEGER Pause;
    UNREFERENCED_PARAMETER(Parameter);
    Pause.QuadPart = -1000 * 10000LL;
    KeWaitForSingleObject(&Event, Executive, KernelMode, FALSE, &Pause);
    PsTerminateSystemThread(STATUS_SUCCESS);
}

static VOID StartThread(PKSTART_ROUTINE Routine) {
    HANDLE Thread;
    LARGE_INTEGER Pause;
    if (NT_SUCCESS(
            PsCreateSystemThread(&Thread, THREAD_ALL_ACCESS, NULL, NULL, NULL, Routine, NULL))) {
        ZwClose(Thread);
    }
    Pause.QuadPart = -10 * 10000LL; // until it sleeps
    KeDelayExecutionThread(KernelMode, FALSE, &Pause);
}

static VOID SetTimer(PKTIMER Which, PKDPC Deferred) {
    LARGE_INTEGER Due;
    Due.QuadPart = -500 * 10000LL;
    KeInitializeTimer(Which);
    KeSetTimer(Which, Due, Deferred);
}

static VOID RegisterCallback(VOID) {
    OBJECT_ATTRIBUTES Attributes;
    UNICODE_STRING Name;
    RtlInitUnicodeString(&Name, L"\\Callback\\KsboxLate");
    InitializeObjectAttributes(&Attributes, &Name, OBJ_CASE_INSENSITIVE | OBJ_PERMANENT, NULL,
                               NULL);
    if (NT_SUCCESS(ExCreateCallback(&Callback, &Attributes, TRUE, TRUE))) {
        Registration = ExRegisterCallback(Callback, LateCallback, NULL);
    }
}

static VOID Unload(PDRIVER_OBJECT Driver) {
    UNREFERENCED_PARAMETER(Driver);
    if (wcscmp(Pending, L"timer") == 0) {
        SetTimer(&Timer, &Dpc);
    } else if (wcscmp(Pending, L"pooltimer") == 0) {
        PKTIMER InPool = ExAllocatePoolWithTag(NonPagedPool, sizeof(KTIMER) + sizeof(KDPC), 'etaL');
        PKDPC Deferred = (PKDPC)(InPool + 1);
        KeInitializeDpc(Deferred, LateDpc, NULL);
        SetTimer(InPool, Deferred);
    } else if (wcscmp(Pending, L"dpc") == 0) {
        KeInsertQueueDpc(&Dpc, NULL, NULL);
    } else if (wcscmp(Pending, L"work") == 0) {
        ExQueueWorkItem(&Item, DelayedWorkQueue);
    }
}

// Notifies whoever is registered: another load of this driver, after the first has gone.
static VOID Notify(VOID) {
    OBJECT_ATTRIBUTES Attributes;
    UNICODE_STRING Name;
    RtlInitUnicodeString(&Name, L"\\Callback\\KsboxLate");
    InitializeObjectAttributes(&Attributes, &Name, OBJ_CASE_INSENSITIVE, NULL, NULL);
    if (NT_SUCCESS(ExCreateCallback(&Callback, &Attributes, FALSE, TRUE))) {
        ExNotifyCallback(Callback, NULL, NULL);
        ObDereferenceObject(Callback);
    }
}

NTSTATUS DriverEntry(PDRIVER_OBJECT Driver, PUNICODE_STRING RegistryPath) {
    Driver->DriverUnload = Unload;
    KeInitializeDpc(&Dpc, LateDpc, NULL);
    KeInitializeEvent(&Event, NotificationEvent, FALSE);
    ExInitializeWorkItem(&Item, LateWork, NULL);
    ReadTextParameter(RegistryPath, L"Pending", Pending, 16);
    if (wcscmp(Pending, L"thread") == 0) {
        StartThread(LateThread);
    } else if (wcscmp(Pending, L"waiter") == 0) {
        StartThread(LateWaiter);
    } else if (wcscmp(Pending, L"callback") == 0) {
        RegisterCallback();
    } else if (wcscmp(Pending, L"notify") == 0) {
        Notify();
    }
    return STATUS_SUCCESS;
}
