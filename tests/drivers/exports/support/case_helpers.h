// What many cases need: a second thread, a DPC, a wait, a device of their own, a look at IRPs.
// Included by case.h. Note that these call exports too (PsCreateSystemThread, KeInsertQueueDpc …).
#pragma once

// Relative time for waits and timers, in milliseconds from now.
inline LARGE_INTEGER CaseMilliseconds(LONGLONG Count) {
    LARGE_INTEGER Time;
    Time.QuadPart = -10000 * Count;
    return Time;
}

// PASSIVE_LEVEL or APC_LEVEL.
inline void CaseSleep(LONGLONG Milliseconds) {
    LARGE_INTEGER Time = CaseMilliseconds(Milliseconds);
    KeDelayExecutionThread(KernelMode, FALSE, &Time);
}

NTSTATUS CaseStartThread(PKSTART_ROUTINE Routine, PVOID Context, PVOID *Thread);
void CaseJoinThread(PVOID Thread);

// A system thread that runs Body; joined by Join() or at the end of the scope:
//     CaseThread Helper([&] { KeSetEvent(&Event, 0, FALSE); });
template <typename BODY> class CaseThread {
  public:
    explicit CaseThread(BODY Body) : Body_(Body) {
        EXPECT_SUCCESS(CaseStartThread(Run, this, &Thread_));
    }
    ~CaseThread() { Join(); }
    CaseThread(const CaseThread &) = delete;
    CaseThread &operator=(const CaseThread &) = delete;
    // PASSIVE_LEVEL.
    void Join() {
        if (Thread_ != nullptr)
            CaseJoinThread(Thread_);
        Thread_ = nullptr;
    }
    PKTHREAD Object() const { return static_cast<PKTHREAD>(Thread_); }

  private:
    static VOID NTAPI Run(PVOID Context) {
        static_cast<CaseThread *>(Context)->Body_();
        PsTerminateSystemThread(STATUS_SUCCESS);
    }
    BODY Body_;
    PVOID Thread_ = nullptr;
};

// Runs Body in a DPC, at DISPATCH_LEVEL, and returns when it has run. PASSIVE_LEVEL.
template <typename BODY> void CaseRunInDpc(BODY Body) {
    KDPC Dpc;
    KeInitializeDpc(
        &Dpc, [](PKDPC, PVOID Context, PVOID, PVOID) { (*static_cast<BODY *>(Context))(); }, &Body);
    EXPECT_TRUE(KeInsertQueueDpc(&Dpc, nullptr, nullptr));
    KeFlushQueuedDpcs();
}

// Every device of a WDM case driver begins its extension with this, as what CaseCreateDevice makes
// for an adapter; IRPs of any major function that reach it go to Dispatch.
struct CASE_DEVICE {
    PDRIVER_DISPATCH Dispatch;
};

// A device of the case's own, unnamed; IoDeleteDevice it. ExtensionBytes come behind CASE_DEVICE.
// Not for AVStream cases: AVStream owns the dispatch table of its drivers.
NTSTATUS CaseCreateDevice(CASE_CONTEXT &Case, PDRIVER_DISPATCH Dispatch, ULONG ExtensionBytes,
                          PDEVICE_OBJECT *Device);

// Completes an IRP. Handy at the end of a case's dispatch routine.
NTSTATUS CaseComplete(PIRP Irp, NTSTATUS Status, ULONG_PTR Information);

// IRPs of a major function that reach Case.Device go here first while this is set; the hook handles
// the IRP or passes it to CasePassDown (to PortCls, in an adapter). Not for AVStream cases.
extern PDRIVER_DISPATCH CaseHook[IRP_MJ_MAXIMUM_FUNCTION + 1];
NTSTATUS CasePassDown(PDEVICE_OBJECT Device, PIRP Irp);
