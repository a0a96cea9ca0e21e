// IRPs: making, sending, completing, cancelling and queueing them.
#include "support/case.h"

extern "C" NTSTATUS NTAPI ImportedCallDriver(PDEVICE_OBJECT, PIRP) IMPORT_OF(IoCallDriver);
extern "C" VOID NTAPI ImportedCompleteRequest(PIRP, CCHAR) IMPORT_OF(IoCompleteRequest);

namespace {

// What a device of these cases does, and what it has seen.
struct DEVICE_NOTES {
    CASE_DEVICE Case;
    NTSTATUS Answer;
    ULONG Calls;
    UCHAR Major;
    IO_STACK_LOCATION Stack;
    PVOID SystemBuffer;
    PMDL Mdl;
    PVOID UserBuffer;
    PIRP Pending; // kept, not completed
    bool Keep;
    ULONG Written; // IoStatus.Information
};

DEVICE_NOTES &Notes(PDEVICE_OBJECT Device) {
    return *static_cast<DEVICE_NOTES *>(Device->DeviceExtension);
}

NTSTATUS NTAPI Record(PDEVICE_OBJECT Device, PIRP Irp) {
    DEVICE_NOTES &Own = Notes(Device);
    const PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
    ++Own.Calls;
    Own.Major = Stack->MajorFunction;
    Own.Stack = *Stack;
    Own.SystemBuffer = Irp->AssociatedIrp.SystemBuffer;
    Own.Mdl = Irp->MdlAddress;
    Own.UserBuffer = Irp->UserBuffer;
    if (Own.Keep) {
        IoMarkIrpPending(Irp);
        Own.Pending = Irp;
        return STATUS_PENDING;
    }
    if (Own.Written != 0 && Own.SystemBuffer != nullptr)
        RtlFillMemory(Own.SystemBuffer, Own.Written, 0x5a);
    return CaseComplete(Irp, Own.Answer, Own.Written);
}

NTSTATUS MakeDevice(CASE_CONTEXT &Case, PDEVICE_OBJECT *Device) {
    const NTSTATUS Status =
        CaseCreateDevice(Case, Record, sizeof(DEVICE_NOTES) - sizeof(CASE_DEVICE), Device);
    if (NT_SUCCESS(Status))
        Notes(*Device).Answer = STATUS_SUCCESS;
    return Status;
}

struct COMPLETION {
    ULONG Calls;
    NTSTATUS Status;
    PDEVICE_OBJECT Device;
    NTSTATUS Result;
    KEVENT Event;
};

NTSTATUS NTAPI Note(PDEVICE_OBJECT Device, PIRP Irp, PVOID Context) {
    auto *Seen = static_cast<COMPLETION *>(Context);
    ++Seen->Calls;
    Seen->Status = Irp->IoStatus.Status;
    Seen->Device = Device;
    KeSetEvent(&Seen->Event, IO_NO_INCREMENT, FALSE);
    return Seen->Result;
}

} // namespace

EXPORT_CASE(IoAllocateIrp, IoFreeIrp, IoAllocateIrpEx) {
    for (int Extended = 0; Extended < 2; ++Extended) {
        PIRP Irp = Extended ? IoAllocateIrpEx(Case.Device, 3, FALSE) : IoAllocateIrp(3, FALSE);
        REQUIRE(Irp != nullptr);
        EXPECT_EQ(Irp->Type, 6); // IO_TYPE_IRP
        EXPECT_EQ(Irp->Size, IoSizeOfIrp(3));
        EXPECT_EQ(Irp->StackCount, 3);
        EXPECT_EQ(Irp->CurrentLocation, 4);
        EXPECT_TRUE(IsListEmpty(&Irp->ThreadListEntry));
        EXPECT_EQ(IoGetNextIrpStackLocation(Irp), (PIO_STACK_LOCATION)(Irp + 1) + 2);
        IoFreeIrp(Irp);
    }
}

