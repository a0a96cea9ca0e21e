// Waits: several objects, time, alerts.
#include "support/case.h"

extern "C" BOOLEAN NTAPI KeAlertThread(PKTHREAD Thread, KPROCESSOR_MODE AlertMode);

EXPORT_CASE(KeWaitForMultipleObjects) {
    KEVENT Events[3];
    KWAIT_BLOCK Blocks[4];
    PVOID Objects[] = {&Events[0], &Events[1], &Events[2]};
    for (KEVENT &Event : Events)
        KeInitializeEvent(&Event, SynchronizationEvent, FALSE);
    LARGE_INTEGER AtOnce = {};
    EXPECT_EQ(KeWaitForMultipleObjects(3, Objects, WaitAny, Executive, KernelMode, FALSE, &AtOnce,
                                       nullptr),
              STATUS_TIMEOUT);
    KeSetEvent(&Events[1], IO_NO_INCREMENT, FALSE);
    KeSetEvent(&Events[2], IO_NO_INCREMENT, FALSE);
    EXPECT_EQ(KeWaitForMultipleObjects(3, Objects, WaitAny, Executive, KernelMode, FALSE, nullptr,
                                       nullptr),
              STATUS_WAIT_1);
    EXPECT_EQ(KeReadStateEvent(&Events[1]), 0);
    EXPECT_EQ(KeReadStateEvent(&Events[2]), 1);
    // All or nothing.
    LARGE_INTEGER Soon = CaseMilliseconds(20);
    EXPECT_EQ(
        KeWaitForMultipleObjects(3, Objects, WaitAll, Executive, KernelMode, FALSE, &Soon, Blocks),
        STATUS_TIMEOUT);
    EXPECT_EQ(KeReadStateEvent(&Events[2]), 1);
    CaseThread Helper([&] {
        KeSetEvent(&Events[0], IO_NO_INCREMENT, FALSE);
        KeSetEvent(&Events[1], IO_NO_INCREMENT, FALSE);
    });
    EXPECT_SUCCESS(KeWaitForMultipleObjects(3, Objects, WaitAll, Executive, KernelMode, FALSE,
                                            nullptr, Blocks));
    for (KEVENT &Event : Events)
        EXPECT_EQ(KeReadStateEvent(&Event), 0);
}

// More than THREAD_WAIT_OBJECTS need wait blocks of the caller.
EXPORT_CASE_STOPS(KeWaitForMultipleObjects, 0xC) { // MAXIMUM_WAIT_OBJECTS_EXCEEDED
    KEVENT Event;
    PVOID Objects[4] = {&Event, &Event, &Event, &Event};
    KeInitializeEvent(&Event, NotificationEvent, TRUE);
    KeWaitForMultipleObjects(4, Objects, WaitAny, Executive, KernelMode, FALSE, nullptr, nullptr);
}

EXPORT_CASE(KeDelayExecutionThread) {
    LARGE_INTEGER Time = CaseMilliseconds(100);
    const ULONGLONG Before = KeQueryInterruptTime();
    EXPECT_SUCCESS(KeDelayExecutionThread(KernelMode, FALSE, &Time));
    const ULONGLONG Passed = KeQueryInterruptTime() - Before;
    EXPECT_TRUE(Passed >= 1000000 - KeQueryTimeIncrement());
    EXPECT_TRUE(Passed < 2000000);
    // An absolute time that has passed: at once.
    LARGE_INTEGER Past;
    KeQuerySystemTimePrecise(&Past);
    EXPECT_SUCCESS(KeDelayExecutionThread(KernelMode, FALSE, &Past));
}

EXPORT_CASE(KeAlertThread) {
    PKTHREAD Self = KeGetCurrentThread();
    LARGE_INTEGER Long = CaseMilliseconds(60000);
    // An alert of a thread that is not waiting ends its next alertable wait.
    EXPECT_FALSE(KeAlertThread(Self, KernelMode));
    EXPECT_TRUE(KeAlertThread(Self, KernelMode));
    EXPECT_EQ(KeDelayExecutionThread(KernelMode, TRUE, &Long), STATUS_ALERTED);
    LARGE_INTEGER Short = CaseMilliseconds(1);
    EXPECT_SUCCESS(KeDelayExecutionThread(KernelMode, TRUE, &Short));
    // And of one that waits, its wait.
    KEVENT Never;
    KeInitializeEvent(&Never, NotificationEvent, FALSE);
    CaseThread Helper([&] {
        CaseSleep(50);
        KeAlertThread(Self, KernelMode);
    });
    EXPECT_EQ(KeWaitForSingleObject(&Never, Executive, KernelMode, TRUE, &Long), STATUS_ALERTED);
}
