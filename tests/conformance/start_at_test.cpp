// KSPROPERTY_CONNECTION_STARTAT: a pin that runs when an event is signalled.
#include <optional>

#include "conformance/states_filter.h"

namespace ksbox::testing {
namespace {

using enum PinState;

/// KSRELATIVEEVENT with eight bytes of an event's own behind its KSEVENTDATA.
struct RelativeEvent {
    std::uint32_t size = sizeof(RelativeEvent);
    std::uint32_t flags = 1; ///< KSRELATIVEEVENT_FLAG_HANDLE
    std::uint64_t object = 0;
    std::uint64_t reserved = 0;
    Guid set = states_set;
    std::uint32_t id = STATES_PLAIN_EVENT;
    std::uint32_t event_flags = 1; ///< KSEVENT_TYPE_ENABLE
    std::uint64_t event_data[4] = {};
    std::uint64_t more = 0;
};
constexpr std::size_t event_data_bytes = 32; // sizeof(KSEVENTDATA)

class StartAt : public StatesFilter {
  protected:
    std::uint32_t start_at(Pin &pin, const RelativeEvent &event, std::size_t bytes) {
        const KSPROPERTY request{KSPROPSETID_Connection, KSPROPERTY_CONNECTION_STARTAT,
                                 KSPROPERTY_TYPE_SET};
        std::vector<std::byte> value(bytes);
        std::memcpy(value.data(), &event, std::min(bytes, sizeof event));
        return std::uint32_t(pin.property(std::as_bytes(std::span(&request, 1)), value).status);
    }
    std::uint32_t start_at(Pin &pin, const RelativeEvent &event) {
        return start_at(pin, event, sizeof event);
    }
    RelativeEvent at(std::uint32_t id) const {
        RelativeEvent event;
        event.object = filter.handle();
        event.id = id;
        return event;
    }
    void signal(std::uint32_t id) {
        filter.set(states_set, KSPROPERTY_STATES_SIGNAL, std::as_bytes(std::span(&id, 1)));
    }
    bool becomes(Pin &pin, PinState state) {
        for (int i = 0; i < 1000 && pin.state() != state; ++i)
            traced.box().run_for(std::chrono::milliseconds(10));
        return pin.state() == state;
    }
    Pin paused() {
        Pin pin = create(STATES_IN);
        pin.set_state(pause);
        forget_journal(filter);
        return pin;
    }
    void let_pass() { traced.box().run_for(std::chrono::milliseconds(100)); }
};
KSBOX_IN_BOTH_MODES(StartAt);

TEST_P(StartAt, F13_APausedPinRunsWhenTheEventComes) {
    Pin pin = paused();
    EXPECT_EQ(start_at(pin, at(STATES_PLAIN_EVENT)), status::success);
    let_pass();
    EXPECT_EQ(pin.state(), pause);
    signal(STATES_EVENT_WITH_DATA); // another one
    let_pass();
    EXPECT_EQ(pin.state(), pause);
    signal(STATES_PLAIN_EVENT);
    EXPECT_TRUE(becomes(pin, run));
    let_pass(); // the pin says where it goes before the driver is called
    EXPECT_EQ(steps(), (std::vector<Step>{{STATES_IN, pause, run, run, run}}));
    EXPECT_EQ(count(traced.events(), "ks.start-at"), 1u);
    // Once only.
    pin.set_state(pause);
    signal(STATES_PLAIN_EVENT);
    let_pass();
    EXPECT_EQ(pin.state(), pause);
}

TEST_P(StartAt, F13_WhatFollowsTheEventsHeaderReachesTheObject) {
    Pin pin = paused();
    RelativeEvent event = at(STATES_EVENT_WITH_DATA);
    static_assert(offsetof(RelativeEvent, event_data) == 48);
    event.more = 0x1122334455667788;
    event.size = 48 + event_data_bytes + 8;
    EXPECT_EQ(start_at(pin, event), status::success);
    const std::vector<JournalEntry> told = only(journal(filter), "event");
    ASSERT_EQ(told.size(), 1u);
    EXPECT_EQ(told[0].values[0], 0x1122334455667788u);
    signal(STATES_EVENT_WITH_DATA);
    EXPECT_TRUE(becomes(pin, run));
}

TEST_P(StartAt, F13_InPauseOnly) {
    for (PinState state : {stop, acquire, run}) {
        Pin pin = create(STATES_IN);
        pin.set_state(state);
        EXPECT_EQ(start_at(pin, at(STATES_PLAIN_EVENT)), status::invalid_device_state);
        signal(STATES_PLAIN_EVENT);
        let_pass();
        EXPECT_EQ(pin.state(), state);
    }
}

TEST_P(StartAt, F13_AnotherRequestForAStateEndsIt) {
    Pin pin = paused();
    EXPECT_EQ(start_at(pin, at(STATES_PLAIN_EVENT)), status::success);
    pin.set_state(acquire);
    pin.set_state(pause);
    signal(STATES_PLAIN_EVENT);
    let_pass();
    EXPECT_EQ(pin.state(), pause);
}

TEST_P(StartAt, F13_TheLastOneCounts) {
    Pin pin = paused();
    EXPECT_EQ(start_at(pin, at(STATES_PLAIN_EVENT)), status::success);
    EXPECT_EQ(start_at(pin, at(STATES_EVENT_WITH_DATA)), status::success);
    signal(STATES_PLAIN_EVENT);
    let_pass();
    EXPECT_EQ(pin.state(), pause);
    signal(STATES_EVENT_WITH_DATA);
    EXPECT_TRUE(becomes(pin, run));
}

TEST_P(StartAt, F13_TheObjectsRefusalIsTheAnswer) {
    Pin pin = paused();
    answer(filter, "event", status::device_not_ready, 1);
    EXPECT_EQ(start_at(pin, at(STATES_EVENT_WITH_DATA)), status::device_not_ready);
    signal(STATES_EVENT_WITH_DATA);
    let_pass();
    EXPECT_EQ(pin.state(), pause);
    EXPECT_EQ(start_at(pin, at(77)), status::not_found); // no such event
}

TEST_P(StartAt, F13_inferred_WhatNamesNothingIsRefused) {
    Pin pin = paused();
    const RelativeEvent good = at(STATES_PLAIN_EVENT);
    RelativeEvent bad = good;
    bad.object = 0xdeadbeec;
    EXPECT_EQ(start_at(pin, bad), status::invalid_handle);
    for (std::uint32_t flags : {0u, 2u, 3u, 4u}) { // a pointer is the kernel's to give
        bad = good;
        bad.flags = flags;
        EXPECT_EQ(start_at(pin, bad), status::invalid_parameter) << flags;
    }
    bad = good;
    bad.reserved = 1;
    EXPECT_EQ(start_at(pin, bad), status::invalid_parameter);
    bad = good;
    bad.event_data[0] = 1; // "must be initialized to zero"
    EXPECT_EQ(start_at(pin, bad), status::invalid_parameter);
    bad = good;
    bad.size = sizeof bad + 1;
    EXPECT_EQ(start_at(pin, bad), status::invalid_buffer_size);
    bad.size = 48 + event_data_bytes - 1;
    EXPECT_EQ(start_at(pin, bad), status::invalid_buffer_size);
    signal(STATES_PLAIN_EVENT);
    let_pass();
    EXPECT_EQ(pin.state(), pause);
    EXPECT_EQ(start_at(pin, good), status::success);
}

TEST_P(StartAt, F13_AClosedPinIsNotKeptByItsStart) {
    {
        Pin pin = paused();
        EXPECT_EQ(start_at(pin, at(STATES_PLAIN_EVENT)), status::success);
    }
    ASSERT_TRUE(wait_for("close"));
    signal(STATES_PLAIN_EVENT);
    let_pass();
    EXPECT_EQ(pairs("close").size(), 1u);
}

TEST_P(StartAt, F13_ClosingTheObjectsHandleDoesNotEndIt) {
    Pin pin = paused();
    std::optional<Filter> third = client.open_filter(driver.filters().at(0).path);
    RelativeEvent event = at(STATES_PLAIN_EVENT);
    event.object = third->handle();
    EXPECT_EQ(start_at(pin, event), status::success);
    third.reset();
    let_pass();
    EXPECT_EQ(pin.state(), pause);
    EXPECT_EQ(ask_state(pin, stop), status::success);
}

} // namespace
} // namespace ksbox::testing
