// Locks, work items and timers.
#include "support/wdf_case.h"

namespace {

// However slow the machine is: until there are that many runs, or ten seconds are over.
void WaitForRuns(const volatile LONG &Runs, LONG Wanted) {
    for (int i = 0; i < 1000 && Runs < Wanted; ++i)
        CaseSleep(10);
}

struct EVENTS {
    KEVENT Entered, Leave;
    LONG Runs;
    KIRQL Irql;
    WDFOBJECT Seen;
    LONG Inside, Most;
};
EVENTS Events;

void Reset() {
    RtlZeroMemory(&Events, sizeof Events);
    KeInitializeEvent(&Events.Entered, NotificationEvent, FALSE);
    KeInitializeEvent(&Events.Leave, NotificationEvent, TRUE);
}

VOID NTAPI EvtWorkItem(WDFWORKITEM WorkItem) {
    InterlockedIncrement(&Events.Runs);
    Events.Irql = KeGetCurrentIrql();
    Events.Seen = WorkItem;
    KeSetEvent(&Events.Entered, IO_NO_INCREMENT, FALSE);
    KeWaitForSingleObject(&Events.Leave, Executive, KernelMode, FALSE, nullptr);
}

VOID NTAPI EvtDeleteItself(WDFWORKITEM WorkItem) {
    InterlockedIncrement(&Events.Runs);
    WdfObjectDelete(WorkItem);
}

VOID NTAPI EvtTimer(WDFTIMER Timer) {
    InterlockedIncrement(&Events.Runs);
    Events.Irql = KeGetCurrentIrql();
    Events.Seen = Timer;
}

VOID NTAPI StopTimer(WDFOBJECT Timer) {
    EXPECT_FALSE(WdfTimerStop((WDFTIMER)Timer, TRUE));
    EXPECT_FALSE(WdfTimerStart((WDFTIMER)Timer, WDF_REL_TIMEOUT_IN_MS(1)));
}

VOID NTAPI EvtTimerAgain(WDFTIMER Timer) {
    InterlockedIncrement(&Events.Runs);
    WdfTimerStart(Timer, WDF_REL_TIMEOUT_IN_MS(1));
}

VOID NTAPI EvtTimerAlone(WDFTIMER) {
    const LONG Inside = InterlockedIncrement(&Events.Inside);
    if (Inside > Events.Most)
        Events.Most = Inside;
    KeStallExecutionProcessor(2000); // for the others to come, if they may
    InterlockedIncrement(&Events.Runs);
    InterlockedDecrement(&Events.Inside);
}

WDFWORKITEM CreateWorkItem(WDFOBJECT Parent, PFN_WDF_WORKITEM Function) {
    WDF_WORKITEM_CONFIG Config;
    WDF_WORKITEM_CONFIG_INIT(&Config, Function);
    Config.AutomaticSerialization = FALSE;
    WDF_OBJECT_ATTRIBUTES Attributes = CaseAttributes(Parent);
    WDFWORKITEM WorkItem = nullptr;
    EXPECT_SUCCESS(WdfWorkItemCreate(&Config, &Attributes, &WorkItem));
    return WorkItem;
}

} // namespace

EXPORT_CASE(WdfSpinLockCreate, WdfSpinLockAcquire, WdfSpinLockRelease) {
    CaseFramework Framework(Case);
    WDF_OBJECT_ATTRIBUTES Attributes = CaseAttributes(Framework.Device);
    WDFSPINLOCK Lock;
    REQUIRE_SUCCESS(WdfSpinLockCreate(&Attributes, &Lock));
    WdfSpinLockAcquire(Lock);
    EXPECT_EQ(KeGetCurrentIrql(), DISPATCH_LEVEL);
    WdfSpinLockRelease(Lock);
    EXPECT_EQ(KeGetCurrentIrql(), PASSIVE_LEVEL);
    LONG Shared = 0;
    const auto Add = [&] {
        for (int i = 0; i < 100; ++i) {
            WdfSpinLockAcquire(Lock);
            const LONG Value = Shared;
            KeStallExecutionProcessor(1);
            Shared = Value + 1;
            WdfSpinLockRelease(Lock);
        }
    };
    CaseThread Other(Add);
    Add();
    Other.Join();
    EXPECT_EQ(Shared, 200);
}

