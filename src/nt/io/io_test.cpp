// Drivers, devices and IRPs, with host functions of Microsoft's calling convention as the driver.
#include <gtest/gtest.h>

#include <cstring>

#include "abi/guid.h"
#include "nt/io/interfaces.h"
#include "nt/io/io_manager.h"
#include "nt/io/pnp.h"
#include "nt/io/user_services.h"
#include "nt/ke/bug_check.h"
#include "nt/ke/scheduler.h"
#include "nt/ke/thread.h"
#include "nt/kernel.h"
#include "nt/ob/object_manager.h"
#include "nt/ps/process.h"

namespace ksbox::io {
namespace {

constexpr ULONG buffered_any =
    CTL_CODE(FILE_DEVICE_UNKNOWN, 0x800, METHOD_BUFFERED, FILE_ANY_ACCESS);
constexpr ULONG buffered_write =
    CTL_CODE(FILE_DEVICE_UNKNOWN, 0x801, METHOD_BUFFERED, FILE_WRITE_ACCESS);
constexpr ULONG pend = CTL_CODE(FILE_DEVICE_UNKNOWN, 0x802, METHOD_BUFFERED, FILE_ANY_ACCESS);
constexpr ULONG finish_pending =
    CTL_CODE(FILE_DEVICE_UNKNOWN, 0x803, METHOD_BUFFERED, FILE_ANY_ACCESS);
constexpr ULONG complete_twice =
    CTL_CODE(FILE_DEVICE_UNKNOWN, 0x804, METHOD_BUFFERED, FILE_ANY_ACCESS);
constexpr ULONG complete_pending_status =
    CTL_CODE(FILE_DEVICE_UNKNOWN, 0x805, METHOD_BUFFERED, FILE_ANY_ACCESS);
constexpr ULONG overflow_warning =
    CTL_CODE(FILE_DEVICE_UNKNOWN, 0x806, METHOD_BUFFERED, FILE_ANY_ACCESS);
constexpr ULONG direct_out =
    CTL_CODE(FILE_DEVICE_UNKNOWN, 0x807, METHOD_OUT_DIRECT, FILE_ANY_ACCESS);
constexpr ULONG park = CTL_CODE(FILE_DEVICE_UNKNOWN, 0x808, METHOD_BUFFERED, FILE_ANY_ACCESS);
constexpr GUID test_interface = {0x11111111, 0x2222, 0x3333, {1, 2, 3, 4, 5, 6, 7, 8}};

/// What the test driver keeps in its device extension.
struct Extension {
    PDEVICE_OBJECT below;
    UNICODE_STRING link;
    PIRP pending;
    int creates, cleanups, closes, starts, removes, cancels;
    char16_t name[64];
    UCHAR minors[64];
    unsigned minor_count;
    bool refuse_remove;
};

/// The device the test driver made last; tests run one at a time.
PDEVICE_OBJECT device;

Extension &extension_of(PDEVICE_OBJECT object) {
    return *static_cast<Extension *>(object->DeviceExtension);
}

NTSTATUS complete(PIRP irp, NTSTATUS status, ULONG_PTR information = 0) {
    irp->IoStatus.Status = status;
    irp->IoStatus.Information = information;
    IofCompleteRequest(irp, IO_NO_INCREMENT);
    return status;
}

void NTAPI cancel(PDEVICE_OBJECT object, PIRP irp) {
    IoReleaseCancelSpinLock(irp->CancelIrql);
    ++extension_of(object).cancels;
    extension_of(object).pending = nullptr;
    complete(irp, STATUS_CANCELLED);
}

NTSTATUS NTAPI create(PDEVICE_OBJECT object, PIRP irp) {
    auto &extension = extension_of(object);
    ++extension.creates;
    const auto *file = IoGetCurrentIrpStackLocation(irp)->FileObject;
    std::memset(extension.name, 0, sizeof extension.name);
    if (file->FileName.Length)
        std::memcpy(extension.name, file->FileName.Buffer,
                    std::min<std::size_t>(file->FileName.Length, 126));
    if (std::u16string_view(extension.name) == u"\\refuse")
        return complete(irp, STATUS_NO_MATCH);
    return complete(irp, STATUS_SUCCESS);
}

NTSTATUS NTAPI cleanup(PDEVICE_OBJECT object, PIRP irp) {
    ++extension_of(object).cleanups;
    return complete(irp, STATUS_SUCCESS);
}

NTSTATUS NTAPI close(PDEVICE_OBJECT object, PIRP irp) {
    ++extension_of(object).closes;
    return complete(irp, STATUS_SUCCESS);
}

NTSTATUS NTAPI control(PDEVICE_OBJECT object, PIRP irp) {
    auto &extension = extension_of(object);
    const auto &asked = IoGetCurrentIrpStackLocation(irp)->Parameters.DeviceIoControl;
    auto *bytes = static_cast<UCHAR *>(irp->AssociatedIrp.SystemBuffer);
    switch (asked.IoControlCode) {
    case buffered_any:
    case buffered_write:
        for (ULONG i = 0; i < asked.InputBufferLength; ++i)
            bytes[i] = static_cast<UCHAR>(~bytes[i]);
        return complete(irp, STATUS_SUCCESS, asked.OutputBufferLength);
    case overflow_warning:
        bytes[0] = 0x5a;
        return complete(irp, STATUS_BUFFER_OVERFLOW, 1);
    case direct_out:
        std::memset(MmGetSystemAddressForMdlSafe(irp->MdlAddress, NormalPagePriority), 0x77,
                    asked.OutputBufferLength);
        return complete(irp, STATUS_SUCCESS, asked.OutputBufferLength);
    case pend:
        IoMarkIrpPending(irp);
        extension.pending = irp;
        (void)IoSetCancelRoutine(irp, cancel);
        return STATUS_PENDING;
    case park: // pends without a cancel routine, until cleanup
        IoMarkIrpPending(irp);
        extension.pending = irp;
        return STATUS_PENDING;
    case finish_pending: {
        auto *waiting = std::exchange(extension.pending, nullptr);
        if (!waiting || (waiting->CancelRoutine && !IoSetCancelRoutine(waiting, nullptr)))
            return complete(irp, STATUS_NOT_FOUND);
        *static_cast<UCHAR *>(waiting->AssociatedIrp.SystemBuffer) = 0x42;
        complete(waiting, STATUS_SUCCESS, 1);
        return complete(irp, STATUS_SUCCESS);
    }
    case complete_twice:
        // Held back by the completion routine below, so that the memory is still an IRP.
        complete(irp, STATUS_SUCCESS);
        return complete(irp, STATUS_SUCCESS);
    case complete_pending_status:
        return complete(irp, STATUS_PENDING);
    default:
        return complete(irp, STATUS_INVALID_DEVICE_REQUEST);
    }
}

NTSTATUS NTAPI pnp(PDEVICE_OBJECT object, PIRP irp) {
    auto &extension = extension_of(object);
    const auto minor = IoGetCurrentIrpStackLocation(irp)->MinorFunction;
    if (extension.minor_count < sizeof extension.minors)
        extension.minors[extension.minor_count++] = minor;
    auto *below = extension.below;
    switch (minor) {
    case IRP_MN_START_DEVICE: {
        if (!IoForwardIrpSynchronously(below, irp) || !NT_SUCCESS(irp->IoStatus.Status))
            return complete(irp, irp->IoStatus.Status);
        ++extension.starts;
        IoSetDeviceInterfaceState(&extension.link, TRUE);
        return complete(irp, STATUS_SUCCESS);
    }
    case IRP_MN_QUERY_REMOVE_DEVICE:
        if (extension.refuse_remove)
            return complete(irp, STATUS_UNSUCCESSFUL);
        irp->IoStatus.Status = STATUS_SUCCESS;
        break;
    case IRP_MN_REMOVE_DEVICE: {
        ++extension.removes;
        RtlFreeUnicodeString(&extension.link);
        irp->IoStatus.Status = STATUS_SUCCESS;
        IoSkipCurrentIrpStackLocation(irp);
        const auto status = IofCallDriver(below, irp);
        IoDetachDevice(below);
        IoDeleteDevice(object);
        device = nullptr;
        return status;
    }
    default:
        break;
    }
    IoSkipCurrentIrpStackLocation(irp);
    return IofCallDriver(below, irp);
}

NTSTATUS NTAPI power(PDEVICE_OBJECT object, PIRP irp) {
    IoSkipCurrentIrpStackLocation(irp);
    return PoCallDriver(extension_of(object).below, irp);
}

NTSTATUS NTAPI add_device(PDRIVER_OBJECT driver, PDEVICE_OBJECT physical) {
    PDEVICE_OBJECT made;
    auto status =
        IoCreateDevice(driver, sizeof(Extension), nullptr, FILE_DEVICE_UNKNOWN, 0, FALSE, &made);
    if (!NT_SUCCESS(status))
        return status;
    auto &extension = extension_of(made);
    status = IoRegisterDeviceInterface(physical, &test_interface, nullptr, &extension.link);
    EXPECT_TRUE(NT_SUCCESS(status));
    extension.below = IoAttachDeviceToDeviceStack(made, physical);
    made->Flags &= ~DO_DEVICE_INITIALIZING;
    device = made;
    return extension.below ? STATUS_SUCCESS : STATUS_NO_SUCH_DEVICE;
}

bool unloaded;
void NTAPI unload(PDRIVER_OBJECT) {
    unloaded = true;
}

NTSTATUS NTAPI driver_entry(PDRIVER_OBJECT driver, PUNICODE_STRING path) {
    EXPECT_EQ(KeGetCurrentIrql(), PASSIVE_LEVEL);
    EXPECT_EQ(ke::current_thread().kind, ke::ThreadKind::system);
    EXPECT_NE(std::u16string_view(reinterpret_cast<char16_t *>(path->Buffer), path->Length / 2)
                  .find(u"Services\\testdrv"),
              std::u16string_view::npos);
    driver->MajorFunction[IRP_MJ_CREATE] = create;
    driver->MajorFunction[IRP_MJ_CLEANUP] = cleanup;
    driver->MajorFunction[IRP_MJ_CLOSE] = close;
    driver->MajorFunction[IRP_MJ_DEVICE_CONTROL] = control;
    driver->MajorFunction[IRP_MJ_PNP] = pnp;
    driver->MajorFunction[IRP_MJ_POWER] = power;
    driver->DriverExtension->AddDevice = add_device;
    driver->DriverUnload = unload;
    return STATUS_SUCCESS;
}

class IoTest : public testing::TestWithParam<TimeMode> {
  protected:
    void SetUp() override {
        KernelOptions options;
        options.time = GetParam();
        kernel = std::move(Kernel::create(std::move(options)).value());
        unloaded = false;
        device = nullptr;
        run([&] {
            driver = kernel->io()
                         .load_driver({.service_name = u"testdrv", .entry = driver_entry})
                         .value();
            DeviceFacts facts;
            facts.hardware_ids = {u"ROOT\\Test"};
            facts.description = u"Test device";
            node = kernel->io().pnp().add_device(driver, facts).value();
        });
    }
    void run(const std::function<void()> &work) {
        ASSERT_EQ(kernel->scheduler().call(work), ke::CallOutcome::done)
            << kernel->bug_check().facts().reason.data();
    }
    /// Runs on a thread of a client of its own and waits for it; then runs the client down.
    void as_client(const std::function<void()> &work) {
        run([&] {
            client = kernel->extension<ps::Processes>().create("client").value();
            auto *thread = start_client(work);
            KeWaitForSingleObject(thread, Executive, KernelMode, FALSE, nullptr);
            kernel->objects().dereference(thread);
            end_client();
        });
    }
    ke::ThreadBody *start_client(const std::function<void()> &work) {
        return kernel->scheduler()
            .create_thread({.name = "client",
                            .kind = ke::ThreadKind::client,
                            .entry = work,
                            .process = client->body})
            .value()
            ->body;
    }
    void end_client() {
        auto *body = client->body;
        kernel->extension<ps::Processes>().run_down(*client, STATUS_SUCCESS);
        EXPECT_EQ(kernel->objects().open_handles(body), 0u);
        kernel->objects().dereference(body);
        client = nullptr;
    }
    HANDLE open(std::u16string_view rest = {}, ACCESS_MASK access = GENERIC_READ | GENERIC_WRITE,
                ULONG options = 0) {
        auto list = user::interfaces(to_guid(test_interface));
        EXPECT_EQ(list.size(), 1u);
        auto opened = user::open(
            {.name = list.at(0).path + std::u16string(rest), .access = access, .options = options});
        EXPECT_TRUE(opened) << std::hex << opened.error().value();
        return opened.value_or(nullptr);
    }

