// Section F: frames that are outstanding when a pin stops, and clients that die while it streams.
#include <deque>
#include <optional>

#include "conformance/states_filter.h"

namespace ksbox::testing {
namespace {

using enum PinState;

class Stopping : public StatesFilter {
  protected:
    struct Transfer {
        Frame frame;
        std::optional<Request> request;
    };
    /// Reads of a pin that fills `budget` of them.
    void start_reads(Pin &pin, std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) {
            transfers.push_back({empty(), {}});
            transfers.back().request.emplace(pin.start_read(transfers.back().frame));
        }
    }
    std::deque<Transfer> transfers;
};
KSBOX_IN_BOTH_MODES(Stopping);

TEST_P(Stopping, F9_InStopEveryReadHasCompletedUnfilledOnesEmpty) {
    answer(filter, "budget", 2);
    Pin pin = create(STATES_OUT);
    pin.set_state(run);
    start_reads(pin, 5);
    for (std::size_t i : {0u, 1u}) {
        const IoResult result = Pin::finish(transfers[i].frame, *transfers[i].request);
        EXPECT_EQ(std::uint32_t(result.status), status::success);
        EXPECT_EQ(transfers[i].frame.used, std::uint32_t(STATES_FRAME_BYTES));
    }
    pin.set_state(pause);
    for (std::size_t i : {2u, 3u, 4u})
        EXPECT_FALSE(ended(*transfers[i].request)) << "RUN to PAUSE leaves them in the queue";
    forget_journal(filter);
    pin.set_state(stop);
    for (std::size_t i : {2u, 3u, 4u}) {
        EXPECT_TRUE(ended(*transfers[i].request));
        const IoResult result = Pin::finish(transfers[i].frame, *transfers[i].request);
        EXPECT_EQ(std::uint32_t(result.status), status::cancelled);
        EXPECT_EQ(result.information, 0u);
        EXPECT_EQ(transfers[i].frame.used, 0u);
    }
    // The minidriver hears of the flush by its Reset.
    EXPECT_EQ(names(journal(filter)),
              (std::vector<std::string>{"set state", "set state", "reset"}));
}

TEST_P(Stopping, F9_WritesCompleteToo) {
    Pin pin = create(STATES_RUN_ONLY);
    pin.set_state(pause);
    Frame frame = numbered(1);
    Request write = pin.start_write(frame);
    EXPECT_EQ(write.wait_for(1'000'000), std::nullopt);
    pin.set_state(acquire);
    EXPECT_FALSE(ended(write));
    pin.set_state(stop);
    EXPECT_TRUE(ended(write));
    EXPECT_EQ(std::uint32_t(Pin::finish(frame, write).status), status::cancelled);
    EXPECT_TRUE(pairs("got").empty());
}

TEST_P(Stopping, F9_AfterStopThePinStreamsAgain) {
    answer(filter, "budget", 1);
    Pin pin = create(STATES_OUT);
    pin.set_state(run);
    start_reads(pin, 2);
    pin.set_state(stop);
    answer(filter, "budget", 3);
    pin.set_state(run);
    start_reads(pin, 2);
    for (std::size_t i : {2u, 3u}) {
        const IoResult result = Pin::finish(transfers[i].frame, *transfers[i].request);
        EXPECT_EQ(std::uint32_t(result.status), status::success);
        std::uint32_t number = 0;
        std::memcpy(&number, transfers[i].frame.buffer.data(), sizeof number);
        EXPECT_EQ(number, i);
    }
}

TEST_P(Stopping, F10_AClosedPinIsTakenDownStepByStep) {
    answer(filter, "budget", 0);
    {
        Pin pin = create(STATES_OUT);
        pin.set_state(run);
        start_reads(pin, 2);
        forget_journal(filter);
        pin.close();
    }
    for (Transfer &each : transfers)
        EXPECT_EQ(std::uint32_t(Pin::finish(each.frame, *each.request).status), status::cancelled);
    ASSERT_TRUE(wait_for("close"));
    EXPECT_EQ(steps(), (std::vector<Step>{{STATES_OUT, run, pause, run, pause},
                                          {STATES_OUT, pause, acquire, run, acquire},
                                          {STATES_OUT, acquire, stop, run, stop}}));
    EXPECT_EQ(names(journal(filter)).back(), "close");
}

TEST_P(Stopping, F10_WhateverTheMinidriverSays) {
    Pin pin = create(STATES_IN);
    pin.set_state(run);
    answer(filter, "to pause 0", status::device_not_ready);
    answer(filter, "to stop 0", status::device_not_ready);
    forget_journal(filter);
    pin.close();
    ASSERT_TRUE(wait_for("close"));
    EXPECT_EQ(steps().size(), 3u);
    EXPECT_EQ(names(journal(filter)).back(), "close");
}

TEST_P(Stopping, F10_ARawPinIsStoppedToo) {
    Pin pin = create(STATES_RAW);
    pin.set_state(run);
    forget_journal(filter);
    pin.close();
    ASSERT_TRUE(wait_for("close"));
    EXPECT_EQ(steps(), (std::vector<Step>{{STATES_RAW, run, stop, stop, stop}}));
}

TEST_P(Stopping, F10_AClientThatDiesInAnyStateLeavesNothingBehind) {
    for (PinState last : {stop, acquire, pause, run}) {
        SCOPED_TRACE(int(last));
        forget_journal(filter);
        Client &doomed = traced.box().client("doomed");
        answer(filter, "budget", 1);
        {
            const Filter its = doomed.open_filter(driver.filters().at(0).path);
            // Handles that nobody closes: the process's end does.
            const auto leaked = [&](std::uint32_t id, ACCESS_MASK access, Handle to) {
                HANDLE made = nullptr;
                doomed.run([&] {
                    EXPECT_EQ(KsCreatePin2(as_handle(its.handle()),
                                           RawConnect(id, stereo, to).get(), access, &made),
                              0);
                });
                return as_handle(made);
            };
            const Handle out = leaked(STATES_OUT, GENERIC_READ, 0);
            const Handle source = leaked(STATES_SOURCE, GENERIC_READ, 0);
            const Handle sink = leaked(STATES_IN, GENERIC_WRITE, source);
            for (Handle pin : {out, source, sink})
                if (last != stop)
                    set_state(doomed, pin, last);
        }
        traced.box().destroy(doomed);
        ASSERT_TRUE(wait_for("close", 3));
        EXPECT_EQ(pairs("close").size(), 3u);
        EXPECT_EQ(pairs("disconnect").size(), 1u);
        // Each pin went back to STOP, whatever it was in.
        for (std::uint32_t id : {STATES_OUT, STATES_SOURCE, STATES_IN}) {
            std::vector<Step> its_steps = steps();
            std::erase_if(its_steps, [&](const Step &step) { return step.pin_id != id; });
            EXPECT_EQ(its_steps.size(), std::size_t(2 * int(last))) << id;
            if (last != stop)
                EXPECT_EQ(its_steps.back().to, stop);
        }
    }
}

} // namespace
} // namespace ksbox::testing