EXPORT_CASE(WdfWaitLockCreate, WdfWaitLockAcquire, WdfWaitLockRelease) {
    CaseFramework Framework(Case);
    WDFWAITLOCK Lock;
    REQUIRE_SUCCESS(WdfWaitLockCreate(WDF_NO_OBJECT_ATTRIBUTES, &Lock));
    EXPECT_SUCCESS(WdfWaitLockAcquire(Lock, nullptr));
    EXPECT_TRUE(KeAreApcsDisabled());
    {
        CaseThread Other([&] {
            const BOOLEAN Before = KeAreApcsDisabled();
            LONGLONG Timeout = 0;
            EXPECT_EQ(WdfWaitLockAcquire(Lock, &Timeout), STATUS_TIMEOUT);
            EXPECT_EQ(KeAreApcsDisabled(), Before);
            Timeout = WDF_REL_TIMEOUT_IN_MS(20);
            EXPECT_EQ(WdfWaitLockAcquire(Lock, &Timeout), STATUS_TIMEOUT);
        });
    }
    CaseThread Waiting([&] {
        LONGLONG Timeout = WDF_REL_TIMEOUT_IN_SEC(10);
        EXPECT_EQ(WdfWaitLockAcquire(Lock, &Timeout), STATUS_SUCCESS);
        WdfWaitLockRelease(Lock);
    });
    CaseSleep(50);
    WdfWaitLockRelease(Lock);
    EXPECT_FALSE(KeAreApcsDisabled());
    Waiting.Join();
}

EXPORT_CASE(WdfObjectAcquireLock, WdfObjectReleaseLock) {
    CaseFramework Framework(Case);
    WdfObjectAcquireLock(Framework.Device);
    EXPECT_EQ(KeGetCurrentIrql(), DISPATCH_LEVEL);
    WdfObjectReleaseLock(Framework.Device);
    WDF_OBJECT_ATTRIBUTES Attributes = CaseAttributes();
    Attributes.ExecutionLevel = WdfExecutionLevelPassive;
    WDFDEVICE Passive;
    REQUIRE_SUCCESS(WdfDeviceMiniportCreate(Framework.Driver, &Attributes, Case.Device, nullptr,
                                            nullptr, &Passive));
    WdfObjectAcquireLock(Passive);
    EXPECT_EQ(KeGetCurrentIrql(), PASSIVE_LEVEL);
    EXPECT_TRUE(KeAreApcsDisabled());
    WdfObjectReleaseLock(Passive);
    EXPECT_FALSE(KeAreApcsDisabled());
}

EXPORT_CASE(WdfWorkItemCreate, WdfWorkItemEnqueue, WdfWorkItemFlush, WdfWorkItemGetParentObject) {
    CaseFramework Framework(Case);
    Reset();
    WDF_WORKITEM_CONFIG Config;
    WDF_WORKITEM_CONFIG_INIT(&Config, EvtWorkItem);
    WDFWORKITEM WorkItem;
    EXPECT_EQ(WdfWorkItemCreate(&Config, nullptr, &WorkItem), STATUS_WDF_PARENT_NOT_SPECIFIED);
    WDF_OBJECT_ATTRIBUTES Attributes = CaseAttributes();
    EXPECT_EQ(WdfWorkItemCreate(&Config, &Attributes, &WorkItem), STATUS_WDF_PARENT_NOT_SPECIFIED);
    Attributes.ParentObject = Framework.Driver; // no device above it
    EXPECT_EQ(WdfWorkItemCreate(&Config, &Attributes, &WorkItem), STATUS_INVALID_DEVICE_REQUEST);
    WorkItem = CreateWorkItem(Framework.Device, EvtWorkItem);
    EXPECT_TRUE(WdfWorkItemGetParentObject(WorkItem) == Framework.Device);
    WdfWorkItemFlush(WorkItem); // nothing to wait for
    KeClearEvent(&Events.Leave);
    WdfWorkItemEnqueue(WorkItem);
    KeWaitForSingleObject(&Events.Entered, Executive, KernelMode, FALSE, nullptr);
    EXPECT_EQ(Events.Irql, PASSIVE_LEVEL);
    EXPECT_TRUE(Events.Seen == WorkItem);
    // Queued again while it runs: another run. Queued twice: one.
    KIRQL Before = KeRaiseIrqlToDpcLevel();
    WdfWorkItemEnqueue(WorkItem);
    WdfWorkItemEnqueue(WorkItem);
    KeLowerIrql(Before);
    KeSetEvent(&Events.Leave, IO_NO_INCREMENT, FALSE);
    WdfWorkItemFlush(WorkItem);
    EXPECT_TRUE(Events.Runs == 2 || Events.Runs == 3);
    // Deleting waits for the callback; a callback may delete its own.
    const LONG Runs = Events.Runs;
    WdfWorkItemEnqueue(WorkItem);
    WdfObjectDelete(WorkItem);
    EXPECT_EQ(Events.Runs, Runs + 1);
    WdfWorkItemEnqueue(CreateWorkItem(Framework.Device, EvtDeleteItself));
    WaitForRuns(Events.Runs, Runs + 2);
    EXPECT_EQ(Events.Runs, Runs + 2);
}

