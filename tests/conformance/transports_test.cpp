// How frames cross a connection: C8 (no IRP between AVStream pins, IoCallDriver to all others), and
// what forwarding drivers need for it, F6 and F7.
#include <optional>

#include "conformance/states_filter.h"

#include "drivers/plain/plain.h"

namespace ksbox::testing {
namespace {

using enum PinState;
using Pairs = std::vector<std::pair<std::uint64_t, std::uint64_t>>;

constexpr Guid plain_set{
    0x4a3e2d60, 0x7c2a, 0x4a57, {0x8a, 0x0e, 0x3b, 0x8c, 0x7b, 0x3e, 0x5d, 0x90}};

/// One of states.sys's filters (AVStream) and plain.sys's (without).
class Transports : public StatesFilter {
  protected:
    Pin create_plain(std::uint32_t pin_id, Handle to = 0) {
        return plain.connect({.pin_id = pin_id, .format = stereo, .pin_to_handle = to});
    }
    std::uint32_t stack() { return plain.get_as<std::uint32_t>(plain_set, KSPROPERTY_PLAIN_STACK); }
    void release(std::size_t count) {
        const auto value = std::uint32_t(count);
        plain.set(plain_set, KSPROPERTY_PLAIN_RELEASE, std::as_bytes(std::span(&value, 1)));
    }
    std::vector<JournalEntry> plain_entries(std::string_view what) {
        return only(journal(plain), what);
    }
    Pairs plain_pairs(std::string_view what) {
        Pairs result;
        for (const JournalEntry &entry : plain_entries(what))
            result.emplace_back(entry.values[0], entry.values[1]);
        return result;
    }
    bool wait_for_plain(std::string_view what, std::size_t count) {
        for (int i = 0; i < 1000; ++i) {
            if (plain_entries(what).size() >= count)
                return true;
            traced.box().run_for(std::chrono::milliseconds(10));
        }
        return false;
    }
    static Pairs numbered(std::uint32_t pin_id, std::uint32_t last) {
        Pairs result;
        for (std::uint32_t number = 1; number <= last; ++number)
            result.emplace_back(pin_id, number);
        return result;
    }
    std::size_t stream_irps() const {
        const Events events = traced.events();
        return count(events, "irp.dispatch", {{"code", "IOCTL_KS_WRITE_STREAM"}}) +
               count(events, "irp.dispatch", {{"code", "IOCTL_KS_READ_STREAM"}});
    }