    std::unique_ptr<Kernel> kernel;
    PDRIVER_OBJECT driver = nullptr;
    DeviceNode *node = nullptr;
    ps::Process *client = nullptr;
};

TEST_P(IoTest, StartsTheStackAsWindowsDoes) {
    const auto &extension = extension_of(device);
    ASSERT_GE(extension.minor_count, 2u);
    EXPECT_EQ(extension.minors[0], IRP_MN_FILTER_RESOURCE_REQUIREMENTS);
    EXPECT_EQ(extension.minors[1], IRP_MN_START_DEVICE);
    EXPECT_EQ(node->state, DeviceState::started);
    EXPECT_EQ(node->instance_path, u"ROOT\\MEDIA\\0000");
    EXPECT_EQ(device->StackSize, 2);
}

TEST_P(IoTest, RemovesAndUnloads) {
    run([&] {
        auto gone = kernel->io().unload_driver(driver);
        EXPECT_TRUE(gone) << std::hex << gone.error().value();
        EXPECT_TRUE(unloaded);
        EXPECT_EQ(device, nullptr);
        EXPECT_TRUE(kernel->io().pnp().nodes().empty());
    });
}

TEST_P(IoTest, RefusedRemovalIsCancelled) {
    run([&] {
        extension_of(device).refuse_remove = true;
        auto removed = kernel->io().pnp().remove(*node);
        ASSERT_FALSE(removed);
        EXPECT_EQ(removed.error(), Status(STATUS_UNSUCCESSFUL));
        const auto &extension = extension_of(device);
        EXPECT_EQ(extension.minors[extension.minor_count - 1], IRP_MN_CANCEL_REMOVE_DEVICE);
    });
}

TEST_P(IoTest, OpenFileKeepsTheDevice) {
    as_client([&] {
        auto handle = open();
        // The removal runs on a system thread.
        auto removed = kernel->io().pnp().remove(*node);
        ASSERT_FALSE(removed);
        EXPECT_EQ(removed.error(), Status(STATUS_DEVICE_BUSY));
        EXPECT_EQ(user::close(handle), STATUS_SUCCESS);
        EXPECT_TRUE(kernel->io().pnp().remove(*node));
    });
}

TEST_P(IoTest, SurpriseRemovalWaitsForTheLastFile) {
    as_client([&] {
        auto handle = open();
        EXPECT_TRUE(kernel->io().pnp().surprise_remove(*node));
        EXPECT_NE(device, nullptr);
        EXPECT_TRUE(user::interfaces(to_guid(test_interface)).empty());
        EXPECT_EQ(user::close(handle), STATUS_SUCCESS);
        EXPECT_EQ(device, nullptr);
    });
}

TEST_P(IoTest, OpensAndClosesWithOneIrpEach) {
    as_client([&] {
        auto &extension = extension_of(device);
        auto handle = open(u"\\wave");
        EXPECT_EQ(extension.creates, 1);
        EXPECT_EQ(std::u16string_view(extension.name), u"\\wave");
        auto second = user::duplicate(handle, 0, true);
        ASSERT_TRUE(second);
        EXPECT_EQ(user::close(handle), STATUS_SUCCESS);
        EXPECT_EQ(extension.cleanups, 0);
        EXPECT_EQ(user::close(*second), STATUS_SUCCESS);
        EXPECT_EQ(extension.cleanups, 1);
        EXPECT_EQ(extension.closes, 1);
        EXPECT_EQ(user::close(*second), STATUS_INVALID_HANDLE);
    });
}

TEST_P(IoTest, RelativeOpenCarriesBytesAndHoldsItsParent) {
    as_client([&] {
        auto &extension = extension_of(device);
        auto parent = open();
        const char16_t bytes[] = {u'{', 0, 0xd800, u'\\', 7};
        auto child = user::open({.root = parent, .name = {bytes, 5}, .access = GENERIC_READ});
        ASSERT_TRUE(child);
        EXPECT_EQ(std::memcmp(extension.name, bytes, sizeof bytes), 0);
        EXPECT_EQ(user::close(parent), STATUS_SUCCESS);
        EXPECT_EQ(extension.cleanups, 1);
        EXPECT_EQ(extension.closes, 0);
        EXPECT_EQ(user::close(*child), STATUS_SUCCESS);
        EXPECT_EQ(extension.closes, 2);
    });
}

TEST_P(IoTest, RefusedOpenSendsNothingElse) {
    as_client([&] {
        auto &extension = extension_of(device);
        const auto path = user::interfaces(to_guid(test_interface)).at(0).path;
        auto opened = user::open({.name = path + u"\\refuse", .access = GENERIC_READ});
        ASSERT_FALSE(opened);
        EXPECT_EQ(opened.error(), Status(STATUS_NO_MATCH));
        EXPECT_EQ(extension.creates, 1);
        EXPECT_EQ(extension.cleanups + extension.closes, 0);
        auto missing = user::open({.name = u"\\\\?\\ROOT#NOPE", .access = GENERIC_READ});
        EXPECT_EQ(missing.error(), Status(STATUS_OBJECT_NAME_NOT_FOUND));
    });
}

/// Client memory of a request: input and output, status block, at fixed places.
struct ClientBlock {
    IO_STATUS_BLOCK status;
    UCHAR bytes[64];
};

TEST_P(IoTest, BufferedControlCopiesBothWays) {
    as_client([&] {
        auto *block = reinterpret_cast<ClientBlock *>(client->allocate(4096).value());
        auto handle = open();
        block->bytes[0] = 0x0f;
        const ControlParameters asked{.file = handle,
                                      .code = buffered_any,
                                      .input = block->bytes,
                                      .input_bytes = 4,
                                      .output = block->bytes + 8,
                                      .output_bytes = 4};
        EXPECT_EQ(user::device_io_control(asked, {.status_block = &block->status}), STATUS_SUCCESS);
        EXPECT_EQ(block->bytes[8], 0xf0);
        EXPECT_EQ(block->bytes[9], 0xff);
        EXPECT_EQ(block->status.Information, 4u);
        auto warned = asked;
        warned.code = overflow_warning;
        EXPECT_EQ(user::device_io_control(warned, {.status_block = &block->status}),
                  STATUS_BUFFER_OVERFLOW);
        EXPECT_EQ(block->bytes[8], 0x5a);
        EXPECT_EQ(block->status.Status, STATUS_BUFFER_OVERFLOW);
    });
}

TEST_P(IoTest, DirectControlWritesClientPages) {
    as_client([&] {
        auto *block = reinterpret_cast<ClientBlock *>(client->allocate(4096).value());
        auto handle = open();
        EXPECT_EQ(
            user::device_io_control(
                {.file = handle, .code = direct_out, .output = block->bytes, .output_bytes = 64},
                {.status_block = &block->status}),
            STATUS_SUCCESS);
        EXPECT_EQ(block->bytes[63], 0x77);
    });
}

TEST_P(IoTest, AccessBitsAndAddressesAreCheckedBeforeAnyIrp) {
    as_client([&] {
        auto *block = reinterpret_cast<ClientBlock *>(client->allocate(4096).value());
        auto reader = open({}, GENERIC_READ);
        ControlParameters asked{
            .file = reader, .code = buffered_write, .input = block->bytes, .input_bytes = 4};
        block->status.Status = 0x1234;
        const Completion completion{.status_block = &block->status};
        EXPECT_EQ(user::device_io_control(asked, completion), STATUS_ACCESS_DENIED);
        EXPECT_EQ(block->status.Status, 0x1234);
        asked.code = buffered_any;
        UCHAR host[4]{};
        asked.input = host;
        EXPECT_EQ(user::device_io_control(asked, completion), STATUS_ACCESS_VIOLATION);
        asked.input = block->bytes;
        EXPECT_EQ(user::device_io_control(
                      asked, {.status_block = reinterpret_cast<IO_STATUS_BLOCK *>(host)}),
                  STATUS_ACCESS_VIOLATION);
        asked.code = CTL_CODE(FILE_DEVICE_UNKNOWN, 0x8ff, METHOD_BUFFERED, FILE_ANY_ACCESS);
        EXPECT_EQ(user::device_io_control(asked, completion), STATUS_INVALID_DEVICE_REQUEST);
        EXPECT_EQ(block->status.Status, 0x1234); // an error at once is told by the return value
    });
}

TEST_P(IoTest, PendingRequestSignalsItsEvent) {
    as_client([&] {
        auto *block = reinterpret_cast<ClientBlock *>(client->allocate(4096).value());
        auto handle = open();
        auto event = user::create_event(true, true).value();
        LARGE_INTEGER now{};
        EXPECT_EQ(user::device_io_control(
                      {.file = handle, .code = pend, .output = block->bytes, .output_bytes = 1},
                      {.status_block = &block->status, .event = event}),
                  STATUS_PENDING);
        EXPECT_EQ(user::wait(event, &now), STATUS_TIMEOUT);
        EXPECT_EQ(
            user::device_io_control_and_wait({.file = handle, .code = finish_pending}, nullptr),
            STATUS_SUCCESS);
        EXPECT_EQ(user::wait(event, nullptr), STATUS_SUCCESS);
        EXPECT_EQ(block->status.Status, STATUS_SUCCESS);
        EXPECT_EQ(block->bytes[0], 0x42);
    });
}

TEST_P(IoTest, WhoIsToldOfTheEndMayCloseTheFile) {
    as_client([&] {
        auto *block = reinterpret_cast<ClientBlock *>(client->allocate(4096).value());
        struct Told {
            HANDLE file;
            int closes_before, closes_after;
        } told{open(), -1, -1};
        auto other = open();
        const auto close_at_once = [](void *context, NTSTATUS, ULONG_PTR) {
            auto &told = *static_cast<Told *>(context);
            told.closes_before = extension_of(device).closes;
            EXPECT_EQ(user::close(told.file), STATUS_SUCCESS);
            told.closes_after = extension_of(device).closes;
        };
        EXPECT_EQ(user::device_io_control(
                      {.file = told.file, .code = pend, .output = block->bytes, .output_bytes = 1},
                      {.status_block = &block->status, .routine = close_at_once, .context = &told}),
                  STATUS_PENDING);
        EXPECT_EQ(
            user::device_io_control_and_wait({.file = other, .code = finish_pending}, nullptr),
            STATUS_SUCCESS);
        EXPECT_EQ(told.closes_before, 0);
        EXPECT_EQ(told.closes_after, 1); // the request does not keep the file
    });
}

TEST_P(IoTest, CancelEndsThePendingRequest) {
    as_client([&] {
        auto *block = reinterpret_cast<ClientBlock *>(client->allocate(4096).value());
        auto handle = open();
        auto event = user::create_event(true, false).value();
        EXPECT_EQ(user::cancel(handle, nullptr), STATUS_NOT_FOUND);
        EXPECT_EQ(user::device_io_control(
                      {.file = handle, .code = pend, .output = block->bytes, .output_bytes = 1},
                      {.status_block = &block->status, .event = event}),
                  STATUS_PENDING);
        EXPECT_EQ(user::cancel(handle, &block->status), STATUS_SUCCESS);
        EXPECT_EQ(user::wait(event, nullptr), STATUS_SUCCESS);
        EXPECT_EQ(block->status.Status, STATUS_CANCELLED);
        EXPECT_EQ(extension_of(device).cancels, 1);
    });
}

TEST_P(IoTest, RundownCancelsAndCloses) {
    as_client([&] {
        auto *block = reinterpret_cast<ClientBlock *>(client->allocate(4096).value());
        auto handle = open();
        EXPECT_EQ(user::device_io_control(
                      {.file = handle, .code = pend, .output = block->bytes, .output_bytes = 1},
                      {.status_block = &block->status}),
                  STATUS_PENDING);
        // Thread exit cancels it; the handle stays for the process's rundown.
    });
    EXPECT_EQ(extension_of(device).cancels, 1);
    EXPECT_EQ(extension_of(device).closes, 1);
}

TEST_P(IoTest, RundownWakesABlockedThread) {
    run([&] {
        client = kernel->extension<ps::Processes>().create("client").value();
        NTSTATUS status = 0, after = 0;
        auto *thread = start_client([&] {
            auto *block = reinterpret_cast<ClientBlock *>(client->allocate(4096).value());
            auto handle = open({}, GENERIC_READ, FILE_SYNCHRONOUS_IO_NONALERT);
            status = user::device_io_control(
                {.file = handle, .code = pend, .output = block->bytes, .output_bytes = 1},
                {.status_block = &block->status});
            after = user::device_io_control({.file = handle, .code = buffered_any},
                                            {.status_block = &block->status});
        });
        LARGE_INTEGER delay;
        delay.QuadPart = -500'000;
        KeDelayExecutionThread(KernelMode, FALSE, &delay);
        auto *process = client->body; // stays until its thread has left it
        kernel->objects().reference(process);
        end_client();
        KeWaitForSingleObject(thread, Executive, KernelMode, FALSE, nullptr);
        kernel->objects().dereference(thread);
        kernel->objects().dereference(process);
        EXPECT_EQ(status, STATUS_CANCELLED);
        EXPECT_EQ(after, STATUS_PROCESS_IS_TERMINATING);
    });
}

TEST_P(IoTest, CompletionWithPendingStatusIsABugCheck) {
    EXPECT_EQ(kernel->scheduler().call([&] {
        KEVENT event;
        IO_STATUS_BLOCK block;
        KeInitializeEvent(&event, NotificationEvent, FALSE);
        auto *irp = IoBuildDeviceIoControlRequest(complete_pending_status, device, nullptr, 0,
                                                  nullptr, 0, FALSE, &event, &block);
        IofCallDriver(device, irp);
    }),
              ke::CallOutcome::stopped);
    EXPECT_EQ(kernel->bug_check().facts().code, 0xc9u);
    EXPECT_EQ(kernel->bug_check().facts().parameters[0], 6u);
}

TEST_P(IoTest, TooFewStackLocationsIsABugCheck) {
    EXPECT_EQ(kernel->scheduler().call([&] {
        auto *irp = IoAllocateIrp(1, FALSE); // the stack has two devices
        IoGetNextIrpStackLocation(irp)->MajorFunction = IRP_MJ_POWER;
        IoSetNextIrpStackLocation(irp);
        IofCallDriver(device, irp);
    }),
              ke::CallOutcome::stopped);
    EXPECT_EQ(kernel->bug_check().facts().code, 0x35u);
}

NTSTATUS NTAPI keep(PDEVICE_OBJECT, PIRP, PVOID context) {
    ++*static_cast<int *>(context);
    return STATUS_MORE_PROCESSING_REQUIRED;
}

TEST_P(IoTest, CompletionRoutineKeepsTheIrp) {
    run([&] {
        int calls = 0;
        auto *irp = IoAllocateIrp(device->StackSize, FALSE);
        auto *stack = IoGetNextIrpStackLocation(irp);
        stack->MajorFunction = IRP_MJ_DEVICE_CONTROL;
        stack->Parameters.DeviceIoControl.IoControlCode = buffered_any;
        IoSetCompletionRoutine(irp, keep, &calls, TRUE, TRUE, TRUE);
        EXPECT_EQ(IofCallDriver(device, irp), STATUS_SUCCESS);
        EXPECT_EQ(calls, 1);
        IoReuseIrp(irp, STATUS_SUCCESS);
        EXPECT_EQ(irp->CurrentLocation, irp->StackCount + 1);
        IoFreeIrp(irp);
    });
}

TEST_P(IoTest, SecondCompletionIsABugCheck) {
    EXPECT_EQ(kernel->scheduler().call([&] {
        int calls = 0;
        auto *irp = IoAllocateIrp(device->StackSize, FALSE);
        auto *stack = IoGetNextIrpStackLocation(irp);
        stack->MajorFunction = IRP_MJ_DEVICE_CONTROL;
        stack->Parameters.DeviceIoControl.IoControlCode = complete_twice;
        IoSetCompletionRoutine(irp, keep, &calls, TRUE, TRUE, TRUE);
        IofCallDriver(device, irp);
    }),
              ke::CallOutcome::stopped);
    EXPECT_EQ(kernel->bug_check().facts().code, 0x44u);
}

TEST_P(IoTest, SystemPowerTransitionReachesTheBottom) {
    run([&] {
        EXPECT_TRUE(kernel->io().pnp().set_system_power(PowerSystemSleeping3));
        EXPECT_EQ(node->system_power, PowerSystemSleeping3);
        EXPECT_TRUE(kernel->io().pnp().set_system_power(PowerSystemWorking));
        EXPECT_EQ(node->system_power, PowerSystemWorking);
    });
}

INSTANTIATE_TEST_SUITE_P(BothModes, IoTest,
                         testing::Values(TimeMode::simulated, TimeMode::realtime),
                         [](const auto &info) {
                             return info.param == TimeMode::simulated ? "simulated" : "realtime";
                         });

} // namespace
} // namespace ksbox::io
