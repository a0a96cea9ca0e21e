// Events.
#include "support/case.h"

EXPORT_CASE(KeInitializeEvent, KeSetEvent, KeReadStateEvent, KeClearEvent, KeResetEvent) {
    KEVENT Event;
    KeInitializeEvent(&Event, NotificationEvent, FALSE);
    EXPECT_EQ(KeReadStateEvent(&Event), 0);
    EXPECT_EQ(KeSetEvent(&Event, IO_NO_INCREMENT, FALSE), 0);
    EXPECT_EQ(KeReadStateEvent(&Event), 1);
    EXPECT_NE(KeSetEvent(&Event, IO_NO_INCREMENT, FALSE), 0);
    EXPECT_NE(KeResetEvent(&Event), 0);
    EXPECT_EQ(KeResetEvent(&Event), 0);
    EXPECT_EQ(KeReadStateEvent(&Event), 0);
    KeSetEvent(&Event, IO_NO_INCREMENT, FALSE);
    KeClearEvent(&Event);
    EXPECT_EQ(KeReadStateEvent(&Event), 0);
}

// A synchronization event lets one thread pass, a notification event all.
EXPORT_CASE(KeWaitForSingleObject, KeSetEvent) {
    KEVENT Event;
    LARGE_INTEGER AtOnce = {};
    KeInitializeEvent(&Event, SynchronizationEvent, TRUE);
    EXPECT_SUCCESS(KeWaitForSingleObject(&Event, Executive, KernelMode, FALSE, &AtOnce));
    EXPECT_EQ(KeWaitForSingleObject(&Event, Executive, KernelMode, FALSE, &AtOnce), STATUS_TIMEOUT);
    KEVENT Answer;
    KeInitializeEvent(&Answer, NotificationEvent, FALSE);
    CaseThread Helper([&] {
        EXPECT_SUCCESS(KeWaitForSingleObject(&Event, Executive, KernelMode, FALSE, nullptr));
        KeSetEvent(&Answer, IO_NO_INCREMENT, FALSE);
    });
    KeSetEvent(&Event, IO_NO_INCREMENT, FALSE);
    EXPECT_SUCCESS(KeWaitForSingleObject(&Answer, Executive, KernelMode, FALSE, nullptr));
    EXPECT_SUCCESS(KeWaitForSingleObject(&Answer, Executive, KernelMode, FALSE, &AtOnce));
    Helper.Join();
    EXPECT_EQ(KeReadStateEvent(&Event), 0);
}

// Releases those who wait and leaves the event unsignalled.
EXPORT_CASE(KePulseEvent) {
    KEVENT Event;
    KEVENT Ready;
    KeInitializeEvent(&Event, NotificationEvent, FALSE);
    KeInitializeEvent(&Ready, NotificationEvent, FALSE);
    CaseThread Waiter([&] {
        KeSetEvent(&Ready, IO_NO_INCREMENT, TRUE); // together with the wait
        EXPECT_SUCCESS(KeWaitForSingleObject(&Event, Executive, KernelMode, FALSE, nullptr));
    });
    KeWaitForSingleObject(&Ready, Executive, KernelMode, FALSE, nullptr);
    CaseSleep(10);
    EXPECT_EQ(KePulseEvent(&Event, IO_NO_INCREMENT, FALSE), 0);
    Waiter.Join();
    EXPECT_EQ(KeReadStateEvent(&Event), 0);
}
