// Sections H12 and I9 to I12: allocators, framing, and who gives frames.
#include <gmock/gmock.h>

#include "conformance/clocks_filter.h"

namespace ksbox::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr Guid kernel_paged = *Guid::parse("D833F8F8-7894-11D1-B069-00A0C9062802");

class Allocators : public ClocksFilter {
  protected:
    struct Allocated {
        std::uint32_t status;
        std::uint64_t frame;
    };
    std::vector<std::byte> alloc_request() {
        return identifier(guid_of(KSMETHODSETID_StreamAllocator), KSMETHOD_STREAMALLOCATOR_ALLOC,
                          KSMETHOD_TYPE_WRITE);
    }
    Allocated allocate(const Created &from) {
        const Answer answer =
            send(client, as_handle(from.handle), IOCTL_KS_METHOD, alloc_request(), room(8));
        return {answer.status, answer.as<std::uint64_t>()};
    }
    std::uint32_t free(const Created &to, std::uint64_t frame) {
        return send(client, as_handle(to.handle), IOCTL_KS_METHOD,
                    identifier(guid_of(KSMETHODSETID_StreamAllocator),
                               KSMETHOD_STREAMALLOCATOR_FREE, KSMETHOD_TYPE_READ),
                    bytes_of(frame))
            .status;
    }
    KSSTREAMALLOCATOR_STATUS status(const Created &of) {
        return get_as<KSSTREAMALLOCATOR_STATUS>(of, guid_of(KSPROPSETID_StreamAllocator),
                                                KSPROPERTY_STREAMALLOCATOR_STATUS);
    }
    CLOCKS_CALLS function_calls(const Created &of) {
        return ask<CLOCKS_CALLS>(CLOCKS_FRAME_CALLS, of.handle);
    }
    std::uint32_t set_allocator(const Created &pin, HANDLE allocator) {
        return set_stream(pin, KSPROPERTY_STREAM_ALLOCATOR, allocator);
    }
    /// Connects a source pin to the sink and lets eight frames through; the pins stop again.
    void run_eight(const Created &sink, const Created &source, std::uint32_t sink_id) {
        state(sink, PinState::run);
        state(source, PinState::run);
        for (int tries = 0; tries < 100 && taken(sink_id).size() < 8; ++tries)
            pass(10 * millisecond);
        for (const PinState to : {PinState::pause, PinState::acquire, PinState::stop}) {
            set_state(client, as_handle(source.handle), to);
            set_state(client, as_handle(sink.handle), to);
        }
    }
    /// The numbers in the frames that arrived at the pin.
    std::vector<std::uint64_t> taken(std::uint32_t pin_id) {
        std::vector<std::uint64_t> numbers;
        for (const JournalEntry &one : entries("frame"))
            if (one.values[0] == pin_id)
                numbers.push_back(one.values[2]);
        return numbers;
    }
    const std::vector<std::uint64_t> one_to_eight{1, 2, 3, 4, 5, 6, 7, 8};
};
KSBOX_IN_BOTH_MODES(Allocators);

TEST_P(Allocators, H12_AllocAndFreeAreMethodsOfTheAllocator) {
    const Created owner = pin(CLOCKS_SINK), frames = allocator(owner, framing(2, 100));
    ASSERT_EQ(frames.error, 0u);
    const Allocated one = allocate(frames), two = allocate(frames);
    EXPECT_EQ(one.status, success);
    EXPECT_EQ(two.status, success);
    EXPECT_NE(one.frame, 0u);
    EXPECT_NE(one.frame, two.frame);
    EXPECT_EQ(free(frames, one.frame), success);
    EXPECT_EQ(free(frames, two.frame), success);
}

