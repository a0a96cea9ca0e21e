// The clock of CLOCKS_OWN: its time is what the test says.
#include "parts.h"

static KSPIN_LOCK Lock;
static LONGLONG OwnTime;
static PKDPC OwnDpc; // of the timer that is set

static LONGLONG FASTCALL GetTime(PKSPIN Pin, PLONGLONG SystemTime) {
    KIRQL OldIrql;
    KeAcquireSpinLock(&Lock, &OldIrql);
    const LONGLONG Time = OwnTime;
    KeReleaseSpinLock(&Lock, OldIrql);
    Journal("time", Pin->Id, ULONGLONG(Time));
    *SystemTime = Time + 1000000;
    return Time;
}

static VOID NTAPI GetResolution(PKSPIN Pin, PKSRESOLUTION Resolution) {
    Journal("resolution", Pin->Id);
    Resolution->Granularity = CLOCKS_GRANULARITY;
    Resolution->Error = CLOCKS_ERROR;
}

// As KeSetTimerEx: TRUE if it was set already.
static BOOLEAN NTAPI SetTimer(PKSPIN Pin, PKTIMER Timer, LARGE_INTEGER DueTime, PKDPC Dpc) {
    KIRQL OldIrql;
    UNREFERENCED_PARAMETER(Timer);
    Journal("set timer", Pin->Id, ULONGLONG(-DueTime.QuadPart));
    KeAcquireSpinLock(&Lock, &OldIrql);
    const BOOLEAN WasSet = OwnDpc != NULL;
    OwnDpc = Dpc;
    KeReleaseSpinLock(&Lock, OldIrql);
    return WasSet;
}

static BOOLEAN NTAPI CancelTimer(PKSPIN Pin, PKTIMER Timer) {
    KIRQL OldIrql;
    UNREFERENCED_PARAMETER(Timer);
    Journal("cancel timer", Pin->Id);
    KeAcquireSpinLock(&Lock, &OldIrql);
    const BOOLEAN WasSet = OwnDpc != NULL;
    OwnDpc = NULL;
    KeReleaseSpinLock(&Lock, OldIrql);
    return WasSet;
}

VOID SetOwnTime(LONGLONG Time) {
    KIRQL OldIrql;
    KeAcquireSpinLock(&Lock, &OldIrql);
    OwnTime = Time;
    KeReleaseSpinLock(&Lock, OldIrql);
}

VOID ReachOwnTime(LONGLONG Time) {
    KIRQL OldIrql;
    KeAcquireSpinLock(&Lock, &OldIrql);
    OwnTime = Time;
    const PKDPC Dpc = OwnDpc;
    OwnDpc = NULL;
    KeReleaseSpinLock(&Lock, OldIrql);
    if (Dpc != NULL) {
        KeInsertQueueDpc(Dpc, NULL, NULL);
        KeFlushQueuedDpcs();
    }
}

const KSCLOCK_DISPATCH OwnClock = {SetTimer, CancelTimer, GetTime, GetResolution};
