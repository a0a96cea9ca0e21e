// Kernel clients of a pin: KsStreamIo and its kin.
#include "ks/stream/stream_fixture.h"

namespace ksbox::ks::test {
namespace {

class StreamIo : public StreamTest {
  protected:
    PFILE_OBJECT file_of(HANDLE handle) {
        PVOID file = nullptr;
        EXPECT_EQ(ObReferenceObjectByHandle(handle, 0, nullptr, UserMode, &file, nullptr),
                  STATUS_SUCCESS);
        return static_cast<PFILE_OBJECT>(file);
    }
    struct Request {
        KSSTREAM_HEADER header{};
        UCHAR data[32]{};
        Request(ULONG used) {
            header.Size = sizeof header;
            header.FrameExtent = sizeof data;
            header.DataUsed = used;
        }
    };
    /// Kernel clients keep headers and data in nonpaged pool.
    Request *make(ULONG used) {
        auto *const request =
            new (ExAllocatePoolWithTag(NonPagedPool, sizeof(Request), 'tset')) Request(used);
        request->header.Data = request->data;
        return request;
    }
};

int completions;
NTSTATUS NTAPI completed(PDEVICE_OBJECT, PIRP, PVOID context) {
    ++completions;
    EXPECT_EQ(context, &completions);
    return STATUS_SUCCESS;
}

TEST_P(StreamIo, AKernelClientWritesAndReads) {
    completions = 0;
    driver.process = [](PKSPIN pin) {
        PKSSTREAM_POINTER const pointer =
            KsPinGetLeadingEdgeStreamPointer(pin, KSSTREAM_POINTER_STATE_LOCKED);
        if (!pointer)
            return STATUS_PENDING;
        if (pin->DataFlow == KSPIN_DATAFLOW_IN) {
            EXPECT_EQ(pointer->OffsetIn.Data[7], 9);
        } else {
            std::memset(pointer->OffsetOut.Data, 5, 20);
            pointer->StreamHeader->DataUsed = 20;
        }
        KsStreamPointerUnlock(pointer, TRUE);
        return STATUS_SUCCESS;
    };
    start();
    run([&] {
        HANDLE const in = create_pin(filter, sink_pin), out = create_pin(filter, capture_pin);
        set_state(in, KSSTATE_RUN);
        set_state(out, KSSTATE_RUN);
        PFILE_OBJECT const sink = file_of(in), capture = file_of(out);
        Request *const written = make(8), *const read = make(0);
        written->data[7] = 9;
        IO_STATUS_BLOCK block{};
        EXPECT_EQ(KsStreamIo(sink, nullptr, nullptr, completed, &completions,
                             KSCOMPLETION_INVOCATION(KsInvokeOnSuccess | KsInvokeOnError), &block,
                             &written->header, sizeof written->header,
                             KSSTREAM_WRITE | KSSTREAM_SYNCHRONOUS, KernelMode),
                  STATUS_PENDING);
        KeWaitForSingleObject(&sink->Event, Executive, KernelMode, FALSE, nullptr);
        EXPECT_EQ(block.Status, STATUS_SUCCESS);
        EXPECT_EQ(block.Information, 8u);
        EXPECT_EQ(completions, 1);
        EXPECT_EQ(KsStreamIo(capture, nullptr, nullptr, nullptr, nullptr, KsInvokeOnSuccess, &block,
                             &read->header, sizeof read->header,
                             KSSTREAM_READ | KSSTREAM_SYNCHRONOUS, KernelMode),
                  STATUS_SUCCESS);
        EXPECT_EQ(read->header.DataUsed, 20u);
        EXPECT_EQ(read->data[19], 5);
        EXPECT_EQ(read->data[20], 0);
        ExFreePoolWithTag(written, 'tset');
        ExFreePoolWithTag(read, 'tset');
        ObDereferenceObject(sink);
        ObDereferenceObject(capture);
        driver.process = nullptr;
    });
}

TEST_P(StreamIo, PinsHaveNoBytesToReadOrWriteAndNoFileInformation) {
    start();
    run([&] {
        PFILE_OBJECT const file = file_of(create_pin(filter, sink_pin));
        IO_STATUS_BLOCK block{};
        auto *const bytes = static_cast<UCHAR *>(ExAllocatePoolWithTag(NonPagedPool, 16, 'tset'));
        EXPECT_EQ(KsReadFile(file, nullptr, nullptr, &block, bytes, 16, 0, KernelMode),
                  STATUS_INVALID_DEVICE_REQUEST);
        EXPECT_EQ(KsWriteFile(file, nullptr, nullptr, &block, bytes, 16, 0, KernelMode),
                  STATUS_INVALID_DEVICE_REQUEST);
        EXPECT_FALSE(NT_SUCCESS(KsQueryInformationFile(file, bytes, 16, FileStandardInformation)));
        EXPECT_FALSE(NT_SUCCESS(KsSetInformationFile(file, bytes, 16, FilePositionInformation)));
        ExFreePoolWithTag(bytes, 'tset');
        ObDereferenceObject(file);
    });
}

INSTANTIATE_TEST_SUITE_P(Time, StreamIo, testing::Values(TimeMode::simulated, TimeMode::realtime),
                         [](const auto &info) {
                             return info.param == TimeMode::simulated ? "simulated" : "realtime";
                         });

} // namespace
} // namespace ksbox::ks::test
