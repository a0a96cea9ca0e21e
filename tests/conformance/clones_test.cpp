// G8 and G13: clones of stream pointers, their cancel callbacks, and timeouts.
#include "conformance/data_filter.h"

namespace ksbox::testing {
namespace {

constexpr std::uint32_t leading = DATA_LEADING_EDGE, trailing = DATA_TRAILING_EDGE, clone = 2,
                        second_clone = 3, third_clone = 4;
constexpr std::uint64_t millisecond = 10'000; // in 100 ns

class Clones : public DataFilter {
  protected:
    std::uint64_t first(DataPin &pin) { return pin.execute(step(DATA_FIRST_CLONE)).Values[0]; }
    std::uint64_t next(DataPin &pin, std::uint32_t slot) {
        return pin.execute(step(DATA_NEXT_CLONE, slot)).Values[0];
    }
    /// Unlocked clones at a frame whose leading edge has gone on.
    void clone_and_leave(DataPin &pin, DATA_CALLBACK callback,
                         std::initializer_list<std::uint32_t> slots) {
        ASSERT_EQ(pin.get_edge(leading), status::success);
        for (std::uint32_t slot : slots) {
            ASSERT_EQ(pin.clone(leading, slot, callback), status::success);
            pin.unlock(slot);
        }
        pin.unlock(leading, true);
    }
    void pass(std::uint64_t time_100ns) {
        traced.box().run_for(std::chrono::nanoseconds(time_100ns * 100));
    }
};
KSBOX_IN_BOTH_MODES(Clones);

TEST_P(Clones, G8_ACloneIsAtTheSameFrameAndPlace) {
    DataPin pin = open(DATA_IN);
    Transfer frame = write(pin, 64);
    ASSERT_EQ(pin.get_edge(leading), status::success);
    EXPECT_EQ(pin.advance_offsets(leading, 10, 0), status::success);
    ASSERT_EQ(pin.clone(leading, clone), status::success);
    const DataPin::Look seen = pin.look(clone);
    EXPECT_TRUE(seen.has_frame);
    EXPECT_EQ(seen.offset, 1u);
    EXPECT_EQ(seen.count, 64u);
    EXPECT_EQ(seen.remaining, 54u);
    EXPECT_EQ(seen.first_bytes, counting_from(10));
    // From here on each has its own place.
    EXPECT_EQ(pin.advance_offsets(leading, 10, 0), status::success);
    EXPECT_EQ(pin.look(clone).first_bytes, counting_from(10));
    EXPECT_EQ(pin.advance_offsets(clone, 30, 0), status::success);
    EXPECT_EQ(pin.look(leading).first_bytes, counting_from(20));
    EXPECT_EQ(pin.look(clone).first_bytes, counting_from(40));
    pin.unlock(leading, true);
    pin.remove(clone);
    EXPECT_EQ(frame.wait(), status::success);
}

TEST_P(Clones, G8_ACloneIsLockedAsItsParentIs) {
    DataPin pin = open(DATA_IN);
    Transfer frame = write(pin);
    ASSERT_EQ(pin.get_edge(leading), status::success);
    ASSERT_EQ(pin.clone(leading, clone), status::success); // locked
    pin.unlock(leading);
    ASSERT_EQ(pin.clone(leading, second_clone), status::success); // not locked
    frame.cancel();
    EXPECT_TRUE(frame.pending()); // because of the first clone's lock
    EXPECT_EQ(pin.advance_offsets(clone, 1, 0), status::success);
    EXPECT_EQ(pin.advance_offsets(second_clone, 1, 0), status::device_not_ready);
    pin.unlock(clone);
    EXPECT_EQ(frame.wait(), status::cancelled);
    pin.remove(clone);
    pin.remove(second_clone);
}

TEST_P(Clones, G8_TheLeadingEdgeCannotBeClonedWithoutAFrame) {
    DataPin pin = open(DATA_IN);
    ASSERT_EQ(pin.get_edge(leading, false), status::success);
    EXPECT_EQ(pin.clone(leading, clone), status::device_not_ready);
    EXPECT_EQ(first(pin), std::uint64_t(DATA_NOTHING));
}

TEST_P(Clones, G8_TheTrailingEdgeCanBeCloned) {
    DataPin pin = open(DATA_IN_WINDOW);
    Transfer frame = write(pin, 24);
    ASSERT_EQ(pin.get_edge(trailing), status::success);
    ASSERT_EQ(pin.clone(trailing, clone), status::success);
    EXPECT_EQ(pin.look(clone).count, 24u);
    pin.unlock(trailing, true);
    EXPECT_TRUE(frame.pending());
    pin.remove(clone);
    EXPECT_EQ(frame.wait(), status::success);
}

TEST_P(Clones, G8_EachCloneAddsAReference) {
    DataPin pin = open(DATA_IN);
    Transfer frame = write(pin);
    clone_and_leave(pin, DATA_NO_CALLBACK, {clone, second_clone, third_clone});
    for (std::uint32_t slot : {second_clone, clone, third_clone}) {
        EXPECT_TRUE(frame.pending());
        pin.remove(slot);
    }
    EXPECT_EQ(frame.wait(), status::success);
}

TEST_P(Clones, G8_ContextLiesBehindTheClone) {
    DataPin pin = open(DATA_IN);
    Transfer frame = write(pin);
    ASSERT_EQ(pin.get_edge(leading), status::success);
    ASSERT_EQ(pin.clone(leading, clone, DATA_NO_CALLBACK, 24), status::success);
    ASSERT_EQ(pin.clone(leading, second_clone, DATA_NO_CALLBACK, 8), status::success);
    ASSERT_EQ(pin.clone(leading, third_clone, DATA_NO_CALLBACK, 0), status::success);
    EXPECT_TRUE(pin.look(clone).context_behind);
    EXPECT_TRUE(pin.look(second_clone).context_behind);
    EXPECT_FALSE(pin.look(third_clone).context_behind);
    pin.execute(
        {step(DATA_WRITE_CONTEXT, clone, 111), step(DATA_WRITE_CONTEXT, second_clone, 222)});
    EXPECT_EQ(pin.execute(step(DATA_READ_CONTEXT, clone)).Values[0], 111u);
    EXPECT_EQ(pin.execute(step(DATA_READ_CONTEXT, second_clone)).Values[0], 222u);
    pin.unlock(leading, true);
    for (std::uint32_t slot : {clone, second_clone, third_clone})
        pin.remove(slot);
    EXPECT_EQ(frame.wait(), status::success);
}

TEST_P(Clones, G8_ClonesAreEnumerated) {
    DataPin pin = open(DATA_IN);
    Transfer frame = write(pin);
    EXPECT_EQ(first(pin), std::uint64_t(DATA_NOTHING));
    clone_and_leave(pin, DATA_NO_CALLBACK, {clone, second_clone, third_clone});
    EXPECT_EQ(first(pin), clone);
    EXPECT_EQ(next(pin, clone), second_clone);
    EXPECT_EQ(next(pin, second_clone), third_clone);
    EXPECT_EQ(next(pin, third_clone), std::uint64_t(DATA_NOTHING));
    pin.remove(second_clone);
    EXPECT_EQ(next(pin, clone), third_clone);
    pin.remove(clone);
    EXPECT_EQ(first(pin), third_clone);
    pin.remove(third_clone);
    EXPECT_EQ(first(pin), std::uint64_t(DATA_NOTHING));
    EXPECT_EQ(frame.wait(), status::success);
}

TEST_P(Clones, G8_AClonesOwnAdvanceMovesItsReference) {
    DataPin pin = open(DATA_IN);
    Transfer one = write(pin, 16), two = write(pin, 24);
    clone_and_leave(pin, DATA_NO_CALLBACK, {clone});
    EXPECT_EQ(pin.advance(clone), status::success);
    EXPECT_EQ(one.wait(), status::success);
    ASSERT_EQ(pin.lock(clone), status::success);
    EXPECT_EQ(pin.look(clone).count, 24u);
    ASSERT_EQ(pin.get_edge(leading), status::success);
    pin.unlock(leading, true);
    EXPECT_TRUE(two.pending());
    EXPECT_EQ(pin.advance(clone), status::device_not_ready);
    EXPECT_EQ(two.wait(), status::success);
    pin.remove(clone);
}

TEST_P(Clones, G8_CancelCallsTheCallbackAtDispatchLevel) {
    DataPin pin = open(DATA_IN);
    Transfer frame = write(pin);
    clone_and_leave(pin, DATA_CALLBACK_DELETES, {clone, second_clone});
    frame.cancel();
    EXPECT_EQ(frame.wait(), status::cancelled);
    const std::vector<JournalEntry> called = only(journal(filter), "cancel");
    ASSERT_EQ(called.size(), 2u);
    for (const JournalEntry &each : called)
        EXPECT_EQ(each.irql, dispatch_level);
    EXPECT_EQ(called[0].values[0] + called[1].values[0], clone + second_clone);
    EXPECT_EQ(first(pin), std::uint64_t(DATA_NOTHING));
}

TEST_P(Clones, G8_TheCallbackIsForItsOwnIrpOnly) {
    DataPin pin = open(DATA_IN);
    Transfer one = write(pin), two = write(pin);
    clone_and_leave(pin, DATA_CALLBACK_DELETES, {clone});
    clone_and_leave(pin, DATA_CALLBACK_DELETES, {second_clone});
    two.cancel();
    EXPECT_EQ(two.wait(), status::cancelled);
    EXPECT_EQ(times("cancel"), 1u);
    EXPECT_EQ(only(journal(filter), "cancel").at(0).values[0], second_clone);
    EXPECT_TRUE(one.pending());
    pin.remove(clone);
    EXPECT_EQ(one.wait(), status::success);
    EXPECT_EQ(times("cancel"), 1u);
}

TEST_P(Clones, G8_inferred_ACloneThatItsCallbackKeepsHoldsTheCancelledIrp) {
    DataPin pin = open(DATA_IN);
    Transfer frame = write(pin), next_frame = write(pin);
    clone_and_leave(pin, DATA_CALLBACK_KEEPS, {clone});
    frame.cancel();
    EXPECT_TRUE(frame.pending());
    EXPECT_EQ(times("cancel"), 1u);
    EXPECT_EQ(pin.lock(clone), status::device_not_ready);
    pin.remove(clone);
    EXPECT_EQ(frame.wait(), status::cancelled);
    EXPECT_TRUE(next_frame.pending());
}

TEST_P(Clones, G8_WithoutACallbackTheNextLockFails) {
    DataPin pin = open(DATA_IN);
    Transfer frame = write(pin);
    clone_and_leave(pin, DATA_NO_CALLBACK, {clone});
    EXPECT_EQ(pin.lock(clone), status::success);
    pin.unlock(clone);
    frame.cancel();
    EXPECT_EQ(frame.wait(), status::cancelled);
    EXPECT_EQ(pin.lock(clone), status::device_not_ready);
    EXPECT_FALSE(pin.look(clone).has_frame);
    EXPECT_EQ(first(pin), clone); // it lives until it is deleted
    pin.remove(clone);
}

TEST_P(Clones, G8_StopCallsTheCallbacks) {
    DataPin pin = open(DATA_IN);
    Transfer frame = write(pin);
    clone_and_leave(pin, DATA_CALLBACK_DELETES, {clone});
    pin.pin.set_state(PinState::stop);
    EXPECT_EQ(frame.wait(), status::cancelled);
    EXPECT_EQ(times("cancel"), 1u);
}

/// A box with the bug of a real system.
class QuirkyClones : public InBothModes {
  protected:
    static BoxOptions quirky() {
        BoxOptions options = mode();
        options.quirks = {"clone-delete-in-cancel"};
        return options;
    }
    TracedBox traced{quirky()};
    Client &client = traced.client();
    Filter filter = traced.open("data");
};
KSBOX_IN_BOTH_MODES(QuirkyClones);

TEST_P(QuirkyClones, G20_ACloneDeletedInItsCancelCallbackIsNotReallyDeleted) {
    DataPin pin(filter.connect({.pin_id = DATA_IN, .format = DataFormat::audio({})}));
    pin.pin.set_state(PinState::acquire);
    Transfer frame(client, Transfer::write), next_frame(client, Transfer::write);
    frame.start(pin.pin);
    next_frame.start(pin.pin);
    ASSERT_EQ(pin.get_edge(leading), status::success);
    ASSERT_EQ(pin.clone(leading, clone, DATA_CALLBACK_DELETES), status::success);
    pin.unlock(clone);
    pin.unlock(leading, true);
    frame.cancel();
    EXPECT_TRUE(frame.pending());
    EXPECT_EQ(only(journal(filter), "cancel").size(), 1u);
    EXPECT_EQ(pin.execute(step(DATA_FIRST_CLONE)).Values[0], clone);
    // Elsewhere it can be deleted.
    pin.remove(clone);
    EXPECT_EQ(frame.wait(), status::cancelled);
    EXPECT_EQ(pin.execute(step(DATA_FIRST_CLONE)).Values[0], std::uint64_t(DATA_NOTHING));
    EXPECT_TRUE(next_frame.pending());
}

TEST_P(QuirkyClones, G20_AnUnknownQuirkIsRefused) {
    BoxOptions options = mode();
    options.quirks = {"clone-delete"};
    EXPECT_THROW(Box{options}, Error);
}

TEST_P(Clones, G13_ATimeoutFiresWhenItsIntervalIsOver) {
    DataPin pin = open(DATA_IN);
    Transfer frame = write(pin);
    clone_and_leave(pin, DATA_NO_CALLBACK, {clone});
    const std::uint64_t before = traced.box().now_100ns();
    pin.execute(step(DATA_TIMEOUT, clone, 100 * millisecond, DATA_CALLBACK_DELETES));
    // The callback deletes the clone: the frame has no other reference.
    EXPECT_EQ(frame.wait(), status::success);
    EXPECT_GE(traced.box().now_100ns() - before, 100 * millisecond);
    const std::vector<JournalEntry> fired = only(journal(filter), "timeout");
    ASSERT_EQ(fired.size(), 1u);
    EXPECT_EQ(fired[0].values[0], clone);
    EXPECT_EQ(first(pin), std::uint64_t(DATA_NOTHING));
}

TEST_P(Clones, G13_ATimeoutFiresOnce) {
    DataPin pin = open(DATA_IN);
    Transfer frame = write(pin);
    clone_and_leave(pin, DATA_NO_CALLBACK, {clone});
    pin.execute(step(DATA_TIMEOUT, clone, 20 * millisecond, DATA_CALLBACK_KEEPS));
    pass(200 * millisecond);
    EXPECT_EQ(times("timeout"), 1u);
    EXPECT_TRUE(frame.pending());
    pin.execute(step(DATA_TIMEOUT, clone, 20 * millisecond, DATA_CALLBACK_KEEPS));
    pass(200 * millisecond);
    EXPECT_EQ(times("timeout"), 2u);
    pin.remove(clone);
    EXPECT_EQ(frame.wait(), status::success);
}

TEST_P(Clones, G13_NotWhenThePointerIsDeletedBefore) {
    DataPin pin = open(DATA_IN);
    Transfer frame = write(pin);
    clone_and_leave(pin, DATA_NO_CALLBACK, {clone});
    pin.execute(step(DATA_TIMEOUT, clone, 100 * millisecond, DATA_CALLBACK_DELETES));
    pin.remove(clone);
    EXPECT_EQ(frame.wait(), status::success);
    pass(300 * millisecond);
    EXPECT_EQ(times("timeout"), 0u);
}

TEST_P(Clones, G13_NotWhenTheTimeoutIsCancelled) {
    DataPin pin = open(DATA_IN);
    Transfer frame = write(pin);
    clone_and_leave(pin, DATA_NO_CALLBACK, {clone});
    pin.execute({step(DATA_TIMEOUT, clone, 100 * millisecond, DATA_CALLBACK_DELETES),
                 step(DATA_CANCEL_TIMEOUT, clone)});
    pass(300 * millisecond);
    EXPECT_EQ(times("timeout"), 0u);
    EXPECT_TRUE(frame.pending());
    pin.execute(step(DATA_CANCEL_TIMEOUT, clone)); // no harm
    pin.remove(clone);
    EXPECT_EQ(frame.wait(), status::success);
}

TEST_P(Clones, G13_inferred_ASecondTimeoutReplacesTheFirst) {
    DataPin pin = open(DATA_IN);
    Transfer frame = write(pin);
    clone_and_leave(pin, DATA_NO_CALLBACK, {clone});
    const std::uint64_t before = traced.box().now_100ns();
    pin.execute({step(DATA_TIMEOUT, clone, 100 * millisecond, DATA_CALLBACK_KEEPS),
                 step(DATA_TIMEOUT, clone, 300 * millisecond, DATA_CALLBACK_DELETES)});
    EXPECT_EQ(frame.wait(), status::success);
    EXPECT_GE(traced.box().now_100ns() - before, 300 * millisecond);
    EXPECT_EQ(times("timeout"), 1u);
}

TEST_P(Clones, G13_TheLeadingEdgeMayTimeOutToo) {
    DataPin pin = open(DATA_IN);
    Transfer frame = write(pin);
    ASSERT_EQ(pin.get_edge(leading, false), status::success);
    pin.execute(step(DATA_TIMEOUT, leading, 20 * millisecond, DATA_CALLBACK_KEEPS));
    pass(200 * millisecond);
    EXPECT_EQ(times("timeout"), 1u);
    EXPECT_EQ(only(journal(filter), "timeout").at(0).values[0], leading);
}

} // namespace
} // namespace ksbox::testing
