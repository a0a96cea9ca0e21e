// The probe of control_probe.h.
#include "avstream.h"

#include "control_probe.h"

static LONG Probes;
static KEVENT NoProbe;

VOID InitializeProbes() {
    KeInitializeEvent(&NoProbe, NotificationEvent, TRUE);
}

struct Probe {
    WORK_QUEUE_ITEM Item;
    PKSFILTER Filter;
    KEVENT Acquired;
    LONG References;
};

static VOID ReleaseProbe(Probe *Probe) {
    if (InterlockedDecrement(&Probe->References) != 0) {
        return;
    }
    ExFreePoolWithTag(Probe, 'borP');
    if (InterlockedDecrement(&Probes) == 0) {
        KeSetEvent(&NoProbe, IO_NO_INCREMENT, FALSE);
    }
}

static VOID NTAPI AcquireControl(PVOID Context) {
    Probe *Probe = static_cast<struct Probe *>(Context);
    KsFilterAcquireControl(Probe->Filter);
    KsFilterReleaseControl(Probe->Filter);
    KeSetEvent(&Probe->Acquired, IO_NO_INCREMENT, FALSE);
    ReleaseProbe(Probe);
}

ULONG IsControlHeld(PKSFILTER Filter) {
    Probe *Probe = static_cast<struct Probe *>(
        ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(struct Probe), 'borP'));
    if (Probe == NULL) {
        return 0;
    }
    Probe->Filter = Filter;
    Probe->References = 2;
    KeInitializeEvent(&Probe->Acquired, NotificationEvent, FALSE);
    if (InterlockedIncrement(&Probes) == 1) {
        KeClearEvent(&NoProbe);
    }
    ExInitializeWorkItem(&Probe->Item, AcquireControl, Probe);
    ExQueueWorkItem(&Probe->Item, DelayedWorkQueue);
    LARGE_INTEGER Timeout;
    Timeout.QuadPart = -20 * 10000LL;
    const NTSTATUS Status =
        KeWaitForSingleObject(&Probe->Acquired, Executive, KernelMode, FALSE, &Timeout);
    ReleaseProbe(Probe);
    return Status == STATUS_TIMEOUT;
}

VOID FinishProbes() {
    KeWaitForSingleObject(&NoProbe, Executive, KernelMode, FALSE, NULL);
}