TEST_P(Allocators, H12_WithoutAFrameAllocIsPendingUntilOneIsFreed) {
    const Created owner = pin(CLOCKS_SINK), frames = allocator(owner, framing(1, 100));
    const Allocated one = allocate(frames);
    Buffer first(client, 8), second(client, 8);
    Request waiting = client.start_control(as_handle(frames.handle), IOCTL_KS_METHOD,
                                           alloc_request(), first.bytes());
    Request behind = client.start_control(as_handle(frames.handle), IOCTL_KS_METHOD,
                                          alloc_request(), second.bytes());
    EXPECT_FALSE(waiting.wait_for(20 * millisecond).has_value());
    EXPECT_EQ(free(frames, one.frame), success);
    const IoResult served = waiting.wait();
    EXPECT_EQ(served.status, 0);
    EXPECT_EQ(served.information, 8u);
    std::uint64_t frame = 0;
    std::memcpy(&frame, first.data(), sizeof frame);
    EXPECT_EQ(frame, one.frame);
    EXPECT_FALSE(behind.wait_for(20 * millisecond).has_value()); // one frame, one request
    EXPECT_EQ(status(frames).AllocatedFrames, 1u);
    EXPECT_EQ(free(frames, frame), success);
    EXPECT_EQ(behind.wait().status, 0);
    EXPECT_EQ(free(frames, frame), success);
    EXPECT_EQ(status(frames).AllocatedFrames, 0u);
}

TEST_P(Allocators, H12_AWaitingAllocCanBeCancelled) {
    const Created owner = pin(CLOCKS_SINK), frames = allocator(owner, framing(1, 100));
    const Allocated one = allocate(frames);
    Buffer place(client, 8);
    Request waiting = client.start_control(as_handle(frames.handle), IOCTL_KS_METHOD,
                                           alloc_request(), place.bytes());
    waiting.cancel();
    EXPECT_EQ(std::uint32_t(waiting.wait().status), 0xC0000120u); // STATUS_CANCELLED
    EXPECT_EQ(free(frames, one.frame), success);
    EXPECT_EQ(allocate(frames).frame, one.frame); // the frame is there for the next
}

TEST_P(Allocators, H12_inferred_AFrameThatTheAllocatorDidNotGiveIsRefused) {
    const Created owner = pin(CLOCKS_SINK);
    const Created frames = allocator(owner, framing(2, 100)),
                  others = allocator(owner, framing(2, 100));
    const Allocated one = allocate(frames);
    EXPECT_EQ(free(others, one.frame), invalid_parameter);
    EXPECT_EQ(free(frames, one.frame + 8), invalid_parameter);
    EXPECT_EQ(free(frames, 0), invalid_parameter);
    EXPECT_EQ(free(frames, one.frame), success);
    EXPECT_EQ(free(frames, one.frame), invalid_parameter); // twice
    EXPECT_EQ(status(frames).AllocatedFrames, 0u);
}

TEST_P(Allocators, I9_TheDefaultAllocatorIsForSystemMemory) {
    const Created owner = pin(CLOCKS_SINK);
    EXPECT_EQ(allocator(owner, framing(2, 100, 0)).error, 0x80070057u);
    EXPECT_EQ(allocator(owner, framing(2, 100, KSALLOCATOR_OPTIONF_COMPATIBLE)).error, 0x80070057u);
    EXPECT_EQ(allocator(owner, framing(2, 100)).error, 0u);
    EXPECT_EQ(allocator(owner,
                        framing(2, 100,
                                KSALLOCATOR_OPTIONF_SYSTEM_MEMORY | KSALLOCATOR_OPTIONF_COMPATIBLE))
                  .error,
              0u);
}

