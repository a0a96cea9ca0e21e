// G14, G15 and G18: when a pin's Process is called, when again, and where.
#include "conformance/data_filter.h"

namespace ksbox::testing {
namespace {

const DATA_STEP take = step(DATA_GET_EDGE, DATA_LEADING_EDGE, 1),
                give_back = step(DATA_UNLOCK, DATA_LEADING_EDGE, 1);
constexpr std::uint32_t timeout_code = 0xE000'0003; // the box's own: a limit ran out

class Processing : public DataFilter {
  protected:
    /// Waits for the calls of Process that are on their way.
    std::size_t calls_after_a_while() {
        traced.box().run_for(std::chrono::milliseconds(50));
        return times("process");
    }
    JournalEntry call(std::size_t index = 0) { return only(journal(filter), "process").at(index); }
    /// What it consumes in each call, one frame.
    static void consume(DataPin &pin) { pin.program({take, give_back}); }
};
KSBOX_IN_BOTH_MODES(Processing);

TEST_P(Processing, G14_AFrameInAnEmptyQueueCallsProcess) {
    DataPin pin = open(DATA_IN_PROCESSED);
    consume(pin);
    EXPECT_EQ(calls_after_a_while(), 0u);
    for (std::uint32_t i = 1; i <= 3; ++i) {
        EXPECT_EQ(write(pin).wait(), status::success);
        EXPECT_EQ(times("process"), i);
    }
    EXPECT_EQ(call().values[0], std::uint64_t(DATA_IN_PROCESSED));
}

TEST_P(Processing, G14_AReadInAnEmptyQueueCallsProcess) {
    DataPin pin = open(DATA_OUT_PROCESSED);
    consume(pin);
    EXPECT_EQ(read(pin).wait(), status::success);
    EXPECT_EQ(times("process"), 1u);
}

TEST_P(Processing, G14_PauseIsTheLeastStateOfProcessing) {
    DataPin pin = open(DATA_IN_PROCESSED, PinState::acquire);
    consume(pin);
    Transfer frames = write(pin, 16, 3);
    EXPECT_EQ(calls_after_a_while(), 0u);
    pin.pin.set_state(PinState::pause); // frames are there: Process is called, until none is
    EXPECT_EQ(frames.wait(), status::success);
    EXPECT_EQ(times("process"), 3u);
    EXPECT_EQ(write(pin).wait(), status::success);
    EXPECT_EQ(times("process"), 4u);
    pin.pin.set_state(PinState::acquire);
    EXPECT_TRUE(write(pin).pending());
    EXPECT_EQ(times("process"), 4u);
}

TEST_P(Processing, G14_EnteringPauseWithoutFramesDoesNotCallProcess) {
    DataPin pin = open(DATA_IN_PROCESSED, PinState::acquire);
    consume(pin);
    pin.pin.set_state(PinState::pause);
    EXPECT_EQ(calls_after_a_while(), 0u);
    pin.pin.set_state(PinState::run);
    EXPECT_EQ(calls_after_a_while(), 0u);
}

TEST_P(Processing, G14_RunAfterPauseIsNoTrigger) {
    DataPin pin = open(DATA_IN_PROCESSED, PinState::pause);
    Transfer frame = write(pin); // Process returns STATUS_PENDING and leaves it
    EXPECT_EQ(calls_after_a_while(), 1u);
    pin.pin.set_state(PinState::run);
    EXPECT_EQ(calls_after_a_while(), 1u);
    EXPECT_TRUE(frame.pending());
}

TEST_P(Processing, G14_RunOnlyPinsWaitForRun) {
    DataPin pin = open(DATA_IN_RUN_ONLY, PinState::pause);
    consume(pin);
    Transfer frame = write(pin);
    EXPECT_EQ(calls_after_a_while(), 0u);
    pin.execute(step(DATA_ATTEMPT));
    EXPECT_EQ(calls_after_a_while(), 0u);
    pin.pin.set_state(PinState::run);
    EXPECT_EQ(frame.wait(), status::success);
    EXPECT_EQ(times("process"), 1u);
    pin.pin.set_state(PinState::pause);
    Transfer next = write(pin);
    EXPECT_EQ(calls_after_a_while(), 1u);
    EXPECT_TRUE(next.pending());
}

TEST_P(Processing, G14_AFrameBehindOthersIsNoTrigger) {
    DataPin pin = open(DATA_IN_PROCESSED);
    Transfer first = write(pin), second = write(pin); // Process leaves them
    EXPECT_EQ(calls_after_a_while(), 1u);
    EXPECT_TRUE(first.pending());
    EXPECT_TRUE(second.pending());
}

TEST_P(Processing, G14_AFrameBeforeTheLeadingEdgeIsNone) {
    // A frame that only a clone holds is behind the leading edge: the queue counts as empty.
    DataPin pin = open(DATA_IN_PROCESSED);
    Transfer first = write(pin);
    ASSERT_EQ(pin.get_edge(DATA_LEADING_EDGE), status::success);
    ASSERT_EQ(pin.clone(DATA_LEADING_EDGE, 2), status::success);
    pin.unlock(DATA_LEADING_EDGE, true);
    EXPECT_EQ(calls_after_a_while(), 1u);
    Transfer second = write(pin);
    EXPECT_EQ(calls_after_a_while(), 2u);
    EXPECT_TRUE(first.pending());
    pin.remove(2);
    EXPECT_EQ(first.wait(), status::success);
}

TEST_P(Processing, G14_EveryArrivalIsATriggerIfThePinSaysSo) {
    DataPin pin = open(DATA_IN_EVERY);
    Transfer first = write(pin), second = write(pin), third = write(pin);
    EXPECT_EQ(calls_after_a_while(), 3u);
    EXPECT_TRUE(first.pending());
}

TEST_P(Processing, G14_APinThatDoesNotInitiateWaitsForAnAttempt) {
    DataPin pin = open(DATA_IN, PinState::acquire);
    consume(pin);
    Transfer first = write(pin);
    pin.pin.set_state(PinState::run);
    Transfer second = write(pin);
    EXPECT_EQ(calls_after_a_while(), 0u);
    pin.execute(step(DATA_ATTEMPT));
    EXPECT_EQ(first.wait(), status::success);
    EXPECT_EQ(second.wait(), status::success);
    EXPECT_EQ(times("process"), 2u);
}

TEST_P(Processing, G14_AnAttemptCallsProcessOnlyWithFramesInTheRightState) {
    DataPin pin = open(DATA_IN_PROCESSED, PinState::acquire);
    pin.execute(step(DATA_ATTEMPT));
    Transfer frame = write(pin);
    pin.execute(step(DATA_ATTEMPT));
    EXPECT_EQ(calls_after_a_while(), 0u);
    pin.pin.set_state(PinState::pause);
    EXPECT_EQ(calls_after_a_while(), 1u);
    pin.execute(step(DATA_ATTEMPT));
    EXPECT_EQ(calls_after_a_while(), 2u);
    ASSERT_EQ(pin.get_edge(DATA_LEADING_EDGE), status::success);
    pin.unlock(DATA_LEADING_EDGE, true);
    EXPECT_EQ(frame.wait(), status::success);
    pin.execute(step(DATA_ATTEMPT));
    EXPECT_EQ(calls_after_a_while(), 2u);
}

TEST_P(Processing, G15_PendingStopsUntilTheNextTrigger) {
    DataPin pin = open(DATA_IN_PROCESSED);
    consume(pin);
    answer(filter, "process", status::pending);
    Transfer frames = write(pin, 16, 3);
    EXPECT_EQ(calls_after_a_while(), 1u);
    pin.execute(step(DATA_ATTEMPT));
    EXPECT_EQ(calls_after_a_while(), 2u);
    EXPECT_TRUE(frames.pending());
    Transfer next = write(pin); // a frame is ahead of it: no trigger
    EXPECT_EQ(calls_after_a_while(), 2u);
    answer(filter, "process", status::success);
    pin.execute(step(DATA_ATTEMPT));
    EXPECT_EQ(frames.wait(), status::success);
    EXPECT_EQ(next.wait(), status::success);
    EXPECT_EQ(times("process"), 4u);
}

TEST_P(Processing, G15_SuccessIsFollowedByTheNextCallAtOnce) {
    DataPin pin = open(DATA_IN_PROCESSED, PinState::acquire);
    pin.program({take, step(DATA_OFFSETS_UNLOCK, DATA_LEADING_EDGE, 4)});
    Transfer frame = write(pin, 16);
    pin.pin.set_state(PinState::pause);
    EXPECT_EQ(frame.wait(), status::success);
    EXPECT_EQ(times("process"), 4u); // four bytes a call
}

TEST_P(Processing, G15_SuccessWithoutProgressIsFoundOut) {
    try {
        DataPin pin = open(DATA_IN_PROCESSED);
        answer(filter, "process", status::success);
        Transfer frame = write(pin);
        frame.wait();
        FAIL() << "the box goes on";
    } catch (const BoxStopped &stop) {
        EXPECT_EQ(stop.code(), timeout_code);
        EXPECT_NE(stop.report().find("STATUS_PENDING"), std::string::npos);
    }
}

TEST_P(Processing, G18_ProcessIsCalledAtPassiveLevel) {
    DataPin pin = open(DATA_IN_PROCESSED);
    consume(pin);
    EXPECT_EQ(write(pin).wait(), status::success);
    EXPECT_EQ(call().irql, passive_level);
}

TEST_P(Processing, G18_AnAttemptAtDispatchLevelIsLeftToAWorkItem) {
    DataPin pin = open(DATA_IN_PROCESSED);
    Transfer frame = write(pin);
    EXPECT_EQ(calls_after_a_while(), 1u);
    // The steps themselves are one call of the driver: what Process does, it does later.
    pin.execute({at_dispatch(step(DATA_ATTEMPT))});
    EXPECT_EQ(calls_after_a_while(), 2u);
    EXPECT_EQ(call(1).irql, passive_level);
    EXPECT_EQ(call(1).values[2], 12u); // a delayed worker's priority
}

TEST_P(Processing, G18_DispatchLevelProcessingHappensThere) {
    DataPin pin = open(DATA_IN_DISPATCH);
    Transfer frame = write(pin);
    EXPECT_EQ(calls_after_a_while(), 1u);
    pin.execute(at_dispatch(step(DATA_ATTEMPT)));
    EXPECT_EQ(times("process"), 2u); // synchronously
    EXPECT_EQ(call(1).irql, dispatch_level);
    EXPECT_TRUE(frame.pending());
}

TEST_P(Processing, G18_AnAsynchronousAttemptIsAWorkItem) {
    DataPin pin = open(DATA_IN_PROCESSED);
    Transfer frame = write(pin);
    EXPECT_EQ(calls_after_a_while(), 1u);
    const std::uint64_t callers = call(0).values[2];
    EXPECT_NE(callers, 12u); // the first call was in the client's thread
    pin.execute(step(DATA_ATTEMPT, 0, 1));
    EXPECT_EQ(calls_after_a_while(), 2u);
    EXPECT_EQ(call(1).values[2], 12u);
    pin.execute(step(DATA_ATTEMPT, 0, 0));
    EXPECT_EQ(times("process"), 3u);
    EXPECT_EQ(call(2).values[2], callers);
}

TEST_P(Processing, G18_AsynchronousPinsAreProcessedByTheirWorkQueue) {
    struct {
        DATA_PIN pin;
        std::uint64_t priority;
    } const kinds[] = {
        {DATA_IN_ASYNCHRONOUS, 12}, {DATA_IN_CRITICAL, 13}, {DATA_IN_HYPERCRITICAL, 15}};
    for (const auto &kind : kinds) {
        DataPin pin = open(kind.pin);
        consume(pin);
        forget_journal(filter);
        EXPECT_EQ(write(pin).wait(), status::success);
        EXPECT_EQ(call().irql, passive_level);
        EXPECT_EQ(call().values[2], kind.priority) << kind.pin;
    }
}

TEST_P(Processing, G18_AnAsynchronousPinIsCalledOnceForEachTrigger) {
    DataPin pin = open(DATA_IN_ASYNCHRONOUS, PinState::acquire);
    Transfer frame = write(pin);
    pin.pin.set_state(PinState::pause);
    EXPECT_EQ(calls_after_a_while(), 1u);
    EXPECT_TRUE(frame.pending());
    pin.execute({at_dispatch(step(DATA_ATTEMPT))});
    EXPECT_EQ(calls_after_a_while(), 2u);
}

} // namespace
} // namespace ksbox::testing
