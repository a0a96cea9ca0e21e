// Interrupts: connecting, synchronising, and what a device without a line is told.
#include "support/case.h"

namespace {
BOOLEAN NTAPI Serve(PKINTERRUPT, PVOID) {
    return TRUE;
}
BOOLEAN NTAPI ServeMessage(PKINTERRUPT, PVOID, ULONG) {
    return TRUE;
}
BOOLEAN NTAPI Synchronised(PVOID Context) {
    *static_cast<PKIRQL>(Context) = KeGetCurrentIrql();
    return TRUE;
}
BOOLEAN NTAPI Refused(PVOID) {
    return FALSE;
}
constexpr ULONG Vector = 0x91;
constexpr KIRQL DeviceIrql = 7, HigherIrql = 8;
} // namespace

EXPORT_CASE(IoConnectInterrupt, IoDisconnectInterrupt, KeSynchronizeExecution) {
    PKINTERRUPT Interrupt = nullptr, Second = nullptr;
    EXPECT_EQ(IoConnectInterrupt(&Interrupt, Serve, &Case, nullptr, Vector, HigherIrql, DeviceIrql,
                                 LevelSensitive, TRUE, 1, FALSE),
              STATUS_INVALID_PARAMETER); // synchronises below the device's IRQL
    EXPECT_EQ(Interrupt, nullptr);
    REQUIRE_SUCCESS(IoConnectInterrupt(&Interrupt, Serve, &Case, nullptr, Vector, DeviceIrql,
                                       HigherIrql, LevelSensitive, FALSE, 1, FALSE));
    EXPECT_EQ(IoConnectInterrupt(&Second, Serve, &Case, nullptr, Vector, DeviceIrql, DeviceIrql,
                                 LevelSensitive, TRUE, 1, FALSE),
              STATUS_INVALID_PARAMETER); // the vector is not shared
    KIRQL Inside = 0;
    EXPECT_TRUE(KeSynchronizeExecution(Interrupt, Synchronised, &Inside));
    EXPECT_EQ(Inside, HigherIrql);
    EXPECT_EQ(KeGetCurrentIrql(), PASSIVE_LEVEL);
    EXPECT_FALSE(KeSynchronizeExecution(Interrupt, Refused, nullptr));
    IoDisconnectInterrupt(Interrupt);
    REQUIRE_SUCCESS(IoConnectInterrupt(&Second, Serve, &Case, nullptr, Vector, DeviceIrql,
                                       DeviceIrql, LevelSensitive, TRUE, 1, FALSE));
    IoDisconnectInterrupt(Second);
}

EXPORT_CASE(KeAcquireInterruptSpinLock, KeReleaseInterruptSpinLock, IoGetAffinityInterrupt) {
    PKINTERRUPT Interrupt = nullptr;
    KSPIN_LOCK Own;
    KeInitializeSpinLock(&Own);
    REQUIRE_SUCCESS(IoConnectInterrupt(&Interrupt, Serve, &Case, &Own, Vector, DeviceIrql,
                                       DeviceIrql, Latched, FALSE, 1, FALSE));
    const KIRQL Before = KeAcquireInterruptSpinLock(Interrupt);
    EXPECT_EQ(Before, PASSIVE_LEVEL);
    EXPECT_EQ(KeGetCurrentIrql(), DeviceIrql);
    EXPECT_NE(Own, 0); // the driver's lock is what is held
    KeReleaseInterruptSpinLock(Interrupt, Before);
    EXPECT_EQ(KeGetCurrentIrql(), PASSIVE_LEVEL);
    EXPECT_EQ(Own, 0);
    GROUP_AFFINITY Affinity = {};
    EXPECT_SUCCESS(IoGetAffinityInterrupt(Interrupt, &Affinity));
    EXPECT_EQ(Affinity.Group, 0);
    EXPECT_NE(Affinity.Mask, 0);
    EXPECT_FALSE(NT_SUCCESS(IoGetAffinityInterrupt(nullptr, &Affinity)));
    IoDisconnectInterrupt(Interrupt);
}

EXPORT_CASE(IoConnectInterruptEx, IoDisconnectInterruptEx, IoReportInterruptInactive,
            IoReportInterruptActive) {
    PKINTERRUPT Interrupt = nullptr;
    IO_CONNECT_INTERRUPT_PARAMETERS Connect = {};
    Connect.Version = CONNECT_LINE_BASED;
    Connect.LineBased.PhysicalDeviceObject = Case.PhysicalDevice;
    Connect.LineBased.InterruptObject = &Interrupt;
    Connect.LineBased.ServiceRoutine = Serve;
    EXPECT_EQ(IoConnectInterruptEx(&Connect), STATUS_NOT_FOUND); // it has no line
    Connect = {};
    Connect.Version = CONNECT_MESSAGE_BASED;
    Connect.MessageBased.PhysicalDeviceObject = Case.PhysicalDevice;
    Connect.MessageBased.ConnectionContext.InterruptObject = &Interrupt;
    Connect.MessageBased.MessageServiceRoutine = ServeMessage;
    EXPECT_EQ(IoConnectInterruptEx(&Connect), STATUS_NOT_FOUND); // nor messages
    EXPECT_EQ(Connect.Version, CONNECT_MESSAGE_BASED);
    Connect = {};
    Connect.Version = 77;
    EXPECT_EQ(IoConnectInterruptEx(&Connect), STATUS_NOT_SUPPORTED);
    EXPECT_EQ(Connect.Version, CONNECT_FULLY_SPECIFIED); // the one to try

    Connect = {};
    Connect.Version = CONNECT_FULLY_SPECIFIED;
    Connect.FullySpecified.PhysicalDeviceObject = Case.PhysicalDevice;
    Connect.FullySpecified.InterruptObject = &Interrupt;
    Connect.FullySpecified.ServiceRoutine = Serve;
    Connect.FullySpecified.SynchronizeIrql = DeviceIrql;
    Connect.FullySpecified.Irql = DeviceIrql;
    Connect.FullySpecified.Vector = Vector;
    Connect.FullySpecified.ProcessorEnableMask = 1;
    REQUIRE_SUCCESS(IoConnectInterruptEx(&Connect));
    KIRQL Inside = 0;
    EXPECT_TRUE(KeSynchronizeExecution(Interrupt, Synchronised, &Inside));
    EXPECT_EQ(Inside, DeviceIrql);
    IO_REPORT_INTERRUPT_ACTIVE_STATE_PARAMETERS Report = {};
    Report.Version = Connect.Version;
    Report.ConnectionContext.InterruptObject = Interrupt;
    IoReportInterruptInactive(&Report);
    IoReportInterruptActive(&Report);
    EXPECT_TRUE(KeSynchronizeExecution(Interrupt, Synchronised, &Inside));
    IO_DISCONNECT_INTERRUPT_PARAMETERS Disconnect = {};
    Disconnect.Version = Connect.Version;
    Disconnect.ConnectionContext.InterruptObject = Interrupt;
    IoDisconnectInterruptEx(&Disconnect);
}