TEST_P(Allocators, I9_FramingThatMakesNoSenseIsRefused) {
    const Created owner = pin(CLOCKS_SINK);
    EXPECT_EQ(allocator(owner, framing(0, 100)).error, 0x80070057u);
    EXPECT_EQ(allocator(owner, framing(2, 0)).error, 0x80070057u);
    EXPECT_EQ(allocator(owner, framing(2, 100, 0x100)).error, 0x80070057u);
    KSALLOCATOR_FRAMING odd = framing(2, 100);
    odd.FileAlignment = 4095; // a page
    EXPECT_EQ(allocator(owner, odd).error, 0u);
    odd.FileAlignment = 4096;
    EXPECT_EQ(allocator(owner, odd).error, 0x80070057u);
    odd.FileAlignment = 0;
    odd.PoolType = 1; // PagedPool
    EXPECT_EQ(allocator(owner, odd).error, 0u);
    for (const std::uint32_t no_pool : {2u, 77u}) {
        odd.PoolType = no_pool;
        EXPECT_EQ(allocator(owner, odd).error, 0x80070057u);
    }
    DWORD error = 0;
    HANDLE handle = nullptr;
    client.run([&] { error = KsCreateAllocator(owner.handle, &odd, &handle); });
    EXPECT_EQ(error, 87u); // ERROR_INVALID_PARAMETER
    EXPECT_EQ(handle, INVALID_HANDLE_VALUE);
}

TEST_P(Allocators, I9_FramesAreRecycledAndLimited) {
    const Created owner = pin(CLOCKS_SINK), frames = allocator(owner, framing(3, 64));
    std::vector<std::uint64_t> given;
    for (int i = 0; i < 3; ++i)
        given.push_back(allocate(frames).frame);
    const auto now = status(frames);
    EXPECT_EQ(now.AllocatedFrames, 3u);
    EXPECT_EQ(now.Framing.Frames, 3u);
    EXPECT_EQ(now.Framing.FrameSize, 64u);
    EXPECT_EQ(free(frames, given[1]), success);
    EXPECT_EQ(status(frames).AllocatedFrames, 2u);
    EXPECT_EQ(allocate(frames).frame, given[1]);
    // The total number of frames is the flow control.
    const CLOCKS_CALLS calls = function_calls(frames);
    EXPECT_EQ(calls.Given, 0u);
    EXPECT_EQ(std::uint32_t(calls.Refusal), 0xC000009Au); // STATUS_INSUFFICIENT_RESOURCES
}

TEST_P(Allocators, I9_TheFunctionTableIsForTheKernelAtDispatchLevel) {
    const Created owner = pin(CLOCKS_SINK);
    KSALLOCATOR_FRAMING aligned = framing(4, 100);
    aligned.FileAlignment = 63; // FILE_64_BYTE_ALIGNMENT
    const Created frames = allocator(owner, aligned);
    ASSERT_EQ(frames.error, 0u);
    EXPECT_EQ(get(frames, guid_of(KSPROPSETID_StreamAllocator),
                  KSPROPERTY_STREAMALLOCATOR_FUNCTIONTABLE, 16)
                  .status,
              invalid_device_request);
    const CLOCKS_CALLS calls = function_calls(frames);
    EXPECT_EQ(std::uint32_t(calls.Status), success);
    EXPECT_EQ(calls.Given, 4u);
    EXPECT_EQ(std::uint32_t(calls.Refusal), 0xC000009Au);
    EXPECT_EQ(calls.GivenAgain, 1u);
    EXPECT_EQ(calls.Recycled, 1u);
    EXPECT_EQ(calls.MisalignedBits & 63, 0u);
    EXPECT_EQ(status(frames).AllocatedFrames, 0u);
}

TEST_P(Allocators, I10_FramingComesFromTheDescriptor) {
    const Created sink = pin(CLOCKS_SINK);
    const Guid set = guid_of(KSPROPSETID_Connection);
    const auto simple =
        get_as<KSALLOCATOR_FRAMING>(sink, set, KSPROPERTY_CONNECTION_ALLOCATORFRAMING);
    EXPECT_EQ(simple.RequirementsFlags, 0x80000002u); // system memory, a preference only
    EXPECT_EQ(simple.PoolType, 1u);                   // PagedPool
    EXPECT_EQ(simple.Frames, std::uint32_t(CLOCKS_FRAMES));
    EXPECT_EQ(simple.FrameSize, std::uint32_t(CLOCKS_FRAME_BYTES));
    EXPECT_EQ(simple.FileAlignment, 31u);
    const auto must = get_as<KSALLOCATOR_FRAMING>(pin(CLOCKS_ALLOCATOR), set,
                                                  KSPROPERTY_CONNECTION_ALLOCATORFRAMING);
    EXPECT_EQ(must.RequirementsFlags, 0xAu); // system memory, must allocate
    EXPECT_EQ(must.PoolType, 0u);
}

