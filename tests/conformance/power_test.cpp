// Section F: running pins and their device's power.
#include <algorithm>

#include "conformance/states_filter.h"

namespace ksbox::testing {
namespace {

using enum PinState;

constexpr std::uint32_t d0 = 1, d2 = 3, d3 = 4; // DEVICE_POWER_STATE

class Power : public StatesFilter {
  protected:
    /// The driver asks for it itself, and waits.
    void device_power(std::uint32_t state) {
        filter.set(states_set, KSPROPERTY_STATES_POWER, std::as_bytes(std::span(&state, 1)));
    }
    /// What the driver saw, in one line each: "1 run>pause", "power 1>4", "sleep 0".
    std::vector<std::string> story();
};
KSBOX_IN_BOTH_MODES(Power);

std::vector<std::string> Power::story() {
    constexpr const char *state_names[] = {"stop", "acquire", "pause", "run"};
    std::vector<std::string> lines;
    for (const JournalEntry &entry : journal(filter)) {
        const auto &[a, b, c] = entry.values;
        if (entry.what == "set state")
            lines.push_back(std::to_string(a) + " " + state_names[b / 16] + ">" +
                            state_names[b % 16]);
        else if (entry.what == "set power")
            lines.push_back("power " + std::to_string(b) + ">" + std::to_string(a) +
                            (c ? " after the bus" : ""));
        else if (entry.what == "query power")
            lines.push_back("query");
        else if (entry.what == "sleep" || entry.what == "wake")
            lines.push_back(entry.what + " " + std::to_string(a) + " D" + std::to_string(b - 1));
        else if (entry.what != "process" && entry.what != "set format" && entry.what != "create")
            lines.push_back(entry.what);
    }
    return lines;
}

using Story = std::vector<std::string>;

TEST_P(Power, F12_ARunningPinPausesBeforeTheDeviceLeavesD0) {
    Pin pin = create(STATES_IN);
    pin.set_state(run);
    for (std::uint32_t state : {d2, d3}) {
        forget_journal(filter);
        device_power(state);
        const std::string deep = "D" + std::to_string(state - 1);
        EXPECT_EQ(story(),
                  (Story{"0 run>pause", "sleep 0 " + deep, "power 1>" + std::to_string(state)}));
        EXPECT_EQ(pin.state(), run); // what its client has told it
        forget_journal(filter);
        device_power(d0);
        EXPECT_EQ(story(), (Story{"power " + std::to_string(state) + ">1 after the bus",
                                  "wake 0 D0", "0 pause>run"}));
    }
}

TEST_P(Power, F12_TheSystemsSleepToo) {
    Pin pin = create(STATES_IN);
    pin.set_state(run);
    forget_journal(filter);
    traced.box().suspend();
    EXPECT_EQ(story(), (Story{"query", "0 run>pause", "sleep 0 D3", "power 1>4"}));
    forget_journal(filter);
    traced.box().resume();
    ASSERT_TRUE(wait_for("set state"));
    EXPECT_EQ(story(), (Story{"power 4>1 after the bus", "wake 0 D0", "0 pause>run"}));
}

TEST_P(Power, F12_ADriverThatRefusesKeepsTheSystemAwake) {
    Pin pin = create(STATES_IN);
    pin.set_state(run);
    answer(filter, "query power", status::device_busy | 0x40000000);
    forget_journal(filter);
    try {
        traced.box().suspend();
        ADD_FAILURE() << "the driver's refusal was not heard";
    } catch (const Error &error) {
        EXPECT_EQ(error.code(), status::device_busy | 0x40000000);
    }
    EXPECT_EQ(story(), Story{"query"});
}

TEST_P(Power, F12_WhatDoesNotRunStaysAsItIs) {
    Pin stopped = create(STATES_IN);
    Pin acquired = create(STATES_OUT);
    acquired.set_state(acquire);
    Pin paused = create(STATES_RUN_ONLY);
    paused.set_state(pause);
    forget_journal(filter);
    device_power(d3);
    device_power(d0);
    EXPECT_TRUE(steps().empty());
    EXPECT_EQ(stopped.state(), stop);
    EXPECT_EQ(acquired.state(), acquire);
    EXPECT_EQ(paused.state(), pause);
}

TEST_P(Power, F12_WhatClientsAskForMeanwhileCountsAfterwards) {
    Pin up = create(STATES_IN), down = create(STATES_OUT);
    down.set_state(run);
    device_power(d3);
    forget_journal(filter);
    EXPECT_EQ(ask_state(up, run), status::success);
    EXPECT_EQ(ask_state(down, acquire), status::success);
    EXPECT_EQ(story(), (Story{"0 stop>acquire", "0 acquire>pause", "1 pause>acquire"}));
    EXPECT_EQ(up.state(), run);
    forget_journal(filter);
    device_power(d0);
    std::vector<Step> seen = steps();
    EXPECT_EQ(seen, (std::vector<Step>{{STATES_IN, pause, run, run, run}}));
}

TEST_P(Power, F12_APinMadeWhileTheDeviceSleepsWaitsToo) {
    device_power(d3);
    Pin pin = create(STATES_IN);
    EXPECT_EQ(ask_state(pin, run), status::success);
    EXPECT_EQ(steps().back(), (Step{STATES_IN, acquire, pause, run, pause}));
    forget_journal(filter);
    device_power(d0);
    EXPECT_EQ(steps(), (std::vector<Step>{{STATES_IN, pause, run, run, run}}));
}

TEST_P(Power, F12_AConnectionsPinsPauseTogether) {
    answer(filter, "budget", 0);
    Pin source = create(STATES_SOURCE);
    Pin sink = create(STATES_IN, other, source.handle());
    sink.set_state(run);
    source.set_state(run);
    forget_journal(filter);
    device_power(d3);
    EXPECT_EQ(story(),
              (Story{"2 run>pause", "0 run>pause", "sleep 2 D3", "sleep 0 D3", "power 1>4"}));
    forget_journal(filter);
    device_power(d0);
    EXPECT_EQ(story(), (Story{"power 4>1 after the bus", "wake 2 D0", "wake 0 D0", "0 pause>run",
                              "2 pause>run"}));
}

TEST_P(Power, F12_ARefusedPauseDoesNotKeepTheDeviceUp) {
    Pin pin = create(STATES_IN);
    pin.set_state(run);
    answer(filter, "to pause 0", status::device_not_ready, 1);
    forget_journal(filter);
    device_power(d3);
    EXPECT_EQ(story(), (Story{"0 run>pause", "sleep 0 D3", "power 1>4"}));
    device_power(d0);
    EXPECT_EQ(steps().back(), (Step{STATES_IN, pause, run, run, run}));
}

TEST_P(Power, F12_PinsOutsideTheStandardTransportPauseButDoNotProcess) {
    Pin pin = create(STATES_RAW);
    pin.set_state(run);
    forget_journal(filter);
    device_power(d3);
    // Sleep and Wake are for pins that process (NF:ks.KsPinRegisterPowerCallbacks).
    EXPECT_EQ(story(), (Story{"4 run>pause", "power 1>4"}));
    forget_journal(filter);
    device_power(d0);
    EXPECT_EQ(story(), (Story{"power 4>1 after the bus", "4 pause>run"}));
    EXPECT_EQ(pin.state(), run);
    // Once woken to RUN is not for ever: what pauses by itself stays so.
    pin.set_state(pause);
    device_power(d3);
    forget_journal(filter);
    device_power(d0);
    EXPECT_TRUE(steps().empty());
    EXPECT_EQ(pin.state(), pause);
    pin.set_state(run);
    device_power(d3);
    pin.set_state(acquire);
    forget_journal(filter);
    device_power(d0);
    EXPECT_TRUE(steps().empty());
    EXPECT_EQ(pin.state(), acquire);
}

TEST_P(Power, F12_NothingIsProcessedWhileTheDeviceSleeps) {
    Pin pin = create(STATES_IN);
    pin.set_state(run);
    device_power(d3);
    forget_journal(filter);
    Frame frame = numbered(5);
    Request write = pin.start_write(frame);
    EXPECT_EQ(write.wait_for(1'000'000), std::nullopt);
    EXPECT_TRUE(pairs("process").empty());
    device_power(d0);
    EXPECT_EQ(std::uint32_t(Pin::finish(frame, write).status), status::success);
    EXPECT_EQ(pairs("got"), (std::vector<std::pair<std::uint64_t, std::uint64_t>>{{STATES_IN, 5}}));
}

TEST_P(Power, F12_APinThatIsClosedMeanwhileIsForgotten) {
    {
        Pin pin = create(STATES_IN);
        pin.set_state(run);
        device_power(d3);
        forget_journal(filter);
    }
    ASSERT_TRUE(wait_for("close"));
    EXPECT_EQ(steps().back().to, stop);
    forget_journal(filter);
    device_power(d0);
    EXPECT_EQ(story(), Story{"power 4>1 after the bus"});
}

} // namespace
} // namespace ksbox::testing
