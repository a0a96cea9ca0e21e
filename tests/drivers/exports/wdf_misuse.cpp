// What stops a driver with WDF_VIOLATION, and with a function that only full KMDF has.
#include "support/wdf_case.h"

namespace {
constexpr ULONG WdfViolation = 0x10D;
}

EXPORT_CASE_STOPS(WdfObjectDelete, WdfViolation) { // twice
    CaseFramework Framework(Case);
    WDFOBJECT Object;
    EXPECT_SUCCESS(WdfObjectCreate(WDF_NO_OBJECT_ATTRIBUTES, &Object));
    WdfObjectDelete(Object);
    WdfObjectDelete(Object);
}

EXPORT_CASE_STOPS(WdfObjectDelete, WdfViolation) { // while it is kept
    CaseFramework Framework(Case);
    WDFOBJECT Object;
    EXPECT_SUCCESS(WdfObjectCreate(WDF_NO_OBJECT_ATTRIBUTES, &Object));
    WdfObjectReference(Object);
    WdfObjectDelete(Object);
    WdfObjectDelete(Object);
}

EXPORT_CASE_STOPS(WdfObjectDelete, WdfViolation) { // the driver's own
    CaseFramework Framework(Case);
    WdfObjectDelete(Framework.Driver);
}

EXPORT_CASE_STOPS(WdfObjectDelete, WdfViolation) { // the local target
    CaseFramework Framework(Case);
    WdfObjectDelete(WdfDeviceGetIoTarget(Framework.Device));
}

EXPORT_CASE_STOPS(WdfObjectDereferenceActual, WdfViolation) { // without a reference
    CaseFramework Framework(Case);
    WDFOBJECT Object;
    EXPECT_SUCCESS(WdfObjectCreate(WDF_NO_OBJECT_ATTRIBUTES, &Object));
    WdfObjectDereference(Object);
}

EXPORT_CASE_STOPS(WdfCollectionGetCount, WdfViolation) { // of another type
    CaseFramework Framework(Case);
    WDFMEMORY Memory;
    EXPECT_SUCCESS(
        WdfMemoryCreate(WDF_NO_OBJECT_ATTRIBUTES, NonPagedPoolNx, 0, 8, &Memory, nullptr));
    WdfCollectionGetCount((WDFCOLLECTION)Memory);
}

EXPORT_CASE_STOPS(WdfMemoryGetBuffer, WdfViolation) { // none
    CaseFramework Framework(Case);
    WdfMemoryGetBuffer(nullptr, nullptr);
}

EXPORT_CASE_STOPS(WdfObjectContextGetObject, WdfViolation) {
    CaseFramework Framework(Case);
    WdfObjectContextGetObject(&Framework);
}

EXPORT_CASE_STOPS(WdfObjectCreate, WdfViolation) { // before WdfDriverCreate
    WDFOBJECT Object;
    WdfObjectCreate(WDF_NO_OBJECT_ATTRIBUTES, &Object);
}

EXPORT_CASE_STOPS(WdfDriverCreate, WdfViolation) {
    WDF_DRIVER_CONFIG Config;
    WDF_DRIVER_CONFIG_INIT(&Config, WDF_NO_EVENT_CALLBACK);
    WdfDriverCreate(nullptr, Case.RegistryPath, nullptr, &Config, nullptr);
}

EXPORT_CASE_STOPS(WdfSpinLockAcquire, WdfViolation) { // by who has it
    CaseFramework Framework(Case);
    WDFSPINLOCK Lock;
    EXPECT_SUCCESS(WdfSpinLockCreate(WDF_NO_OBJECT_ATTRIBUTES, &Lock));
    WdfSpinLockAcquire(Lock);
    WdfSpinLockAcquire(Lock);
}

EXPORT_CASE_STOPS(WdfSpinLockRelease, WdfViolation) { // by who has it not
    CaseFramework Framework(Case);
    WDFSPINLOCK Lock;
    EXPECT_SUCCESS(WdfSpinLockCreate(WDF_NO_OBJECT_ATTRIBUTES, &Lock));
    WdfSpinLockRelease(Lock);
}