TEST_P(Allocators, I10_ExtendedFramingIsTheDescriptorsBytes) {
    const Created sink = pin(CLOCKS_SINK);
    const Guid set = guid_of(KSPROPSETID_Connection);
    constexpr std::uint32_t id = KSPROPERTY_CONNECTION_ALLOCATORFRAMING_EX;
    const Answer size = get(sink, set, id, 0);
    EXPECT_EQ(size.status, buffer_overflow);
    constexpr std::size_t header = 24, item = 88;
    ASSERT_EQ(size.information, header + item);
    EXPECT_EQ(get(sink, set, id, header + item - 1).status, buffer_too_small);
    const Answer all = get(sink, set, id, header + item);
    ASSERT_EQ(all.status, success);
    EXPECT_EQ(all.as<std::uint32_t>(0), 1u);                      // CountItems
    EXPECT_EQ(all.as<std::uint32_t>(8), 1u);                      // RatioNumerator
    EXPECT_EQ(all.as<Guid>(header), kernel_paged);                // MemoryType
    EXPECT_EQ(all.as<std::uint32_t>(header + 40), 0x80000002u);   // Flags
    EXPECT_EQ(all.as<std::uint32_t>(header + 44), CLOCKS_FRAMES); // Frames
    EXPECT_EQ(all.as<std::uint32_t>(header + 48), 31u);           // FileAlignment
    EXPECT_EQ(all.as<std::uint32_t>(header + 68), 256u);          // MinFrameSize
    EXPECT_EQ(all.as<std::uint32_t>(header + 72), CLOCKS_FRAME_BYTES);
}

TEST_P(Allocators, I10_FramingIsReadOnlyAndAbsentWithoutADescriptors) {
    const Created sink = pin(CLOCKS_SINK), none = pin(CLOCKS_NONE);
    const Guid set = guid_of(KSPROPSETID_Connection);
    for (const std::uint32_t id :
         {KSPROPERTY_CONNECTION_ALLOCATORFRAMING, KSPROPERTY_CONNECTION_ALLOCATORFRAMING_EX}) {
        EXPECT_EQ(send(client, as_handle(sink.handle), IOCTL_KS_PROPERTY,
                       identifier(set, id, KSPROPERTY_TYPE_SET), room(200))
                      .status,
                  not_found);
        EXPECT_EQ(get(none, set, id, 200).status, not_found);
    }
}

TEST_P(Allocators, I11_GetAnswersANullHandleWhereItIsSupported) {
    const Created sink = pin(CLOCKS_SINK);
    const Answer answer = stream(sink, KSPROPERTY_STREAM_ALLOCATOR);
    EXPECT_EQ(answer.status, success);
    EXPECT_EQ(answer.information, sizeof(HANDLE));
    EXPECT_EQ(answer.as<std::uint64_t>(), 0u);
    const Created raw = pin(CLOCKS_RAW); // a pin without a stream
    EXPECT_EQ(stream(raw, KSPROPERTY_STREAM_ALLOCATOR).status, not_found);
    EXPECT_EQ(set_allocator(raw, nullptr), not_found);
}

