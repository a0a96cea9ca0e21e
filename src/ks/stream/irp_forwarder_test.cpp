// A source pin connected to a driver that speaks KS without AVStream: frames go by IoCallDriver.
#include "ks/stream/stream_fixture.h"

#include <numeric>

namespace ksbox::ks::test {
namespace {

/// What the plain driver sees.
struct Plain {
    PDEVICE_OBJECT device = nullptr;
    std::vector<UCHAR> written;
    int writes = 0, reads = 0;
    UCHAR next = 0;
} *plain = nullptr;

struct Context {
    KSOBJECT_HEADER header;
};

NTSTATUS complete(PIRP irp, NTSTATUS status, ULONG_PTR information = 0) {
    irp->IoStatus.Status = status;
    irp->IoStatus.Information = information;
    IoCompleteRequest(irp, IO_NO_INCREMENT);
    return status;
}

NTSTATUS NTAPI plain_control(PDEVICE_OBJECT, PIRP irp) {
    const ULONG code = IoGetCurrentIrpStackLocation(irp)->Parameters.DeviceIoControl.IoControlCode;
    const bool write = code == IOCTL_KS_WRITE_STREAM;
    // Headers that are in a system buffer already are left alone (KsProbeStreamIrp).
    if (const NTSTATUS status =
            KsProbeStreamIrp(irp, write ? KSPROBE_STREAMWRITE : KSPROBE_STREAMREAD, 0);
        !NT_SUCCESS(status))
        return complete(irp, status);
    auto &header = *static_cast<KSSTREAM_HEADER *>(irp->AssociatedIrp.SystemBuffer);
    auto *const data = static_cast<UCHAR *>(header.Data);
    if (write) {
        ++plain->writes;
        plain->written.insert(plain->written.end(), data, data + header.DataUsed);
        return complete(irp, STATUS_SUCCESS, header.DataUsed);
    }
    // Ten frames, then the stream is dry.
    if (++plain->reads > 10)
        return complete(irp, STATUS_END_OF_FILE);
    header.DataUsed = header.FrameExtent;
    std::iota(data, data + header.DataUsed, plain->next);
    plain->next = static_cast<UCHAR>(plain->next + header.DataUsed);
    return complete(irp, STATUS_SUCCESS, header.Size);
}
NTSTATUS NTAPI plain_close(PDEVICE_OBJECT, PIRP irp) {
    auto *const context =
        static_cast<Context *>(IoGetCurrentIrpStackLocation(irp)->FileObject->FsContext);
    KsFreeObjectHeader(context->header);
    delete context;
    return complete(irp, STATUS_SUCCESS);
}

const KSDISPATCH_TABLE plain_table = {
    plain_control,
    KsDispatchInvalidDeviceRequest,
    KsDispatchInvalidDeviceRequest,
    KsDispatchInvalidDeviceRequest,
    plain_close,
    KsDispatchInvalidDeviceRequest,
    KsDispatchInvalidDeviceRequest,
    KsDispatchFastIoDeviceControlFailure,
    KsDispatchFastReadFailure,
    KsDispatchFastReadFailure,
};

NTSTATUS NTAPI plain_create(PDEVICE_OBJECT, PIRP irp) {
    auto *const context = new Context;
    const NTSTATUS status = KsAllocateObjectHeader(&context->header, 0, nullptr, irp, &plain_table);
    if (NT_SUCCESS(status))
        IoGetCurrentIrpStackLocation(irp)->FileObject->FsContext = context;
    else
        delete context;
    return complete(irp, status);
}

char16_t class_name[] = u"sink";
char16_t device_name[] = u"\\Device\\Plain", link_name[] = u"\\??\\Plain";
KSOBJECT_CREATE_ITEM items[] = {
    {plain_create, nullptr, {sizeof class_name - 2, sizeof class_name, class_name}, nullptr, 0}};
UNICODE_STRING link{sizeof link_name - 2, sizeof link_name, link_name};

void NTAPI plain_unload(PDRIVER_OBJECT) {
    IoDeleteSymbolicLink(&link);
    KsFreeDeviceHeader(*static_cast<KSDEVICE_HEADER *>(plain->device->DeviceExtension));
    IoDeleteDevice(plain->device);
}

NTSTATUS NTAPI plain_entry(PDRIVER_OBJECT driver, PUNICODE_STRING) {
    driver->DriverUnload = plain_unload;
    for (const ULONG major : {IRP_MJ_CREATE, IRP_MJ_CLOSE, IRP_MJ_DEVICE_CONTROL})
        KsSetMajorFunctionHandler(driver, major);
    UNICODE_STRING name{sizeof device_name - 2, sizeof device_name, device_name};
    NTSTATUS status = IoCreateDevice(driver, sizeof(KSDEVICE_HEADER), &name, FILE_DEVICE_KS, 0,
                                     FALSE, &plain->device);
    if (!NT_SUCCESS(status))
        return status;
    status = KsAllocateDeviceHeader(static_cast<KSDEVICE_HEADER *>(plain->device->DeviceExtension),
                                    1, items);
    plain->device->Flags &= ~DO_DEVICE_INITIALIZING;
    return NT_SUCCESS(status) ? IoCreateSymbolicLink(&link, &name) : status;
}

class PlainPeer : public StreamTest {
  protected:
    Plain state;
    PDRIVER_OBJECT object = nullptr;

