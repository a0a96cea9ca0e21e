// G17: gates, as drivers make and turn them, and how they hold a pin's processing.
#include "conformance/data_filter.h"

namespace ksbox::testing {
namespace {

constexpr std::uint32_t own = DATA_OWN_GATE, first = 2, second = 3, third = 4;
constexpr std::uint64_t is_or = 1;

class Gates : public DataFilter {
  protected:
    struct State {
        std::int64_t count;
        bool open;
        bool operator==(const State &) const = default;
    };
    State state(std::uint32_t gate) {
        const DATA_RESULT seen = pin.execute(step(DATA_GATE_STATE, gate));
        return {std::int64_t(seen.Values[0]), seen.Values[1] != 0};
    }
    void make_and(std::uint32_t gate, std::uint32_t next = DATA_NOTHING) {
        pin.execute(step(DATA_GATE_INITIALIZE, gate, 0, next));
    }
    void make_or(std::uint32_t gate, std::uint32_t next = DATA_NOTHING) {
        pin.execute(step(DATA_GATE_INITIALIZE, gate, is_or, next));
    }
    void change(DATA_OP operation, std::uint32_t gate, std::uint64_t kind = 0) {
        pin.execute(step(operation, gate, kind));
    }
    bool capture(std::uint32_t gate) {
        return pin.execute(step(DATA_GATE_CAPTURE, gate)).Values[0] != 0;
    }
    std::size_t calls_after_a_while() {
        traced.box().run_for(std::chrono::milliseconds(50));
        return times("process");
    }
    DataPin pin = open(DATA_IN_PROCESSED, PinState::stop);
};
KSBOX_IN_BOTH_MODES(Gates);

TEST_P(Gates, G17_AnAndGateCountsOneMinusItsOffInputs) {
    make_and(first);
    EXPECT_EQ(state(first), (State{1, true}));
    change(DATA_GATE_ADD_ON, first);
    EXPECT_EQ(state(first), (State{1, true}));
    change(DATA_GATE_ADD_OFF, first);
    EXPECT_EQ(state(first), (State{0, false}));
    change(DATA_GATE_ADD_OFF, first);
    EXPECT_EQ(state(first), (State{-1, false}));
    change(DATA_GATE_ON, first);
    EXPECT_EQ(state(first), (State{0, false}));
    change(DATA_GATE_ON, first);
    EXPECT_EQ(state(first), (State{1, true}));
    change(DATA_GATE_OFF, first);
    EXPECT_EQ(state(first), (State{0, false}));
    change(DATA_GATE_REMOVE_OFF, first);
    EXPECT_EQ(state(first), (State{1, true}));
    change(DATA_GATE_REMOVE_ON, first);
    EXPECT_EQ(state(first), (State{1, true}));
}

TEST_P(Gates, G17_AnOrGateCountsItsOnInputs) {
    make_or(first);
    EXPECT_EQ(state(first), (State{0, false}));
    change(DATA_GATE_ADD_OFF, first, is_or);
    EXPECT_EQ(state(first), (State{0, false}));
    change(DATA_GATE_ADD_ON, first, is_or);
    EXPECT_EQ(state(first), (State{1, true}));
    change(DATA_GATE_ON, first);
    EXPECT_EQ(state(first), (State{2, true}));
    change(DATA_GATE_OFF, first);
    EXPECT_EQ(state(first), (State{1, true}));
    change(DATA_GATE_REMOVE_ON, first, is_or);
    EXPECT_EQ(state(first), (State{0, false}));
    change(DATA_GATE_REMOVE_OFF, first, is_or);
    EXPECT_EQ(state(first), (State{0, false}));
}

TEST_P(Gates, G17_AGateIsAnInputOfTheNext) {
    make_or(second);
    make_and(first, second); // it is open: an on input of the OR gate
    EXPECT_EQ(state(second), (State{1, true}));
    change(DATA_GATE_ADD_OFF, first);
    EXPECT_EQ(state(second), (State{0, false}));
    change(DATA_GATE_ADD_OFF, first); // it was closed already
    EXPECT_EQ(state(second), (State{0, false}));
    change(DATA_GATE_ON, first);
    EXPECT_EQ(state(second), (State{0, false}));
    change(DATA_GATE_ON, first);
    EXPECT_EQ(state(second), (State{1, true}));
    EXPECT_EQ(pin.execute(step(DATA_GATE_STATE, first)).Values[2], 1u);
    EXPECT_EQ(pin.execute(step(DATA_GATE_STATE, second)).Values[2], 0u);
}

TEST_P(Gates, G17_ChangesGoThroughAWholeChain) {
    make_and(third);
    make_or(second, third); // closed: an off input of the AND gate
    EXPECT_EQ(state(third), (State{0, false}));
    make_and(first, second); // open
    EXPECT_EQ(state(second), (State{1, true}));
    EXPECT_EQ(state(third), (State{1, true}));
    change(DATA_GATE_OFF, first);
    EXPECT_EQ(state(first), (State{0, false}));
    EXPECT_EQ(state(second), (State{0, false}));
    EXPECT_EQ(state(third), (State{0, false}));
    change(DATA_GATE_ON, first);
    EXPECT_EQ(state(third), (State{1, true}));
}

TEST_P(Gates, G17_ATerminatedGateIsNoInputAnyMore) {
    make_and(second);
    make_or(first, second);
    EXPECT_EQ(state(second), (State{0, false}));
    change(DATA_GATE_TERMINATE, first, is_or);
    EXPECT_EQ(state(second), (State{1, true}));
    make_or(third);
    make_and(first, third);
    change(DATA_GATE_OFF, first);
    EXPECT_EQ(state(third), (State{0, false}));
    change(DATA_GATE_TERMINATE, first); // an off input goes
    EXPECT_EQ(state(third), (State{0, false}));
    make_and(first, third);
    EXPECT_EQ(state(third), (State{1, true}));
    change(DATA_GATE_TERMINATE, first);
    EXPECT_EQ(state(third), (State{0, false}));
}

TEST_P(Gates, G17_CaptureThresholdLetsOneIn) {
    make_and(first);
    EXPECT_TRUE(capture(first));
    EXPECT_EQ(state(first), (State{0, false}));
    EXPECT_FALSE(capture(first));
    EXPECT_EQ(state(first), (State{0, false}));
    change(DATA_GATE_ON, first); // who captured lets go
    EXPECT_TRUE(capture(first));
    change(DATA_GATE_OFF, first);
    EXPECT_FALSE(capture(first));
    EXPECT_EQ(state(first), (State{-1, false}));
}

TEST_P(Gates, G17_APinsOwnGateHasItsConditions) {
    EXPECT_EQ(state(own), (State{-1, false})); // not in PAUSE, no frame
    pin.pin.set_state(PinState::acquire);
    EXPECT_EQ(state(own), (State{-1, false}));
    pin.pin.set_state(PinState::pause);
    EXPECT_EQ(state(own), (State{0, false}));
    Transfer frame = write(pin); // Process leaves it
    EXPECT_EQ(calls_after_a_while(), 1u);
    EXPECT_EQ(state(own), (State{1, true}));
    pin.pin.set_state(PinState::acquire);
    EXPECT_EQ(state(own), (State{0, false}));
}

TEST_P(Gates, G17_WhileProcessRunsItsGateIsCaptured) {
    pin.program({step(DATA_GATE_CAPTURE, own), step(DATA_GET_EDGE, DATA_LEADING_EDGE, 1),
                 step(DATA_GATE_STATE, own), step(DATA_UNLOCK, DATA_LEADING_EDGE, 1)});
    pin.pin.set_state(PinState::acquire);
    pin.pin.set_state(PinState::pause);
    EXPECT_EQ(write(pin).wait(), status::success);
    // Had Process captured it again, this would be off by one.
    EXPECT_EQ(state(own), (State{0, false}));
    EXPECT_EQ(write(pin).wait(), status::success);
    EXPECT_EQ(times("process"), 2u);
}

TEST_P(Gates, G17_AnOffInputOfTheDriverHoldsProcessing) {
    change(DATA_GATE_ADD_OFF, own);
    pin.program(
        {step(DATA_GET_EDGE, DATA_LEADING_EDGE, 1), step(DATA_UNLOCK, DATA_LEADING_EDGE, 1)});
    pin.pin.set_state(PinState::acquire);
    pin.pin.set_state(PinState::pause);
    Transfer frame = write(pin);
    pin.execute(step(DATA_ATTEMPT));
    EXPECT_EQ(calls_after_a_while(), 0u);
    EXPECT_EQ(state(own), (State{0, false}));
    change(DATA_GATE_ON, own); // opening it is no trigger
    EXPECT_EQ(calls_after_a_while(), 0u);
    pin.execute(step(DATA_ATTEMPT));
    EXPECT_EQ(frame.wait(), status::success);
    EXPECT_EQ(times("process"), 1u);
    change(DATA_GATE_OFF, own);
    Transfer next = write(pin);
    EXPECT_EQ(calls_after_a_while(), 1u);
    EXPECT_TRUE(next.pending());
    change(DATA_GATE_REMOVE_OFF, own);
}

TEST_P(Gates, G17_AGateOfTheDriverCanBeAnInputOfThePins) {
    make_or(first, own); // closed
    pin.pin.set_state(PinState::acquire);
    pin.pin.set_state(PinState::pause);
    Transfer frame = write(pin);
    EXPECT_EQ(calls_after_a_while(), 0u);
    change(DATA_GATE_ON, first);
    EXPECT_EQ(state(own), (State{1, true}));
    pin.execute(step(DATA_ATTEMPT));
    EXPECT_EQ(calls_after_a_while(), 1u);
    change(DATA_GATE_OFF, first);
    pin.execute(step(DATA_ATTEMPT));
    EXPECT_EQ(calls_after_a_while(), 1u);
    change(DATA_GATE_TERMINATE, first, is_or);
    pin.execute(step(DATA_ATTEMPT));
    EXPECT_EQ(calls_after_a_while(), 2u);
}

} // namespace
} // namespace ksbox::testing
