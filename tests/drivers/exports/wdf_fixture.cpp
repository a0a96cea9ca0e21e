// The framework driver, and the device to send requests to, of KMDF's cases.
#include "support/wdf_case.h"

CaseFramework::CaseFramework(CASE_CONTEXT &Case, WDF_EXECUTION_LEVEL Level,
                             WDF_SYNCHRONIZATION_SCOPE Scope) {
    WDF_DRIVER_CONFIG Config;
    WDF_DRIVER_CONFIG_INIT(&Config, WDF_NO_EVENT_CALLBACK);
    Config.DriverInitFlags = WdfDriverInitNoDispatchOverride;
    EXPECT_SUCCESS(WdfDriverCreate(Case.Driver, Case.RegistryPath, WDF_NO_OBJECT_ATTRIBUTES,
                                   &Config, &Driver));
    WDF_OBJECT_ATTRIBUTES Attributes = CaseAttributes();
    Attributes.ExecutionLevel = Level;
    Attributes.SynchronizationScope = Scope;
    EXPECT_SUCCESS(WdfDeviceMiniportCreate(Driver, &Attributes, Case.Device, Case.LowerDevice,
                                           Case.PhysicalDevice, &Device));
}

CaseFramework::~CaseFramework() {
    WdfDriverMiniportUnload(Driver);
}

WDF_OBJECT_ATTRIBUTES CaseAttributes(WDFOBJECT Parent) {
    WDF_OBJECT_ATTRIBUTES Attributes;
    WDF_OBJECT_ATTRIBUTES_INIT(&Attributes);
    Attributes.ParentObject = Parent;
    return Attributes;
}

UCHAR CaseText[8] = {1, 2, 3, 4, 5, 6, 7, 8};

bool CaseIsTurnedOver(const UCHAR *Bytes, ULONG Count, ULONG From) {
    for (ULONG i = 0; i < Count; ++i)
        if (Bytes[i] != UCHAR(~CaseText[From + i]))
            return false;
    return true;
}

WDFIOTARGET CaseOpenTarget(WDFDEVICE Device, PDEVICE_OBJECT Existing) {
    WDFIOTARGET Target = nullptr;
    EXPECT_SUCCESS(WdfIoTargetCreate(Device, WDF_NO_OBJECT_ATTRIBUTES, &Target));
    EXPECT_EQ(WdfIoTargetGetState(Target), WdfIoTargetClosed);
    WDF_IO_TARGET_OPEN_PARAMS Open;
    WDF_IO_TARGET_OPEN_PARAMS_INIT_EXISTING_DEVICE(&Open, Existing);
    EXPECT_SUCCESS(WdfIoTargetOpen(Target, &Open));
    EXPECT_EQ(WdfIoTargetGetState(Target), WdfIoTargetStarted);
    return Target;
}

CASE_OPENED CaseOpened;

