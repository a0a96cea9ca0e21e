// What stops a driver with WDF_VIOLATION, and with a function that only full KMDF has.
#include "support/wdf_case.h"

namespace {
constexpr ULONG WdfViolation = 0x10D;
}

EXPORT_CASE_STOPS(WdfObjectDelete, WdfViolation,
                  "the handle of a WDFOBJECT that is deleted") { // twice
    CaseFramework Framework(Case);
    WDFOBJECT Object = nullptr;
    EXPECT_SUCCESS(WdfObjectCreate(WDF_NO_OBJECT_ATTRIBUTES, &Object));
    WdfObjectDelete(Object);
    WdfObjectDelete(Object);
}

EXPORT_CASE_STOPS(WdfObjectDelete, WdfViolation,
                  "WDFOBJECT that is being deleted") { // while it is kept
    CaseFramework Framework(Case);
    WDFOBJECT Object = nullptr;
    EXPECT_SUCCESS(WdfObjectCreate(WDF_NO_OBJECT_ATTRIBUTES, &Object));
    WdfObjectReference(Object);
    WdfObjectDelete(Object);
    WdfObjectDelete(Object);
}

EXPORT_CASE_STOPS(WdfObjectDelete, WdfViolation,
                  "was given a WDFDRIVER that the framework deletes") { // the driver's own
    CaseFramework Framework(Case);
    WdfObjectDelete(Framework.Driver);
}

EXPORT_CASE_STOPS(WdfObjectDelete, WdfViolation,
                  "was given a WDFIOTARGET that the framework deletes") { // the local target
    CaseFramework Framework(Case);
    WdfObjectDelete(WdfDeviceGetIoTarget(Framework.Device));
}

EXPORT_CASE_STOPS(WdfObjectDereferenceActual, WdfViolation,
                  "took back the last reference of a WDFOBJECT") { // without a reference
    CaseFramework Framework(Case);
    WDFOBJECT Object = nullptr;
    EXPECT_SUCCESS(WdfObjectCreate(WDF_NO_OBJECT_ATTRIBUTES, &Object));
    WdfObjectDereference(Object);
}

EXPORT_CASE_STOPS(WdfCollectionGetCount, WdfViolation,
                  "was given a WDFMEMORY; it wants a WDFCOLLECTION") { // of another type
    CaseFramework Framework(Case);
    WDFMEMORY Memory = nullptr;
    EXPECT_SUCCESS(
        WdfMemoryCreate(WDF_NO_OBJECT_ATTRIBUTES, NonPagedPoolNx, 0, 8, &Memory, nullptr));
    WdfCollectionGetCount((WDFCOLLECTION)Memory);
}

EXPORT_CASE_STOPS(WdfMemoryGetBuffer, WdfViolation, "was given no handle (null)") { // none
    CaseFramework Framework(Case);
    WdfMemoryGetBuffer(nullptr, nullptr);
}

EXPORT_CASE_STOPS(WdfObjectContextGetObject, WdfViolation, "where no context begins") {
    CaseFramework Framework(Case);
    WdfObjectContextGetObject(&Framework);
}

EXPORT_CASE_STOPS(WdfObjectCreate, WdfViolation,
                  "called WdfObjectCreate before WdfDriverCreate") { // before WdfDriverCreate
    WDFOBJECT Object = nullptr;
    WdfObjectCreate(WDF_NO_OBJECT_ATTRIBUTES, &Object);
}

EXPORT_CASE_STOPS(WdfDriverCreate, WdfViolation, "with a null DriverObject") {
    WDF_DRIVER_CONFIG Config;
    WDF_DRIVER_CONFIG_INIT(&Config, WDF_NO_EVENT_CALLBACK);
    WdfDriverCreate(nullptr, Case.RegistryPath, nullptr, &Config, nullptr);
}

EXPORT_CASE_STOPS(WdfSpinLockAcquire, WdfViolation,
                  "by the thread that holds the WDFSPINLOCK") { // by who has it
    CaseFramework Framework(Case);
    WDFSPINLOCK Lock = nullptr;
    EXPECT_SUCCESS(WdfSpinLockCreate(WDF_NO_OBJECT_ATTRIBUTES, &Lock));
    WdfSpinLockAcquire(Lock);
    WdfSpinLockAcquire(Lock);
}

EXPORT_CASE_STOPS(WdfSpinLockRelease, WdfViolation,
                  "this thread does not hold the spin lock") { // by who has it not
    CaseFramework Framework(Case);
    WDFSPINLOCK Lock = nullptr;
    EXPECT_SUCCESS(WdfSpinLockCreate(WDF_NO_OBJECT_ATTRIBUTES, &Lock));
    WdfSpinLockRelease(Lock);
}