EXPORT_CASE(IoInitializeIrp, IoReuseIrp) {
    alignas(16) static UCHAR Memory[1024];
    PIRP Irp = reinterpret_cast<PIRP>(Memory);
    RtlFillMemory(Memory, sizeof Memory, 0xcc);
    IoInitializeIrp(Irp, IoSizeOfIrp(2), 2);
    EXPECT_EQ(Irp->Type, 6);
    EXPECT_EQ(Irp->StackCount, 2);
    EXPECT_EQ(Irp->CurrentLocation, 3);
    EXPECT_EQ(Irp->MdlAddress, nullptr);

    PDEVICE_OBJECT Device;
    REQUIRE_SUCCESS(MakeDevice(Case, &Device));
    Irp = IoAllocateIrp(2, FALSE);
    REQUIRE(Irp != nullptr);
    COMPLETION Seen = {};
    Seen.Result = STATUS_MORE_PROCESSING_REQUIRED;
    KeInitializeEvent(&Seen.Event, NotificationEvent, FALSE);
    for (ULONG Round = 1; Round <= 2; ++Round) {
        IoGetNextIrpStackLocation(Irp)->MajorFunction = IRP_MJ_INTERNAL_DEVICE_CONTROL;
        IoSetCompletionRoutine(Irp, Note, &Seen, TRUE, TRUE, TRUE);
        EXPECT_SUCCESS(IoCallDriver(Device, Irp));
        EXPECT_EQ(Seen.Calls, Round);
        IoReuseIrp(Irp, STATUS_UNSUCCESSFUL);
        EXPECT_EQ(Irp->IoStatus.Status, STATUS_UNSUCCESSFUL);
        EXPECT_EQ(Irp->CurrentLocation, 3);
        EXPECT_FALSE(Irp->Cancel);
    }
    IoFreeIrp(Irp);
    IoDeleteDevice(Device);
}

EXPORT_CASE(IofCallDriver, IofCompleteRequest, IoCallDriver, IoCompleteRequest) {
    PDEVICE_OBJECT Device;
    REQUIRE_SUCCESS(MakeDevice(Case, &Device));
    COMPLETION Seen = {};
    Seen.Result = STATUS_MORE_PROCESSING_REQUIRED;
    KeInitializeEvent(&Seen.Event, NotificationEvent, FALSE);
    PIRP Irp = IoAllocateIrp(2, FALSE);
    REQUIRE(Irp != nullptr);
    IoSetNextIrpStackLocation(Irp);
    const PIO_STACK_LOCATION Next = IoGetNextIrpStackLocation(Irp);
    Next->MajorFunction = IRP_MJ_INTERNAL_DEVICE_CONTROL;
    IoSetCompletionRoutine(Irp, Note, &Seen, TRUE, TRUE, TRUE);
    Notes(Device).Answer = STATUS_NOT_FOUND;
    EXPECT_EQ(IofCallDriver(Device, Irp), STATUS_NOT_FOUND);
    EXPECT_EQ(Notes(Device).Calls, 1);
    EXPECT_EQ(Notes(Device).Stack.DeviceObject, Device);
    EXPECT_EQ(Seen.Calls, 1);
    EXPECT_EQ(Seen.Status, STATUS_NOT_FOUND);

    // The same by the names without the f, pending in between.
    Notes(Device).Keep = true;
    IoReuseIrp(Irp, STATUS_SUCCESS);
    IoGetNextIrpStackLocation(Irp)->MajorFunction = IRP_MJ_INTERNAL_DEVICE_CONTROL;
    IoSetCompletionRoutine(Irp, Note, &Seen, FALSE, TRUE, FALSE); // on error alone
    EXPECT_EQ(ImportedCallDriver(Device, Irp), STATUS_PENDING);
    EXPECT_EQ(Notes(Device).Pending, Irp);
    EXPECT_EQ(Seen.Calls, 1);
    Irp->IoStatus.Status = STATUS_DEVICE_NOT_READY;
    ImportedCompleteRequest(Irp, IO_NO_INCREMENT);
    EXPECT_EQ(Seen.Calls, 2);
    EXPECT_TRUE(Irp->PendingReturned);
    IoFreeIrp(Irp);
    IoDeleteDevice(Device);
}

