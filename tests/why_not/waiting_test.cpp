// What pins wait for.
#include "ksbox/graph.h"
#include "why_not/refusing.h"

namespace ksbox::testing {
namespace {

using Lines = std::vector<std::string>;

class Waiting : public Refusing {
  protected:
    /// Leaves one frame at the pin.
    void write(Pin &pin) {
        frames.push_back(std::make_unique<Frame>(Frame{.buffer = Buffer(client, 64), .used = 64}));
        requests.push_back(pin.start_write(*frames.back()));
        ASSERT_FALSE(requests.back().done());
    }
    void TearDown() override { requests.clear(); }

    std::vector<std::unique_ptr<Frame>> frames;
    std::vector<Request> requests;
};
KSBOX_IN_BOTH_MODES(Waiting);

TEST_P(Waiting, ForAStateAndAFrame) {
    Pin one = pin(filter, REFUSING_PLAIN);
    EXPECT_EQ(
        one.waiting_for(),
        (Lines{"refusing/1/0.1 is in STOP: it has not been asked for PAUSE, from which on its "
               "frames are processed",
               "no frame is queued at refusing/1/0.1: its client has sent none"}));
    one.set_state(PinState::pause);
    EXPECT_EQ(one.waiting_for(),
              (Lines{"no frame is queued at refusing/1/0.1: its client has sent none"}));
    EXPECT_EQ(count(traced.events(), "ks.waiting"), 3u);
}

TEST_P(Waiting, ForTheDriverThatLeftAFrame) {
    Pin one = pin(filter, REFUSING_PLAIN);
    one.set_state(PinState::pause);
    write(one);
    EXPECT_EQ(one.waiting_for(),
              (Lines{"the gate is open and a frame is queued: the driver's Process has left it "
                     "there, and is called again when one comes to an empty queue or by "
                     "KsPinAttemptProcessing"}));
}

TEST_P(Waiting, ForKsPinAttemptProcessing) {
    Pin one = pin(filter, REFUSING_QUIET);
    one.set_state(PinState::pause);
    write(one);
    EXPECT_EQ(
        one.waiting_for(),
        (Lines{"a frame is queued, and KSPIN_FLAG_DO_NOT_INITIATE_PROCESSING leaves it to the "
               "driver to call KsPinAttemptProcessing"}));
}

TEST_P(Waiting, ForRun) {
    Pin one = pin(filter, REFUSING_RUN_ONLY);
    one.set_state(PinState::pause);
    write(one);
    EXPECT_EQ(
        one.waiting_for(),
        (Lines{"refusing/1/13.1 is in PAUSE: it has not been asked for RUN, from which on its "
               "frames are processed (KSPIN_FLAG_PROCESS_IN_RUN_STATE_ONLY)"}));
}

TEST_P(Waiting, ForAnInputOfTheDrivers) {
    answer(filter, "gate", 1);
    Pin one = pin(filter, REFUSING_PLAIN);
    one.set_state(PinState::pause);
    write(one);
    EXPECT_EQ(one.waiting_for(),
              (Lines{"1 input of the gate that the driver has added itself is off "
                     "(KsGateAddOffInputToAnd, KsGateTurnInputOff)"}));
    answer(filter, "gate", 2);
    Pin two = pin(filter, REFUSING_PLAIN);
    two.set_state(PinState::pause);
    EXPECT_EQ(two.waiting_for(),
              (Lines{"no frame is queued at refusing/1/0.2: its client has sent none",
                     "2 inputs of the gate that the driver has added itself are off "
                     "(KsGateAddOffInputToAnd, KsGateTurnInputOff)"}));
}

TEST_P(Waiting, ForNobody) {
    Pin one = pin(filter, REFUSING_IDLE);
    one.set_state(PinState::pause);
    EXPECT_EQ(one.waiting_for(), (Lines{"nothing processes frames by itself: neither the pin's "
                                        "dispatch table nor the filter's has a Process"}));
}

TEST_P(Waiting, ForTheOtherPin) {
    Pin sink = pin(filter, REFUSING_PLAIN);
    Pin source = pin(filter, REFUSING_SOURCE, sink.handle());
    sink.set_state(PinState::run);
    const Lines lines = sink.waiting_for();
    ASSERT_FALSE(lines.empty());
    EXPECT_EQ(lines.front(),
              "refusing/1/0.1 has been asked for RUN and is in STOP: refusing/1/6.2, "
              "which it is connected to, has been asked for STOP only");
}

TEST_P(Waiting, ForAConnection) {
    Pin source = pin(filter, REFUSING_SOURCE);
    EXPECT_EQ(source.waiting_for().front(),
              "refusing/1/6.1 is an IRP source that is connected to no "
              "pin: it stays in STOP");
}

TEST_P(Waiting, ForTheEndOfAReset) {
    Pin one = pin(filter, REFUSING_PLAIN);
    one.set_state(PinState::pause);
    const std::uint32_t reset = 0; // KSRESET_BEGIN
    ASSERT_TRUE(
        client.control(one.handle(), IOCTL_KS_RESET_STATE, std::as_bytes(std::span(&reset, 1)), {})
            .success());
    EXPECT_EQ(one.waiting_for().front(),
              "refusing/1/0.1 is in reset: KSRESET_BEGIN came, KSRESET_END has not");
}

TEST_P(Waiting, ForTheEndOfTheOtherPinsReset) {
    Pin sink = pin(filter, REFUSING_PLAIN);
    Pin source = pin(filter, REFUSING_SOURCE, sink.handle());
    const std::string reset = "refusing/1/0.1 is in reset: KSRESET_BEGIN came, KSRESET_END has not";
    const auto says = [&] { return std::ranges::count(source.waiting_for(), reset); };
    EXPECT_EQ(says(), 0);
    for (const std::uint32_t value : {0u, 1u}) { // KSRESET_BEGIN, KSRESET_END
        ASSERT_TRUE(client
                        .control(sink.handle(), IOCTL_KS_RESET_STATE,
                                 std::as_bytes(std::span(&value, 1)), {})
                        .success());
        EXPECT_EQ(says(), value == 0 ? 1 : 0);
    }
}

TEST_P(Waiting, WithoutTransport) {
    Pin raw = pin(filter, REFUSING_NO_TRANSPORT);
    EXPECT_EQ(raw.waiting_for(), (Lines{"the pin is not of the standard transport: its frames are "
                                        "the driver's own matter"}));
}

TEST_P(Waiting, ForNecessaryInstances) {
    Filter needy = open(REFUSING_NECESSARY);
    Pin one = pin(needy, 0);
    EXPECT_EQ(one.waiting_for().at(1), "pin factory 1 needs 3 instances before a pin of the filter "
                                       "changes its state, and none exists");
    Pin other = pin(needy, 1), third = pin(needy, 1), fourth = pin(needy, 1);
    one.set_state(PinState::pause);
    write(one);
    const std::string needs = "pin factory 1 needs 3 instances in the state in which frames are "
                              "processed, and ";
    EXPECT_EQ(one.waiting_for(), Lines{needs + "0 are in it"});
    other.set_state(PinState::pause);
    EXPECT_EQ(one.waiting_for().back(), needs + "1 is in it");
    third.set_state(PinState::pause);
    EXPECT_EQ(one.waiting_for().back(), needs + "2 are in it");
    fourth.set_state(PinState::pause);
    for (const std::string &line : one.waiting_for())
        EXPECT_FALSE(line.starts_with(needs)) << line;
}

TEST_P(Waiting, ForTheFiltersOtherPins) {
    Filter centric = open(REFUSING_CENTRIC);
    Pin one = pin(centric, CENTRIC_IN), other = pin(centric, CENTRIC_IN);
    one.set_state(PinState::pause);
    other.set_state(PinState::acquire);
    write(one);
    EXPECT_EQ(one.waiting_for(),
              (Lines{"refusing/2/0.2 is in ACQUIRE, its frames are processed from PAUSE on",
                     "no frame is queued at refusing/2/0.2: its client has sent none"}));
}

TEST_P(Waiting, ForAnyPinToLeaveStop) {
    Filter centric = open(REFUSING_CENTRIC);
    Pin one = pin(centric, CENTRIC_IN);
    EXPECT_EQ(one.waiting_for().back(), "no pin of refusing/2 has left STOP");
}

TEST_P(Waiting, ForSomeFrame) {
    Filter centric = open(REFUSING_CENTRIC);
    Pin one = pin(centric, CENTRIC_SOME);
    one.set_state(PinState::pause);
    EXPECT_EQ(one.waiting_for(), (Lines{"no pin of pin factory 1 has a frame, one of them must "
                                        "(KSPIN_FLAG_SOME_FRAMES_REQUIRED_FOR_PROCESSING)"}));
}

TEST_P(Waiting, ForAnAttachedGate) {
    Filter centric = open(REFUSING_CENTRIC);
    Pin one = pin(centric, CENTRIC_ATTACHED);
    one.set_state(PinState::pause);
    write(one);
    EXPECT_EQ(one.waiting_for(), (Lines{"the gate that the driver has attached to refusing/2/2.1 "
                                        "(KsPinAttachAndGate) is closed"}));
}

TEST_P(Waiting, ForAPinInRun) {
    Filter centric = open(REFUSING_CENTRIC);
    Pin one = pin(centric, CENTRIC_RUN);
    one.set_state(PinState::pause);
    write(one);
    EXPECT_EQ(one.waiting_for(), (Lines{"no pin is in RUN of those with "
                                        "KSPIN_FLAG_PROCESS_IF_ANY_IN_RUN_STATE"}));
}

TEST_P(Waiting, ForAProcessThatDoesNotReturn) {
    Pin one = pin(filter, REFUSING_PLAIN);
    one.set_state(PinState::pause);
    answer(filter, "slow process", 1, 1);
    Client::Thread writer = client.spawn("writer", [&] { write(one); });
    until_lingering("slow process");
    const Lines lines = one.waiting_for();
    let_go();
    writer.join();
    EXPECT_EQ(lines, (Lines{"the driver's Process has been called and has not returned"}));
}

TEST_P(Waiting, ForTheProcessingMutex) {
    Pin one = pin(filter, REFUSING_QUIET);
    one.set_state(PinState::pause);
    write(one);
    constexpr Guid set{
        0x0d9a4c57, 0x71e2, 0x4b8c, {0xa6, 0xf3, 0x2e, 0x85, 0xb0, 0x1c, 0x9d, 0x44}};
    const std::uint32_t which = REFUSING_QUIET;
    Client::Thread holder = client.spawn("holder", [&] {
        filter.set(set, KSPROPERTY_REFUSING_HOLD, std::as_bytes(std::span(&which, 1)));
    });
    until_lingering("hold");
    const Lines lines = one.waiting_for();
    let_go();
    holder.join();
    EXPECT_EQ(lines, (Lines{"the driver holds the processing mutex (KsPinAcquireProcessingMutex, "
                            "KsFilterAcquireProcessingMutex)"}));
}

TEST_P(Waiting, ForACallbackThatDoesNotReturn) {
    Pin one = pin(filter, REFUSING_PLAIN);
    answer(filter, "slow state", 1, 1);
    Client::Thread slow = client.spawn("slow", [&] { one.set_state(PinState::acquire); });
    until_lingering("slow state");
    const Lines lines = one.waiting_for();
    let_go();
    slow.join();
    EXPECT_EQ(lines,
              (Lines{"the control mutex of refusing/1 is held: a callback of the driver, or a "
                     "request, has not returned"}));
}

// The graph does not wait for it either.
TEST_P(Waiting, AGraphIsDrawnWithoutAFilterThatIsBusy) {
    Pin one = pin(filter, REFUSING_PLAIN);
    answer(filter, "slow state", 1, 1);
    Client::Thread slow = client.spawn("slow", [&] { one.set_state(PinState::acquire); });
    until_lingering("slow state");
    const GraphFacts busy = traced.box().graph();
    let_go();
    slow.join();
    ASSERT_EQ(busy.unread.size(), 2u);
    EXPECT_EQ(busy.unread[0],
              "the pins of refusing/1 are not shown: its control mutex is held by a "
              "callback of the driver, or a request, that has not returned");
    EXPECT_EQ(busy.open_filters.size(), 1u);
    EXPECT_TRUE(busy.open_pins.empty());
    const GraphFacts idle = traced.box().graph();
    ASSERT_EQ(idle.unread.size(), 1u) << "of a filter that nobody in user mode may open";
    EXPECT_NE(idle.unread[0].find("KSFILTER_FLAG_DENY_USERMODE_ACCESS"), std::string::npos);
    EXPECT_EQ(busy.unread[1], idle.unread[0]);
    ASSERT_EQ(idle.open_pins.size(), 1u);
    EXPECT_EQ(idle.open_pins[0].state, PinState::acquire);
}

} // namespace
} // namespace ksbox::testing
