// What the root bus and the I/O manager do around a driver: message-signalled interrupts, wake,
// configuration space, Reinitialize routines.
#include <functional>
#include <memory>

#include <gtest/gtest.h>

#include "nt/exports.h"
#include "nt/io/interrupts.h"
#include "nt/io/io_manager.h"
#include "nt/io/pnp.h"
#include "nt/ke/bug_check.h"
#include "nt/ke/scheduler.h"
#include "nt/kernel.h"

namespace ksbox::io {
namespace {

struct Notes {
    PDEVICE_OBJECT function_device;
    ULONG reinitialized, last_count;
    ULONG messages[2], lines, completions;
    NTSTATUS wake_status;
    bool system_wake;
};
Notes notes;

NTSTATUS NTAPI pass_down(PDEVICE_OBJECT device, PIRP irp) {
    IoSkipCurrentIrpStackLocation(irp);
    return IofCallDriver(*static_cast<PDEVICE_OBJECT *>(device->DeviceExtension), irp);
}

NTSTATUS NTAPI pnp(PDEVICE_OBJECT device, PIRP irp) {
    if (IoGetCurrentIrpStackLocation(irp)->MinorFunction != IRP_MN_REMOVE_DEVICE)
        return pass_down(device, irp);
    auto *below = *static_cast<PDEVICE_OBJECT *>(device->DeviceExtension);
    const auto status = pass_down(device, irp);
    IoDetachDevice(below);
    IoDeleteDevice(device);
    return status;
}

NTSTATUS NTAPI add_device(PDRIVER_OBJECT driver, PDEVICE_OBJECT physical) {
    PDEVICE_OBJECT device;
    const auto status = IoCreateDevice(driver, sizeof(PDEVICE_OBJECT), nullptr, FILE_DEVICE_UNKNOWN,
                                       0, FALSE, &device);
    if (!NT_SUCCESS(status))
        return status;
    *static_cast<PDEVICE_OBJECT *>(device->DeviceExtension) =
        IoAttachDeviceToDeviceStack(device, physical);
    device->Flags &= ~DO_DEVICE_INITIALIZING;
    notes.function_device = device;
    return STATUS_SUCCESS;
}

void NTAPI unload(PDRIVER_OBJECT) {}

void NTAPI reinitialize(PDRIVER_OBJECT driver, PVOID context, ULONG count) {
    ++notes.reinitialized;
    notes.last_count = count;
    EXPECT_EQ(context, &notes);
    EXPECT_EQ(KeGetCurrentIrql(), PASSIVE_LEVEL);
    if (count == 1)
        IoRegisterDriverReinitialization(driver, reinitialize, context);
}

NTSTATUS NTAPI driver_entry(PDRIVER_OBJECT driver, PUNICODE_STRING) {
    for (auto &major : driver->MajorFunction)
        major = pass_down;
    driver->MajorFunction[IRP_MJ_PNP] = pnp;
    driver->DriverExtension->AddDevice = add_device;
    driver->DriverUnload = unload;
    IoRegisterDriverReinitialization(driver, reinitialize, &notes);
    EXPECT_EQ(notes.reinitialized, 0u);
    return STATUS_SUCCESS;
}

CM_PARTIAL_RESOURCE_DESCRIPTOR message(ULONG vector) {
    CM_PARTIAL_RESOURCE_DESCRIPTOR resource{};
    resource.Type = CmResourceTypeInterrupt;
    resource.Flags = CM_RESOURCE_INTERRUPT_MESSAGE | CM_RESOURCE_INTERRUPT_LATCHED;
    resource.u.MessageInterrupt.Translated.Level = vector == 0x71 ? 7 : 8;
    resource.u.MessageInterrupt.Translated.Vector = vector;
    resource.u.MessageInterrupt.Translated.Affinity = 1;
    return resource;
}

class BusTest : public testing::Test {
  protected:
    BusTest() : kernel(std::move(Kernel::create({}).value())) { notes = {}; }

