// The headers read as C, and a driver of them linked: imports of every kind, intrinsics, structured
// exception handling, large frames and floating point.
#include <ntifs.h>

#include <math.h>
#include <ntstrsafe.h>
#include <windef.h>
#define NOBITMAP
#include <mmreg.h>
#undef NOBITMAP
#include <dmusprop.h>
#include <ks.h>
#include <ksmedia.h>

#include "layout.inc"

DRIVER_INITIALIZE DriverEntry;

static volatile double Number = 2.0;
static GUID volatile Category;

static DECLSPEC_NOINLINE ULONG LargeFrame(ULONG Index) {
    volatile UCHAR Frame[3 * 4096];
    Frame[Index % sizeof(Frame)] = 1;
    return Frame[(Index + 1) % sizeof(Frame)];
}

#pragma code_seg("PAGE")
NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath) {
    WCHAR Text[16];
    UNICODE_STRING Name = {0, sizeof(Text), Text};
    EX_SPIN_LOCK Lock = 0;
    KIRQL OldIrql = ExAcquireSpinLockExclusive(&Lock);
    ExReleaseSpinLockExclusive(&Lock, OldIrql);
    KeMemoryBarrier();
    Number = pow(Number, 0.5) + sin(Number);
    Category = KSCATEGORY_AUDIO;
    UNREFERENCED_PARAMETER(DriverObject);
    __try {
        ProbeForRead(RegistryPath, sizeof(*RegistryPath), 1);
    } __except (EXCEPTION_EXECUTE_HANDLER) {
        return GetExceptionCode();
    }
    return RtlUnicodeStringPrintf(&Name, L"%lu", LargeFrame((ULONG)__rdtsc()));
}
#pragma code_seg()
