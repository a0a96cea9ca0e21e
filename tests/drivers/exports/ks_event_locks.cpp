// Lists of events under each kind of lock, and each way of telling.
#include "ks_fixture.h"

// The list of the case, and what is asked while its lock is held.
static LIST_ENTRY List;
static KSEVENTS_LOCKTYPE Kind;
static PVOID Lock;
static LONG Removed;
static bool HeldInHandler;

static bool IsHeld() {
    switch (Kind) {
    case KSEVENTS_NONE:
        return KeGetCurrentIrql() == PASSIVE_LEVEL && !KeAreApcsDisabled();
    case KSEVENTS_SPINLOCK:
        return KeGetCurrentIrql() == DISPATCH_LEVEL;
    case KSEVENTS_MUTEX:
        return KeReadStateMutex(static_cast<PKMUTEX>(Lock)) == 0;
    case KSEVENTS_FMUTEX:
        return KeGetCurrentIrql() == APC_LEVEL;
    case KSEVENTS_FMUTEXUNSAFE:
        return KeGetCurrentIrql() == PASSIVE_LEVEL && KeAreApcsDisabled();
    case KSEVENTS_INTERRUPT:
        return KeGetCurrentIrql() > DISPATCH_LEVEL;
    case KSEVENTS_ERESOURCE:
        return ExIsResourceAcquiredExclusiveLite(static_cast<PERESOURCE>(Lock)) != 0;
    }
    return false;
}
// Nobody holds it, this thread least of all.
static bool IsFree() {
    if (KeGetCurrentIrql() != PASSIVE_LEVEL || KeAreApcsDisabled())
        return false;
    switch (Kind) {
    case KSEVENTS_MUTEX:
        return KeReadStateMutex(static_cast<PKMUTEX>(Lock)) == 1;
    case KSEVENTS_FMUTEX:
    case KSEVENTS_FMUTEXUNSAFE:
        return static_cast<PFAST_MUTEX>(Lock)->Count == 1;
    case KSEVENTS_ERESOURCE:
        return ExIsResourceAcquiredLite(static_cast<PERESOURCE>(Lock)) == 0;
    default:
        return true;
    }
}

// A one-shot event leaves while its list is locked.
static PFILE_OBJECT RemovedFrom;
static VOID NTAPI Leave(PFILE_OBJECT File, PKSEVENT_ENTRY Entry) {
    ++Removed;
    RemovedFrom = File;
    HeldInHandler = IsHeld();
    RemoveEntryList(&Entry->ListEntry);
}
static const KSEVENT_ITEM Items[] = {
    {5, sizeof(KSEVENTDATA), 0, NULL, NULL, NULL},
    {6, sizeof(KSEVENTDATA), 0, NULL, Leave, NULL},
};
static const KSEVENT_SET Sets[] = {{&CaseOwnSet, SIZEOF_ARRAY(Items), Items}};

static NTSTATUS NTAPI Control(PDEVICE_OBJECT Device, PIRP Irp) {
    UNREFERENCED_PARAMETER(Device);
    if (CaseStack(Irp)->Parameters.DeviceIoControl.IoControlCode == IOCTL_KS_ENABLE_EVENT)
        return CaseFinish(Irp, KsEnableEvent(Irp, SIZEOF_ARRAY(Sets), Sets, &List, Kind, Lock));
    return CaseFinish(Irp, KsDisableEvent(Irp, &List, Kind, Lock));
}

static void LiveUnder(CASE_CONTEXT &Case, KSEVENTS_LOCKTYPE LockKind, PVOID Object) {
    Kind = LockKind;
    Lock = Object;
    InitializeListHead(&List);
    CASE_PLAIN Handlers = {};
    Handlers.Control = Control;
    CasePlainDevice Plain(Case, Handlers);
    CaseFile File;
    REQUIRE_SUCCESS(Plain.Open(File));
    CaseWatch Lasting, Once, Left;
    GUID Set = CaseOwnSet;
    REQUIRE_SUCCESS(Lasting.Enable(File, CaseOwnSet, 5));
    EXPECT_TRUE(IsFree());
    REQUIRE_SUCCESS(Once.Enable(File, CaseOwnSet, 6, KSEVENT_TYPE_ONESHOT));
    Removed = 0;
    HeldInHandler = false;
    KsGenerateEventList(&Set, 6, &List, Kind, Lock);
    EXPECT_EQ(Removed, 1);
    EXPECT_TRUE(HeldInHandler);
    EXPECT_TRUE(IsFree());
    EXPECT_TRUE(Once.Signalled());
    KsGenerateEventList(&Set, 5, &List, Kind, Lock);
    EXPECT_TRUE(Lasting.Signalled());
    REQUIRE_SUCCESS(Left.Enable(File, CaseOwnSet, 5));
    EXPECT_SUCCESS(Lasting.Disable(File));
    EXPECT_TRUE(IsFree());
    EXPECT_FALSE(IsListEmpty(&List));
    // One that the client lets go, or that goes with its file, leaves without the lock.
    REQUIRE_SUCCESS(Once.Enable(File, CaseOwnSet, 6));
    Removed = 0;
    HeldInHandler = true;
    RemovedFrom = NULL;
    EXPECT_SUCCESS(Once.Disable(File));
    EXPECT_EQ(Removed, 1);
    EXPECT_EQ(RemovedFrom, File.Object);
    if (Kind != KSEVENTS_NONE)
        EXPECT_FALSE(HeldInHandler);
    REQUIRE_SUCCESS(Once.Enable(File, CaseOwnSet, 6));
    RemovedFrom = NULL;
    KsFreeEventList(File.Object, &List, Kind, Lock);
    EXPECT_TRUE(IsListEmpty(&List));
    EXPECT_EQ(Removed, 2);
    EXPECT_EQ(RemovedFrom, File.Object);
    EXPECT_TRUE(IsFree());
}