EXPORT_CASE(IoForwardIrpSynchronously) {
    PDEVICE_OBJECT Device;
    REQUIRE_SUCCESS(MakeDevice(Case, &Device));
    Notes(Device).Keep = true;
    PIRP Irp = IoAllocateIrp(2, FALSE);
    REQUIRE(Irp != nullptr);
    IoSetNextIrpStackLocation(Irp);
    IoGetCurrentIrpStackLocation(Irp)->MajorFunction = IRP_MJ_INTERNAL_DEVICE_CONTROL;
    CaseThread Completer([&] {
        CaseSleep(20);
        CaseComplete(Notes(Device).Pending, STATUS_SUCCESS, 5);
    });
    EXPECT_TRUE(IoForwardIrpSynchronously(Device, Irp));
    EXPECT_EQ(Irp->IoStatus.Information, 5);
    EXPECT_EQ(Notes(Device).Major, IRP_MJ_INTERNAL_DEVICE_CONTROL);
    Completer.Join();
    IoFreeIrp(Irp);
    // No stack location is left for the device below.
    Irp = IoAllocateIrp(1, FALSE);
    REQUIRE(Irp != nullptr);
    IoSetNextIrpStackLocation(Irp);
    EXPECT_FALSE(IoForwardIrpSynchronously(Device, Irp));
    IoFreeIrp(Irp);
    IoDeleteDevice(Device);
}

// The device stays until the routine has run.
EXPORT_CASE(IoSetCompletionRoutineEx) {
    PDEVICE_OBJECT Device;
    REQUIRE_SUCCESS(MakeDevice(Case, &Device));
    COMPLETION Seen = {};
    Seen.Result = STATUS_MORE_PROCESSING_REQUIRED;
    KeInitializeEvent(&Seen.Event, NotificationEvent, FALSE);
    PIRP Irp = IoAllocateIrp(2, FALSE);
    REQUIRE(Irp != nullptr);
    IoSetNextIrpStackLocation(Irp);
    IoGetCurrentIrpStackLocation(Irp)->DeviceObject = Case.Device;
    IoGetNextIrpStackLocation(Irp)->MajorFunction = IRP_MJ_READ;
    EXPECT_SUCCESS(IoSetCompletionRoutineEx(Case.Device, Irp, Note, &Seen, TRUE, FALSE, FALSE));
    EXPECT_SUCCESS(IoCallDriver(Device, Irp));
    EXPECT_EQ(Seen.Calls, 1);
    EXPECT_EQ(Seen.Device, Case.Device);
    IoFreeIrp(Irp);
    IoDeleteDevice(Device);
}