    void run(const std::function<void()> &work) {
        ASSERT_EQ(kernel->scheduler().call(work), ke::CallOutcome::done)
            << kernel->bug_check().facts().reason.data();
    }
    DeviceNode *add(DeviceFacts facts) {
        driver = kernel->io().load_driver({.service_name = u"bus", .entry = driver_entry}).value();
        return kernel->io().pnp().add_device(driver, std::move(facts)).value();
    }
    std::unique_ptr<Kernel> kernel;
    PDRIVER_OBJECT driver = nullptr;
};

BOOLEAN NTAPI serve_message(PKINTERRUPT, PVOID, ULONG id) {
    ++notes.messages[id];
    EXPECT_EQ(KeGetCurrentIrql(), id == 0 ? 7 : 8);
    return TRUE;
}
BOOLEAN NTAPI serve_line(PKINTERRUPT, PVOID) {
    ++notes.lines;
    return TRUE;
}

TEST_F(BusTest, Messages) {
    run([&] {
        DeviceFacts facts;
        facts.resources = {message(0x71), message(0x72)};
        auto *node = add(facts);
        PIO_INTERRUPT_MESSAGE_INFO table = nullptr;
        IO_CONNECT_INTERRUPT_PARAMETERS parameters{};
        parameters.Version = CONNECT_MESSAGE_BASED;
        parameters.MessageBased.PhysicalDeviceObject = node->physical;
        parameters.MessageBased.ConnectionContext.InterruptMessageTable = &table;
        parameters.MessageBased.MessageServiceRoutine = serve_message;
        parameters.MessageBased.FallBackServiceRoutine = serve_line;
        ASSERT_EQ(IoConnectInterruptEx(&parameters), STATUS_SUCCESS);
        ASSERT_EQ(parameters.Version, ULONG(CONNECT_MESSAGE_BASED));
        ASSERT_EQ(table->MessageCount, 2u);
        EXPECT_EQ(table->UnifiedIrql, 0);
        EXPECT_EQ(table->MessageInfo[1].Vector, 0x72u);
        auto &interrupts = kernel->extension<Interrupts>();
        EXPECT_TRUE(interrupts.raise(0x72));
        EXPECT_EQ(notes.messages[1], 1u);
        EXPECT_EQ(notes.messages[0], 0u);

        IO_REPORT_INTERRUPT_ACTIVE_STATE_PARAMETERS report{};
        report.Version = CONNECT_MESSAGE_BASED;
        report.ConnectionContext.InterruptMessageTable = table;
        IoReportInterruptInactive(&report);
        EXPECT_FALSE(interrupts.raise(0x71));
        IoReportInterruptActive(&report);
        EXPECT_TRUE(interrupts.raise(0x71));
        EXPECT_EQ(notes.messages[0], 1u);

        IO_DISCONNECT_INTERRUPT_PARAMETERS disconnect{};
        disconnect.Version = CONNECT_MESSAGE_BASED;
        disconnect.ConnectionContext.InterruptMessageTable = table;
        IoDisconnectInterruptEx(&disconnect);
        EXPECT_FALSE(interrupts.raise(0x71));
        EXPECT_TRUE(kernel->io().pnp().remove(*node));
    });
}

TEST_F(BusTest, MessagesFallBackToTheLine) {
    run([&] {
        DeviceFacts facts;
        CM_PARTIAL_RESOURCE_DESCRIPTOR line{};
        line.Type = CmResourceTypeInterrupt;
        line.u.Interrupt.Level = 6;
        line.u.Interrupt.Vector = 0x61;
        facts.resources = {line};
        auto *node = add(facts);
        PKINTERRUPT interrupt = nullptr;
        IO_CONNECT_INTERRUPT_PARAMETERS parameters{};
        parameters.Version = CONNECT_MESSAGE_BASED;
        parameters.MessageBased.PhysicalDeviceObject = node->physical;
        parameters.MessageBased.ConnectionContext.InterruptObject = &interrupt;
        parameters.MessageBased.MessageServiceRoutine = serve_message;
        parameters.MessageBased.FallBackServiceRoutine = serve_line;
        ASSERT_EQ(IoConnectInterruptEx(&parameters), STATUS_SUCCESS);
        EXPECT_EQ(parameters.Version, ULONG(CONNECT_LINE_BASED));
        EXPECT_TRUE(kernel->extension<Interrupts>().raise(0x61));
        EXPECT_EQ(notes.lines, 1u);
        IoDisconnectInterrupt(interrupt);
        EXPECT_TRUE(kernel->io().pnp().remove(*node));
    });
}

void NTAPI woken(PDEVICE_OBJECT, UCHAR minor, POWER_STATE, PVOID, PIO_STATUS_BLOCK block) {
    EXPECT_EQ(minor, IRP_MN_WAIT_WAKE);
    ++notes.completions;
    notes.wake_status = block->Status;
}

TEST_F(BusTest, Wake) {
    run([&] {
        DeviceFacts facts;
        facts.wakes_from = PowerSystemSleeping3;
        facts.wakes_in = PowerDeviceD2;
        auto *node = add(facts);
        auto &pnp_manager = kernel->io().pnp();
        POWER_STATE state;
        state.SystemState = PowerSystemSleeping3;
        PIRP irp = nullptr;
        const auto wait = [&] {
            return PoRequestPowerIrp(node->physical, IRP_MN_WAIT_WAKE, state, woken, nullptr, &irp);
        };
        EXPECT_FALSE(pnp_manager.wake(*node));
        ASSERT_EQ(wait(), STATUS_PENDING);
        EXPECT_EQ(notes.completions, 0u);
        PIRP first = irp;
        ASSERT_EQ(wait(), STATUS_PENDING); // a second one is refused
        EXPECT_EQ(notes.wake_status, STATUS_DEVICE_BUSY);
        EXPECT_TRUE(pnp_manager.wake(*node));
        EXPECT_EQ(notes.completions, 2u);
        EXPECT_EQ(notes.wake_status, STATUS_SUCCESS);
        // Given up by the driver.
        ASSERT_EQ(wait(), STATUS_PENDING);
        EXPECT_TRUE(IoCancelIrp(irp));
        EXPECT_EQ(notes.wake_status, STATUS_CANCELLED);
        EXPECT_FALSE(pnp_manager.wake(*node));
        // Asleep deeper than it wakes from.
        node->power = PowerDeviceD3;
        ASSERT_EQ(wait(), STATUS_PENDING);
        EXPECT_EQ(notes.wake_status, STATUS_INVALID_DEVICE_STATE);
        node->power = PowerDeviceD0;
        (void)first;
        EXPECT_TRUE(pnp_manager.remove(*node));
    });
}

TEST_F(BusTest, ReinitializeRunsAfterDriverEntry) {
    run([&] {
        auto *node = add({});
        EXPECT_EQ(notes.reinitialized, 2u); // it asked once more
        EXPECT_EQ(notes.last_count, 2u);
        EXPECT_TRUE(kernel->io().pnp().remove(*node));
    });
}

TEST_F(BusTest, ConfigurationSpace) {
    run([&] {
        DeviceFacts facts;
        facts.bus_type = PCIBus;
        facts.bus_number = 3;
        facts.address = 0x0005'0001; // device 5, function 1
        facts.configuration = {std::byte(0x86), std::byte(0x80), std::byte(0x20), std::byte(0x28)};
        auto *node = add(facts);
        BUS_INTERFACE_STANDARD bus{};
        KEVENT event;
        KeInitializeEvent(&event, NotificationEvent, FALSE);
        IO_STATUS_BLOCK block{};
        PIRP irp = IoBuildSynchronousFsdRequest(IRP_MJ_PNP, notes.function_device, nullptr, 0,
                                                nullptr, &event, &block);
        irp->IoStatus.Status = STATUS_NOT_SUPPORTED;
        auto &stack = *IoGetNextIrpStackLocation(irp);
        stack.MinorFunction = IRP_MN_QUERY_INTERFACE;
        stack.Parameters.QueryInterface.InterfaceType = &GUID_BUS_INTERFACE_STANDARD;
        stack.Parameters.QueryInterface.Size = sizeof bus;
        stack.Parameters.QueryInterface.Version = 1;
        stack.Parameters.QueryInterface.Interface = reinterpret_cast<PINTERFACE>(&bus);
        ASSERT_EQ(IofCallDriver(notes.function_device, irp), STATUS_SUCCESS);
        USHORT vendor = 0;
        EXPECT_EQ(bus.GetBusData(bus.Context, PCI_WHICHSPACE_CONFIG, &vendor, 0, 2), 2u);
        EXPECT_EQ(vendor, 0x8086);
        USHORT device = 0x1234;
        EXPECT_EQ(bus.SetBusData(bus.Context, PCI_WHICHSPACE_CONFIG, &device, 2, 2), 2u);
        EXPECT_EQ(bus.GetBusData(bus.Context, PCI_WHICHSPACE_CONFIG, &vendor, 3, 2), 1u);
        bus.InterfaceDereference(bus.Context);

        using GetData = ULONG(NTAPI *)(BUS_DATA_TYPE, ULONG, ULONG, PVOID, ULONG, ULONG);
        GetData get = nullptr;
        for (const Export &each : bus_exports())
            if (std::string_view(each.name) == "HalGetBusDataByOffset")
                get = reinterpret_cast<GetData>(const_cast<void *>(each.address));
        PCI_SLOT_NUMBER slot{};
        slot.u.bits.DeviceNumber = 5;
        slot.u.bits.FunctionNumber = 1;
        ULONG all = 0;
        EXPECT_EQ(get(PCIConfiguration, 3, slot.u.AsULONG, &all, 0, 4), 4u);
        EXPECT_EQ(all, 0x1234'8086u);
        EXPECT_EQ(get(PCIConfiguration, 3, 0, &all, 0, 4), 2u); // an empty slot
        EXPECT_EQ(all & 0xffff, 0xffffu);
        EXPECT_EQ(get(PCIConfiguration, 4, 0, &all, 0, 4), 0u); // no such bus
        EXPECT_TRUE(kernel->io().pnp().remove(*node));
    });
}

} // namespace
} // namespace ksbox::io