EXPORT_CASE(KsEnableEvent, KsDisableEvent, KsGenerateEventList, KsFreeEventList) {
    KSPIN_LOCK SpinLock;
    KeInitializeSpinLock(&SpinLock);
    LiveUnder(Case, KSEVENTS_SPINLOCK, &SpinLock);
    KMUTEX Mutex;
    KeInitializeMutex(&Mutex, 0);
    LiveUnder(Case, KSEVENTS_MUTEX, &Mutex);
    FAST_MUTEX FastMutex;
    ExInitializeFastMutex(&FastMutex);
    LiveUnder(Case, KSEVENTS_FMUTEX, &FastMutex);
    LiveUnder(Case, KSEVENTS_FMUTEXUNSAFE, &FastMutex);
    ERESOURCE Resource;
    REQUIRE_SUCCESS(ExInitializeResourceLite(&Resource));
    LiveUnder(Case, KSEVENTS_ERESOURCE, &Resource);
    EXPECT_SUCCESS(ExDeleteResourceLite(&Resource));
    LiveUnder(Case, KSEVENTS_NONE, NULL);
}

// In an interrupt's lock an event is told by a DPC.
static BOOLEAN NTAPI Serve(PKINTERRUPT Interrupt, PVOID Context) {
    UNREFERENCED_PARAMETER(Interrupt);
    UNREFERENCED_PARAMETER(Context);
    return FALSE;
}
EXPORT_CASE(KsGenerateEventList, KsDisableEvent, KsFreeEventList) {
    const ULONG Vector = 0x93;
    const KIRQL Level = 6;
    PKINTERRUPT Interrupt = NULL;
    REQUIRE_SUCCESS(IoConnectInterrupt(&Interrupt, Serve, NULL, NULL, Vector, Level, Level,
                                       LevelSensitive, FALSE, 1, FALSE));
    Kind = KSEVENTS_INTERRUPT;
    Lock = Interrupt;
    InitializeListHead(&List);
    {
        CASE_PLAIN Handlers = {};
        Handlers.Control = Control;
        CasePlainDevice Plain(Case, Handlers);
        CaseFile File;
        REQUIRE_SUCCESS(Plain.Open(File));
        CaseWatch Watch, Other;
        GUID Set = CaseOwnSet;
        REQUIRE_SUCCESS(Watch.Enable(File, CaseOwnSet, 5));
        REQUIRE_SUCCESS(Other.Enable(File, CaseOwnSet, 5));
        KsGenerateEventList(&Set, 5, &List, Kind, Lock);
        CaseSleep(1000);
        EXPECT_TRUE(Watch.Signalled());
        EXPECT_TRUE(Other.Signalled());
        KsGenerateEventList(&Set, 5, &List, Kind, Lock);
        CaseSleep(1000);
        EXPECT_TRUE(Watch.Signalled());
        EXPECT_SUCCESS(Watch.Disable(File));
        KsFreeEventList(File.Object, &List, Kind, Lock);
        EXPECT_TRUE(IsListEmpty(&List));
    }
    IoDisconnectInterrupt(Interrupt);
}

// Each way in which an event tells; those by an object's address are the kernel's alone.
static LONG Told;
static PVOID ToldData;
static VOID NTAPI TellByDpc(PKDPC Dpc, PVOID Context, PVOID First, PVOID Second) {
    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(Context);
    UNREFERENCED_PARAMETER(Second);
    ToldData = First;
    InterlockedIncrement(&Told);
}
static VOID NTAPI TellByItem(PVOID Context) {
    ToldData = Context;
    InterlockedIncrement(&Told);
}

namespace {
// An event told otherwise than CaseWatch does.
struct TOLD_OTHERWISE {
    KSEVENTDATA Data = {};
    NTSTATUS Enable(const CaseFile &File, ULONG NotificationType) {
        Data.NotificationType = NotificationType;
        KSEVENT Request = {};
        Request.Set = CaseOwnSet;
        Request.Id = 5;
        Request.Flags = KSEVENT_TYPE_ENABLE;
        return CaseControl(File, IOCTL_KS_ENABLE_EVENT, &Request, sizeof Request, &Data,
                           sizeof Data);
    }
    static NTSTATUS Tell() {
        const PKSEVENT_ENTRY Entry = CONTAINING_RECORD(List.Flink, KSEVENT_ENTRY, ListEntry);
        const LONG Before = Told;
        const NTSTATUS Status = KsGenerateEvent(Entry);
        for (int Round = 0; Round < 100 && Told == Before && NT_SUCCESS(Status); ++Round)
            CaseSleep(1000);
        return Status;
    }
};
} // namespace