// METHOD_BUFFERED: the output comes back through the system buffer.
EXPORT_CASE(IoBuildDeviceIoControlRequest) {
    constexpr ULONG Buffered = CTL_CODE(FILE_DEVICE_UNKNOWN, 0x801, METHOD_BUFFERED, 0);
    constexpr ULONG Neither = CTL_CODE(FILE_DEVICE_UNKNOWN, 0x801, METHOD_NEITHER, 0);
    PDEVICE_OBJECT Device;
    REQUIRE_SUCCESS(MakeDevice(Case, &Device));
    ULONG Input = 7;
    UCHAR Output[8] = {};
    KEVENT Event;
    IO_STATUS_BLOCK Block = {};
    KeInitializeEvent(&Event, NotificationEvent, FALSE);
    Notes(Device).Written = 4;
    PIRP Irp = IoBuildDeviceIoControlRequest(Buffered, Device, &Input, sizeof Input, Output,
                                             sizeof Output, FALSE, &Event, &Block);
    REQUIRE(Irp != nullptr);
    EXPECT_SUCCESS(IoCallDriver(Device, Irp));
    EXPECT_SUCCESS(Block.Status);
    EXPECT_EQ(Block.Information, 4);
    EXPECT_EQ(Output[3], 0x5a);
    EXPECT_EQ(Output[4], 0);
    EXPECT_NE(KeReadStateEvent(&Event), 0);
    EXPECT_EQ(Notes(Device).Major, IRP_MJ_DEVICE_CONTROL);
    EXPECT_EQ(Notes(Device).Stack.Parameters.DeviceIoControl.IoControlCode, Buffered);
    EXPECT_EQ(Notes(Device).Stack.Parameters.DeviceIoControl.InputBufferLength, 4);

    Notes(Device).Written = 0;
    KeClearEvent(&Event);
    Irp = IoBuildDeviceIoControlRequest(Neither, Device, &Input, sizeof Input, Output,
                                        sizeof Output, TRUE, &Event, &Block);
    REQUIRE(Irp != nullptr);
    EXPECT_SUCCESS(IoCallDriver(Device, Irp));
    EXPECT_EQ(Notes(Device).Major, IRP_MJ_INTERNAL_DEVICE_CONTROL);
    EXPECT_EQ(Notes(Device).UserBuffer, Output);
    EXPECT_EQ(Notes(Device).Stack.Parameters.DeviceIoControl.Type3InputBuffer, &Input);
    IoDeleteDevice(Device);
}

EXPORT_CASE(IoBuildSynchronousFsdRequest, IoBuildAsynchronousFsdRequest) {
    PDEVICE_OBJECT Device;
    REQUIRE_SUCCESS(MakeDevice(Case, &Device));
    Device->Flags |= DO_BUFFERED_IO;
    UCHAR Data[16] = {};
    LARGE_INTEGER Offset;
    Offset.QuadPart = 0x1234;
    KEVENT Event;
    IO_STATUS_BLOCK Block = {};
    KeInitializeEvent(&Event, NotificationEvent, FALSE);
    Notes(Device).Written = 6;
    PIRP Irp = IoBuildSynchronousFsdRequest(IRP_MJ_READ, Device, Data, sizeof Data, &Offset, &Event,
                                            &Block);
    REQUIRE(Irp != nullptr);
    EXPECT_SUCCESS(IoCallDriver(Device, Irp));
    EXPECT_EQ(Block.Information, 6);
    EXPECT_EQ(Data[5], 0x5a);
    EXPECT_EQ(Data[6], 0);
    EXPECT_EQ(Notes(Device).Stack.Parameters.Read.Length, 16);
    EXPECT_EQ(Notes(Device).Stack.Parameters.Read.ByteOffset.QuadPart, 0x1234);

    // A direct device gets an MDL; the driver completes and frees an asynchronous one itself.
    Device->Flags = (Device->Flags & ~DO_BUFFERED_IO) | DO_DIRECT_IO;
    Notes(Device).Written = 0;
    COMPLETION Seen = {};
    Seen.Result = STATUS_MORE_PROCESSING_REQUIRED;
    KeInitializeEvent(&Seen.Event, NotificationEvent, FALSE);
    Irp = IoBuildAsynchronousFsdRequest(IRP_MJ_WRITE, Device, Data, sizeof Data, &Offset, &Block);
    REQUIRE(Irp != nullptr);
    IoSetCompletionRoutine(Irp, Note, &Seen, TRUE, TRUE, TRUE);
    EXPECT_SUCCESS(IoCallDriver(Device, Irp));
    EXPECT_EQ(Seen.Calls, 1);
    EXPECT_NE(Notes(Device).Mdl, nullptr);
    EXPECT_EQ(MmGetMdlVirtualAddress(Irp->MdlAddress), Data);
    EXPECT_TRUE(Irp->MdlAddress->MdlFlags & (MDL_PAGES_LOCKED | MDL_SOURCE_IS_NONPAGED_POOL));
    if (Irp->MdlAddress->MdlFlags & MDL_PAGES_LOCKED)
        MmUnlockPages(Irp->MdlAddress);
    IoFreeMdl(Irp->MdlAddress);
    IoFreeIrp(Irp);
    IoDeleteDevice(Device);
}

