// KMDF's functions for work items, timers and locks, through its table.
#ifndef KSBOX_WDK_WDF_EXECUTION_CALLS_H
#define KSBOX_WDK_WDF_EXECUTION_CALLS_H

#ifdef __cplusplus
extern "C" {
#endif

FORCEINLINE NTSTATUS WdfWaitLockCreate(PWDF_OBJECT_ATTRIBUTES LockAttributes, WDFWAITLOCK *Lock) {
    typedef NTSTATUS(NTAPI * FUNCTION)(PWDF_DRIVER_GLOBALS, PWDF_OBJECT_ATTRIBUTES, WDFWAITLOCK *);
    return ((FUNCTION)WdfFunctions[WdfWaitLockCreateTableIndex])(WdfDriverGlobals, LockAttributes,
                                                                 Lock);
}
FORCEINLINE NTSTATUS WdfWaitLockAcquire(WDFWAITLOCK Lock, PLONGLONG Timeout) {
    typedef NTSTATUS(NTAPI * FUNCTION)(PWDF_DRIVER_GLOBALS, WDFWAITLOCK, PLONGLONG);
    return ((FUNCTION)WdfFunctions[WdfWaitLockAcquireTableIndex])(WdfDriverGlobals, Lock, Timeout);
}
FORCEINLINE VOID WdfWaitLockRelease(WDFWAITLOCK Lock) {
    typedef VOID(NTAPI * FUNCTION)(PWDF_DRIVER_GLOBALS, WDFWAITLOCK);
    ((FUNCTION)WdfFunctions[WdfWaitLockReleaseTableIndex])(WdfDriverGlobals, Lock);
}
FORCEINLINE NTSTATUS WdfSpinLockCreate(PWDF_OBJECT_ATTRIBUTES SpinLockAttributes,
                                       WDFSPINLOCK *SpinLock) {
    typedef NTSTATUS(NTAPI * FUNCTION)(PWDF_DRIVER_GLOBALS, PWDF_OBJECT_ATTRIBUTES, WDFSPINLOCK *);
    return ((FUNCTION)WdfFunctions[WdfSpinLockCreateTableIndex])(WdfDriverGlobals,
                                                                 SpinLockAttributes, SpinLock);
}
FORCEINLINE VOID WdfSpinLockAcquire(WDFSPINLOCK SpinLock) {
    typedef VOID(NTAPI * FUNCTION)(PWDF_DRIVER_GLOBALS, WDFSPINLOCK);
    ((FUNCTION)WdfFunctions[WdfSpinLockAcquireTableIndex])(WdfDriverGlobals, SpinLock);
}
FORCEINLINE VOID WdfSpinLockRelease(WDFSPINLOCK SpinLock) {
    typedef VOID(NTAPI * FUNCTION)(PWDF_DRIVER_GLOBALS, WDFSPINLOCK);
    ((FUNCTION)WdfFunctions[WdfSpinLockReleaseTableIndex])(WdfDriverGlobals, SpinLock);
}
FORCEINLINE NTSTATUS WdfTimerCreate(PWDF_TIMER_CONFIG Config, PWDF_OBJECT_ATTRIBUTES Attributes,
                                    WDFTIMER *Timer) {
    typedef NTSTATUS(NTAPI * FUNCTION)(PWDF_DRIVER_GLOBALS, PWDF_TIMER_CONFIG,
                                       PWDF_OBJECT_ATTRIBUTES, WDFTIMER *);
    return ((FUNCTION)WdfFunctions[WdfTimerCreateTableIndex])(WdfDriverGlobals, Config, Attributes,
                                                              Timer);
}
FORCEINLINE BOOLEAN WdfTimerStart(WDFTIMER Timer, LONGLONG DueTime) {
    typedef BOOLEAN(NTAPI * FUNCTION)(PWDF_DRIVER_GLOBALS, WDFTIMER, LONGLONG);
    return ((FUNCTION)WdfFunctions[WdfTimerStartTableIndex])(WdfDriverGlobals, Timer, DueTime);
}
FORCEINLINE BOOLEAN WdfTimerStop(WDFTIMER Timer, BOOLEAN Wait) {
    typedef BOOLEAN(NTAPI * FUNCTION)(PWDF_DRIVER_GLOBALS, WDFTIMER, BOOLEAN);
    return ((FUNCTION)WdfFunctions[WdfTimerStopTableIndex])(WdfDriverGlobals, Timer, Wait);
}
FORCEINLINE WDFOBJECT WdfTimerGetParentObject(WDFTIMER Timer) {
    typedef WDFOBJECT(NTAPI * FUNCTION)(PWDF_DRIVER_GLOBALS, WDFTIMER);
    return ((FUNCTION)WdfFunctions[WdfTimerGetParentObjectTableIndex])(WdfDriverGlobals, Timer);
}
FORCEINLINE NTSTATUS WdfWorkItemCreate(PWDF_WORKITEM_CONFIG Config,
                                       PWDF_OBJECT_ATTRIBUTES Attributes, WDFWORKITEM *WorkItem) {
    typedef NTSTATUS(NTAPI * FUNCTION)(PWDF_DRIVER_GLOBALS, PWDF_WORKITEM_CONFIG,
                                       PWDF_OBJECT_ATTRIBUTES, WDFWORKITEM *);
    return ((FUNCTION)WdfFunctions[WdfWorkItemCreateTableIndex])(WdfDriverGlobals, Config,
                                                                 Attributes, WorkItem);
}
FORCEINLINE VOID WdfWorkItemEnqueue(WDFWORKITEM WorkItem) {
    typedef VOID(NTAPI * FUNCTION)(PWDF_DRIVER_GLOBALS, WDFWORKITEM);
    ((FUNCTION)WdfFunctions[WdfWorkItemEnqueueTableIndex])(WdfDriverGlobals, WorkItem);
}
FORCEINLINE WDFOBJECT WdfWorkItemGetParentObject(WDFWORKITEM WorkItem) {
    typedef WDFOBJECT(NTAPI * FUNCTION)(PWDF_DRIVER_GLOBALS, WDFWORKITEM);
    return ((FUNCTION)WdfFunctions[WdfWorkItemGetParentObjectTableIndex])(WdfDriverGlobals,
                                                                          WorkItem);
}
FORCEINLINE VOID WdfWorkItemFlush(WDFWORKITEM WorkItem) {
    typedef VOID(NTAPI * FUNCTION)(PWDF_DRIVER_GLOBALS, WDFWORKITEM);
    ((FUNCTION)WdfFunctions[WdfWorkItemFlushTableIndex])(WdfDriverGlobals, WorkItem);
}

#ifdef __cplusplus
}
#endif
#endif