    HANDLE open_plain() {
        plain = &state;
        HANDLE handle = nullptr;
        kernel->scheduler().call([&] {
            const auto made = kernel->io().create_driver(u"plain", plain_entry);
            ASSERT_TRUE(made) << std::hex << made.error().value();
            object = *made;
        });
        run([&] {
            const auto opened = io::user::open(
                {.name = u"\\\\?\\Plain\\sink", .access = GENERIC_READ | GENERIC_WRITE});
            ASSERT_TRUE(opened) << std::hex << opened.error().value();
            handle = *opened;
        });
        return handle;
    }
    void TearDown() override {
        run([&] { io::user::close(peer); });
        StreamTest::TearDown();
        kernel->scheduler().call([&] { EXPECT_TRUE(kernel->io().unload_driver(object)); });
    }
    HANDLE peer = nullptr;
};

TEST_P(PlainPeer, C8_FramesGoToAPlainPeerByIrp) {
    UCHAR next = 0;
    int left = 25;
    driver.process = [&](PKSPIN pin) {
        PKSSTREAM_POINTER const pointer =
            KsPinGetLeadingEdgeStreamPointer(pin, KSSTREAM_POINTER_STATE_LOCKED);
        if (!pointer)
            return STATUS_PENDING;
        if (left-- <= 0) {
            KsStreamPointerUnlock(pointer, FALSE);
            return STATUS_PENDING;
        }
        const ULONG bytes = pointer->OffsetOut.Remaining;
        std::iota(pointer->OffsetOut.Data, pointer->OffsetOut.Data + bytes, next);
        next = static_cast<UCHAR>(next + bytes);
        KsStreamPointerAdvanceOffsetsAndUnlock(pointer, 0, bytes, TRUE);
        return STATUS_SUCCESS;
    };
    start();
    peer = open_plain();
    run([&] {
        HANDLE const source = create_pin(filter, source_pin, peer);
        EXPECT_TRUE(driver.pins[0]->ConnectionIsExternal);
        EXPECT_EQ(KsPinGetConnectedPinDeviceObject(driver.pins[0]), state.device);
        EXPECT_EQ(set_state(source, KSSTATE_RUN), STATUS_SUCCESS);
        for (int i = 0; i < 100 && state.writes < 25; ++i)
            sleep_ms(10);
        EXPECT_EQ(state.writes, 25);
        ASSERT_EQ(state.written.size(), 25u * 64);
        for (std::size_t i = 0; i < state.written.size(); ++i)
            ASSERT_EQ(state.written[i], static_cast<UCHAR>(i));
        EXPECT_EQ(set_state(source, KSSTATE_STOP), STATUS_SUCCESS);
        driver.process = nullptr;
        EXPECT_EQ(io::user::close(source), STATUS_SUCCESS);
    });
}

TEST_P(PlainPeer, C8_AFailedReadEndsThePulling) {
    std::vector<UCHAR> arrived;
    driver.process = [&](PKSPIN pin) {
        PKSSTREAM_POINTER const pointer =
            KsPinGetLeadingEdgeStreamPointer(pin, KSSTREAM_POINTER_STATE_LOCKED);
        if (!pointer)
            return STATUS_PENDING;
        arrived.insert(arrived.end(), pointer->OffsetIn.Data,
                       pointer->OffsetIn.Data + pointer->OffsetIn.Remaining);
        KsStreamPointerUnlock(pointer, TRUE);
        return STATUS_SUCCESS;
    };
    start();
    peer = open_plain();
    run([&] {
        HANDLE const puller = create_pin(filter, pull_pin, peer);
        EXPECT_EQ(set_state(puller, KSSTATE_RUN), STATUS_SUCCESS);
        for (int i = 0; i < 100 && arrived.size() < 640; ++i)
            sleep_ms(10);
        ASSERT_EQ(arrived.size(), 640u);
        for (std::size_t i = 0; i < arrived.size(); ++i)
            ASSERT_EQ(arrived[i], static_cast<UCHAR>(i));
        EXPECT_LE(state.reads, 12); // ten good ones, and one for each circulating frame
        driver.process = nullptr;
        EXPECT_EQ(io::user::close(puller), STATUS_SUCCESS);
    });
}

INSTANTIATE_TEST_SUITE_P(Time, PlainPeer, testing::Values(TimeMode::simulated, TimeMode::realtime),
                         [](const auto &info) {
                             return info.param == TimeMode::simulated ? "simulated" : "realtime";
                         });

} // namespace
} // namespace ksbox::ks::test