namespace {

UCHAR Stored[64];
PVOID volatile Held;

UCHAR *Mapped(PMDL Mdl) {
    return Mdl == nullptr
               ? nullptr
               : static_cast<UCHAR *>(MmGetSystemAddressForMdlSafe(Mdl, NormalPagePriority));
}

NTSTATUS Transfer(PDEVICE_OBJECT Device, PIRP Irp, PIO_STACK_LOCATION Stack) {
    UCHAR *Data = static_cast<UCHAR *>(Irp->UserBuffer);
    if (Device->Flags & DO_BUFFERED_IO)
        Data = static_cast<UCHAR *>(Irp->AssociatedIrp.SystemBuffer);
    else if (Device->Flags & DO_DIRECT_IO)
        Data = Mapped(Irp->MdlAddress);
    const ULONG Bytes = Stack->Parameters.Read.Length;
    const ULONG Offset = ULONG(Stack->Parameters.Read.ByteOffset.QuadPart);
    if (Data == nullptr || Offset + Bytes > sizeof Stored)
        return CaseComplete(Irp, STATUS_INVALID_PARAMETER, 0);
    if (Stack->MajorFunction == IRP_MJ_READ)
        RtlCopyMemory(Data, Stored + Offset, Bytes);
    else
        RtlCopyMemory(Stored + Offset, Data, Bytes);
    return CaseComplete(Irp, STATUS_SUCCESS, Bytes);
}

VOID NTAPI Cancel(PDEVICE_OBJECT, PIRP Irp) {
    IoReleaseCancelSpinLock(Irp->CancelIrql);
    CaseComplete(Irp, STATUS_CANCELLED, 0);
}

NTSTATUS Pend(PIRP Irp) {
    IoMarkIrpPending(Irp);
    IoSetCancelRoutine(Irp, Cancel);
    if (Irp->Cancel && IoSetCancelRoutine(Irp, nullptr) != nullptr)
        CaseComplete(Irp, STATUS_CANCELLED, 0);
    return STATUS_PENDING;
}

NTSTATUS Control(PIRP Irp, PIO_STACK_LOCATION Stack) {
    const auto &Request = Stack->Parameters.DeviceIoControl;
    if (Request.IoControlCode == CasePendIoctl)
        return Pend(Irp);
    if (Request.IoControlCode == CaseHoldIoctl) {
        IoMarkIrpPending(Irp);
        InterlockedExchangePointer(&Held, Irp);
        return STATUS_PENDING;
    }
    if (Request.IoControlCode == CaseOthersIoctl) {
        const auto &Others = Stack->Parameters.Others;
        return CaseComplete(Irp, STATUS_SUCCESS,
                            *static_cast<ULONG *>(Others.Argument1) +
                                *static_cast<ULONG *>(Others.Argument2) +
                                *static_cast<ULONG *>(Others.Argument4));
    }
    auto *Input = static_cast<UCHAR *>(Irp->AssociatedIrp.SystemBuffer);
    auto *Output = Input;
    const ULONG Method = METHOD_FROM_CTL_CODE(Request.IoControlCode);
    if (Method == METHOD_NEITHER) {
        Input = static_cast<UCHAR *>(Request.Type3InputBuffer);
        Output = static_cast<UCHAR *>(Irp->UserBuffer);
    } else if (Method != METHOD_BUFFERED) {
        Output = Mapped(Irp->MdlAddress);
    }
    const ULONG Bytes = min(Request.InputBufferLength, Request.OutputBufferLength);
    for (ULONG i = 0; i < Bytes; ++i)
        Output[i] = UCHAR(~Input[i]);
    return CaseComplete(Irp, STATUS_SUCCESS, Bytes);
}

NTSTATUS NTAPI DispatchEcho(PDEVICE_OBJECT Device, PIRP Irp) {
    const PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
    switch (Stack->MajorFunction) {
    case IRP_MJ_CREATE:
        CaseOpened.Allocation = Irp->Overlay.AllocationSize.QuadPart;
        CaseOpened.EaLength = Stack->Parameters.Create.EaLength;
        if (CaseOpened.EaLength == sizeof CaseOpened.Ea)
            CaseOpened.Ea =
                *static_cast<FILE_FULL_EA_INFORMATION *>(Irp->AssociatedIrp.SystemBuffer);
        return CaseComplete(Irp, STATUS_SUCCESS, 0);
    case IRP_MJ_CLEANUP:
    case IRP_MJ_CLOSE:
        return CaseComplete(Irp, STATUS_SUCCESS, 0);
    case IRP_MJ_READ:
    case IRP_MJ_WRITE:
        return Transfer(Device, Irp, Stack);
    case IRP_MJ_DEVICE_CONTROL:
    case IRP_MJ_INTERNAL_DEVICE_CONTROL:
        return Control(Irp, Stack);
    default:
        return CaseComplete(Irp, STATUS_INVALID_DEVICE_REQUEST, 0);
    }
}

} // namespace

void CaseLetGo(ULONG_PTR Bytes) {
    PVOID Irp = nullptr;
    while ((Irp = InterlockedExchangePointer(&Held, nullptr)) == nullptr)
        KeStallExecutionProcessor(1);
    CaseComplete(static_cast<PIRP>(Irp), STATUS_SUCCESS, Bytes);
}

CaseEcho::CaseEcho(CASE_CONTEXT &Case, ULONG Flags) {
    UNICODE_STRING DeviceName;
    RtlInitUnicodeString(&DeviceName, Name);
    EXPECT_SUCCESS(IoCreateDevice(Case.Driver, sizeof(CASE_DEVICE), &DeviceName,
                                  FILE_DEVICE_UNKNOWN, 0, FALSE, &Device));
    static_cast<CASE_DEVICE *>(Device->DeviceExtension)->Dispatch = DispatchEcho;
    Device->Flags |= Flags;
    Device->Flags &= ~DO_DEVICE_INITIALIZING;
}

CaseEcho::~CaseEcho() {
    IoDeleteDevice(Device);
}
