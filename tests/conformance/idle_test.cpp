// K15: an adapter that nobody uses goes to sleep when its INF says so, and wakes with an access.
#include <fstream>

#include "conformance/subdevices_filter.h"
#include "conformance/wave_rt_filter.h"

namespace ksbox::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr std::uint64_t d0 = 1, d1 = 2, d2 = 3, d3 = 4;

/// The box's first MEDIA device has these values in PowerSettings, one second to be idle among
/// them.
class Idle : public InBothModes {
  protected:
    using Values = std::vector<std::pair<std::string, unsigned>>;
    DriverOptions with(const Values &values) {
        const auto file = scratch.path() / "power.reg";
        std::ofstream out(file);
        out << "Windows Registry Editor Version 5.00\n\n"
               "[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\Class\\"
               "{4d36e96c-e325-11ce-bfc1-08002be10318}\\0000\\PowerSettings]\n";
        for (const auto &[name, value] : values)
            out << '"' << name << "\"=hex:0" << value << further_bytes << '\n';
        return {.registry_files = {file}};
    }
    void wait(unsigned milliseconds) {
        traced.box().run_for(std::chrono::milliseconds(milliseconds));
    }

    std::string further_bytes = ",00,00,00";
    ScratchFolder scratch;
    TracedBox traced{mode()};
    Client &client = traced.client();
};

/// subdevices.sys, its adapter registered for power.
class IdleAdapter : public Idle {
  protected:
    void load(const Values &values) {
        Driver &driver = traced.load("subdevices", with(values));
        for (const InterfaceFacts &facts : driver.filters())
            control.emplace(client.open_filter(facts.path));
        command(SUBDEVICES_POWER, 0);
        forget_journal(*control);
    }
    void command(SUBDEVICES_ITEM item, std::uint32_t value) {
        SUBDEVICES_COMMAND sent{};
        sent.Values[0] = value;
        EXPECT_EQ(send(client, control->handle(), IOCTL_KS_PROPERTY,
                       identifier(subdevices_set, item, KSPROPERTY_TYPE_SET), bytes_of(sent))
                      .status,
                  success);
    }
    /// The states that the adapter was told since the last question; to ask is an access, too.
    std::vector<std::uint64_t> states() {
        std::vector<std::uint64_t> told;
        for (const JournalEntry &entry : only(journal(*control), "power change")) {
            told.push_back(entry.values[0]);
            EXPECT_EQ(entry.irql, 0u);
        }
        forget_journal(*control);
        return told;
    }

    std::optional<Filter> control;
};
KSBOX_IN_BOTH_MODES(IdleAdapter);

TEST_P(IdleAdapter, K15_ADeviceThatNobodyUsesSleepsUntilTheNextAccess) {
    load({{"ConservationIdleTime", 1}, {"PerformanceIdleTime", 1}, {"IdlePowerState", 3}});
    wait(3000);
    EXPECT_THAT(states(), ElementsAre(d3, d0));
    wait(3000);
    EXPECT_THAT(states(), ElementsAre(d3, d0));
}

TEST_P(IdleAdapter, K15_EachAccessBeginsTheIdleTimeAgain) {
    load({{"PerformanceIdleTime", 2}});
    for (int i = 0; i < 8; ++i) {
        wait(500);
        EXPECT_EQ(control->pin_count(), std::uint32_t(SUBDEVICES_BRIDGE_PINS));
    }
    EXPECT_THAT(states(), IsEmpty());
    wait(4000);
    EXPECT_THAT(states(), ElementsAre(d3, d0)); // D3 is the default
}

TEST_P(IdleAdapter, K15_TheStateIsTheSettings) {
    load({{"PerformanceIdleTime", 1}, {"IdlePowerState", 2}});
    wait(3000);
    EXPECT_THAT(states(), ElementsAre(d2, d0));
}

TEST_P(IdleAdapter, K15_inferred_ValuesMayBeShort) {
    further_bytes = "";
    load({{"PerformanceIdleTime", 1}, {"IdlePowerState", 1}});
    wait(3000);
    EXPECT_THAT(states(), ElementsAre(d1, d0));
}

TEST_P(IdleAdapter, K15_inferred_AStateThatIsNoneIsTheDefault) {
    load({{"PerformanceIdleTime", 1}, {"IdlePowerState", 4}});
    wait(3000);
    EXPECT_THAT(states(), ElementsAre(d3, d0));
}

