// What adapter drivers' own IRP handlers call, and properties of the device.
#include "support/pc_case.h"

namespace {

// A device below the case's, which completes later.
struct LATER {
    CASE_DEVICE Case;
    PIRP Irp;
};

NTSTATUS NTAPI Keep(PDEVICE_OBJECT Device, PIRP Irp) {
    static_cast<LATER *>(Device->DeviceExtension)->Irp = Irp;
    IoMarkIrpPending(Irp);
    return STATUS_PENDING;
}

NTSTATUS NTAPI Answer(PDEVICE_OBJECT, PIRP Irp) {
    return CaseComplete(Irp, STATUS_NO_SUCH_MEMBER, 5);
}

struct FORWARD {
    NTSTATUS Status;
    ULONG_PTR Information;
};
FORWARD Forwarded;

NTSTATUS NTAPI Forward(PDEVICE_OBJECT Device, PIRP Irp) {
    Forwarded.Status = PcForwardIrpSynchronous(Device, Irp);
    Forwarded.Information = Irp->IoStatus.Information;
    return CaseComplete(Irp, STATUS_ALERTED, 6);
}

} // namespace

EXPORT_CASE(PcCompleteIrp) {
    PDEVICE_OBJECT Device = nullptr;
    REQUIRE_SUCCESS(CaseCreateDevice(Case, Keep, sizeof(LATER) - sizeof(CASE_DEVICE), &Device));
    KEVENT Done;
    KeInitializeEvent(&Done, NotificationEvent, FALSE);
    IO_STATUS_BLOCK Block = {};
    PIRP Irp = IoBuildDeviceIoControlRequest(IOCTL_EXPORT_CASE_RUN, Device, nullptr, 0, nullptr, 0,
                                             FALSE, &Done, &Block);
    REQUIRE(Irp != nullptr);
    EXPECT_EQ(IofCallDriver(Device, Irp), STATUS_PENDING);
    EXPECT_EQ(PcCompleteIrp(Device, Irp, STATUS_PENDING), STATUS_INVALID_PARAMETER);
    EXPECT_EQ(PcCompleteIrp(Device, nullptr, STATUS_SUCCESS), STATUS_INVALID_PARAMETER);
    EXPECT_EQ(KeReadStateEvent(&Done), 0);
    EXPECT_SUCCESS(PcCompleteIrp(Device, Irp, STATUS_DEVICE_BUSY));
    EXPECT_SUCCESS(KeWaitForSingleObject(&Done, Executive, KernelMode, FALSE, nullptr));
    EXPECT_EQ(Block.Status, STATUS_DEVICE_BUSY);
    IoDeleteDevice(Device);
}

EXPORT_CASE(PcForwardIrpSynchronous) {
    PDEVICE_OBJECT Lower = nullptr, Upper = nullptr;
    REQUIRE_SUCCESS(CaseCreateDevice(Case, Answer, 0, &Lower));
    REQUIRE_SUCCESS(CaseCreateDevice(Case, Forward, 0, &Upper));
    PDEVICE_OBJECT Below = IoAttachDeviceToDeviceStack(Upper, Lower);
    EXPECT_EQ(Below, Lower);
    KEVENT Done;
    KeInitializeEvent(&Done, NotificationEvent, FALSE);
    IO_STATUS_BLOCK Block = {};
    PIRP Irp = IoBuildDeviceIoControlRequest(IOCTL_EXPORT_CASE_RUN, Upper, nullptr, 0, nullptr, 0,
                                             FALSE, &Done, &Block);
    REQUIRE(Irp != nullptr);
    EXPECT_EQ(IofCallDriver(Upper, Irp), STATUS_ALERTED);
    KeWaitForSingleObject(&Done, Executive, KernelMode, FALSE, nullptr);
    EXPECT_EQ(Forwarded.Status, STATUS_NO_SUCH_MEMBER); // the lower one's
    EXPECT_EQ(Forwarded.Information, 5);
    EXPECT_EQ(Block.Information, 6);
    EXPECT_EQ(PcForwardIrpSynchronous(Upper, nullptr), STATUS_INVALID_PARAMETER);
    EXPECT_EQ(PcForwardIrpSynchronous(Lower, Case.Irp), STATUS_INVALID_PARAMETER); // the bottom
    IoDetachDevice(Lower);
    IoDeleteDevice(Upper);
    IoDeleteDevice(Lower);
}

EXPORT_CASE(PcGetDeviceProperty) {
    WCHAR Ours[128] = {}, Theirs[128] = {};
    ULONG Length = 0, Expected = 0;
    REQUIRE_SUCCESS(IoGetDeviceProperty(Case.PhysicalDevice, DevicePropertyPhysicalDeviceObjectName,
                                        sizeof Theirs, Theirs, &Expected));
    EXPECT_SUCCESS(PcGetDeviceProperty(Case.Device, DevicePropertyPhysicalDeviceObjectName,
                                       sizeof Ours, Ours, &Length));
    EXPECT_EQ(Length, Expected);
    EXPECT_EQ(RtlCompareMemory(Ours, Theirs, Expected), Expected);
    EXPECT_EQ(PcGetDeviceProperty(Case.Device, DevicePropertyPhysicalDeviceObjectName, 0, nullptr,
                                  &Length),
              STATUS_BUFFER_TOO_SMALL);
    EXPECT_EQ(Length, Expected);
    EXPECT_EQ(PcGetDeviceProperty(nullptr, DevicePropertyPhysicalDeviceObjectName, sizeof Ours,
                                  Ours, &Length),
              STATUS_INVALID_PARAMETER);
}
