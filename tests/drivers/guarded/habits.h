// Included before all else in the cards of guarded drivers: what compilers leave in shipped ones,
// done whenever the card asks for the time. Structured exceptions, reads of the shared page and of
// cr8 in place of calls.
#pragma once

#include <ntddk.h>

static inline ULONG64 TimeAsCompiled(PULONG64 Counter) {
    const volatile KSYSTEM_TIME &Shared =
        reinterpret_cast<const volatile KUSER_SHARED_DATA *>(0xFFFFF78000000000ULL)->InterruptTime;
    const ULONG64 Before = Shared.LowPart | ULONG64(Shared.High1Time) << 32;
    ULONG64 Now = 0;
    __try {
        if (KeGetCurrentIrql() == PASSIVE_LEVEL) {
            ExRaiseStatus(STATUS_DATATYPE_MISALIGNMENT);
        }
        Now = KeQueryInterruptTimePrecise(Counter);
    } __except (GetExceptionCode() == STATUS_DATATYPE_MISALIGNMENT ? EXCEPTION_EXECUTE_HANDLER
                                                                   : EXCEPTION_CONTINUE_SEARCH) {
        Now = KeQueryInterruptTimePrecise(Counter);
    }
    if (Now < Before) {
        KeBugCheckEx(0xE2 /* MANUALLY_INITIATED_CRASH */, ULONG_PTR(Now), ULONG_PTR(Before), 0, 0);
    }
    return Now;
}
#define KeQueryInterruptTimePrecise TimeAsCompiled