TEST_P(IdleAdapter, K15_inferred_ADeviceThatIsToStayInD0DoesNotSleep) {
    load({{"PerformanceIdleTime", 1}, {"ImmediateIdle", 1}, {"IdlePowerState", 0}});
    wait(3000);
    EXPECT_THAT(states(), IsEmpty());
}

TEST_P(IdleAdapter, K15_WithoutSettingsNothingSleeps) {
    load({});
    wait(3000);
    EXPECT_THAT(states(), IsEmpty());
    command(SUBDEVICES_IDLE, 1); // the wish alone names no time
    wait(3000);
    EXPECT_THAT(states(), IsEmpty());
}

TEST_P(IdleAdapter, K15_TheTimeOnBatteriesDoesNotCountOnMains) {
    load({{"ConservationIdleTime", 1}});
    wait(3000);
    EXPECT_THAT(states(), IsEmpty());
}

TEST_P(IdleAdapter, K15_TheDriverMaySwitchItOffAndOn) {
    load({{"PerformanceIdleTime", 1}});
    command(SUBDEVICES_IDLE, 0);
    wait(3000);
    EXPECT_THAT(states(), IsEmpty());
    command(SUBDEVICES_IDLE, 1);
    wait(3000);
    EXPECT_THAT(states(), ElementsAre(d3, d0));
}

TEST_P(IdleAdapter, K15_ImmediateIdleWaitsForNothingButTheLastUser) {
    load({{"ImmediateIdle", 1}, {"IdlePowerState", 2}});
    // What asks is an access like any other, of several requests: the device may be on its way down
    // when what it was told is forgotten, and is up when it is asked.
    const auto down_and_up = [&] {
        wait(100);
        const auto told = states();
        ASSERT_THAT(told, Not(IsEmpty()));
        EXPECT_EQ(told.back(), d0);
        for (std::size_t i = 0; i < told.size(); ++i)
            EXPECT_EQ(told[told.size() - 1 - i], i % 2 ? d2 : d0) << i;
    };
    down_and_up();
    // "except for the case in which ImmediateIdle is set": the driver's wish does not count.
    command(SUBDEVICES_IDLE, 0);
    (void)states();
    down_and_up();
}

TEST_P(IdleAdapter, K15_WhileTheSystemSleepsItIsNotWoken) {
    load({{"PerformanceIdleTime", 1}});
    wait(3000);
    traced.box().suspend();
    wait(3000);
    traced.box().resume();
    wait(100);
    EXPECT_THAT(states(), ElementsAre(d3, d0)); // down once, up with the system
}

class IdleStream : public Idle {
  protected:
    void load() {
        Driver &driver = traced.load("wavert", with({{"PerformanceIdleTime", 1}}));
        for (const InterfaceFacts &facts : driver.filters())
            if (facts.name == "Wave")
                wave.emplace(client.open_filter(facts.path));
    }
    Pin create(std::uint32_t pin_id) {
        return wave->connect({.pin_id = pin_id, .format = DataFormat::audio({})});
    }
    std::vector<std::string> story() {
        std::vector<std::string> lines;
        for (const JournalEntry &entry : journal(*wave))
            if (entry.what == "power" || entry.what == "state")
                lines.push_back(entry.what + " " + std::to_string(entry.values[1]));
            else if (entry.what == "new stream")
                lines.push_back(entry.what);
        forget_journal(*wave);
        return lines;
    }

    std::optional<Filter> wave;
};
KSBOX_IN_BOTH_MODES(IdleStream);

TEST_P(IdleStream, K15_ARunningStreamKeepsItsDeviceUp) {
    load();
    Pin pin = create(WAVERT_RENDER);
    pin.set_state(PinState::run);
    forget_journal(*wave);
    wait(4000);
    EXPECT_THAT(story(), IsEmpty());
    pin.set_state(PinState::pause);
    wait(4000);
    EXPECT_THAT(story(), ElementsAre("state 2", "power 4", "power 1"));
}

TEST_P(IdleStream, K15_TheDeviceIsUpBeforeAPinIsMadeOrRuns) {
    load();
    Pin first = create(WAVERT_RENDER);
    forget_journal(*wave);
    wait(4000);
    Pin second = create(WAVERT_PLAIN);
    EXPECT_THAT(story(), ElementsAre("power 4", "power 1", "new stream"));
    wait(4000);
    first.set_state(PinState::run);
    EXPECT_THAT(story(), ElementsAre("power 4", "power 1", "state 1", "state 2", "state 3"));
}

} // namespace
} // namespace ksbox::testing
