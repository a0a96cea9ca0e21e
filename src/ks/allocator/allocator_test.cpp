// Allocator file objects, and what a pipe does with them and with injected frames.
#include "ks/stream/stream_fixture.h"

namespace ksbox::ks::test {
namespace {

class Allocator : public StreamTest {
  protected:
    HANDLE create_allocator(HANDLE pin, ULONG frames, ULONG bytes,
                            ULONG options = KSALLOCATOR_OPTIONF_SYSTEM_MEMORY,
                            NTSTATUS *status = nullptr) {
        KSALLOCATOR_FRAMING framing{};
        framing.OptionsFlags = options;
        framing.PoolType = NonPagedPool;
        framing.Frames = frames;
        framing.FrameSize = bytes;
        std::u16string name = u"{642F5D00-4791-11D0-A5D6-28DB04C10000}\\";
        name.append(reinterpret_cast<const char16_t *>(&framing),
                    sizeof framing / sizeof(char16_t));
        return open_below(pin, name, status);
    }
    NTSTATUS method(HANDLE allocator, ULONG id, ULONG flags, PVOID *frame) {
        return control(allocator, IOCTL_KS_METHOD,
                       KSMETHOD{{{KSMETHODSETID_StreamAllocator, id, flags}}}, frame,
                       sizeof *frame);
    }
    NTSTATUS allocate(HANDLE allocator, PVOID *frame) {
        return method(allocator, KSMETHOD_STREAMALLOCATOR_ALLOC, KSMETHOD_TYPE_WRITE, frame);
    }
    NTSTATUS free(HANDLE allocator, PVOID frame) {
        return method(allocator, KSMETHOD_STREAMALLOCATOR_FREE, KSMETHOD_TYPE_READ, &frame);
    }
    ULONG allocated(HANDLE allocator) {
        KSSTREAMALLOCATOR_STATUS status{};
        EXPECT_EQ(property(allocator, KSPROPSETID_StreamAllocator,
                           KSPROPERTY_STREAMALLOCATOR_STATUS, KSPROPERTY_TYPE_GET, &status,
                           sizeof status),
                  STATUS_SUCCESS);
        return status.AllocatedFrames;
    }
};

TEST_P(Allocator, I9_FramesAreRecycled) {
    start();
    run([&] {
        HANDLE const allocator = create_allocator(create_pin(filter, sink_pin), 2, 100);
        ASSERT_NE(allocator, nullptr);
        PVOID first = nullptr, second = nullptr, third = nullptr;
        EXPECT_EQ(allocate(allocator, &first), STATUS_SUCCESS);
        EXPECT_EQ(allocate(allocator, &second), STATUS_SUCCESS);
        EXPECT_NE(first, second);
        EXPECT_EQ(allocated(allocator), 2u);
        EXPECT_EQ(free(allocator, first), STATUS_SUCCESS);
        EXPECT_EQ(allocated(allocator), 1u);
        EXPECT_EQ(allocate(allocator, &third), STATUS_SUCCESS);
        EXPECT_EQ(third, first);
        EXPECT_EQ(free(allocator, second), STATUS_SUCCESS);
        EXPECT_EQ(free(allocator, third), STATUS_SUCCESS);
    });
}

TEST_P(Allocator, I9_TheDefaultAllocatorIsSystemMemory) {
    start();
    run([&] {
        NTSTATUS status;
        HANDLE const pin = create_pin(filter, sink_pin);
        EXPECT_EQ(create_allocator(pin, 2, 100, 0, &status), nullptr);
        EXPECT_EQ(status, STATUS_INVALID_PARAMETER);
        EXPECT_EQ(create_allocator(pin, 0, 100, KSALLOCATOR_OPTIONF_SYSTEM_MEMORY, &status),
                  nullptr);
        EXPECT_EQ(status, STATUS_INVALID_PARAMETER);
    });
}

TEST_P(Allocator, I11_APipeTakesItsFramesFromTheAssignedAllocator) {
    ULONG extent = 0;
    driver.process = [&](PKSPIN pin) {
        if (PKSSTREAM_POINTER const pointer =
                KsPinGetLeadingEdgeStreamPointer(pin, KSSTREAM_POINTER_STATE_LOCKED)) {
            if (pin->Id == source_pin)
                extent = pointer->StreamHeader->FrameExtent;
            KsStreamPointerUnlock(pointer, FALSE);
        }
        return STATUS_PENDING;
    };
    start();
    run([&] {
        HANDLE const source = create_pin(filter, source_pin);
        HANDLE const sink = create_pin(filter, sink_pin, source);
        HANDLE allocator = create_allocator(sink, 3, 200);
        ASSERT_NE(allocator, nullptr);
        EXPECT_EQ(property(source, KSPROPSETID_Stream, KSPROPERTY_STREAM_ALLOCATOR,
                           KSPROPERTY_TYPE_SET, &allocator, sizeof allocator),
                  STATUS_SUCCESS);
        set_state(sink, KSSTATE_RUN);
        EXPECT_EQ(set_state(source, KSSTATE_RUN), STATUS_SUCCESS);
        EXPECT_EQ(allocated(allocator), 3u);
        EXPECT_EQ(extent, 200u);
        EXPECT_EQ(set_state(source, KSSTATE_STOP), STATUS_SUCCESS);
        EXPECT_EQ(allocated(allocator), 0u);
        driver.process = nullptr;
    });
}

struct Returned {
    PVOID data = nullptr, context = nullptr;
    ULONG size = 0;
    NTSTATUS status = STATUS_PENDING;
    int calls = 0;
} returned;
void NTAPI frame_returned(PKSPIN, PVOID data, ULONG size, PMDL, PVOID context, NTSTATUS status) {
    returned = {data, context, size, status, returned.calls + 1};
}

TEST_P(Allocator, C12_InjectedFramesComeBackToTheMinidriver) {
    returned = {};
    std::vector<UCHAR> arrived;
    driver.process = [&](PKSPIN pin) {
        PKSSTREAM_POINTER const pointer =
            KsPinGetLeadingEdgeStreamPointer(pin, KSSTREAM_POINTER_STATE_LOCKED);
        if (!pointer)
            return STATUS_PENDING;
        EXPECT_EQ(pin->Id, sink_pin);
        arrived.insert(arrived.end(), pointer->OffsetIn.Data,
                       pointer->OffsetIn.Data + pointer->OffsetIn.Remaining);
        KsStreamPointerUnlock(pointer, TRUE);
        return STATUS_SUCCESS;
    };
    start();
    run([&] {
        HANDLE const source = create_pin(filter, source_pin);
        KsPinRegisterFrameReturnCallback(driver.pins[0], frame_returned);
        HANDLE const sink = create_pin(filter, sink_pin, source);
        auto *const data = static_cast<UCHAR *>(ExAllocatePoolWithTag(NonPagedPool, 8, 'tset'));
        std::memcpy(data, "injected", 8);
        EXPECT_EQ(KsPinSubmitFrame(driver.pins[0], data, 8, nullptr, &arrived),
                  STATUS_INVALID_DEVICE_STATE);
        set_state(sink, KSSTATE_RUN);
        set_state(source, KSSTATE_RUN);
        EXPECT_EQ(KsPinSubmitFrame(driver.pins[0], data, 0, nullptr, nullptr),
                  STATUS_INVALID_PARAMETER);
        EXPECT_EQ(KsPinSubmitFrame(driver.pins[0], data, 8, nullptr, &arrived), STATUS_SUCCESS);
        EXPECT_EQ(std::string(arrived.begin(), arrived.end()), "injected");
        EXPECT_EQ(returned.calls, 1);
        EXPECT_EQ(returned.data, data);
        EXPECT_EQ(returned.size, 8u);
        EXPECT_EQ(returned.context, &arrived);
        EXPECT_EQ(returned.status, STATUS_SUCCESS);
        PMDL const mdl = IoAllocateMdl(data, 8, FALSE, FALSE, nullptr);
        MmBuildMdlForNonPagedPool(mdl);
        EXPECT_EQ(KsPinSubmitFrameMdl(driver.pins[0], mdl, nullptr, nullptr), STATUS_SUCCESS);
        EXPECT_EQ(returned.calls, 2);
        EXPECT_EQ(arrived.size(), 16u);
        IoFreeMdl(mdl);
        ExFreePoolWithTag(data, 'tset');
        driver.process = nullptr;
    });
}

INSTANTIATE_TEST_SUITE_P(Time, Allocator, testing::Values(TimeMode::simulated, TimeMode::realtime),
                         [](const auto &info) {
                             return info.param == TimeMode::simulated ? "simulated" : "realtime";
                         });

} // namespace
} // namespace ksbox::ks::test
