// Mutexes and semaphores.
#include "support/case.h"

extern "C" {
NTSTATUS NTAPI ImportedWaitForMutex(PVOID Object, KWAIT_REASON Reason, KPROCESSOR_MODE Mode,
                                    BOOLEAN Alertable, PLARGE_INTEGER Timeout)
    IMPORT_OF(KeWaitForMutexObject);
}

static LARGE_INTEGER AtOnce;

EXPORT_CASE(KeInitializeMutex, KeReadStateMutex, KeReleaseMutex, KeWaitForMutexObject) {
    KMUTEX Mutex;
    KeInitializeMutex(&Mutex, 0);
    EXPECT_EQ(KeReadStateMutex(&Mutex), 1);
    EXPECT_SUCCESS(ImportedWaitForMutex(&Mutex, Executive, KernelMode, FALSE, nullptr));
    EXPECT_SUCCESS(ImportedWaitForMutex(&Mutex, Executive, KernelMode, FALSE, nullptr)); // owner
    EXPECT_EQ(KeReadStateMutex(&Mutex), -1);
    EXPECT_TRUE(KeAreApcsDisabled()); // while it owns a mutex
    CaseThread Other([&] {
        EXPECT_EQ(KeWaitForSingleObject(&Mutex, Executive, KernelMode, FALSE, &AtOnce),
                  STATUS_TIMEOUT);
    });
    Other.Join();
    EXPECT_EQ(KeReleaseMutex(&Mutex, FALSE), -1);
    EXPECT_EQ(KeReleaseMutex(&Mutex, FALSE), 0);
    EXPECT_EQ(KeReadStateMutex(&Mutex), 1);
    EXPECT_FALSE(KeAreApcsDisabled());
}

// Releasing a mutex that the thread does not own raises STATUS_MUTANT_NOT_OWNED.
EXPORT_CASE(KeReleaseMutex) {
    KMUTEX Mutex;
    KeInitializeMutex(&Mutex, 0);
    NTSTATUS Status = STATUS_SUCCESS;
    __try {
        KeReleaseMutex(&Mutex, FALSE);
    } __except (EXCEPTION_EXECUTE_HANDLER) {
        Status = GetExceptionCode();
    }
    EXPECT_EQ(Status, STATUS_MUTANT_NOT_OWNED);
}

// A mutant leaves APCs enabled, and is born owned when asked.
EXPORT_CASE(KeInitializeMutant, KeReleaseMutant) {
    KMUTEX Mutant;
    KeInitializeMutant(&Mutant, TRUE);
    EXPECT_EQ(KeReadStateMutex(&Mutant), 0);
    EXPECT_FALSE(KeAreApcsDisabled());
    CaseThread Other([&] {
        EXPECT_EQ(KeWaitForSingleObject(&Mutant, Executive, KernelMode, FALSE, &AtOnce),
                  STATUS_TIMEOUT);
    });
    Other.Join();
    EXPECT_EQ(KeReleaseMutant(&Mutant, 0, FALSE, FALSE), 0);
    EXPECT_EQ(KeReadStateMutex(&Mutant), 1);
}

EXPORT_CASE(KeInitializeSemaphore, KeReleaseSemaphore, KeReadStateSemaphore) {
    KSEMAPHORE Semaphore;
    KeInitializeSemaphore(&Semaphore, 1, 3);
    EXPECT_EQ(KeReadStateSemaphore(&Semaphore), 1);
    EXPECT_SUCCESS(KeWaitForSingleObject(&Semaphore, Executive, KernelMode, FALSE, nullptr));
    EXPECT_EQ(KeWaitForSingleObject(&Semaphore, Executive, KernelMode, FALSE, &AtOnce),
              STATUS_TIMEOUT);
    EXPECT_EQ(KeReleaseSemaphore(&Semaphore, IO_NO_INCREMENT, 2, FALSE), 0);
    EXPECT_EQ(KeReleaseSemaphore(&Semaphore, IO_NO_INCREMENT, 1, FALSE), 2);
    EXPECT_EQ(KeReadStateSemaphore(&Semaphore), 3);
    NTSTATUS Status = STATUS_SUCCESS;
    __try {
        KeReleaseSemaphore(&Semaphore, IO_NO_INCREMENT, 1, FALSE);
    } __except (EXCEPTION_EXECUTE_HANDLER) {
        Status = GetExceptionCode();
    }
    EXPECT_EQ(Status, STATUS_SEMAPHORE_LIMIT_EXCEEDED);
    EXPECT_EQ(KeReadStateSemaphore(&Semaphore), 3);
}