EXPORT_CASE_STOPS(WdfWaitLockRelease, WdfViolation, "nobody holds the wait lock") {
    CaseFramework Framework(Case);
    WDFWAITLOCK Lock = nullptr;
    EXPECT_SUCCESS(WdfWaitLockCreate(WDF_NO_OBJECT_ATTRIBUTES, &Lock));
    WdfWaitLockRelease(Lock);
}

EXPORT_CASE_STOPS(WdfWaitLockAcquire, WdfViolation, "by the thread that holds the WDFWAITLOCK") {
    CaseFramework Framework(Case);
    WDFWAITLOCK Lock = nullptr;
    EXPECT_SUCCESS(WdfWaitLockCreate(WDF_NO_OBJECT_ATTRIBUTES, &Lock));
    EXPECT_SUCCESS(WdfWaitLockAcquire(Lock, nullptr));
    WdfWaitLockAcquire(Lock, nullptr);
}

EXPORT_CASE_STOPS(WdfObjectAcquireLock, WdfViolation, "was given a WDFDRIVER, which has no") {
    CaseFramework Framework(Case);
    WdfObjectAcquireLock(Framework.Driver);
}

static VOID NTAPI FlushItself(WDFWORKITEM WorkItem) {
    WdfWorkItemFlush(WorkItem);
}

EXPORT_CASE_STOPS(WdfWorkItemFlush, WdfViolation,
                  "within the work item's own callback") { // from its own callback
    CaseFramework Framework(Case);
    WDF_WORKITEM_CONFIG Config;
    WDF_WORKITEM_CONFIG_INIT(&Config, FlushItself);
    WDF_OBJECT_ATTRIBUTES Attributes = CaseAttributes(Framework.Device);
    WDFWORKITEM WorkItem = nullptr;
    EXPECT_SUCCESS(WdfWorkItemCreate(&Config, &Attributes, &WorkItem));
    WdfWorkItemEnqueue(WorkItem);
    CaseSleep(1000);
}

EXPORT_CASE_STOPS(WdfRequestSend, WdfViolation, "on its way already") { // twice
    CaseFramework Framework(Case);
    CaseEcho Echo(Case, 0);
    const WDFIOTARGET Target = CaseOpenTarget(Framework.Device, Echo.Device);
    WDFREQUEST Request = nullptr;
    EXPECT_SUCCESS(WdfRequestCreate(WDF_NO_OBJECT_ATTRIBUTES, Target, &Request));
    EXPECT_SUCCESS(WdfIoTargetFormatRequestForIoctl(Target, Request, CasePendIoctl, nullptr,
                                                    nullptr, nullptr, nullptr));
    EXPECT_TRUE(WdfRequestSend(Request, Target, WDF_NO_SEND_OPTIONS));
    WdfRequestSend(Request, Target, WDF_NO_SEND_OPTIONS);
}

// A request that is on its way.
static WDFREQUEST SendPending(const CaseFramework &Framework, const CaseEcho &Echo) {
    const WDFIOTARGET Target = CaseOpenTarget(Framework.Device, Echo.Device);
    WDFREQUEST Request = nullptr;
    EXPECT_SUCCESS(WdfRequestCreate(WDF_NO_OBJECT_ATTRIBUTES, Target, &Request));
    EXPECT_SUCCESS(WdfIoTargetFormatRequestForIoctl(Target, Request, CasePendIoctl, nullptr,
                                                    nullptr, nullptr, nullptr));
    EXPECT_TRUE(WdfRequestSend(Request, Target, WDF_NO_SEND_OPTIONS));
    return Request;
}

EXPORT_CASE_STOPS(WdfRequestChangeTarget, WdfViolation, "given a request that is on its way") {
    CaseFramework Framework(Case);
    CaseEcho Echo(Case, 0);
    WdfRequestChangeTarget(SendPending(Framework, Echo), WdfDeviceGetIoTarget(Framework.Device));
}

EXPORT_CASE_STOPS(WdfRequestWdmFormatUsingStackLocation, WdfViolation,
                  "given a request that is on its way") {
    CaseFramework Framework(Case);
    CaseEcho Echo(Case, 0);
    IO_STACK_LOCATION Stack = {};
    WdfRequestWdmFormatUsingStackLocation(SendPending(Framework, Echo), &Stack);
}

EXPORT_CASE_STOPS(WdfRequestFormatRequestUsingCurrentType, WdfViolation,
                  "given a request that is on its way") {
    CaseFramework Framework(Case);
    CaseEcho Echo(Case, 0);
    WdfRequestFormatRequestUsingCurrentType(SendPending(Framework, Echo));
}

// Above the IRQL of their pages.
constexpr ULONG IrqlNotLessOrEqual = 0xA;