TEST_P(Allocators, I11_ThePinReferencesItsAllocator) {
    const Created sink = pin(CLOCKS_SINK);
    Created user = pin(CLOCKS_SOURCE);
    Created first = allocator(sink, framing(2, 512)), second = allocator(sink, framing(2, 512));
    ASSERT_EQ(set_allocator(user, first.handle), success);
    traced.mark();
    first.object.close();
    EXPECT_EQ(traced.irps("IRP_MJ_CLOSE"), 0u);
    EXPECT_EQ(set_allocator(user, second.handle), success); // the old one goes
    EXPECT_EQ(traced.irps("IRP_MJ_CLOSE"), 1u);
    second.object.close();
    EXPECT_EQ(traced.irps("IRP_MJ_CLOSE"), 1u);
    user.object.close(); // or when the connection is closed
    EXPECT_EQ(traced.irps("IRP_MJ_CLOSE"), 3u);
}

TEST_P(Allocators, I11_ANullHandleTakesTheAllocatorAway) {
    const Created sink = pin(CLOCKS_SINK), user = pin(CLOCKS_SOURCE);
    Created frames = allocator(sink, framing(2, 512));
    ASSERT_EQ(set_allocator(user, frames.handle), success);
    frames.object.close();
    traced.mark();
    EXPECT_EQ(set_allocator(user, nullptr), success);
    EXPECT_EQ(traced.irps("IRP_MJ_CLOSE"), 1u);
    EXPECT_EQ(set_allocator(user, as_handle(Handle(0xdeadbeec))), 0xC0000008u);
}

TEST_P(Allocators, I11_TheFramesOfAConnectionAreTheAssignedAllocators) {
    const Created sink = pin(CLOCKS_SINK);
    const Created source = pin(CLOCKS_SOURCE, as_handle(sink.handle));
    ASSERT_EQ(source.error, 0u);
    const Created frames = allocator(sink, framing(2, 512));
    ASSERT_EQ(set_allocator(source, frames.handle), success);
    run_eight(sink, source, CLOCKS_SINK);
    EXPECT_EQ(taken(CLOCKS_SINK), one_to_eight);
    for (const JournalEntry &frame : entries("frame"))
        EXPECT_EQ(frame.values[1], 512u);
    EXPECT_EQ(status(frames).AllocatedFrames, 0u); // all came back
}

TEST_P(Allocators, I11_OnlyInStop) {
    const Created sink = pin(CLOCKS_SINK);
    const Created frames = allocator(sink, framing(2, 512));
    set_state(client, as_handle(sink.handle), PinState::acquire);
    EXPECT_EQ(set_allocator(sink, frames.handle), invalid_device_state);
}

TEST_P(Allocators, I12_APinsOwnAllocatorServesAConnectionThatDemandsIt) {
    const Created sink = pin(CLOCKS_ALLOCATOR);
    const Created source = pin(CLOCKS_SOURCE, as_handle(sink.handle));
    ASSERT_EQ(source.error, 0u);
    EXPECT_THAT(entries("initialize"), IsEmpty());
    run_eight(sink, source, CLOCKS_ALLOCATOR);
    EXPECT_EQ(taken(CLOCKS_ALLOCATOR), one_to_eight);
    const auto made = entries("initialize");
    ASSERT_THAT(made, SizeIs(1));
    EXPECT_EQ(made[0].values[0], std::uint64_t(CLOCKS_ALLOCATOR));
    const std::uint64_t frames = made[0].values[1];
    EXPECT_EQ(frames, 2u * CLOCKS_FRAMES); // what the two pins want
    EXPECT_EQ(made[0].values[2], std::uint64_t(CLOCKS_FRAME_BYTES));
    EXPECT_THAT(
        entries("initialize aligned"),
        ElementsAre(entry("initialize aligned", CLOCKS_ALLOCATOR, 31))); // the stricter one's
    EXPECT_THAT(entries("allocate"), SizeIs(frames));                    // and used again and again
    EXPECT_THAT(entries("free"), SizeIs(frames));
    EXPECT_THAT(entries("delete"), SizeIs(1));
}

