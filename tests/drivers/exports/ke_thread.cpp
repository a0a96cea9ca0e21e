// Threads and processors. A box of the tests has two processors.
#include "support/case.h"

extern "C" {
extern PKTHREAD(NTAPI *ImportedGetThread)(VOID) IMPORT_SLOT_OF(KeGetCurrentThread);
extern PETHREAD(NTAPI *ImportedPsGetThread)(VOID) IMPORT_SLOT_OF(PsGetCurrentThread);
extern ULONG(NTAPI *ImportedGetProcessorNumber)(VOID) IMPORT_SLOT_OF(KeGetCurrentProcessorNumber);
NTSTATUS NTAPI ImportedSaveFloat(PVOID FloatSave) IMPORT_OF(KeSaveFloatingPointState);
// On x64 the object itself is the count; drivers see its address.
extern __declspec(dllimport) CCHAR ImportedNumberProcessors IMPORT_OF(KeNumberProcessors);
NTSTATUS NTAPI ImportedRestoreFloat(PVOID FloatSave) IMPORT_OF(KeRestoreFloatingPointState);
}

EXPORT_CASE(KeGetCurrentThread, PsGetCurrentThread) {
    PKTHREAD Self = ImportedGetThread();
    EXPECT_EQ(Self, KeGetCurrentThread()); // inline, by way of gs
    EXPECT_EQ(ImportedPsGetThread(), Self);
    CaseThread Other([&] { EXPECT_NE(ImportedGetThread(), Self); });
}

EXPORT_CASE(KeGetCurrentProcessorNumber, KeGetCurrentProcessorNumberEx, KeSetSystemAffinityThreadEx,
            KeRevertToUserAffinityThreadEx) {
    const KAFFINITY Before = KeSetSystemAffinityThreadEx(2);
    PROCESSOR_NUMBER Number = {9, 9, 9};
    EXPECT_EQ(KeGetCurrentProcessorNumberEx(&Number), 1);
    EXPECT_EQ(Number.Group, 0);
    EXPECT_EQ(Number.Number, 1);
    EXPECT_EQ(ImportedGetProcessorNumber(), 1);
    EXPECT_EQ(KeSetSystemAffinityThreadEx(1), 2);
    EXPECT_EQ(KeGetCurrentProcessorNumberEx(nullptr), 0);
    KeRevertToUserAffinityThreadEx(Before);
}

EXPORT_CASE(KeSetSystemAffinityThread, KeRevertToUserAffinityThread) {
    KeSetSystemAffinityThread(2);
    EXPECT_EQ(KeGetCurrentProcessorNumberEx(nullptr), 1);
    KeRevertToUserAffinityThread();
    KeSetSystemAffinityThread(1);
    EXPECT_EQ(KeGetCurrentProcessorNumberEx(nullptr), 0);
    KeRevertToUserAffinityThread();
}

EXPORT_CASE(KeNumberProcessors) {
    EXPECT_EQ(ImportedNumberProcessors, 2);
}

EXPORT_CASE(KeQueryActiveProcessors, KeQueryActiveProcessorCount, KeQueryActiveProcessorCountEx,
            KeQueryMaximumProcessorCount, KeQueryMaximumProcessorCountEx, KeQueryActiveGroupCount) {
    EXPECT_EQ(KeQueryActiveProcessors(), 3);
    KAFFINITY Active = 0;
    EXPECT_EQ(KeQueryActiveProcessorCount(&Active), 2);
    EXPECT_EQ(Active, 3);
    EXPECT_EQ(KeQueryActiveProcessorCount(nullptr), 2);
    EXPECT_EQ(KeQueryActiveProcessorCountEx(0), 2);
    EXPECT_EQ(KeQueryActiveProcessorCountEx(ALL_PROCESSOR_GROUPS), 2);
    EXPECT_EQ(KeQueryActiveProcessorCountEx(5), 0); // no such group
    EXPECT_TRUE(KeQueryMaximumProcessorCount() >= 2);
    EXPECT_TRUE(KeQueryMaximumProcessorCountEx(ALL_PROCESSOR_GROUPS) >= 2);
    EXPECT_EQ(KeQueryMaximumProcessorCountEx(5), 0);
    EXPECT_EQ(KeQueryActiveGroupCount(), 1);
}

EXPORT_CASE(KeSetPriorityThread, KeQueryPriorityThread, KeSetBasePriorityThread) {
    PKTHREAD Self = KeGetCurrentThread();
    const KPRIORITY First = KeQueryPriorityThread(Self);
    EXPECT_TRUE(First >= 1 && First <= 31);
    EXPECT_EQ(KeSetPriorityThread(Self, LOW_REALTIME_PRIORITY), First);
    EXPECT_EQ(KeQueryPriorityThread(Self), LOW_REALTIME_PRIORITY);
    EXPECT_EQ(KeSetPriorityThread(Self, First), LOW_REALTIME_PRIORITY);
    EXPECT_EQ(KeSetBasePriorityThread(Self, 2), 0);
    EXPECT_EQ(KeQueryPriorityThread(Self), First + 2);
    EXPECT_EQ(KeSetBasePriorityThread(Self, 0), 2);
    EXPECT_EQ(KeQueryPriorityThread(Self), First);
}

// A critical region keeps normal kernel APCs away, a guarded region all of them.
EXPORT_CASE(KeEnterCriticalRegion, KeLeaveCriticalRegion, KeAreApcsDisabled, KeAreAllApcsDisabled) {
    EXPECT_FALSE(KeAreApcsDisabled());
    KeEnterCriticalRegion();
    KeEnterCriticalRegion();
    EXPECT_TRUE(KeAreApcsDisabled());
    EXPECT_FALSE(KeAreAllApcsDisabled());
    KeLeaveCriticalRegion();
    EXPECT_TRUE(KeAreApcsDisabled());
    KeLeaveCriticalRegion();
    EXPECT_FALSE(KeAreApcsDisabled());
    KIRQL Before;
    KeRaiseIrql(APC_LEVEL, &Before);
    EXPECT_TRUE(KeAreAllApcsDisabled());
    KeLowerIrql(Before);
}

EXPORT_CASE(KeEnterGuardedRegion, KeLeaveGuardedRegion, KeAreAllApcsDisabled) {
    EXPECT_FALSE(KeAreAllApcsDisabled());
    KeEnterGuardedRegion();
    EXPECT_TRUE(KeAreAllApcsDisabled());
    EXPECT_TRUE(KeAreApcsDisabled());
    EXPECT_EQ(KeGetCurrentIrql(), PASSIVE_LEVEL);
    KeLeaveGuardedRegion();
    EXPECT_FALSE(KeAreAllApcsDisabled());
    EXPECT_FALSE(KeAreApcsDisabled());
}

EXPORT_CASE(KeSaveFloatingPointState, KeRestoreFloatingPointState) {
    KFLOATING_SAVE Save;
    EXPECT_SUCCESS(ImportedSaveFloat(&Save));
    EXPECT_SUCCESS(ImportedRestoreFloat(&Save));
}