// The master ends when the last associated IRP has.
EXPORT_CASE(IoMakeAssociatedIrp) {
    PDEVICE_OBJECT Device;
    REQUIRE_SUCCESS(MakeDevice(Case, &Device));
    COMPLETION Seen = {};
    Seen.Result = STATUS_MORE_PROCESSING_REQUIRED;
    KeInitializeEvent(&Seen.Event, NotificationEvent, FALSE);
    Notes(Device).Keep = true;
    PIRP Master = IoAllocateIrp(2, FALSE);
    REQUIRE(Master != nullptr);
    IoGetNextIrpStackLocation(Master)->MajorFunction = IRP_MJ_READ;
    IoSetCompletionRoutine(Master, Note, &Seen, TRUE, TRUE, TRUE);
    EXPECT_EQ(IoCallDriver(Device, Master), STATUS_PENDING);
    Notes(Device).Keep = false;
    Master->AssociatedIrp.IrpCount = 2;
    PIRP Part[2];
    for (PIRP &Each : Part) {
        Each = IoMakeAssociatedIrp(Master, 1);
        REQUIRE(Each != nullptr);
        EXPECT_TRUE(Each->Flags & IRP_ASSOCIATED_IRP);
        EXPECT_EQ(Each->AssociatedIrp.MasterIrp, Master);
        IoGetNextIrpStackLocation(Each)->MajorFunction = IRP_MJ_READ;
    }
    EXPECT_SUCCESS(IoCallDriver(Device, Part[0]));
    EXPECT_EQ(Seen.Calls, 0);
    EXPECT_SUCCESS(IoCallDriver(Device, Part[1]));
    EXPECT_EQ(Seen.Calls, 1);
    IoFreeIrp(Master);
    IoDeleteDevice(Device);
}

// Tied to the thread, it is cancelled with it; completed in time, it only tells its event.
EXPORT_CASE(IoQueueThreadIrp) {
    PDEVICE_OBJECT Device;
    REQUIRE_SUCCESS(MakeDevice(Case, &Device));
    KEVENT Event;
    IO_STATUS_BLOCK Block = {};
    KeInitializeEvent(&Event, NotificationEvent, FALSE);
    PIRP Irp = IoAllocateIrp(2, FALSE);
    REQUIRE(Irp != nullptr);
    Irp->UserEvent = &Event;
    Irp->UserIosb = &Block;
    Irp->Tail.Overlay.Thread = PsGetCurrentThread();
    IoGetNextIrpStackLocation(Irp)->MajorFunction = IRP_MJ_READ;
    IoQueueThreadIrp(Irp);
    EXPECT_FALSE(IsListEmpty(&Irp->ThreadListEntry));
    EXPECT_SUCCESS(IoCallDriver(Device, Irp));
    EXPECT_SUCCESS(Block.Status);
    EXPECT_NE(KeReadStateEvent(&Event), 0);
    IoDeleteDevice(Device);
}

namespace {
ULONG CancelCalls;
VOID NTAPI CancelIt(PDEVICE_OBJECT, PIRP Irp) {
    EXPECT_EQ(KeGetCurrentIrql(), DISPATCH_LEVEL);
    EXPECT_TRUE(Irp->Cancel);
    IoReleaseCancelSpinLock(Irp->CancelIrql);
    ++CancelCalls;
    CaseComplete(Irp, STATUS_CANCELLED, 0);
}
} // namespace

