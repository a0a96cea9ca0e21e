/* What a compiled driver does inline and a process of Linux may not: it loads only where each of
   these is emulated, and names the first that is not by its status. */
#include <ntddk.h>

#define SHARED_DATA ((volatile KUSER_SHARED_DATA *)0xFFFFF78000000000ULL)

static ULONG64 ReadTimeStamp(VOID) {
    ULONG Low, High;
    __asm__ volatile("rdtsc" : "=a"(Low), "=d"(High));
    return Low | (ULONG64)High << 32;
}

static VOID Unload(PDRIVER_OBJECT Driver) {
    UNREFERENCED_PARAMETER(Driver);
}

NTSTATUS DriverEntry(PDRIVER_OBJECT Driver, PUNICODE_STRING RegistryPath) {
    UNREFERENCED_PARAMETER(RegistryPath);
    Driver->DriverUnload = Unload;

    if (__readcr8() != PASSIVE_LEVEL) {
        return STATUS_INVALID_PARAMETER_1;
    }
    __writecr8(DISPATCH_LEVEL);
    const ULONG64 Raised = __readcr8();
    KIRQL Old;
    KeRaiseIrql(DISPATCH_LEVEL, &Old); // made of both
    __writecr8(PASSIVE_LEVEL);
    if (Raised != DISPATCH_LEVEL || Old != DISPATCH_LEVEL) {
        return STATUS_INVALID_PARAMETER_2;
    }
    if (__readcr8() != PASSIVE_LEVEL || KeGetCurrentIrql() != PASSIVE_LEVEL) {
        return STATUS_INVALID_PARAMETER_3;
    }

    const ULONG64 Before = ReadTimeStamp();
    LARGE_INTEGER Pause;
    Pause.QuadPart = -20 * 10000LL;
    KeDelayExecutionThread(KernelMode, FALSE, &Pause);
    if (ReadTimeStamp() <= Before) {
        return STATUS_INVALID_PARAMETER_4;
    }
    if (SHARED_DATA->InterruptTime.LowPart == 0 && SHARED_DATA->InterruptTime.High1Time == 0) {
        return STATUS_INVALID_PARAMETER_5;
    }
    return STATUS_SUCCESS;
}
