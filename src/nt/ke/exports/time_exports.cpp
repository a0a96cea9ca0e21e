// Clocks, as drivers call them. Every read costs virtual time, so that polling loops end.
#include "abi/windows.h"

#include "abi/export.h"
#include "nt/ke/exports/exports.h"
#include "nt/ke/scheduler.h"
#include "nt/kernel.h"

using namespace ksbox;
using namespace ksbox::ke;

namespace {
Scheduler &scheduler() {
    return current_kernel().scheduler();
}
constexpr LONGLONG performance_frequency_hz = 10'000'000;
} // namespace

extern "C" {

ULONGLONG NTAPI KeQueryInterruptTime(void) {
    return scheduler().interrupt_time();
}

ULONGLONG NTAPI KeQueryInterruptTimePrecise(PULONG64 QpcTimeStamp) {
    std::uint64_t now = scheduler().interrupt_time_precise();
    *QpcTimeStamp = now;
    return now;
}

ULONGLONG NTAPI KeQueryUnbiasedInterruptTime(void) {
    return scheduler().interrupt_time();
}

void NTAPI KeQuerySystemTime(PLARGE_INTEGER CurrentTime) {
    CurrentTime->QuadPart = static_cast<LONGLONG>(scheduler().system_time());
}

void NTAPI KeQuerySystemTimePrecise(PLARGE_INTEGER CurrentTime) {
    CurrentTime->QuadPart = static_cast<LONGLONG>(scheduler().system_time_precise());
}

LARGE_INTEGER NTAPI KeQueryPerformanceCounter(PLARGE_INTEGER PerformanceFrequency) {
    if (PerformanceFrequency != nullptr)
        PerformanceFrequency->QuadPart = performance_frequency_hz;
    LARGE_INTEGER now;
    now.QuadPart = static_cast<LONGLONG>(scheduler().interrupt_time_precise());
    return now;
}

ULONG NTAPI KeQueryTimeIncrement(void) {
    return scheduler().clock_period();
}

void NTAPI KeQueryTickCount(PLARGE_INTEGER CurrentCount) {
    CurrentCount->QuadPart =
        static_cast<LONGLONG>(scheduler().interrupt_time() / scheduler().clock_period());
}

void NTAPI KeStallExecutionProcessor(ULONG MicroSeconds) {
    scheduler().stall(std::uint64_t(MicroSeconds) * 10);
}

} // extern "C"

std::span<const Export> ksbox::ke::time_exports() {
    static const Export exports[] = {
        done<&KeQueryInterruptTime>("KeQueryInterruptTime", "NF:wdm.KeQueryInterruptTime"),
        done<&KeQueryInterruptTimePrecise>("KeQueryInterruptTimePrecise",
                                           "NF:wdm.KeQueryInterruptTimePrecise"),
        done<&KeQueryUnbiasedInterruptTime>("KeQueryUnbiasedInterruptTime",
                                            "NF:wdm.KeQueryUnbiasedInterruptTime"),
        done<&KeQuerySystemTime>("KeQuerySystemTime", "NF:wdm.KeQuerySystemTime-r1"),
        done<&KeQuerySystemTimePrecise>("KeQuerySystemTimePrecise",
                                        "NF:wdm.KeQuerySystemTimePrecise"),
        done<&KeQueryPerformanceCounter>("KeQueryPerformanceCounter",
                                         "NF:ntifs.KeQueryPerformanceCounter"),
        done<&KeQueryTimeIncrement>("KeQueryTimeIncrement", "NF:wdm.KeQueryTimeIncrement"),
        done<&KeQueryTickCount>("KeQueryTickCount", "NF:wdm.KeQueryTickCount"),
        done<&KeStallExecutionProcessor>("KeStallExecutionProcessor",
                                         "NF:ntifs.KeStallExecutionProcessor"),
    };
    return exports;
}
