// Section F: what a pin's SetDeviceState sees, and what becomes of it.
#include "conformance/states_filter.h"

namespace ksbox::testing {
namespace {

using enum PinState;

class States : public StatesFilter {
  protected:
    /// Every error of a step: the client gets it, the pin is where it was.
    void expect_refused(std::uint32_t answer_code, std::uint32_t seen);
};
KSBOX_IN_BOTH_MODES(States);

TEST_P(States, F1_APinBeginsInStopAndIsNotToldSo) {
    Pin pin = create(STATES_IN);
    EXPECT_EQ(pin.state(), stop);
    EXPECT_EQ(names(journal(filter)), (std::vector<std::string>{"set format", "create"}));
    pin.set_state(stop); // it is there already
    EXPECT_EQ(steps(), std::vector<Step>{});
    pin.set_state(acquire);
    EXPECT_EQ(steps(), (std::vector<Step>{{STATES_IN, stop, acquire, acquire, acquire}}));
}

TEST_P(States, F1_NorIsAPinOfAConnection) {
    Pin source = create(STATES_SOURCE);
    Pin sink = create(STATES_IN, other, source.handle());
    EXPECT_EQ(steps(), std::vector<Step>{});
}

TEST_P(States, F2_AJumpOfTheClientBecomesSingleSteps) {
    Pin pin = create(STATES_IN);
    for (PinState to : {run, stop, pause, acquire, run, acquire, pause, stop}) {
        const PinState from = pin.state();
        forget_journal(filter);
        EXPECT_EQ(ask_state(pin, to), status::success);
        EXPECT_EQ(steps(), way(STATES_IN, from, to));
        EXPECT_EQ(pin.state(), to);
    }
}

TEST_P(States, F2_TheFlagForcesTheStandardTransport) {
    Pin pin = create(STATES_FORCED);
    EXPECT_EQ(ask_state(pin, run), status::success);
    EXPECT_EQ(steps(), way(STATES_FORCED, stop, run));
}

TEST_P(States, F2_PinsOutsideTheStandardTransportSeeTheJump) {
    for (std::uint32_t id : {STATES_RAW, STATES_OTHER_MEDIUM}) {
        Pin pin = create(id);
        forget_journal(filter);
        pin.set_state(run);
        pin.set_state(pause);
        pin.set_state(stop);
        // F5: for them the callback's state equals DeviceState.
        EXPECT_EQ(steps(), (std::vector<Step>{{id, stop, run, run, run},
                                              {id, run, pause, pause, pause},
                                              {id, pause, stop, stop, stop}}));
    }
}

TEST_P(States, F2_AStateBeyondRunIsRefused) {
    Pin pin = create(STATES_IN);
    for (std::uint32_t state : {4u, 0xffffffffu, 0x80000000u})
        EXPECT_EQ(ask_state(pin, PinState(state)), status::invalid_parameter);
    EXPECT_EQ(steps(), std::vector<Step>{});
}

TEST_P(States, F4_TheControlMutexIsHeldAtPassiveLevel) {
    answer(filter, "probe", 1);
    for (std::uint32_t id : {STATES_IN, STATES_RAW}) {
        Pin pin = create(id);
        forget_journal(filter);
        pin.set_state(acquire);
        const std::vector<JournalEntry> entries = journal(filter);
        EXPECT_EQ(names(entries), (std::vector<std::string>{"set state", "held"}));
        EXPECT_EQ(entries.at(0).irql, 0u);
        pin.set_state(stop);
    }
}

void States::expect_refused(std::uint32_t answer_code, std::uint32_t seen) {
    constexpr const char *questions[] = {"", "to acquire 0", "to pause 0", "to run 0"};
    for (int refused = 1; refused <= 3; ++refused) {
        SCOPED_TRACE(questions[refused]);
        Pin pin = create(STATES_IN);
        answer(filter, questions[refused], answer_code, 1);
        forget_journal(filter);
        EXPECT_EQ(ask_state(pin, run), seen);
        EXPECT_EQ(pin.state(), stop);
        // The steps up to the refused one, and those that had been made undone.
        std::vector<Step> expected = way(STATES_IN, stop, run);
        expected.resize(std::size_t(refused));
        for (int from = refused - 1; from > 0; --from)
            expected.push_back(
                {STATES_IN, PinState(from), PinState(from - 1), run, PinState(from - 1)});
        EXPECT_EQ(steps(), expected);
        // The next time nothing stands in the way.
        forget_journal(filter);
        EXPECT_EQ(ask_state(pin, run), status::success);
        EXPECT_EQ(steps(), way(STATES_IN, stop, run));
    }
}

TEST_P(States, F4_inferred_AnErrorGoesToTheClientAndTheStateStays) {
    expect_refused(status::device_not_ready, status::device_not_ready);
}

TEST_P(States, F4_PendingIsAFailure) {
    expect_refused(status::pending, status::unsuccessful);
}

TEST_P(States, F4_inferred_AnErrorOnTheWayDownLeavesThePinUp) {
    Pin pin = create(STATES_IN);
    pin.set_state(run);
    answer(filter, "to acquire 0", status::device_not_ready, 1);
    forget_journal(filter);
    EXPECT_EQ(ask_state(pin, stop), status::device_not_ready);
    EXPECT_EQ(steps(), (std::vector<Step>{{STATES_IN, run, pause, stop, pause},
                                          {STATES_IN, pause, acquire, stop, acquire},
                                          {STATES_IN, pause, run, stop, run}}));
    EXPECT_EQ(pin.state(), run);
    forget_journal(filter);
    EXPECT_EQ(ask_state(pin, stop), status::success);
    EXPECT_EQ(steps(), way(STATES_IN, run, stop));
    EXPECT_EQ(pin.state(), stop);
}

TEST_P(States, F4_AnErrorOfARawPinLeavesItsStateToo) {
    Pin pin = create(STATES_RAW);
    for (std::uint32_t code : {status::device_not_ready, status::pending}) {
        answer(filter, "to run 4", code, 1);
        EXPECT_EQ(ask_state(pin, run),
                  code == status::pending ? status::unsuccessful : status::device_not_ready);
        EXPECT_EQ(pin.state(), stop);
    }
    EXPECT_EQ(ask_state(pin, run), status::success);
    answer(filter, "to stop 4", status::device_not_ready, 1);
    EXPECT_EQ(ask_state(pin, stop), status::device_not_ready);
    EXPECT_EQ(pin.state(), run);
    pin.set_state(pause);
    // ClientState was rolled back: the next step begins where the pin is.
    EXPECT_EQ(steps().back(), (Step{STATES_RAW, run, pause, pause, pause}));
}

TEST_P(States, F5_DeviceStateIsWhatThePinHasBeenToldThePipesIsWhatItSees) {
    Pin source = create(STATES_SOURCE);
    Pin sink = create(STATES_IN, other, source.handle());
    EXPECT_EQ(ask_state(source, run), status::success);
    EXPECT_EQ(source.state(), run);
    EXPECT_EQ(sink.state(), stop);
    EXPECT_EQ(steps(), std::vector<Step>{}); // the pipe has not moved
    EXPECT_EQ(ask_state(sink, pause), status::success);
    // Both pins see the pipe's steps, with what each has been told.
    EXPECT_EQ(steps(), (std::vector<Step>{{STATES_IN, stop, acquire, pause, acquire},
                                          {STATES_SOURCE, stop, acquire, run, acquire},
                                          {STATES_IN, acquire, pause, pause, pause},
                                          {STATES_SOURCE, acquire, pause, run, pause}}));
    forget_journal(filter);
    EXPECT_EQ(ask_state(source, acquire), status::success);
    EXPECT_EQ(steps(), (std::vector<Step>{{STATES_SOURCE, pause, acquire, acquire, acquire},
                                          {STATES_IN, pause, acquire, pause, acquire}}));
}

TEST_P(States, F5_AFailureInTheOtherPinUndoesBothAndIsTheAskersError) {
    Pin source = create(STATES_SOURCE);
    Pin sink = create(STATES_IN, other, source.handle());
    source.set_state(acquire);
    for (std::uint32_t failing : {STATES_IN, STATES_SOURCE}) {
        answer(filter, failing == STATES_IN ? "to acquire 0" : "to acquire 2",
               status::device_not_ready, 1);
        forget_journal(filter);
        EXPECT_EQ(ask_state(sink, acquire), status::device_not_ready);
        EXPECT_EQ(sink.state(), stop);
        EXPECT_EQ(source.state(), acquire); // was not asked anew
        std::vector<Step> expected{{STATES_IN, stop, acquire, acquire, acquire}};
        if (failing == STATES_SOURCE) {
            expected.push_back({STATES_SOURCE, stop, acquire, acquire, acquire});
            expected.push_back({STATES_IN, acquire, stop, acquire, stop});
        }
        EXPECT_EQ(steps(), expected);
    }
    EXPECT_EQ(ask_state(sink, acquire), status::success);
}

TEST_P(States, F8_FramesArePassedFromPauseOn) {
    Pin pin = create(STATES_IN);
    pin.set_state(acquire);
    Frame frame = numbered(7);
    Request write = pin.start_write(frame);
    EXPECT_EQ(write.wait_for(1'000'000), std::nullopt);
    EXPECT_EQ(pairs("process"), (std::vector<std::pair<std::uint64_t, std::uint64_t>>{}));
    pin.set_state(pause);
    const IoResult result = Pin::finish(frame, write);
    EXPECT_EQ(std::uint32_t(result.status), status::success);
    EXPECT_EQ(result.information, std::uint64_t(STATES_FRAME_BYTES));
    EXPECT_EQ(pairs("process").at(0), std::pair(std::uint64_t(STATES_IN), std::uint64_t(pause)));
    EXPECT_EQ(pairs("got"), (std::vector<std::pair<std::uint64_t, std::uint64_t>>{{STATES_IN, 7}}));
}

TEST_P(States, F8_OrFromRunOnIfTheFlagSaysSo) {
    Pin pin = create(STATES_RUN_ONLY);
    pin.set_state(pause);
    Frame frame = numbered(8);
    Request write = pin.start_write(frame);
    EXPECT_EQ(write.wait_for(1'000'000), std::nullopt);
    EXPECT_TRUE(pairs("process").empty());
    forget_journal(filter);
    pin.set_state(run);
    EXPECT_EQ(std::uint32_t(Pin::finish(frame, write).status), status::success);
    // "after telling it to go to run state"
    EXPECT_EQ(names(journal(filter)).at(0), "set state");
    EXPECT_EQ(pairs("process").at(0),
              std::pair(std::uint64_t(STATES_RUN_ONLY), std::uint64_t(run)));
    // Back in PAUSE, the next frame waits again.
    pin.set_state(pause);
    forget_journal(filter);
    Frame next = numbered(9);
    Request waiting = pin.start_write(next);
    EXPECT_EQ(waiting.wait_for(1'000'000), std::nullopt);
    EXPECT_TRUE(pairs("process").empty());
    pin.set_state(run);
    EXPECT_EQ(std::uint32_t(Pin::finish(next, waiting).status), status::success);
}

TEST_P(States, F8_inferred_InStopNoFrameIsTaken) {
    Pin pin = create(STATES_IN);
    Frame frame = numbered(1);
    Request write = pin.start_write(frame);
    EXPECT_EQ(std::uint32_t(Pin::finish(frame, write).status), status::invalid_device_state);
    EXPECT_TRUE(pairs("process").empty());
}

} // namespace
} // namespace ksbox::testing
