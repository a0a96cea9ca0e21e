// The smaller parts of the I/O manager: queues, remove locks, StartIo, share access, notifications,
// properties, interrupts, power requests.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <deque>

#include "abi/guid.h"
#include "nt/io/interrupts.h"
#include "nt/io/io_manager.h"
#include "nt/io/pnp.h"
#include "nt/ke/bug_check.h"
#include "nt/ke/scheduler.h"
#include "nt/kernel.h"

namespace ksbox::io {
namespace {

/// What the driver's routines note; one test at a time uses it.
struct Notes {
    std::deque<PIRP> queue;
    KSPIN_LOCK lock;
    int cancelled, started, arrivals, removals, powered, interrupts;
    PIRP last_started;
    NTSTATUS power_status;
    KIRQL irql;
};
Notes notes;

constexpr GUID class_guid = {0x22222222, 0x2222, 0x3333, {1, 2, 3, 4, 5, 6, 7, 8}};

NTSTATUS NTAPI pass_down(PDEVICE_OBJECT device, PIRP irp) {
    IoSkipCurrentIrpStackLocation(irp);
    return IofCallDriver(*static_cast<PDEVICE_OBJECT *>(device->DeviceExtension), irp);
}

PDEVICE_OBJECT function_device;

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
    auto status = IoCreateDevice(driver, sizeof(PDEVICE_OBJECT), nullptr, FILE_DEVICE_UNKNOWN, 0,
                                 FALSE, &function_device);
    if (!NT_SUCCESS(status))
        return status;
    *static_cast<PDEVICE_OBJECT *>(function_device->DeviceExtension) =
        IoAttachDeviceToDeviceStack(function_device, physical);
    function_device->Flags &= ~DO_DEVICE_INITIALIZING;
    return STATUS_SUCCESS;
}

void NTAPI unload(PDRIVER_OBJECT) {}

void NTAPI start_io(PDEVICE_OBJECT, PIRP irp) {
    ++notes.started;
    notes.last_started = irp;
    notes.irql = KeGetCurrentIrql();
}

NTSTATUS NTAPI driver_entry(PDRIVER_OBJECT driver, PUNICODE_STRING) {
    for (auto &major : driver->MajorFunction)
        major = pass_down;
    driver->MajorFunction[IRP_MJ_PNP] = pnp;
    driver->DriverExtension->AddDevice = add_device;
    driver->DriverUnload = unload;
    driver->DriverStartIo = start_io;
    return STATUS_SUCCESS;
}

class IoPartsTest : public testing::Test {
  protected:
    IoPartsTest() : kernel(std::move(Kernel::create({}).value())) {
        notes = {};
        run([&] {
            driver =
                kernel->io().load_driver({.service_name = u"parts", .entry = driver_entry}).value();
            DeviceFacts facts;
            facts.hardware_ids = {u"ROOT\\Parts", u"ROOT\\Other"};
            facts.description = u"Parts";
            CM_PARTIAL_RESOURCE_DESCRIPTOR line{};
            line.Type = CmResourceTypeInterrupt;
            line.u.Interrupt.Level = 5;
            line.u.Interrupt.Vector = 0x55;
            facts.resources.push_back(line);
            node = kernel->io().pnp().add_device(driver, facts).value();
        });
    }
    void run(const std::function<void()> &work) {
        ASSERT_EQ(kernel->scheduler().call(work), ke::CallOutcome::done)
            << kernel->bug_check().facts().reason.data();
    }
    std::unique_ptr<Kernel> kernel;
    PDRIVER_OBJECT driver = nullptr;
    DeviceNode *node = nullptr;
};

// Cancel-safe queue callbacks.
void NTAPI csq_insert(PIO_CSQ, PIRP irp) {
    notes.queue.push_back(irp);
}
void NTAPI csq_remove(PIO_CSQ, PIRP irp) {
    std::erase(notes.queue, irp);
}
PIRP NTAPI csq_peek(PIO_CSQ, PIRP irp, PVOID) {
    auto place = irp ? std::ranges::find(notes.queue, irp) + 1 : notes.queue.begin();
    return place == notes.queue.end() ? nullptr : *place;
}
void NTAPI csq_lock(PIO_CSQ, PKIRQL irql) {
    *irql = KeAcquireSpinLockRaiseToDpc(&notes.lock);
}
void NTAPI csq_unlock(PIO_CSQ, KIRQL irql) {
    KeReleaseSpinLock(&notes.lock, irql);
}
void NTAPI csq_cancelled(PIO_CSQ, PIRP) {
    ++notes.cancelled;
}

PIRP plain_irp() {
    auto *irp = IoAllocateIrp(2, FALSE);
    IoSetNextIrpStackLocation(irp);
    return irp;
}

TEST_F(IoPartsTest, CancelSafeQueue) {
    run([&] {
        IO_CSQ queue;
        ASSERT_EQ(IoCsqInitialize(&queue, csq_insert, csq_remove, csq_peek, csq_lock, csq_unlock,
                                  csq_cancelled),
                  STATUS_SUCCESS);
        PIRP irps[4];
        IO_CSQ_IRP_CONTEXT contexts[4];
        for (int i = 0; i < 4; ++i) {
            irps[i] = plain_irp();
            if (i == 3)
                irps[i]->Cancel = TRUE; // cancelled before it is queued
            IoCsqInsertIrp(&queue, irps[i], i % 2 ? &contexts[i] : nullptr);
        }
        EXPECT_EQ(notes.queue.size(), 3u);
        EXPECT_EQ(notes.cancelled, 1);
        EXPECT_TRUE(IoCancelIrp(irps[0]));
        EXPECT_EQ(notes.cancelled, 2);
        EXPECT_EQ(IoCsqRemoveIrp(&queue, &contexts[1]), irps[1]);
        EXPECT_EQ(IoCsqRemoveIrp(&queue, &contexts[1]), nullptr);
        EXPECT_EQ(IoCsqRemoveNextIrp(&queue, nullptr), irps[2]);
        EXPECT_EQ(IoCsqRemoveNextIrp(&queue, nullptr), nullptr);
        EXPECT_FALSE(IoCancelIrp(irps[2]));
        for (auto *irp : irps)
            IoFreeIrp(irp);
    });
}

TEST_F(IoPartsTest, RemoveLockWaitsForTheLastHolder) {
    run([&] {
        IO_REMOVE_LOCK lock;
        IoInitializeRemoveLockEx(&lock, 'test', 0, 0, sizeof lock);
        ASSERT_EQ(IoAcquireRemoveLockEx(&lock, nullptr, "", 1, sizeof lock), STATUS_SUCCESS);
        ASSERT_EQ(IoAcquireRemoveLockEx(&lock, nullptr, "", 1, sizeof lock), STATUS_SUCCESS);
        bool removed = false;
        auto *body =
            kernel->scheduler()
                .create_thread({.name = "remover",
                                .entry =
                                    [&] {
                                        IoReleaseRemoveLockAndWaitEx(&lock, nullptr, sizeof lock);
                                        removed = true;
                                    }})
                .value()
                ->body;
        LARGE_INTEGER delay;
        delay.QuadPart = -1'000'000;
        KeDelayExecutionThread(KernelMode, FALSE, &delay);
        EXPECT_FALSE(removed);
        EXPECT_EQ(IoAcquireRemoveLockEx(&lock, nullptr, "", 1, sizeof lock), STATUS_DELETE_PENDING);
        IoReleaseRemoveLockEx(&lock, nullptr, sizeof lock);
        KeWaitForSingleObject(body, Executive, KernelMode, FALSE, nullptr);
        EXPECT_TRUE(removed);
        ObfDereferenceObject(body);
    });
}

TEST_F(IoPartsTest, StartIoTakesOneAtATime) {
    run([&] {
        PIRP irps[3];
        for (auto &irp : irps) {
            irp = plain_irp();
            IoStartPacket(function_device, irp, nullptr, nullptr);
        }
        EXPECT_EQ(notes.started, 1);
        EXPECT_EQ(notes.irql, DISPATCH_LEVEL);
        EXPECT_EQ(function_device->CurrentIrp, irps[0]);
        const auto irql = KfRaiseIrql(DISPATCH_LEVEL);
        IoStartNextPacket(function_device, FALSE);
        EXPECT_EQ(notes.last_started, irps[1]);
        IoStartNextPacket(function_device, FALSE);
        IoStartNextPacket(function_device, FALSE);
        KeLowerIrql(irql);
        EXPECT_EQ(notes.started, 3);
        EXPECT_EQ(function_device->CurrentIrp, nullptr);
        for (auto *irp : irps)
            IoFreeIrp(irp);
    });
}

TEST_F(IoPartsTest, ShareAccess) {
    run([&] {
        FILE_OBJECT first{}, second{};
        SHARE_ACCESS share;
        IoSetShareAccess(FILE_READ_DATA, FILE_SHARE_READ, &first, &share);
        EXPECT_EQ(IoCheckShareAccess(FILE_WRITE_DATA, FILE_SHARE_READ, &second, &share, TRUE),
                  STATUS_SHARING_VIOLATION);
        EXPECT_EQ(IoCheckShareAccess(FILE_READ_DATA, 0, &second, &share, TRUE),
                  STATUS_SHARING_VIOLATION);
        EXPECT_EQ(IoCheckShareAccess(FILE_READ_DATA, FILE_SHARE_READ, &second, &share, TRUE),
                  STATUS_SUCCESS);
        EXPECT_EQ(share.OpenCount, 2u);
        IoRemoveShareAccess(&first, &share);
        IoRemoveShareAccess(&second, &share);
        EXPECT_EQ(share.OpenCount, 0u);
    });
}

NTSTATUS NTAPI on_interface(PVOID structure, PVOID context) {
    auto &change = *static_cast<DEVICE_INTERFACE_CHANGE_NOTIFICATION *>(structure);
    EXPECT_EQ(context, &notes);
    EXPECT_TRUE(change.InterfaceClassGuid == class_guid);
    EXPECT_EQ(KeGetCurrentIrql(), PASSIVE_LEVEL);
    ++(change.Event == GUID_DEVICE_INTERFACE_ARRIVAL ? notes.arrivals : notes.removals);
    return STATUS_SUCCESS;
}

TEST_F(IoPartsTest, InterfaceNotifications) {
    run([&] {
        UNICODE_STRING link;
        UNICODE_STRING reference{6, 8, const_cast<WCHAR *>(u"abc")};
        ASSERT_EQ(IoRegisterDeviceInterface(node->physical, &class_guid, &reference, &link),
                  STATUS_SUCCESS);
        const std::u16string_view name(reinterpret_cast<char16_t *>(link.Buffer), link.Length / 2u);
        EXPECT_EQ(name, u"\\??\\ROOT#MEDIA#0000#{22222222-2222-3333-0102-030405060708}\\abc");
        UNICODE_STRING again;
        EXPECT_EQ(IoRegisterDeviceInterface(node->physical, &class_guid, &reference, &again),
                  STATUS_OBJECT_NAME_EXISTS);
        RtlFreeUnicodeString(&again);
        EXPECT_EQ(IoRegisterDeviceInterface(function_device, &class_guid, &reference, &again),
                  STATUS_INVALID_DEVICE_REQUEST);
        EXPECT_EQ(IoSetDeviceInterfaceState(&link, FALSE), STATUS_OBJECT_NAME_NOT_FOUND);
        EXPECT_EQ(IoSetDeviceInterfaceState(&link, TRUE), STATUS_SUCCESS);
        EXPECT_EQ(IoSetDeviceInterfaceState(&link, TRUE), STATUS_OBJECT_NAME_EXISTS);
        PVOID entry;
        auto guid = class_guid;
        ASSERT_EQ(
            IoRegisterPlugPlayNotification(EventCategoryDeviceInterfaceChange,
                                           PNPNOTIFY_DEVICE_INTERFACE_INCLUDE_EXISTING_INTERFACES,
                                           &guid, driver, on_interface, &notes, &entry),
            STATUS_SUCCESS);
        EXPECT_EQ(notes.arrivals, 1);
        PWSTR list;
        ASSERT_EQ(IoGetDeviceInterfaces(&class_guid, nullptr, 0, &list), STATUS_SUCCESS);
        EXPECT_EQ(std::u16string_view(reinterpret_cast<char16_t *>(list)), name);
        ExFreePool(list);
        IoSetDeviceInterfaceState(&link, FALSE);
        LARGE_INTEGER delay;
        delay.QuadPart = -1'000'000;
        KeDelayExecutionThread(KernelMode, FALSE, &delay);
        EXPECT_EQ(notes.removals, 1);
        EXPECT_EQ(IoUnregisterPlugPlayNotificationEx(entry), STATUS_SUCCESS);
        EXPECT_EQ(IoUnregisterPlugPlayNotificationEx(entry), STATUS_INVALID_PARAMETER);
        HANDLE key;
        EXPECT_EQ(IoOpenDeviceInterfaceRegistryKey(&link, KEY_ALL_ACCESS, &key), STATUS_SUCCESS);
        EXPECT_EQ(ZwClose(key), STATUS_SUCCESS);
        const DEVPROPKEY property{class_guid, 5};
        UCHAR value = 9, read = 0;
        ULONG size;
        DEVPROPTYPE type;
        EXPECT_EQ(IoSetDeviceInterfacePropertyData(&link, &property, 0, 0, 3, 1, &value),
                  STATUS_SUCCESS);
        EXPECT_EQ(IoGetDeviceInterfacePropertyData(&link, &property, 0, 0, 1, &read, &size, &type),
                  STATUS_SUCCESS);
        EXPECT_EQ(read, 9);
        RtlFreeUnicodeString(&link);
    });
}

TEST_F(IoPartsTest, DeviceProperties) {
    run([&] {
        WCHAR text[64];
        ULONG length;
        EXPECT_EQ(
            IoGetDeviceProperty(node->physical, DevicePropertyDeviceDescription, 2, text, &length),
            STATUS_BUFFER_TOO_SMALL);
        EXPECT_EQ(length, 12u);
        EXPECT_EQ(IoGetDeviceProperty(node->physical, DevicePropertyDeviceDescription, sizeof text,
                                      text, &length),
                  STATUS_SUCCESS);
        EXPECT_EQ(std::u16string_view(reinterpret_cast<char16_t *>(text)), u"Parts");
        EXPECT_EQ(IoGetDeviceProperty(node->physical, DevicePropertyHardwareID, sizeof text, text,
                                      &length),
                  STATUS_SUCCESS);
        EXPECT_EQ(length, (11 + 11 + 1) * 2u);
        EXPECT_EQ(IoGetDeviceProperty(function_device, DevicePropertyClassName, sizeof text, text,
                                      &length),
                  STATUS_INVALID_DEVICE_REQUEST);
        for (const ULONG kind : {PLUGPLAY_REGKEY_DEVICE, PLUGPLAY_REGKEY_DRIVER}) {
            HANDLE key;
            ASSERT_EQ(IoOpenDeviceRegistryKey(node->physical, kind, KEY_ALL_ACCESS, &key),
                      STATUS_SUCCESS);
            EXPECT_EQ(ZwClose(key), STATUS_SUCCESS);
        }
        HANDLE key;
        EXPECT_EQ(IoOpenDeviceRegistryKey(node->physical, 0, KEY_ALL_ACCESS, &key),
                  STATUS_INVALID_PARAMETER);
        ASSERT_EQ(IoOpenDriverRegistryKey(driver, DriverRegKeyParameters, KEY_READ, 0, &key),
                  STATUS_SUCCESS);
        ZwClose(key);
    });
}

BOOLEAN NTAPI service(PKINTERRUPT, PVOID context) {
    ++notes.interrupts;
    notes.irql = KeGetCurrentIrql();
    return context != nullptr;
}
BOOLEAN NTAPI synchronised(PVOID) {
    notes.irql = KeGetCurrentIrql();
    return TRUE;
}

TEST_F(IoPartsTest, Interrupts) {
    run([&] {
        PKINTERRUPT interrupt = nullptr;
        IO_CONNECT_INTERRUPT_PARAMETERS parameters{};
        parameters.Version = CONNECT_LINE_BASED;
        parameters.LineBased.PhysicalDeviceObject = node->physical;
        parameters.LineBased.InterruptObject = &interrupt;
        parameters.LineBased.ServiceRoutine = service;
        parameters.LineBased.ServiceContext = &notes;
        ASSERT_EQ(IoConnectInterruptEx(&parameters), STATUS_SUCCESS);
        auto &interrupts = kernel->extension<Interrupts>();
        EXPECT_TRUE(interrupts.raise(0x55));
        EXPECT_EQ(notes.interrupts, 1);
        EXPECT_EQ(notes.irql, 5);
        EXPECT_EQ(KeGetCurrentIrql(), PASSIVE_LEVEL);
        notes.irql = 0;
        EXPECT_TRUE(KeSynchronizeExecution(interrupt, synchronised, nullptr));
        EXPECT_EQ(notes.irql, 5);
        IoDisconnectInterrupt(interrupt);
        EXPECT_FALSE(interrupts.raise(0x55));
    });
}

void NTAPI powered(PDEVICE_OBJECT, UCHAR, POWER_STATE, PVOID context, PIO_STATUS_BLOCK block) {
    ++notes.powered;
    notes.power_status = block->Status;
    KeSetEvent(static_cast<PKEVENT>(context), 0, FALSE);
}

TEST_F(IoPartsTest, PowerRequest) {
    run([&] {
        KEVENT event;
        KeInitializeEvent(&event, NotificationEvent, FALSE);
        POWER_STATE state;
        state.DeviceState = PowerDeviceD3;
        EXPECT_EQ(
            PoRequestPowerIrp(function_device, IRP_MN_SET_POWER, state, powered, &event, nullptr),
            STATUS_PENDING);
        KeWaitForSingleObject(&event, Executive, KernelMode, FALSE, nullptr);
        EXPECT_EQ(notes.power_status, STATUS_SUCCESS);
        EXPECT_EQ(node->power, PowerDeviceD3);
        // From DISPATCH_LEVEL it goes through a worker.
        KeClearEvent(&event);
        state.DeviceState = PowerDeviceD0;
        const auto irql = KfRaiseIrql(DISPATCH_LEVEL);
        EXPECT_EQ(
            PoRequestPowerIrp(node->physical, IRP_MN_SET_POWER, state, powered, &event, nullptr),
            STATUS_PENDING);
        KeLowerIrql(irql);
        KeWaitForSingleObject(&event, Executive, KernelMode, FALSE, nullptr);
        EXPECT_EQ(node->power, PowerDeviceD0);
        EXPECT_EQ(PoRequestPowerIrp(function_device, 9, state, powered, &event, nullptr),
                  STATUS_INVALID_PARAMETER_2);
    });
}

TEST_F(IoPartsTest, BusInterfaceAnswers) {
    run([&] {
        KEVENT event;
        KeInitializeEvent(&event, NotificationEvent, FALSE);
        IO_STATUS_BLOCK block;
        auto *irp = IoBuildSynchronousFsdRequest(IRP_MJ_PNP, function_device, nullptr, 0, nullptr,
                                                 &event, &block);
        irp->IoStatus.Status = STATUS_NOT_SUPPORTED;
        BUS_INTERFACE_STANDARD bus{};
        auto *stack = IoGetNextIrpStackLocation(irp);
        stack->MinorFunction = IRP_MN_QUERY_INTERFACE;
        stack->Parameters.QueryInterface.InterfaceType = &GUID_BUS_INTERFACE_STANDARD;
        stack->Parameters.QueryInterface.Size = sizeof bus;
        stack->Parameters.QueryInterface.Version = 1;
        stack->Parameters.QueryInterface.Interface = reinterpret_cast<PINTERFACE>(&bus);
        EXPECT_EQ(IofCallDriver(function_device, irp), STATUS_SUCCESS);
        ASSERT_NE(bus.InterfaceDereference, nullptr);
        DEVICE_DESCRIPTION description{};
        description.Version = DEVICE_DESCRIPTION_VERSION;
        description.Master = TRUE;
        description.ScatterGather = TRUE;
        description.Dma32BitAddresses = TRUE;
        description.InterfaceType = PCIBus;
        description.MaximumLength = 0x10000;
        ULONG registers = 0;
        auto *adapter = bus.GetDmaAdapter(bus.Context, &description, &registers);
        ASSERT_NE(adapter, nullptr);
        EXPECT_GE(registers, 16u);
        adapter->DmaOperations->PutDmaAdapter(adapter);
        bus.InterfaceDereference(bus.Context);
    });
}

TEST_F(IoPartsTest, DriverObjectExtensions) {
    run([&] {
        PVOID first, second;
        ASSERT_EQ(IoAllocateDriverObjectExtension(driver, driver, 64, &first), STATUS_SUCCESS);
        EXPECT_EQ(IoAllocateDriverObjectExtension(driver, driver, 64, &second),
                  STATUS_OBJECT_NAME_COLLISION);
        EXPECT_EQ(IoGetDriverObjectExtension(driver, driver), first);
        EXPECT_EQ(IoGetDriverObjectExtension(driver, nullptr), nullptr);
        EXPECT_TRUE(kernel->io().unload_driver(driver));
    });
}

} // namespace
} // namespace ksbox::io