EXPORT_CASE_STOPS(WdfWaitLockRelease, WdfViolation) {
    CaseFramework Framework(Case);
    WDFWAITLOCK Lock;
    EXPECT_SUCCESS(WdfWaitLockCreate(WDF_NO_OBJECT_ATTRIBUTES, &Lock));
    WdfWaitLockRelease(Lock);
}

EXPORT_CASE_STOPS(WdfWaitLockAcquire, WdfViolation) {
    CaseFramework Framework(Case);
    WDFWAITLOCK Lock;
    EXPECT_SUCCESS(WdfWaitLockCreate(WDF_NO_OBJECT_ATTRIBUTES, &Lock));
    EXPECT_SUCCESS(WdfWaitLockAcquire(Lock, nullptr));
    WdfWaitLockAcquire(Lock, nullptr);
}

EXPORT_CASE_STOPS(WdfObjectAcquireLock, WdfViolation) {
    CaseFramework Framework(Case);
    WdfObjectAcquireLock(Framework.Driver);
}

static VOID NTAPI FlushItself(WDFWORKITEM WorkItem) {
    WdfWorkItemFlush(WorkItem);
}

EXPORT_CASE_STOPS(WdfWorkItemFlush, WdfViolation) { // from its own callback
    CaseFramework Framework(Case);
    WDF_WORKITEM_CONFIG Config;
    WDF_WORKITEM_CONFIG_INIT(&Config, FlushItself);
    WDF_OBJECT_ATTRIBUTES Attributes = CaseAttributes(Framework.Device);
    WDFWORKITEM WorkItem;
    EXPECT_SUCCESS(WdfWorkItemCreate(&Config, &Attributes, &WorkItem));
    WdfWorkItemEnqueue(WorkItem);
    CaseSleep(1000);
}

EXPORT_CASE_STOPS(WdfRequestSend, WdfViolation) { // twice
    CaseFramework Framework(Case);
    CaseEcho Echo(Case, 0);
    WDFIOTARGET Target;
    EXPECT_SUCCESS(WdfIoTargetCreate(Framework.Device, WDF_NO_OBJECT_ATTRIBUTES, &Target));
    WDF_IO_TARGET_OPEN_PARAMS Open;
    WDF_IO_TARGET_OPEN_PARAMS_INIT_EXISTING_DEVICE(&Open, Echo.Device);
    EXPECT_SUCCESS(WdfIoTargetOpen(Target, &Open));
    WDFREQUEST Request;
    EXPECT_SUCCESS(WdfRequestCreate(WDF_NO_OBJECT_ATTRIBUTES, Target, &Request));
    EXPECT_SUCCESS(WdfIoTargetFormatRequestForIoctl(Target, Request, CasePendIoctl, nullptr,
                                                    nullptr, nullptr, nullptr));
    EXPECT_TRUE(WdfRequestSend(Request, Target, WDF_NO_SEND_OPTIONS));
    WdfRequestSend(Request, Target, WDF_NO_SEND_OPTIONS);
}

EXPORT_CASE_STOPS(WdfIoTargetOpen, WdfViolation) { // the local one
    CaseFramework Framework(Case);
    WDF_IO_TARGET_OPEN_PARAMS Open;
    WDF_IO_TARGET_OPEN_PARAMS_INIT_EXISTING_DEVICE(&Open, Case.LowerDevice);
    WdfIoTargetOpen(WdfDeviceGetIoTarget(Framework.Device), &Open);
}

// KSBOX_MISSING_EXPORT: a stub of the table. The first name is the case's.
EXPORT_CASE_STOPS(WdfDriverCreate, 0xE0000001) {
    CaseFramework Framework(Case);
    typedef NTSTATUS(NTAPI * QUEUE_CREATE)(PWDF_DRIVER_GLOBALS, WDFDEVICE, PVOID, PVOID, PVOID *);
    PVOID Queue = nullptr;
    ((QUEUE_CREATE)WdfFunctions[WdfIoQueueCreateTableIndex])(WdfDriverGlobals, Framework.Device,
                                                             nullptr, nullptr, &Queue);
}