EXPORT_CASE(WdfTimerCreate, WdfTimerStart, WdfTimerStop, WdfTimerGetParentObject) {
    CaseFramework Framework(Case);
    Reset();
    WDF_TIMER_CONFIG Config;
    WDF_TIMER_CONFIG_INIT(&Config, EvtTimer);
    WDFTIMER Timer;
    EXPECT_EQ(WdfTimerCreate(&Config, nullptr, &Timer), STATUS_WDF_PARENT_NOT_SPECIFIED);
    WDF_OBJECT_ATTRIBUTES Attributes = CaseAttributes(Framework.Driver);
    EXPECT_EQ(WdfTimerCreate(&Config, &Attributes, &Timer), STATUS_INVALID_DEVICE_REQUEST);
    Attributes.ParentObject = Framework.Device;
    Attributes.EvtCleanupCallback = StopTimer; // it is stopped by then
    Config.Size = 5;
    EXPECT_EQ(WdfTimerCreate(&Config, &Attributes, &Timer), STATUS_INFO_LENGTH_MISMATCH);
    WDF_TIMER_CONFIG_INIT(&Config, nullptr);
    EXPECT_EQ(WdfTimerCreate(&Config, &Attributes, &Timer), STATUS_INVALID_PARAMETER);
    WDF_TIMER_CONFIG_INIT(&Config, EvtTimer);
    REQUIRE_SUCCESS(WdfTimerCreate(&Config, &Attributes, &Timer));
    EXPECT_TRUE(WdfTimerGetParentObject(Timer) == Framework.Device);
    // Once.
    EXPECT_FALSE(WdfTimerStart(Timer, WDF_REL_TIMEOUT_IN_SEC(100)));
    EXPECT_TRUE(WdfTimerStart(Timer, WDF_REL_TIMEOUT_IN_MS(100)));
    const ULONGLONG Started = KeQueryInterruptTime();
    WaitForRuns(Events.Runs, 1);
    EXPECT_TRUE(KeQueryInterruptTime() - Started >= 90 * 10000);
    EXPECT_EQ(Events.Runs, 1);
    EXPECT_EQ(Events.Irql, DISPATCH_LEVEL);
    EXPECT_TRUE(Events.Seen == Timer);
    EXPECT_FALSE(WdfTimerStop(Timer, FALSE));
    // Again and again, until it is stopped.
    WDF_TIMER_CONFIG_INIT_PERIODIC(&Config, EvtTimer, 100);
    WDFTIMER Periodic;
    REQUIRE_SUCCESS(WdfTimerCreate(&Config, &Attributes, &Periodic));
    WdfTimerStart(Periodic, WDF_REL_TIMEOUT_IN_MS(100));
    WaitForRuns(Events.Runs, 6);
    EXPECT_TRUE(WdfTimerStop(Periodic, TRUE));
    EXPECT_TRUE(Events.Runs >= 6);
    const LONG Runs = Events.Runs;
    CaseSleep(500);
    EXPECT_EQ(Events.Runs, Runs);
    // A deleted timer does not expire.
    WdfTimerStart(Timer, WDF_REL_TIMEOUT_IN_SEC(1));
    WdfObjectDelete(Timer);
    CaseSleep(1500);
    EXPECT_EQ(Events.Runs, Runs);
    // To the millisecond, and at PASSIVE_LEVEL.
    WDF_TIMER_CONFIG_INIT(&Config, EvtTimer);
    Config.UseHighResolutionTimer = WdfTrue;
    Config.TolerableDelay = 5;
    EXPECT_EQ(WdfTimerCreate(&Config, &Attributes, &Timer), STATUS_INVALID_PARAMETER);
    Config.TolerableDelay = 0;
    REQUIRE_SUCCESS(WdfTimerCreate(&Config, &Attributes, &Timer));
    WdfTimerStart(Timer, WDF_REL_TIMEOUT_IN_MS(2));
    WaitForRuns(Events.Runs, Runs + 1);
    EXPECT_EQ(Events.Runs, Runs + 1);
    WDF_TIMER_CONFIG_INIT(&Config, EvtTimer);
    Attributes.ExecutionLevel = WdfExecutionLevelPassive;
    REQUIRE_SUCCESS(WdfTimerCreate(&Config, &Attributes, &Timer));
    WdfTimerStart(Timer, WDF_REL_TIMEOUT_IN_MS(50));
    WaitForRuns(Events.Runs, Runs + 2);
    EXPECT_EQ(Events.Runs, Runs + 2);
    EXPECT_EQ(Events.Irql, PASSIVE_LEVEL);
}