EXPORT_CASE_STOPS(WdfDriverGetRegistryPath, IrqlNotLessOrEqual,
                  "WdfDriverGetRegistryPath was called at IRQL") {
    CaseFramework Framework(Case);
    KIRQL Before;
    KeRaiseIrql(DISPATCH_LEVEL, &Before);
    WdfDriverGetRegistryPath(Framework.Driver);
}

EXPORT_CASE_STOPS(WdfDriverIsVersionAvailable, IrqlNotLessOrEqual,
                  "WdfDriverIsVersionAvailable was called at IRQL") {
    CaseFramework Framework(Case);
    KIRQL Before;
    KeRaiseIrql(DISPATCH_LEVEL, &Before);
    WdfDriverIsVersionAvailable(Framework.Driver, nullptr);
}

EXPORT_CASE_STOPS(WdfIoTargetCreate, IrqlNotLessOrEqual, "WdfIoTargetCreate was called at IRQL") {
    CaseFramework Framework(Case);
    KIRQL Before;
    KeRaiseIrql(DISPATCH_LEVEL, &Before);
    WdfIoTargetCreate(Framework.Device, nullptr, nullptr);
}

EXPORT_CASE_STOPS(WdfSpinLockRelease, IrqlNotLessOrEqual, "WdfSpinLockRelease was called at IRQL") {
    CaseFramework Framework(Case);
    KIRQL Before;
    KeRaiseIrql(DISPATCH_LEVEL + 1, &Before);
    WdfSpinLockRelease(nullptr);
}

EXPORT_CASE_STOPS(WdfObjectReferenceActual, IrqlNotLessOrEqual,
                  "WdfObjectReference was called at IRQL") {
    CaseFramework Framework(Case);
    KIRQL Before;
    KeRaiseIrql(DISPATCH_LEVEL + 1, &Before);
    WdfObjectReference(Framework.Device);
}

EXPORT_CASE_STOPS(WdfRequestSetCompletionRoutine, IrqlNotLessOrEqual,
                  "WdfRequestSetCompletionRoutine was called at IRQL") {
    CaseFramework Framework(Case);
    KIRQL Before;
    KeRaiseIrql(DISPATCH_LEVEL + 1, &Before);
    WdfRequestSetCompletionRoutine(nullptr, nullptr, nullptr);
}

EXPORT_CASE_STOPS(WdfRequestAllocateTimer, IrqlNotLessOrEqual,
                  "WdfRequestAllocateTimer was called at IRQL") {
    CaseFramework Framework(Case);
    KIRQL Before;
    KeRaiseIrql(DISPATCH_LEVEL + 1, &Before);
    WdfRequestAllocateTimer(nullptr);
}

static VOID NTAPI StopItself(WDFTIMER Timer) {
    WdfTimerStop(Timer, TRUE);
}

EXPORT_CASE_STOPS(WdfTimerStop, WdfViolation, "within the timer's own callback") {
    CaseFramework Framework(Case);
    WDF_TIMER_CONFIG Config;
    WDF_TIMER_CONFIG_INIT(&Config, StopItself);
    WDF_OBJECT_ATTRIBUTES Attributes = CaseAttributes(Framework.Device);
    Attributes.ExecutionLevel = WdfExecutionLevelPassive;
    WDFTIMER Timer = nullptr;
    EXPECT_SUCCESS(WdfTimerCreate(&Config, &Attributes, &Timer));
    WdfTimerStart(Timer, WDF_REL_TIMEOUT_IN_MS(1));
    CaseSleep(1000);
}

EXPORT_CASE_STOPS(WdfIoTargetOpen, WdfViolation,
                  "local target, which is always open") { // the local one
    CaseFramework Framework(Case);
    WDF_IO_TARGET_OPEN_PARAMS Open;
    WDF_IO_TARGET_OPEN_PARAMS_INIT_EXISTING_DEVICE(&Open, Case.LowerDevice);
    WdfIoTargetOpen(WdfDeviceGetIoTarget(Framework.Device), &Open);
}

// KSBOX_MISSING_EXPORT: a stub of the table. The first name is the case's.
EXPORT_CASE_STOPS(WdfDriverCreate, 0xE0000001, "WdfIoQueueCreate") {
    CaseFramework Framework(Case);
    typedef NTSTATUS(NTAPI * QUEUE_CREATE)(PWDF_DRIVER_GLOBALS, WDFDEVICE, PVOID, PVOID, PVOID *);
    PVOID Queue = nullptr;
    ((QUEUE_CREATE)WdfFunctions[WdfIoQueueCreateTableIndex])(WdfDriverGlobals, Framework.Device,
                                                             nullptr, nullptr, &Queue);
}
