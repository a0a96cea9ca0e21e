// Cases that must fail, each in its own way: the framework's own test (framework_test.cpp).
#include "../support/case.h"

// Nothing wrong here.
EXPORT_CASE(KeQueryTimeIncrement) {
    EXPECT_TRUE(KeQueryTimeIncrement() > 0);
}

EXPORT_CASE(KeQueryTickCount) {
    EXPECT_EQ(KeQueryTimeIncrement(), 1); // wrong, and not what it names
}

EXPORT_CASE(KeBugCheck) {
    EXPECT_TRUE(true);
    KeBugCheckEx(0xE2, 0, 0, 0, 0);
}

EXPORT_CASE_STOPS(KeBugCheckEx, 0xE3) {
    KeBugCheckEx(0xE2, 0, 0, 0, 0);
}

EXPORT_CASE_STOPS(KeQueryUnbiasedInterruptTime, 0xE2) {
    EXPECT_TRUE(KeQueryUnbiasedInterruptTime() > 0);
}

EXPORT_CASE(ExAllocatePool2) {
    EXPECT_NE(ExAllocatePool2(POOL_FLAG_NON_PAGED, 10, 'kaeL'), nullptr);
}

EXPORT_CASE(KeDelayExecutionThread) {
    KEVENT Never;
    KeInitializeEvent(&Never, NotificationEvent, FALSE);
    KeWaitForSingleObject(&Never, Executive, KernelMode, FALSE, nullptr);
}

EXPORT_CASE(KeClearEvent) {
    KEVENT Event;
    KeInitializeEvent(&Event, NotificationEvent, FALSE);
    KeClearEvent(&Event);
}

EXPORT_CASE_STOPS(KeStallExecutionProcessor, 0xE2, "a sentence of its own") {
    KeStallExecutionProcessor(1);
    KeBugCheckEx(0xE2, 0, 0, 0, 0);
}

EXPORT_CASE_STOPS(KeQueryPerformanceCounter, 0xE2) {
    EXPECT_EQ(KeQueryPerformanceCounter(nullptr).QuadPart, 0);
    KeBugCheckEx(0xE2, 0, 0, 0, 0);
}