EXPORT_CASE(IoCancelIrp, IoAcquireCancelSpinLock, IoReleaseCancelSpinLock) {
    PDEVICE_OBJECT Device;
    REQUIRE_SUCCESS(MakeDevice(Case, &Device));
    Notes(Device).Keep = true;
    COMPLETION Seen = {};
    Seen.Result = STATUS_MORE_PROCESSING_REQUIRED;
    KeInitializeEvent(&Seen.Event, NotificationEvent, FALSE);
    PIRP Irp = IoAllocateIrp(2, FALSE);
    REQUIRE(Irp != nullptr);
    IoGetNextIrpStackLocation(Irp)->MajorFunction = IRP_MJ_READ;
    IoSetCompletionRoutine(Irp, Note, &Seen, TRUE, TRUE, TRUE);
    EXPECT_EQ(IoCallDriver(Device, Irp), STATUS_PENDING);
    // Without a routine it is only marked.
    EXPECT_FALSE(IoCancelIrp(Irp));
    EXPECT_TRUE(Irp->Cancel);
    EXPECT_EQ(Seen.Calls, 0);
    Irp->Cancel = FALSE;
    KIRQL Irql;
    IoAcquireCancelSpinLock(&Irql);
    EXPECT_EQ(Irql, PASSIVE_LEVEL);
    EXPECT_EQ(KeGetCurrentIrql(), DISPATCH_LEVEL);
    EXPECT_EQ(IoSetCancelRoutine(Irp, CancelIt), nullptr);
    IoReleaseCancelSpinLock(Irql);
    EXPECT_EQ(KeGetCurrentIrql(), PASSIVE_LEVEL);
    CancelCalls = 0;
    EXPECT_TRUE(IoCancelIrp(Irp));
    EXPECT_EQ(CancelCalls, 1);
    EXPECT_EQ(Seen.Status, STATUS_CANCELLED);
    IoFreeIrp(Irp);
    IoDeleteDevice(Device);
}

EXPORT_CASE(IoGetTopLevelIrp, IoSetTopLevelIrp) {
    EXPECT_EQ(IoGetTopLevelIrp(), nullptr);
    IoSetTopLevelIrp(Case.Irp);
    EXPECT_EQ(IoGetTopLevelIrp(), Case.Irp);
    CaseThread Other([] { EXPECT_EQ(IoGetTopLevelIrp(), nullptr); });
    Other.Join();
    IoSetTopLevelIrp(nullptr);
    EXPECT_EQ(IoGetTopLevelIrp(), nullptr);
}

EXPORT_CASE(IoSetActivityIdIrp, IoGetActivityIdIrp) {
    static const GUID Activity = {1, 2, 3, {4, 5, 6, 7, 8, 9, 10, 11}};
    PIRP Irp = IoAllocateIrp(1, FALSE);
    REQUIRE(Irp != nullptr);
    GUID Found = {};
    EXPECT_EQ(IoGetActivityIdIrp(Irp, &Found), STATUS_NOT_FOUND);
    EXPECT_EQ(IoSetActivityIdIrp(Irp, nullptr), STATUS_NOT_SUPPORTED);
    EXPECT_SUCCESS(IoSetActivityIdIrp(Irp, &Activity));
    EXPECT_SUCCESS(IoGetActivityIdIrp(Irp, &Found));
    EXPECT_TRUE(RtlEqualMemory(&Found, &Activity, sizeof Found));
    IoFreeIrp(Irp);
}

EXPORT_CASE(IoSetIoPriorityHint, IoGetIoPriorityHint) {
    PIRP Irp = IoAllocateIrp(1, FALSE);
    REQUIRE(Irp != nullptr);
    EXPECT_EQ(IoGetIoPriorityHint(Irp), IoPriorityNormal);
    EXPECT_SUCCESS(IoSetIoPriorityHint(Irp, IoPriorityLow));
    EXPECT_EQ(IoGetIoPriorityHint(Irp), IoPriorityLow);
    EXPECT_SUCCESS(IoSetIoPriorityHint(Irp, IoPriorityNormal));
    EXPECT_EQ(IoGetIoPriorityHint(Irp), IoPriorityNormal);
    EXPECT_EQ(IoSetIoPriorityHint(Irp, MaxIoPriorityTypes), STATUS_INVALID_PARAMETER);
    IoFreeIrp(Irp);
}
