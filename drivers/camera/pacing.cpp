// A timer looks at the clock; each time another frame interval has passed, a picture is taken. It
// waits for a frame until the next one is taken, then it is dropped.
#include "pacing.h"

// Windows fires timers on its clock interrupt (15.625 ms), so the period only has to be shorter
// than the shortest frame interval.
static const LONG TickMilliseconds = 5;

// 100 ns on the master clock, or since an arbitrary point. IRQL <= DISPATCH_LEVEL.
static LONGLONG ReadClock(CameraPin *Camera) {
    if (Camera->Clock != NULL) {
        return Camera->Clock->GetTime();
    }
    LARGE_INTEGER Frequency;
    const LONGLONG Counter = KeQueryPerformanceCounter(&Frequency).QuadPart;
    return Counter / Frequency.QuadPart * 10000000 +
           Counter % Frequency.QuadPart * 10000000 / Frequency.QuadPart;
}

VOID StartPacing(CameraPin *Camera) {
    const LONGLONG Now = ReadClock(Camera);
    KIRQL OldIrql;
    KeAcquireSpinLock(&Camera->Lock, &OldIrql);
    Camera->Start = Now;
    Camera->TakenRun = 0;
    Camera->Running = TRUE;
    KeReleaseSpinLock(&Camera->Lock, OldIrql);
    LARGE_INTEGER DueTime;
    DueTime.QuadPart = -10000LL * TickMilliseconds;
    KeSetTimerEx(&Camera->Timer, DueTime, TickMilliseconds, &Camera->Dpc);
}

VOID StopPacing(CameraPin *Camera) {
    KIRQL OldIrql;
    KeAcquireSpinLock(&Camera->Lock, &OldIrql);
    Camera->Running = FALSE;
    Camera->Waiting = FALSE;
    KeReleaseSpinLock(&Camera->Lock, OldIrql);
    KeCancelTimer(&Camera->Timer);
    // A tick that began before may still be about to ask for processing.
    KeFlushQueuedDpcs();
}

// Takes the pictures that are due by now; true if there is a new one.
static BOOLEAN TakePictures(CameraPin *Camera, LONGLONG Now) {
    BOOLEAN IsNew = FALSE;
    KeAcquireSpinLockAtDpcLevel(&Camera->Lock);
    // The first picture is due at once.
    const LONGLONG Due = (Now - Camera->Start) / Camera->Interval + 1;
    if (Camera->Running && Due > Camera->TakenRun) {
        // The one that still waits is lost, and so are those that a late timer missed.
        Camera->Gap = Camera->Gap || Camera->Waiting || Due > Camera->TakenRun + 1;
        Camera->TakenTotal += Due - Camera->TakenRun;
        Camera->TakenRun = Due;
        Camera->Waiting = TRUE;
        IsNew = TRUE;
    }
    KeReleaseSpinLockFromDpcLevel(&Camera->Lock);
    return IsNew;
}

VOID NTAPI TakePictureDpc(PKDPC Dpc, PVOID Context, PVOID Argument1, PVOID Argument2) {
    CameraPin *Camera = static_cast<CameraPin *>(Context);
    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(Argument1);
    UNREFERENCED_PARAMETER(Argument2);
    if (TakePictures(Camera, ReadClock(Camera))) {
        // Drawing is for PASSIVE_LEVEL: AVStream calls the process routine from a work item.
        KsPinAttemptProcessing(Camera->Pin, FALSE);
    }
}

BOOLEAN PictureWaits(CameraPin *Camera) {
    KIRQL OldIrql;
    KeAcquireSpinLock(&Camera->Lock, &OldIrql);
    const BOOLEAN Waits = Camera->Waiting;
    KeReleaseSpinLock(&Camera->Lock, OldIrql);
    return Waits;
}

BOOLEAN ClaimPicture(CameraPin *Camera, Picture *Latest) {
    KIRQL OldIrql;
    KeAcquireSpinLock(&Camera->Lock, &OldIrql);
    const BOOLEAN Claimed = Camera->Waiting;
    if (Claimed) {
        Camera->Waiting = FALSE;
        Camera->Delivered++;
        Latest->Number = Camera->TakenTotal;
        Latest->DropCount = Camera->TakenTotal - Camera->Delivered;
        Latest->AfterGap = Camera->Gap;
        Camera->Gap = FALSE;
        // On the master clock, the moment it was due; without one, stream time.
        Latest->PresentationTime = Camera->Clock != NULL
                                       ? Camera->Start + (Camera->TakenRun - 1) * Camera->Interval
                                       : (Camera->TakenTotal - 1) * Camera->Interval;
    }
    KeReleaseSpinLock(&Camera->Lock, OldIrql);
    return Claimed;
}

CameraCounts CountPictures(CameraPin *Camera) {
    KIRQL OldIrql;
    CameraCounts Counts;
    KeAcquireSpinLock(&Camera->Lock, &OldIrql);
    Counts.PictureNumber = Camera->TakenTotal;
    // The picture that waits is not lost yet.
    Counts.DropCount = Camera->TakenTotal - Camera->Delivered - (Camera->Waiting ? 1 : 0);
    KeReleaseSpinLock(&Camera->Lock, OldIrql);
    return Counts;
}
