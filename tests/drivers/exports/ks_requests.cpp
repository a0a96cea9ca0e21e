// IRPs, frames and events for the AVStream cases; see ks_requests.h.
#include "ks_fixture.h"

static NTSTATUS NTAPI CatchIrp(PDEVICE_OBJECT Device, PIRP Irp, PVOID Context) {
    UNREFERENCED_PARAMETER(Device);
    UNREFERENCED_PARAMETER(Irp);
    KeSetEvent(static_cast<PKEVENT>(Context), IO_NO_INCREMENT, FALSE);
    return STATUS_MORE_PROCESSING_REQUIRED;
}

CaseIrp::CaseIrp(PDEVICE_OBJECT Device, UCHAR Major, UCHAR Minor) : Device_(Device) {
    KeInitializeEvent(&Done_, NotificationEvent, FALSE);
    // One location for the routine that catches it, the rest for the device and what is below.
    Irp = IoAllocateIrp(Device->StackSize + 2, FALSE);
    if (!EXPECT_TRUE(Irp != NULL))
        return;
    IoSetNextIrpStackLocation(Irp);
    Stack = IoGetNextIrpStackLocation(Irp);
    Stack->MajorFunction = Major;
    Stack->MinorFunction = Minor;
    Stack->DeviceObject = Device;
    IoSetCompletionRoutine(Irp, CatchIrp, &Done_, TRUE, TRUE, TRUE);
    IoSetNextIrpStackLocation(Irp);
    Irp->IoStatus.Status = STATUS_NOT_SUPPORTED;
}

CaseIrp::~CaseIrp() {
    if (Irp != NULL)
        IoFreeIrp(Irp);
}

NTSTATUS CaseIrp::Send() {
    // As if the location were still to be entered.
    IoSkipCurrentIrpStackLocation(Irp);
    IoCallDriver(Device_, Irp);
    KeWaitForSingleObject(&Done_, Executive, KernelMode, FALSE, NULL);
    return Status();
}

CaseFrame::CaseFrame(const CaseFile &Pin, ULONG Direction, ULONG Bytes, const VOID *Data,
                     const KSTIME &Time) {
    Memory = static_cast<MEMORY *>(ExAllocatePoolWithTag(NonPagedPool, sizeof *Memory, 'marF'));
    if (!EXPECT_TRUE(Memory != NULL))
        return;
    RtlZeroMemory(Memory, sizeof *Memory);
    for (ULONG Index = 0; Index < Capacity; ++Index)
        Memory->Data[Index] = static_cast<UCHAR>(Index);
    if (Data != NULL)
        RtlCopyMemory(Memory->Data, Data, Bytes);
    KeInitializeEvent(&Memory->Event, NotificationEvent, FALSE);
    Memory->Header.Size = sizeof Memory->Header;
    Memory->Header.Data = Memory->Data;
    Memory->Header.FrameExtent = Bytes;
    Memory->Header.PresentationTime = Time;
    Memory->Header.DataUsed = Direction == KSSTREAM_WRITE ? Bytes : 0;
    Memory->IoStatus.Status = STATUS_PENDING;
    Sent_ = KsStreamIo(Pin.Object, &Memory->Event, NULL, NULL, NULL, KsInvokeOnSuccess,
                       &Memory->IoStatus, &Memory->Header, sizeof Memory->Header,
                       Direction | KSSTREAM_SYNCHRONOUS, KernelMode);
}

CaseFrame::~CaseFrame() {
    if (Memory == NULL)
        return;
    Wait();
    ExFreePool(Memory);
}

bool CaseFrame::Pending() const {
    return Sent_ == STATUS_PENDING && KeReadStateEvent(&Memory->Event) == 0;
}

NTSTATUS CaseFrame::Wait() {
    if (Sent_ == STATUS_PENDING) {
        KeWaitForSingleObject(&Memory->Event, Executive, KernelMode, FALSE, NULL);
        Sent_ = Memory->IoStatus.Status;
    }
    return Sent_;
}

CaseWatch::CaseWatch() {
    KeInitializeEvent(&Event, SynchronizationEvent, FALSE);
    RtlZeroMemory(&Interval, sizeof Interval);
    Data.NotificationType = KSEVENTF_EVENT_OBJECT;
    Data.EventObject.Event = &Event;
}

NTSTATUS CaseWatch::Enable(const CaseFile &File, const GUID &Set, ULONG Id, ULONG Flags) {
    KSEVENT Request;
    Request.Set = Set;
    Request.Id = Id;
    Request.Flags = Flags;
    return CaseControl(File, IOCTL_KS_ENABLE_EVENT, &Request, sizeof Request, &Interval,
                       sizeof Interval);
}

NTSTATUS CaseWatch::Disable(const CaseFile &File) {
    return CaseControl(File, IOCTL_KS_DISABLE_EVENT, &Interval, sizeof Data, NULL, 0);
}

bool CaseWatch::WaitFor(LONGLONG Milliseconds) {
    LARGE_INTEGER Time = CaseMilliseconds(Milliseconds);
    return KeWaitForSingleObject(&Event, Executive, KernelMode, FALSE, &Time) == STATUS_SUCCESS;
}
