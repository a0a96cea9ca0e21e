// G5 to G7 and G9 to G12: what a driver does with the edges of a pin's queue.
#include "conformance/data_filter.h"

namespace ksbox::testing {
namespace {

constexpr std::uint32_t leading = DATA_LEADING_EDGE, trailing = DATA_TRAILING_EDGE, clone = 2,
                        second_clone = 3;

class StreamPointers : public DataFilter {
  protected:
    /// Where the locked edge is in the bytes that the test wrote.
    static std::uint32_t at(DataPin &pin, std::uint32_t slot) { return pin.look(slot).first_bytes; }
    /// The leading edge, locked; a test's write of a certain length tells which frame it is at.
    static std::uint32_t length_at_leading(DataPin &pin) {
        EXPECT_EQ(pin.get_edge(leading), status::success);
        const std::uint32_t length = pin.look(leading).count;
        pin.unlock(leading);
        return length;
    }
    /// Takes the leading edge's frame off the queue.
    static void eject(DataPin &pin) {
        ASSERT_EQ(pin.get_edge(leading), status::success);
        pin.unlock(leading, true);
    }
};
KSBOX_IN_BOTH_MODES(StreamPointers);

TEST_P(StreamPointers, G5_TheLeadingEdgeIsSetWhenAFrameArrivesInAnEmptyQueue) {
    DataPin pin = open(DATA_IN);
    ASSERT_EQ(pin.get_edge(leading, false), status::success);
    EXPECT_FALSE(pin.look(leading).has_frame);
    Transfer first = write(pin, 16);
    EXPECT_TRUE(pin.look(leading).has_frame);
    EXPECT_EQ(pin.look(leading).count, 16u);
    EXPECT_EQ(pin.lock(leading), status::success);
    EXPECT_EQ(at(pin, leading), counting_from(0));
    pin.unlock(leading);
}

TEST_P(StreamPointers, G5_TheLeadingEdgeStaysUntilTheDriverMovesIt) {
    DataPin pin = open(DATA_IN);
    Transfer first = write(pin, 16), second = write(pin, 24);
    EXPECT_EQ(length_at_leading(pin), 16u);
    Transfer third = write(pin, 32);
    EXPECT_EQ(length_at_leading(pin), 16u);
    eject(pin);
    EXPECT_EQ(first.wait(), status::success);
    EXPECT_EQ(length_at_leading(pin), 24u);
    EXPECT_TRUE(second.pending());
}

TEST_P(StreamPointers, G5_AnEdgeThatRanOffTheEndGetsTheNextFrame) {
    DataPin pin = open(DATA_IN);
    Transfer first = write(pin, 16);
    eject(pin);
    EXPECT_EQ(first.wait(), status::success);
    EXPECT_EQ(pin.get_edge(leading), status::not_found);
    Transfer second = write(pin, 24);
    EXPECT_EQ(length_at_leading(pin), 24u);
}

TEST_P(StreamPointers, G5_CancelOfItsIrpAdvancesTheLeadingEdge) {
    DataPin pin = open(DATA_IN);
    Transfer first = write(pin, 8, 2), second = write(pin, 24);
    EXPECT_EQ(length_at_leading(pin), 8u);
    first.cancel();
    EXPECT_EQ(first.wait(), status::cancelled);
    EXPECT_EQ(length_at_leading(pin), 24u); // past both frames of the IRP
    // The cancel of an IRP that it is not at leaves it where it is.
    Transfer third = write(pin, 32);
    third.cancel();
    EXPECT_EQ(third.wait(), status::cancelled);
    EXPECT_EQ(length_at_leading(pin), 24u);
    second.cancel();
    EXPECT_EQ(second.wait(), status::cancelled);
    EXPECT_EQ(pin.get_edge(leading), status::not_found);
    EXPECT_EQ(pin.get_edge(leading, false), status::success);
    EXPECT_FALSE(pin.look(leading).has_frame);
}

TEST_P(StreamPointers, G6_ALockedLeadingEdgeIsNullWithoutAFrame) {
    DataPin pin = open(DATA_IN);
    EXPECT_EQ(pin.get_edge(leading, true), status::not_found);
    EXPECT_EQ(pin.get_edge(leading, false), status::success);
    EXPECT_EQ(pin.lock(leading), status::device_not_ready);
    Transfer frame = write(pin);
    EXPECT_EQ(pin.get_edge(leading, true), status::success);
    EXPECT_EQ(pin.lock(leading), status::success); // it is locked already
    pin.unlock(leading);
}

TEST_P(StreamPointers, G6_ThereIsNoEdgeWithoutAQueue) {
    DataPin pin = open(DATA_IN_BARE);
    EXPECT_EQ(pin.get_edge(leading, true), status::not_found);
    EXPECT_EQ(pin.get_edge(leading, false), status::not_found);
    EXPECT_EQ(pin.get_edge(trailing, false), status::not_found);
    EXPECT_EQ(pin.execute(step(DATA_FIRST_CLONE)).Values[0], std::uint64_t(DATA_NOTHING));
    EXPECT_EQ(pin.status(step(DATA_AVAILABLE)), status::unsuccessful);
    EXPECT_EQ(write(pin).wait(), status::invalid_device_request);
}

TEST_P(StreamPointers, G6_UseStandardTransportOverridesDoNotUse) {
    DataPin pin = open(DATA_IN_TRANSPORT);
    EXPECT_EQ(pin.get_edge(leading, false), status::success);
    Transfer frame = write(pin);
    EXPECT_EQ(pin.get_edge(leading), status::success);
    pin.unlock(leading, true);
    EXPECT_EQ(frame.wait(), status::success);
}

TEST_P(StreamPointers, G7_AnUnlockedFrameCanBeCancelled) {
    DataPin pin = open(DATA_IN);
    Transfer frame = write(pin);
    ASSERT_EQ(pin.get_edge(leading), status::success);
    pin.unlock(leading);
    frame.cancel();
    EXPECT_EQ(frame.wait(), status::cancelled);
    EXPECT_EQ(frame.information(), 0u);
    EXPECT_EQ(pin.lock(leading), status::device_not_ready);
}

TEST_P(StreamPointers, G7_ALockedFrameCannotBeCancelledUntilItIsUnlocked) {
    DataPin pin = open(DATA_IN);
    Transfer frame = write(pin);
    ASSERT_EQ(pin.get_edge(leading), status::success);
    frame.cancel();
    EXPECT_TRUE(frame.pending());
    EXPECT_EQ(at(pin, leading), counting_from(0));
    pin.unlock(leading);
    EXPECT_EQ(frame.wait(), status::cancelled);
}

TEST_P(StreamPointers, G7_ALockedFrameOfTheIrpProtectsAllItsFrames) {
    DataPin pin = open(DATA_IN);
    Transfer frames = write(pin, 8, 3);
    ASSERT_EQ(pin.get_edge(leading), status::success);
    ASSERT_EQ(pin.clone(leading, clone), status::success); // locked too
    pin.unlock(leading, true);
    frames.cancel();
    EXPECT_TRUE(frames.pending());
    ASSERT_EQ(pin.get_edge(leading), status::success);
    EXPECT_EQ(at(pin, leading), counting_from(8));
    pin.unlock(leading);
    EXPECT_TRUE(frames.pending());
    pin.unlock(clone);
    EXPECT_EQ(frames.wait(), status::cancelled);
    EXPECT_EQ(pin.get_edge(leading), status::not_found);
    EXPECT_EQ(pin.lock(clone), status::device_not_ready);
    pin.remove(clone);
}

TEST_P(StreamPointers, G7_AFrameThatIsDoneBeforeItIsUnlockedIsNotCancelled) {
    DataPin pin = open(DATA_IN);
    Transfer frame = write(pin);
    ASSERT_EQ(pin.get_edge(leading), status::success);
    frame.cancel();
    pin.unlock(leading, true);
    EXPECT_EQ(frame.wait(), status::success);
    EXPECT_EQ(frame.information(), 64u);
}

TEST_P(StreamPointers, G7_ResetLeavesALockedFrameToTheDriver) {
    DataPin pin = open(DATA_IN);
    Transfer locked = write(pin), queued = write(pin);
    ASSERT_EQ(pin.get_edge(leading), status::success);
    const std::uint32_t begin = 0, end = 1;
    EXPECT_TRUE(client
                    .control(pin.pin.handle(), IOCTL_KS_RESET_STATE,
                             std::as_bytes(std::span(&begin, 1)), {})
                    .success());
    EXPECT_EQ(queued.wait(), status::cancelled);
    EXPECT_TRUE(locked.pending());
    pin.unlock(leading);
    EXPECT_EQ(locked.wait(), status::cancelled);
    EXPECT_TRUE(
        client
            .control(pin.pin.handle(), IOCTL_KS_RESET_STATE, std::as_bytes(std::span(&end, 1)), {})
            .success());
}

TEST_P(StreamPointers, G9_AFrameEndsWithItsLastReference) {
    DataPin pin = open(DATA_IN);
    Transfer frame = write(pin);
    ASSERT_EQ(pin.get_edge(leading), status::success);
    ASSERT_EQ(pin.clone(leading, clone), status::success);
    ASSERT_EQ(pin.clone(clone, second_clone), status::success);
    pin.unlock(leading, true);
    EXPECT_TRUE(frame.pending());
    pin.remove(clone);
    EXPECT_TRUE(frame.pending());
    pin.unlock(second_clone); // no reference is given up
    EXPECT_TRUE(frame.pending());
    pin.remove(second_clone);
    EXPECT_EQ(frame.wait(), status::success);
    EXPECT_EQ(frame.information(), 64u);
}

TEST_P(StreamPointers, G9_AnIrpEndsWithItsLastFrame) {
    DataPin pin = open(DATA_IN);
    Transfer frames = write(pin, 8, 3);
    ASSERT_EQ(pin.get_edge(leading), status::success);
    ASSERT_EQ(pin.clone(leading, clone), status::success);
    EXPECT_EQ(pin.advance(leading), status::success);
    EXPECT_EQ(pin.advance(leading), status::success);
    EXPECT_EQ(pin.advance(leading), status::device_not_ready); // beyond the newest
    // The last frame is done; the first one is not.
    EXPECT_TRUE(frames.pending());
    pin.remove(clone);
    EXPECT_EQ(frames.wait(), status::success);
    EXPECT_EQ(frames.information(), 24u);
}

TEST_P(StreamPointers, G9_WithoutFifoIrpsEndInTheOrderInWhichTheyAreDone) {
    DataPin pin = open(DATA_IN);
    Transfer first = write(pin), second = write(pin);
    ASSERT_EQ(pin.get_edge(leading), status::success);
    ASSERT_EQ(pin.clone(leading, clone), status::success);
    EXPECT_EQ(pin.advance(leading), status::success);
    pin.unlock(leading, true);
    EXPECT_EQ(second.wait(), status::success);
    EXPECT_TRUE(first.pending());
    pin.remove(clone);
    EXPECT_EQ(first.wait(), status::success);
}

TEST_P(StreamPointers, C8_AConnectionsFramesCirculateFromPauseToPause) {
    Filter other = client.open_filter(path);
    DataPin source(filter.connect({.pin_id = DATA_OUT_SOURCE, .format = stereo}));
    DataPin sink(
        other.connect({.pin_id = DATA_IN, .format = stereo, .pin_to_handle = source.pin.handle()}));
    const auto go = [&](PinState state) {
        sink.pin.set_state(state);
        source.pin.set_state(state);
    };
    const auto there = [&] { return source.execute(step(DATA_AVAILABLE)).Values[1]; };
    const auto send = [&](std::uint32_t value) {
        ASSERT_EQ(source.get_edge(leading), status::success);
        source.execute(step(DATA_FILL, leading, value, 16));
        source.advance_offsets_and_unlock(leading, 0, 16, true);
        ASSERT_EQ(sink.get_edge(leading), status::success);
        EXPECT_EQ(sink.look(leading).first_bytes, value * 0x01010101u);
    };
    for (PinState state : {PinState::acquire, PinState::pause, PinState::run, PinState::pause})
        go(state);
    const std::uint64_t all = there();
    for (std::uint32_t value = 1; value <= 20; ++value) { // more than the connection has frames
        send(value);
        sink.unlock(leading, true);
        EXPECT_EQ(there(), all);
    }
    // In ACQUIRE one that comes back stays at home; PAUSE sends it again.
    send(21);
    go(PinState::acquire);
    const std::uint64_t without_it = there();
    EXPECT_LT(without_it, all);
    sink.unlock(leading, true);
    EXPECT_EQ(there(), without_it);
    go(PinState::pause);
    EXPECT_EQ(there(), all);
}

TEST_P(StreamPointers, G9_ASourcePinForwardsAFrameThatEnds) {
    Filter other = client.open_filter(path);
    DataPin source(filter.connect({.pin_id = DATA_OUT_SOURCE, .format = stereo}));
    DataPin sink(
        other.connect({.pin_id = DATA_IN, .format = stereo, .pin_to_handle = source.pin.handle()}));
    for (PinState state : {PinState::acquire, PinState::pause, PinState::run}) {
        sink.pin.set_state(state);
        source.pin.set_state(state);
    }
    const std::uint64_t all = source.execute(step(DATA_AVAILABLE)).Values[1];
    ASSERT_EQ(source.get_edge(leading), status::success);
    const std::uint32_t extent = source.look(leading).count;
    EXPECT_GE(all, 2u * extent); // frames that the pipe's requester has sent
    source.execute(step(DATA_FILL, leading, 0x5A, 16));
    ASSERT_EQ(source.clone(leading, clone), status::success);
    source.advance_offsets_and_unlock(leading, 0, 16, true);
    EXPECT_EQ(sink.get_edge(leading), status::not_found); // the clone keeps it
    source.remove(clone);
    ASSERT_EQ(sink.get_edge(leading), status::success);
    EXPECT_EQ(sink.look(leading).count, 16u);
    EXPECT_EQ(at(sink, leading), 0x5A5A5A5Au);
    EXPECT_EQ(source.execute(step(DATA_AVAILABLE)).Values[1], all - extent);
    // The sink is the end of the circuit: from it the frame goes back to where it came from.
    sink.unlock(leading, true);
    EXPECT_EQ(source.execute(step(DATA_AVAILABLE)).Values[1], all);
    EXPECT_EQ(sink.get_edge(leading), status::not_found);
}

TEST_P(StreamPointers, G10_WithFifoALaterIrpWaitsForTheEarlierOnes) {
    DataPin pin = open(DATA_IN_FIFO);
    Transfer first = write(pin), second = write(pin), third = write(pin);
    ASSERT_EQ(pin.get_edge(leading), status::success);
    ASSERT_EQ(pin.clone(leading, clone), status::success);
    EXPECT_EQ(pin.advance(leading), status::success);
    EXPECT_EQ(pin.advance(leading), status::success);
    pin.unlock(leading, true);
    EXPECT_TRUE(second.pending());
    EXPECT_TRUE(third.pending());
    pin.remove(clone);
    EXPECT_EQ(first.wait(), status::success);
    EXPECT_EQ(second.wait(), status::success);
    EXPECT_EQ(third.wait(), status::success);
}

TEST_P(StreamPointers, G10_inferred_ACancelledIrpHoldsNobodyBack) {
    DataPin pin = open(DATA_IN_FIFO);
    Transfer first = write(pin), second = write(pin);
    ASSERT_EQ(pin.get_edge(leading), status::success);
    ASSERT_EQ(pin.clone(leading, clone), status::success);
    pin.unlock(clone);
    EXPECT_EQ(pin.advance(leading), status::success);
    pin.unlock(leading, true);
    EXPECT_TRUE(second.pending());
    first.cancel();
    EXPECT_EQ(first.wait(), status::cancelled);
    EXPECT_EQ(second.wait(), status::success);
    pin.remove(clone);
}

TEST_P(StreamPointers, G11_ATrailingEdgeKeepsTheFramesOfItsWindow) {
    DataPin pin = open(DATA_IN_WINDOW);
    Transfer first = write(pin, 16), second = write(pin, 24), third = write(pin, 32);
    ASSERT_EQ(pin.get_edge(leading), status::success);
    EXPECT_EQ(pin.advance(leading), status::success);
    EXPECT_EQ(pin.advance(leading), status::success);
    pin.unlock(leading);
    EXPECT_TRUE(first.pending());
    EXPECT_TRUE(second.pending()); // no stream pointer is at it
    ASSERT_EQ(pin.get_edge(trailing), status::success);
    EXPECT_EQ(pin.look(trailing).count, 16u);
    EXPECT_EQ(pin.advance(trailing), status::success);
    EXPECT_EQ(first.wait(), status::success);
    EXPECT_EQ(pin.look(trailing).count, 24u);
    pin.unlock(trailing, true);
    EXPECT_EQ(second.wait(), status::success);
    // Both edges are at the third one.
    eject(pin);
    EXPECT_TRUE(third.pending());
    ASSERT_EQ(pin.get_edge(trailing), status::success);
    pin.advance_offsets_and_unlock(trailing, 32, 0);
    EXPECT_EQ(third.wait(), status::success);
}

TEST_P(StreamPointers, G11_ACloneKeepsAFrameBehindTheTrailingEdge) {
    DataPin pin = open(DATA_IN_WINDOW);
    Transfer frame = write(pin);
    ASSERT_EQ(pin.get_edge(trailing), status::success);
    ASSERT_EQ(pin.clone(trailing, clone), status::success);
    eject(pin);
    pin.unlock(trailing, true);
    EXPECT_TRUE(frame.pending());
    pin.remove(clone);
    EXPECT_EQ(frame.wait(), status::success);
}

TEST_P(StreamPointers, G11_FramesOfTheWindowCanBeCancelled) {
    DataPin pin = open(DATA_IN_WINDOW);
    Transfer first = write(pin, 16), second = write(pin, 24), third = write(pin, 32);
    eject(pin);
    eject(pin);
    second.cancel();
    EXPECT_EQ(second.wait(), status::cancelled);
    first.cancel();
    EXPECT_EQ(first.wait(), status::cancelled);
    ASSERT_EQ(pin.get_edge(trailing), status::success);
    EXPECT_EQ(pin.look(trailing).count, 32u);
    EXPECT_EQ(length_at_leading(pin), 32u);
    pin.unlock(trailing);
}

TEST_P(StreamPointers, G11_ALockedTrailingEdgeIsNullWithoutAFrame) {
    DataPin pin = open(DATA_IN_WINDOW);
    EXPECT_EQ(pin.get_edge(trailing, true), status::not_found);
    EXPECT_EQ(pin.get_edge(trailing, false), status::success);
}

TEST_P(StreamPointers, G11_WithoutTheFlagThereIsNoTrailingEdge) {
    DataPin pin = open(DATA_IN);
    Transfer frame = write(pin);
    EXPECT_EQ(pin.get_edge(trailing, true), status::not_found);
    EXPECT_EQ(pin.get_edge(trailing, false), status::not_found);
}

TEST_P(StreamPointers, G12_OffsetsAdvanceByBytes) {
    DataPin pin = open(DATA_IN);
    Transfer frame = write(pin, 64), next = write(pin, 32);
    ASSERT_EQ(pin.get_edge(leading), status::success);
    DataPin::Look seen = pin.look(leading);
    EXPECT_EQ(seen.offset, 1u); // Offset is OffsetIn
    EXPECT_EQ(seen.count, 64u);
    EXPECT_EQ(seen.remaining, 64u);
    EXPECT_EQ(pin.advance_offsets(leading, 13, 0), status::success);
    seen = pin.look(leading);
    EXPECT_EQ(seen.count, 64u);
    EXPECT_EQ(seen.remaining, 51u);
    EXPECT_EQ(seen.first_bytes, counting_from(13));
    EXPECT_EQ(pin.execute(step(DATA_AVAILABLE)).Values[0], 51u + 32);
    // The rest of it: the pointer goes to the next frame, locked there.
    EXPECT_EQ(pin.advance_offsets(leading, 51, 0), status::success);
    EXPECT_EQ(frame.wait(), status::success);
    EXPECT_EQ(pin.look(leading).remaining, 32u);
    next.cancel();
    EXPECT_TRUE(next.pending());
    EXPECT_EQ(pin.advance_offsets(leading, 32, 0), status::device_not_ready); // there is no next
    EXPECT_EQ(next.wait(), status::success);
    EXPECT_EQ(pin.advance_offsets(leading, 1, 0), status::device_not_ready); // it is not locked
}

TEST_P(StreamPointers, G12_AnUnlockedPointersOffsetsDoNotAdvance) {
    DataPin pin = open(DATA_IN);
    Transfer frame = write(pin, 64);
    ASSERT_EQ(pin.get_edge(leading, false), status::success);
    EXPECT_EQ(pin.advance_offsets(leading, 8, 0), status::device_not_ready);
    EXPECT_EQ(pin.look(leading).remaining, 64u);
    EXPECT_EQ(pin.advance(leading), status::success); // an unlocked one always can
    EXPECT_EQ(frame.wait(), status::success);
    EXPECT_EQ(pin.advance(leading), status::success);
}

TEST_P(StreamPointers, G12_EjectAdvancesWhateverRemains) {
    DataPin pin = open(DATA_IN);
    Transfer first = write(pin, 64), second = write(pin, 32), third = write(pin, 16);
    ASSERT_EQ(pin.get_edge(leading), status::success);
    EXPECT_EQ(pin.advance_offsets(leading, 1, 0, true), status::success);
    EXPECT_EQ(first.wait(), status::success);
    EXPECT_EQ(pin.look(leading).remaining, 32u);
    pin.advance_offsets_and_unlock(leading, 1, 0, true);
    EXPECT_EQ(second.wait(), status::success);
    EXPECT_EQ(pin.look(leading).count, 16u);
    third.cancel(); // the pointer is not locked there
    EXPECT_EQ(third.wait(), status::cancelled);
}

TEST_P(StreamPointers, G12_AdvanceAndUnlockKeepsThePositionInTheFrame) {
    DataPin pin = open(DATA_IN);
    Transfer frame = write(pin, 64);
    ASSERT_EQ(pin.get_edge(leading), status::success);
    pin.advance_offsets_and_unlock(leading, 20, 0);
    EXPECT_TRUE(frame.pending());
    ASSERT_EQ(pin.get_edge(leading), status::success);
    EXPECT_EQ(at(pin, leading), counting_from(20));
    pin.advance_offsets_and_unlock(leading, 44, 0);
    EXPECT_EQ(frame.wait(), status::success);
}

TEST_P(StreamPointers, G12_AnOutputsOffsetIsOffsetOut) {
    DataPin pin = open(DATA_OUT);
    Transfer frame = read(pin, 64);
    ASSERT_EQ(pin.get_edge(leading), status::success);
    EXPECT_EQ(pin.look(leading).offset, 2u);
    EXPECT_EQ(pin.look(leading).count, 64u);
    pin.execute(step(DATA_FILL, leading, 1, 10));
    EXPECT_EQ(pin.advance_offsets(leading, 0, 10), status::success);
    pin.execute(step(DATA_FILL, leading, 2, 5));
    EXPECT_EQ(pin.look(leading).remaining, 54u);
    EXPECT_EQ(pin.execute(step(DATA_AVAILABLE)).Values[1], 54u);
    pin.advance_offsets_and_unlock(leading, 0, 5, true);
    EXPECT_EQ(frame.wait(), status::success);
    EXPECT_EQ(frame.header().DataUsed, 15u);
    EXPECT_EQ(frame.data()[9], std::byte(1));
    EXPECT_EQ(frame.data()[10], std::byte(2));
    EXPECT_EQ(frame.data()[15], std::byte(0xCC));
}

TEST_P(StreamPointers, G12_MappingsAreMadeWhenThePointerIsLocked) {
    DataPin pin = open(DATA_IN_MAPPED);
    Transfer frame = write(pin, 200);
    ASSERT_EQ(pin.get_edge(leading, false), status::success);
    EXPECT_EQ(pin.look(leading).count, 0u);
    ASSERT_EQ(pin.lock(leading), status::success);
    const DATA_RESULT mappings = pin.execute(step(DATA_MAPPINGS, leading));
    EXPECT_GE(mappings.Values[0], 4u); // 200 bytes in mappings of up to 64
    EXPECT_EQ(mappings.Values[1], mappings.Values[0]);
    EXPECT_EQ(mappings.Values[2], 200u);
    EXPECT_EQ(mappings.Values[3], std::uint64_t(DATA_LARGEST_MAPPING));
    pin.unlock(leading, true);
    EXPECT_EQ(frame.wait(), status::success);
}

TEST_P(StreamPointers, G12_TheSmallestFrameIsMappedAndAnEmptyOneIsNot) {
    DataPin pin = open(DATA_IN_MAPPED);
    for (const std::uint32_t bytes : {1u, 0u}) {
        Transfer frame = write(pin, bytes);
        ASSERT_EQ(pin.get_edge(leading), status::success);
        const DATA_RESULT mappings = pin.execute(step(DATA_MAPPINGS, leading));
        EXPECT_EQ(mappings.Values[0], bytes);
        EXPECT_EQ(mappings.Values[2], bytes);
        pin.unlock(leading, true);
        EXPECT_EQ(frame.wait(), status::success);
    }
}

TEST_P(StreamPointers, G12_MappedOffsetsAdvanceByMappings) {
    DataPin pin = open(DATA_IN_MAPPED);
    Transfer frame = write(pin, 200);
    ASSERT_EQ(pin.get_edge(leading), status::success);
    const DATA_RESULT before = pin.execute(step(DATA_MAPPINGS, leading));
    EXPECT_EQ(pin.advance_offsets(leading, 1, 0), status::success);
    const DATA_RESULT after = pin.execute(step(DATA_MAPPINGS, leading));
    EXPECT_EQ(after.Values[0], before.Values[0]);
    EXPECT_EQ(after.Values[1], before.Values[1] - 1);
    EXPECT_EQ(after.Values[2], 200 - before.Values[4]);
    pin.unlock(leading);
    ASSERT_EQ(pin.lock(leading), status::success); // the position is kept
    EXPECT_EQ(pin.execute(step(DATA_MAPPINGS, leading)).Values[1], after.Values[1]);
    EXPECT_EQ(pin.advance_offsets(leading, std::uint32_t(after.Values[1]), 0),
              status::device_not_ready);
    EXPECT_EQ(frame.wait(), status::success);
}

TEST_P(StreamPointers, G12_AnOutputsWholeBufferIsMapped) {
    DataPin pin = open(DATA_OUT_MAPPED);
    Transfer frame = read(pin, 100);
    ASSERT_EQ(pin.get_edge(leading), status::success);
    EXPECT_EQ(pin.execute(step(DATA_MAPPINGS, leading)).Values[2], 100u);
    pin.execute(step(DATA_USE, leading, 60)); // the device has put 60 bytes there
    pin.unlock(leading, true);
    EXPECT_EQ(frame.wait(), status::success);
    EXPECT_EQ(frame.header().DataUsed, 60u);
}

TEST_P(StreamPointers, G12_TheMdlDescribesTheFrame) {
    DataPin pin = open(DATA_IN);
    Transfer frames = write(pin, 40, 2);
    ASSERT_EQ(pin.get_edge(leading), status::success);
    for (int i = 0; i < 2; ++i) {
        const DATA_RESULT mdl = pin.execute(step(DATA_MDL, leading));
        EXPECT_EQ(mdl.Values[0], 1u);
        EXPECT_EQ(mdl.Values[1], 40u);
        EXPECT_EQ(mdl.Values[2], 1u);
        pin.advance(leading);
    }
    EXPECT_EQ(pin.execute(step(DATA_MDL, leading)).Values[0], 0u); // at no frame
    EXPECT_EQ(pin.execute(step(DATA_IRP, leading)).Values[0], 0u);
    EXPECT_EQ(frames.wait(), status::success);
}

} // namespace
} // namespace ksbox::testing