TEST_P(Allocators, I12_WhereItIsNotChosenItIsNeverInitialized) {
    const Created sink = pin(CLOCKS_MODEST);
    const Created source = pin(CLOCKS_SOURCE, as_handle(sink.handle));
    ASSERT_EQ(source.error, 0u);
    run_eight(sink, source, CLOCKS_MODEST);
    EXPECT_EQ(taken(CLOCKS_MODEST), one_to_eight);
    EXPECT_THAT(entries("initialize"), IsEmpty());
    EXPECT_THAT(entries("allocate"), IsEmpty());
}

TEST_P(Allocators, I12_AnAssignedAllocatorComesBeforeThePinsOwn) {
    const Created sink = pin(CLOCKS_ALLOCATOR), other = pin(CLOCKS_SINK);
    const Created source = pin(CLOCKS_SOURCE, as_handle(sink.handle));
    const Created frames = allocator(other, framing(2, 512));
    ASSERT_EQ(set_allocator(source, frames.handle), success);
    run_eight(sink, source, CLOCKS_ALLOCATOR);
    EXPECT_EQ(taken(CLOCKS_ALLOCATOR), one_to_eight);
    EXPECT_THAT(entries("initialize"), IsEmpty());
}

TEST_P(Allocators, I12_AClientsFramesDoNotTouchIt) {
    const Created sink = pin(CLOCKS_ALLOCATOR);
    Pin alone = filter.connect({.pin_id = CLOCKS_ALLOCATOR, .format = DataFormat::audio({})});
    for (const PinState to : {PinState::acquire, PinState::pause, PinState::run})
        alone.set_state(to);
    Frame frame{.buffer = Buffer(client, 64), .used = 64};
    Request request = alone.start_write(frame);
    EXPECT_EQ(Pin::finish(frame, request).status, 0);
    // Nor does an allocator made on a pin whose frames are a client's.
    const Created frames = allocator(sink, framing(2, 512));
    EXPECT_EQ(frames.error, 0u);
    EXPECT_EQ(allocate(frames).status, success);
    EXPECT_THAT(entries("initialize"), IsEmpty());
    EXPECT_THAT(entries("allocate"), IsEmpty());
}

TEST_P(Allocators, I12_AnAllocatorMadeOnAConnectedPinIsThePins) {
    const Created sink = pin(CLOCKS_MODEST);
    const Created source = pin(CLOCKS_SOURCE, as_handle(sink.handle));
    ASSERT_EQ(source.error, 0u);
    {
        const Created frames = allocator(sink, framing(2, 512, 0));
        ASSERT_EQ(frames.error, 0u);
        EXPECT_THAT(entries("initialize"), ElementsAre(entry("initialize", CLOCKS_MODEST, 2, 512)));
        const Allocated one = allocate(frames);
        EXPECT_EQ(one.status, success);
        EXPECT_THAT(entries("allocate"), SizeIs(1));
        EXPECT_EQ(free(frames, one.frame), success);
        EXPECT_THAT(entries("free"), IsEmpty()); // it is kept for the next
    }
    EXPECT_THAT(entries("free"), SizeIs(1));
    EXPECT_THAT(entries("delete"), ElementsAre(entry("delete", CLOCKS_MODEST)));
}

TEST_P(Allocators, I12_AnAllocatorThatFailsToInitializeFailsTheCreate) {
    const Created sink = pin(CLOCKS_MODEST);
    const Created source = pin(CLOCKS_SOURCE, as_handle(sink.handle));
    answer(filter, "initialize", 0xC000009A, 1);
    EXPECT_EQ(allocator(sink, framing(2, 512)).error, 0x800705AAu); // ERROR_NO_SYSTEM_RESOURCES
    EXPECT_THAT(entries("delete"), IsEmpty());
    answer(filter, "allocate", 0xC000009A, 1);
    const Created frames = allocator(sink, framing(2, 512));
    EXPECT_EQ(allocate(frames).status, 0xC000009Au);
    EXPECT_EQ(status(frames).AllocatedFrames, 0u);
    EXPECT_EQ(allocate(frames).status, success);
}

} // namespace
} // namespace ksbox::testing