EXPORT_CASE(WdfTimerStart, WdfTimerCreate) { // by its own callback, until it is deleted
    CaseFramework Framework(Case);
    Reset();
    WDF_OBJECT_ATTRIBUTES Attributes = CaseAttributes(Framework.Device);
    WDF_TIMER_CONFIG Config;
    WDF_TIMER_CONFIG_INIT(&Config, EvtTimerAgain);
    const WDF_EXECUTION_LEVEL Levels[] = {WdfExecutionLevelDispatch, WdfExecutionLevelPassive};
    for (const WDF_EXECUTION_LEVEL Level : Levels) {
        for (int Exact = 0; Exact < 2; ++Exact) {
            Attributes.ExecutionLevel = Level;
            Config.UseHighResolutionTimer = Exact ? WdfTrue : WdfFalse;
            WDFTIMER Timer;
            REQUIRE_SUCCESS(WdfTimerCreate(&Config, &Attributes, &Timer));
            const LONG Before = Events.Runs;
            WdfTimerStart(Timer, WDF_REL_TIMEOUT_IN_MS(1));
            WaitForRuns(Events.Runs, Before + 3);
            EXPECT_TRUE(Events.Runs >= Before + 3);
            WdfObjectDelete(Timer);
            const LONG Runs = Events.Runs;
            CaseSleep(200);
            EXPECT_EQ(Events.Runs, Runs);
        }
    }
}

EXPORT_CASE(WdfTimerCreate, WdfWorkItemCreate) { // AutomaticSerialization
    CaseFramework Framework(Case, WdfExecutionLevelDispatch, WdfSynchronizationScopeDevice);
    Reset();
    WDF_OBJECT_ATTRIBUTES Attributes = CaseAttributes(Framework.Device);
    // The device's lock is a spin lock: no work item can run under it.
    WDF_WORKITEM_CONFIG Work;
    WDF_WORKITEM_CONFIG_INIT(&Work, EvtWorkItem);
    WDFWORKITEM WorkItem;
    EXPECT_EQ(WdfWorkItemCreate(&Work, &Attributes, &WorkItem),
              STATUS_WDF_INCOMPATIBLE_EXECUTION_LEVEL);
    WDF_TIMER_CONFIG Config;
    WDF_TIMER_CONFIG_INIT(&Config, EvtTimerAlone);
    Attributes.ExecutionLevel = WdfExecutionLevelPassive;
    WDFTIMER Timers[4];
    EXPECT_EQ(WdfTimerCreate(&Config, &Attributes, &Timers[0]),
              STATUS_WDF_INCOMPATIBLE_EXECUTION_LEVEL);
    Attributes.ExecutionLevel = WdfExecutionLevelInheritFromParent;
    for (WDFTIMER &Timer : Timers)
        REQUIRE_SUCCESS(WdfTimerCreate(&Config, &Attributes, &Timer));
    // They expire on two processors, while this one has the device's lock and then both may have
    // it.
    const KAFFINITY Before = KeSetSystemAffinityThreadEx(2);
    for (int i = 0; i < 3; ++i)
        WdfTimerStart(Timers[i], WDF_REL_TIMEOUT_IN_MS(1));
    KeSetSystemAffinityThreadEx(1);
    WdfTimerStart(Timers[3], WDF_REL_TIMEOUT_IN_MS(1));
    WdfObjectAcquireLock(Framework.Device);
    const LONG Runs = Events.Runs;
    for (int i = 0; i < 40; ++i)
        KeStallExecutionProcessor(1000);
    EXPECT_EQ(*(volatile LONG *)&Events.Runs, Runs);
    WdfObjectReleaseLock(Framework.Device);
    KeRevertToUserAffinityThreadEx(Before);
    WaitForRuns(Events.Runs, 4);
    EXPECT_EQ(Events.Runs, 4);
    EXPECT_EQ(Events.Most, 1);
    // A passive device has a mutex.
    WDF_OBJECT_ATTRIBUTES OfDevice = CaseAttributes();
    OfDevice.ExecutionLevel = WdfExecutionLevelPassive;
    OfDevice.SynchronizationScope = WdfSynchronizationScopeDevice;
    WDFDEVICE Passive;
    REQUIRE_SUCCESS(WdfDeviceMiniportCreate(Framework.Driver, &OfDevice, Case.Device, nullptr,
                                            nullptr, &Passive));
    Attributes.ParentObject = Passive;
    EXPECT_EQ(WdfTimerCreate(&Config, &Attributes, &Timers[0]),
              STATUS_WDF_INCOMPATIBLE_EXECUTION_LEVEL);
    REQUIRE_SUCCESS(WdfWorkItemCreate(&Work, &Attributes, &WorkItem));
    WdfObjectAcquireLock(Passive);
    WdfWorkItemEnqueue(WorkItem);
    CaseSleep(50);
    EXPECT_EQ(Events.Runs, 4);
    WdfObjectReleaseLock(Passive);
    WdfWorkItemFlush(WorkItem);
    EXPECT_EQ(Events.Runs, 5);
}