    Filter plain = traced.open("plain");
};
KSBOX_IN_BOTH_MODES(Transports);

TEST_P(Transports, C8_BetweenAVStreamPinsThereIsNoIrp) {
    answer(filter, "budget", 20);
    Pin source = create(STATES_SOURCE);
    Pin sink = create(STATES_IN, other, source.handle());
    traced.mark();
    sink.set_state(run);
    source.set_state(run);
    ASSERT_TRUE(wait_for("got", 20));
    EXPECT_EQ(pairs("got"), numbered(STATES_IN, 20));
    EXPECT_EQ(stream_irps(), 0u);
}

TEST_P(Transports, C8_NorWhenTheDataFlowIntoTheIrpSource) {
    answer(filter, "budget", 20);
    Pin source = create(STATES_ASK);
    Pin sink = create(STATES_OUT, other, source.handle());
    traced.mark();
    source.set_state(run);
    sink.set_state(run);
    ASSERT_TRUE(wait_for("got", 20));
    EXPECT_EQ(pairs("made"), numbered(STATES_OUT, 20));
    EXPECT_EQ(pairs("got"), numbered(STATES_ASK, 20));
    EXPECT_EQ(stream_irps(), 0u);
}

TEST_P(Transports, C8_TheQueuesAreJoinedOnTheWayToAcquire) {
    answer(filter, "budget", 3);
    Pin source = create(STATES_SOURCE);
    Pin sink = create(STATES_IN, other, source.handle());
    sink.set_state(acquire);
    // A client's frames have no place in a circuit.
    Frame frame = StatesFilter::numbered(1);
    Request write = sink.start_write(frame);
    EXPECT_EQ(std::uint32_t(Pin::finish(frame, write).status), status::invalid_device_state);
    source.set_state(acquire);
    traced.box().run_for(std::chrono::milliseconds(50));
    EXPECT_TRUE(pairs("made").empty());
    sink.set_state(pause);
    source.set_state(pause);
    ASSERT_TRUE(wait_for("got", 3));
    EXPECT_EQ(pairs("got"), numbered(STATES_IN, 3));
    // Taken apart and joined again: nothing is left over, nothing goes missing.
    source.set_state(stop);
    sink.set_state(stop);
    answer(filter, "budget", 6);
    sink.set_state(run);
    source.set_state(run);
    ASSERT_TRUE(wait_for("got", 6));
    EXPECT_EQ(pairs("got"), numbered(STATES_IN, 6));
}

TEST_P(Transports, C8_APinThatIsNotAVStreamsGetsIrps) {
    answer(filter, "budget", 20);
    Pin sink = create_plain(PLAIN_CONSUME);
    Pin source = create(STATES_SOURCE, filter, sink.handle());
    EXPECT_TRUE(pairs("connect").empty()); // C1
    sink.set_state(run);
    traced.mark();
    source.set_state(run);
    ASSERT_TRUE(wait_for_plain("got", 20));
    EXPECT_EQ(plain_pairs("got"), numbered(PLAIN_CONSUME, 20));
    EXPECT_EQ(plain_entries("got").front().values[2], std::uint64_t(STATES_FRAME_BYTES));
    EXPECT_EQ(plain_pairs("write").size(), 20u);
    EXPECT_EQ(stream_irps(), 20u);
    const std::vector<JournalEntry> locations = only(journal(plain), "location");
    EXPECT_EQ(locations.size(), 20u);
    for (const JournalEntry &entry : locations) {
        EXPECT_EQ(entry.values[0], sizeof(KSSTREAM_HEADER));
        EXPECT_EQ(entry.values[1], 0u);
        EXPECT_EQ(entry.values[2], 0u);
    }
    for (const JournalEntry &entry : only(journal(plain), "block"))
        EXPECT_EQ(entry.values[0], status::not_supported); // until somebody sets it
    source.set_state(stop);
    source.close();
    EXPECT_TRUE(pairs("disconnect").empty());
}

TEST_P(Transports, C8_AndIsReadFromByIrps) {
    answer(plain, "budget", 20);
    Pin sink = create_plain(PLAIN_PRODUCE);
    Pin source = create(STATES_ASK, filter, sink.handle());
    sink.set_state(run);
    traced.mark();
    source.set_state(run);
    ASSERT_TRUE(wait_for("got", 20));
    EXPECT_EQ(plain_pairs("made"), numbered(PLAIN_PRODUCE, 20));
    EXPECT_EQ(pairs("got"), numbered(STATES_ASK, 20));
    EXPECT_GE(stream_irps(), 20u);
    source.set_state(stop);
    // A read that failed brought no frame.
    EXPECT_EQ(pairs("got").size(), 20u);
}

TEST_P(Transports, C8_IrpsThatThePeerHoldsAreCancelledOnTheWayToStop) {
    answer(filter, "budget", 100);
    answer(plain, "hold", 1);
    Pin sink = create_plain(PLAIN_CONSUME);
    Pin source = create(STATES_SOURCE, filter, sink.handle());
    sink.set_state(run);
    source.set_state(run);
    ASSERT_TRUE(wait_for_plain("write", 2));
    traced.box().run_for(std::chrono::milliseconds(50));
    // All frames of the circuit are with the peer: the source waits for them.
    const std::size_t out = plain_pairs("write").size();
    EXPECT_EQ(pairs("made").size(), out);
    release(out);
    ASSERT_TRUE(wait_for_plain("write", out + 1));
    EXPECT_EQ(plain_pairs("got").size(), out);
    source.set_state(stop);
    forget_journal(plain);
    release(100); // nothing is left to be released
    EXPECT_TRUE(plain_pairs("got").empty());
}

TEST_P(Transports, C8_AWriteThatThePeerFailsIsRecycled) {
    answer(filter, "budget", 12);
    answer(plain, "write", status::device_not_ready, 5);
    Pin sink = create_plain(PLAIN_CONSUME);
    Pin source = create(STATES_SOURCE, filter, sink.handle());
    sink.set_state(run);
    source.set_state(run);
    ASSERT_TRUE(wait_for_plain("got", 12));
    EXPECT_EQ(plain_pairs("got"), numbered(PLAIN_CONSUME, 12));
}

TEST_P(Transports, C8_AClosedSourceLeavesThePeerAlone) {
    answer(filter, "budget", 100);
    answer(plain, "hold", 1);
    Pin sink = create_plain(PLAIN_CONSUME);
    {
        Pin source = create(STATES_SOURCE, filter, sink.handle());
        sink.set_state(run);
        source.set_state(run);
        ASSERT_TRUE(wait_for_plain("write", 1));
        // The sink's handle is not what keeps it.
        sink.close();
        EXPECT_TRUE(plain_entries("close").empty());
    }
    ASSERT_TRUE(wait_for("close"));
    ASSERT_TRUE(wait_for_plain("close", 1));
    EXPECT_EQ(plain_entries("close").size(), 1u);
}

/// states' source pin, plain's relay, states' sink pin: the relay forwards IRPs.
class Relays : public Transports {
  protected:
    Pin sink = create(STATES_IN, other);
    Pin feed = create_plain(PLAIN_FEED, sink.handle());
    Pin relay = create_plain(PLAIN_RELAY);
    Pin source = create(STATES_SOURCE, filter, relay.handle());
};
KSBOX_IN_BOTH_MODES(Relays);

TEST_P(Relays, F7_TheTargetCountsFromAcquireToStop) {
    const std::uint32_t plain_depth = stack();
    relay.set_state(acquire);
    const std::uint32_t depth = stack();
    EXPECT_EQ(depth, plain_depth + 1); // states' stack stands on a bus device of its own, and one
    relay.set_state(run);
    EXPECT_EQ(stack(), depth);
    relay.set_state(stop);
    EXPECT_EQ(stack(), plain_depth);
}

TEST_P(Relays, F6_APinForWhichTheOrderCountsSaysSo) {
    const auto ordering = [](Pin &pin, std::uint32_t verb, std::int32_t &value) {
        const KSPROPERTY request{KSPROPSETID_Connection, KSPROPERTY_CONNECTION_ACQUIREORDERING,
                                 verb};
        return std::uint32_t(pin.property(std::as_bytes(std::span(&request, 1)),
                                          std::as_writable_bytes(std::span(&value, 1)))
                                 .status);
    };
    std::int32_t value = -1;
    EXPECT_EQ(ordering(relay, KSPROPERTY_TYPE_GET, value), status::success);
    EXPECT_EQ(value, 1);
    EXPECT_EQ(ordering(relay, KSPROPERTY_TYPE_SET, value), status::not_found); // read-only
    // Who forwards no IRPs does not have the property: AVStream's pins make new ones.
    for (Pin *pin : {&feed, &sink, &source})
        EXPECT_EQ(ordering(*pin, KSPROPERTY_TYPE_GET, value), status::not_found);
}

TEST_P(Relays, F6_F7_DownstreamFirstTheIrpsAreDeepEnough) {
    answer(filter, "budget", 10);
    for (Pin *pin : {&sink, &feed, &relay, &source})
        pin->set_state(acquire);
    const std::uint32_t depth = stack();
    for (PinState state : {pause, run})
        for (Pin *pin : {&sink, &feed, &relay, &source})
            pin->set_state(state);
    ASSERT_TRUE(wait_for("got", 10));
    EXPECT_EQ(pairs("got"), numbered(STATES_IN, 10));
    for (const JournalEntry &entry : plain_entries("write")) {
        EXPECT_GE(entry.values[1], depth);
        EXPECT_GE(entry.values[2], depth); // so many locations are left to the relay
    }
    for (Pin *pin : {&source, &relay, &feed, &sink})
        pin->set_state(stop);
}

TEST_P(Relays, F6_UpstreamFirstTheyAreOneLocationShort) {
    answer(filter, "budget", 2);
    for (Pin *pin : {&source, &relay, &feed, &sink})
        pin->set_state(acquire);
    for (Pin *pin : {&sink, &feed, &relay, &source})
        pin->set_state(run);
    ASSERT_TRUE(wait_for_plain("write", 2));
    EXPECT_EQ(plain_entries("write").front().values[2], std::uint64_t(stack() - 1));
    for (Pin *pin : {&source, &relay, &feed, &sink})
        pin->set_state(stop);
}

} // namespace
} // namespace ksbox::testing