EXPORT_CASE(KsGenerateEvent, KsEnableEvent) {
    KSPIN_LOCK SpinLock;
    KeInitializeSpinLock(&SpinLock);
    Kind = KSEVENTS_SPINLOCK;
    Lock = &SpinLock;
    InitializeListHead(&List);
    CASE_PLAIN Handlers = {};
    Handlers.Control = Control;
    CasePlainDevice Plain(Case, Handlers);
    CaseFile File;
    REQUIRE_SUCCESS(Plain.Open(File));
    const auto Free = [&] { KsFreeEventList(File.Object, &List, Kind, Lock); };
    Told = 0;
    {
        KDPC Dpc;
        KeInitializeDpc(&Dpc, TellByDpc, NULL);
        TOLD_OTHERWISE By;
        By.Data.Dpc.Dpc = &Dpc;
        REQUIRE_SUCCESS(By.Enable(File, KSEVENTF_DPC));
        EXPECT_SUCCESS(By.Tell());
        EXPECT_EQ(Told, 1);
        EXPECT_EQ(ToldData, (PVOID)&By.Data);
        Free();
    }
    {
        WORK_QUEUE_ITEM Item;
        ExInitializeWorkItem(&Item, TellByItem, &Item);
        TOLD_OTHERWISE By;
        By.Data.WorkItem.WorkQueueItem = &Item;
        By.Data.WorkItem.WorkQueueType = DelayedWorkQueue;
        REQUIRE_SUCCESS(By.Enable(File, KSEVENTF_WORKITEM));
        EXPECT_SUCCESS(By.Tell());
        EXPECT_EQ(Told, 2);
        EXPECT_EQ(ToldData, (PVOID)&Item);
        Free();
    }
    {
        PKSWORKER Worker = NULL;
        REQUIRE_SUCCESS(KsRegisterWorker(DelayedWorkQueue, &Worker));
        WORK_QUEUE_ITEM Item;
        ExInitializeWorkItem(&Item, TellByItem, &Item);
        TOLD_OTHERWISE By;
        By.Data.KsWorkItem.WorkQueueItem = &Item;
        By.Data.KsWorkItem.KsWorkerObject = Worker;
        REQUIRE_SUCCESS(By.Enable(File, KSEVENTF_KSWORKITEM));
        EXPECT_SUCCESS(By.Tell());
        EXPECT_EQ(Told, 3);
        EXPECT_EQ(ToldData, (PVOID)&Item);
        Free();
        KsUnregisterWorker(Worker);
    }
    {
        KSEMAPHORE Semaphore;
        KeInitializeSemaphore(&Semaphore, 0, 5);
        TOLD_OTHERWISE By;
        By.Data.SemaphoreObject.Semaphore = &Semaphore;
        By.Data.SemaphoreObject.Adjustment = 3;
        REQUIRE_SUCCESS(By.Enable(File, KSEVENTF_SEMAPHORE_OBJECT));
        const PKSEVENT_ENTRY Entry = CONTAINING_RECORD(List.Flink, KSEVENT_ENTRY, ListEntry);
        EXPECT_SUCCESS(KsGenerateEvent(Entry));
        EXPECT_EQ(KeReadStateSemaphore(&Semaphore), 3);
        EXPECT_EQ(KsGenerateEvent(Entry), STATUS_SEMAPHORE_LIMIT_EXCEEDED);
        EXPECT_EQ(KeReadStateSemaphore(&Semaphore), 3);
        Free();
        // Exactly to the limit is no excess.
        By.Data.SemaphoreObject.Adjustment = 2;
        REQUIRE_SUCCESS(By.Enable(File, KSEVENTF_SEMAPHORE_OBJECT));
        EXPECT_SUCCESS(KsGenerateEvent(CONTAINING_RECORD(List.Flink, KSEVENT_ENTRY, ListEntry)));
        EXPECT_EQ(KeReadStateSemaphore(&Semaphore), 5);
        Free();
        By.Data.SemaphoreObject.Adjustment = 0;
        REQUIRE_SUCCESS(By.Enable(File, KSEVENTF_SEMAPHORE_OBJECT));
        EXPECT_EQ(KsGenerateEvent(CONTAINING_RECORD(List.Flink, KSEVENT_ENTRY, ListEntry)),
                  STATUS_SEMAPHORE_LIMIT_EXCEEDED);
        Free();
    }
    TOLD_OTHERWISE Wrong;
    EXPECT_EQ(Wrong.Enable(File, 0x4000), STATUS_INVALID_PARAMETER);
    EXPECT_EQ(Wrong.Enable(File, 0), STATUS_INVALID_PARAMETER);
    EXPECT_EQ(Wrong.Enable(File, KSEVENTF_EVENT_HANDLE), STATUS_INVALID_HANDLE); // none is given
    EXPECT_TRUE(IsListEmpty(&List));
}
