// What PortCls may be called at: whoever calls it above is stopped, by name.
#include "support/pc_case.h"

namespace {

class Sink : public CaseObject<IServiceSink> {
  public:
    Sink() : CaseObject(IID_IServiceSink) {}
    STDMETHODIMP_(void) RequestService() {}
};

NTSTATUS NTAPI Routine(PINTERRUPTSYNC, PVOID) {
    return STATUS_SUCCESS;
}
VOID NTAPI Tick(PDEVICE_OBJECT, PVOID) {}

void RaiseTo(KIRQL Irql) {
    KIRQL Before;
    KeRaiseIrql(Irql, &Before);
}

PINTERRUPTSYNC NewSync() {
    PINTERRUPTSYNC Sync = nullptr;
    const PRESOURCELIST Resources = CaseResources();
    EXPECT_SUCCESS(PcNewInterruptSync(&Sync, nullptr, Resources, 0, InterruptSyncModeNormal));
    return Sync;
}

PSERVICEGROUP NewGroup() {
    PSERVICEGROUP Group = nullptr;
    EXPECT_SUCCESS(PcNewServiceGroup(&Group, nullptr));
    return Group;
}

// At the highest IRQL that it may be called at: the service group's own affair.
void UseGroup(PSERVICEGROUP Group, Sink &Member) {
    KIRQL Before;
    KeRaiseIrql(DISPATCH_LEVEL, &Before);
    EXPECT_SUCCESS(Group->AddMember(&Member));
    Group->RequestDelayedService(0);
    Group->RemoveMember(&Member);
    KeLowerIrql(Before);
    EXPECT_EQ(Member.References, 1);
}

} // namespace

EXPORT_CASE_STOPS(PcNewInterruptSync, 0xa, "IInterruptSync.CallSynchronizedRoutine") {
    const PINTERRUPTSYNC Sync = NewSync();
    RaiseTo(CaseInterruptIrql + 1);
    Sync->CallSynchronizedRoutine(Routine, nullptr);
}
EXPORT_CASE_STOPS(PcNewInterruptSync, 0xa, "IInterruptSync.Connect") {
    const PINTERRUPTSYNC Sync = NewSync();
    RaiseTo(APC_LEVEL);
    Sync->Connect();
}
EXPORT_CASE_STOPS(PcNewInterruptSync, 0xa, "IInterruptSync.RegisterServiceRoutine") {
    const PINTERRUPTSYNC Sync = NewSync();
    RaiseTo(DISPATCH_LEVEL);
    EXPECT_SUCCESS(Sync->RegisterServiceRoutine(Routine, nullptr, FALSE));
    RaiseTo(DISPATCH_LEVEL + 1);
    Sync->RegisterServiceRoutine(Routine, nullptr, FALSE);
}

EXPORT_CASE_STOPS(PcNewServiceGroup, 0xa, "IServiceGroup.AddMember") {
    Sink Member;
    const PSERVICEGROUP Group = NewGroup();
    UseGroup(Group, Member);
    RaiseTo(DISPATCH_LEVEL + 1);
    Group->AddMember(&Member);
}
EXPORT_CASE_STOPS(PcNewServiceGroup, 0xa, "IServiceGroup.RemoveMember") {
    Sink Member;
    const PSERVICEGROUP Group = NewGroup();
    EXPECT_SUCCESS(Group->AddMember(&Member));
    RaiseTo(DISPATCH_LEVEL + 1);
    Group->RemoveMember(&Member);
}
EXPORT_CASE_STOPS(PcNewServiceGroup, 0xa, "IServiceGroup.RequestDelayedService") {
    const PSERVICEGROUP Group = NewGroup();
    Group->SupportDelayedService();
    RaiseTo(DISPATCH_LEVEL + 1);
    Group->RequestDelayedService(0);
}
EXPORT_CASE_STOPS(PcNewServiceGroup, 0xa, "the last IServiceGroup.Release") {
    const PSERVICEGROUP Group = NewGroup();
    Group->AddRef();
    RaiseTo(APC_LEVEL);
    EXPECT_EQ(Group->Release(), 1); // not the last
    Group->Release();
}

EXPORT_CASE_STOPS(PcRegisterIoTimeout, 0xa, "PcRegisterIoTimeout") {
    RaiseTo(DISPATCH_LEVEL);
    EXPECT_SUCCESS(PcRegisterIoTimeout(Case.Device, Tick, nullptr));
    RaiseTo(DISPATCH_LEVEL + 1);
    PcRegisterIoTimeout(Case.Device, Tick, &Case);
}
EXPORT_CASE_STOPS(PcUnregisterIoTimeout, 0xa, "PcUnregisterIoTimeout") {
    RaiseTo(DISPATCH_LEVEL);
    EXPECT_EQ(PcUnregisterIoTimeout(Case.Device, Tick, nullptr), STATUS_NOT_FOUND);
    RaiseTo(DISPATCH_LEVEL + 1);
    PcUnregisterIoTimeout(Case.Device, Tick, nullptr);
}

EXPORT_CASE_STOPS(PcAddStreamResource, 0xa, "PcAddStreamResource") {
    PCSTREAMRESOURCE_DESCRIPTOR Descriptor;
    PCSTREAMRESOURCE_DESCRIPTOR_INIT(&Descriptor);
    PCSTREAMRESOURCE Handle = nullptr;
    RaiseTo(APC_LEVEL);
    PcAddStreamResource(Case.PhysicalDevice, nullptr, &Descriptor, &Handle);
}
EXPORT_CASE_STOPS(PcRemoveStreamResource, 0xa, "PcRemoveStreamResource") {
    UNREFERENCED_PARAMETER(Case);
    RaiseTo(APC_LEVEL);
    PcRemoveStreamResource(nullptr);
}
