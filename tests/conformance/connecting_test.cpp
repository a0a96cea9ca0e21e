// Sections B and C: PinToHandle, roles, Connect and Disconnect.
#include <algorithm>

#include "conformance/pins_filter.h"

namespace ksbox::testing {
namespace {

class Connecting : public PinsFilter {
  protected:
    /// Connects a pin of `first` to one of `second` on another filter, created in this order: the
    /// sink hears one Connect and one Disconnect, the source none.
    void expect_connection(std::uint32_t first, std::uint32_t second, std::uint32_t sink) {
        SCOPED_TRACE(::testing::Message() << first << " then " << second);
        const std::uint32_t source = first == sink ? second : first;
        forget();
        {
            const Created one = create(first);
            ASSERT_EQ(one.error, 0u);
            EXPECT_EQ(calls(PINS_CONNECT, sink), 0u);
            const Created two = connect(second, one);
            ASSERT_EQ(two.error, 0u);
            EXPECT_EQ(calls(PINS_CONNECT, sink), 1u);
            EXPECT_EQ(calls(PINS_DISCONNECT, sink), 0u);
        }
        EXPECT_EQ(calls(PINS_CONNECT, sink), 1u);
        EXPECT_EQ(calls(PINS_DISCONNECT, sink), 1u);
        EXPECT_EQ(calls(PINS_CONNECT, source) + calls(PINS_DISCONNECT, source), 0u);
    }
};
KSBOX_IN_BOTH_MODES(Connecting);

TEST_P(Connecting, B11_WithoutPinToHandleThePinIsAClients) {
    const Created pin = create(PINS_IN_SINK);
    ASSERT_EQ(pin.error, 0u);
    EXPECT_EQ(calls(PINS_CONNECT, PINS_IN_SINK), 0u);
    EXPECT_EQ(peer(PINS_IN_SINK).External, 1u);
}

TEST_P(Connecting, B12_BothOrdersInBothDirectionsOfData) {
    expect_connection(PINS_OUT_SOURCE, PINS_IN_SINK, PINS_IN_SINK);
    expect_connection(PINS_IN_SINK, PINS_OUT_SOURCE, PINS_IN_SINK);
    // Data flows into the IRP source.
    expect_connection(PINS_IN_SOURCE, PINS_OUT_SINK, PINS_OUT_SINK);
    expect_connection(PINS_OUT_SINK, PINS_IN_SOURCE, PINS_OUT_SINK);
    // A pin of both kinds takes the role that is left.
    expect_connection(PINS_OUT_BOTH, PINS_IN_SINK, PINS_IN_SINK);
    expect_connection(PINS_IN_SOURCE, PINS_OUT_BOTH, PINS_OUT_BOTH);
    expect_connection(PINS_IN_BOTH, PINS_OUT_SOURCE, PINS_IN_BOTH);
}

TEST_P(Connecting, B12_AnUnattachedSourceStaysInStop) {
    const Created source = create(PINS_OUT_SOURCE);
    ASSERT_EQ(source.error, 0u);
    const Handle pin = as_handle(source.handle);
    try {
        set_state(client, pin, PinState::acquire);
        ADD_FAILURE() << "an unattached source pin was acquired";
    } catch (const Error &error) {
        EXPECT_EQ(error.code(), 0xC0000184u); // STATUS_INVALID_DEVICE_STATE
    }
    EXPECT_EQ(state_of(client, pin), PinState::stop);
    std::vector<std::byte> header(sizeof(KSSTREAM_HEADER));
    EXPECT_FALSE(client.control(pin, IOCTL_KS_READ_STREAM, {}, header).success());
    const PINS_PEER facts = peer(PINS_OUT_SOURCE);
    EXPECT_EQ(facts.File + facts.Device + facts.PinInterface + facts.FilterInterface, 0u);
}

TEST_P(Connecting, B12_APinOfBothKindsIsASinkUntilItIsNamed) {
    const Created both = create(PINS_OUT_BOTH);
    ASSERT_EQ(both.error, 0u);
    EXPECT_EQ(peer(PINS_OUT_BOTH).Communication, ULONG(KSPIN_COMMUNICATION_SINK));
    EXPECT_EQ(peer(PINS_OUT_BOTH).External, 1u);
    const Created sink = connect(PINS_IN_SINK, both);
    ASSERT_EQ(sink.error, 0u);
    EXPECT_EQ(peer(PINS_OUT_BOTH).Communication, ULONG(KSPIN_COMMUNICATION_SOURCE));
    EXPECT_EQ(peer(PINS_OUT_BOTH).External, 0u);
    EXPECT_EQ(peer(PINS_IN_SINK, other).External, 0u);
}

TEST_P(Connecting, B12_AFailureLeavesTheFirstPinAsItWas) {
    const Created both = create(PINS_OUT_BOTH);
    const PINS_PEER before = peer(PINS_OUT_BOTH);
    RawConnect request(PINS_IN_SINK, stereo, as_handle(both.handle));
    request.format().SubFormat = KSDATAFORMAT_TYPE_VIDEO;
    EXPECT_NE(create_pin2(other, request.get()).error, 0u);
    EXPECT_NE(connect(PINS_STUBBORN, both).error, 0u);
    const PINS_PEER after = peer(PINS_OUT_BOTH);
    EXPECT_EQ(std::memcmp(&before, &after, sizeof before), 0);
    EXPECT_EQ(connect(PINS_IN_SINK, both).error, 0u);
}

TEST_P(Connecting, B13_SourcesConnectToSinks) {
    constexpr std::uint32_t in[] = {PINS_IN_SINK, PINS_IN_SOURCE, PINS_IN_BOTH};
    constexpr std::uint32_t out[] = {PINS_OUT_SINK, PINS_OUT_SOURCE, PINS_OUT_BOTH};
    for (std::uint32_t a = 0; a < 3; ++a)
        for (std::uint32_t b = 0; b < 3; ++b) {
            SCOPED_TRACE(::testing::Message() << in[a] << " and " << out[b]);
            const bool possible = a != b || a == 2; // unlike, or both are BOTH
            const Created first = create(in[a]);
            EXPECT_EQ(connect(out[b], first).error == 0, possible);
            const Created second = create(out[b]);
            EXPECT_EQ(connect(in[a], second).error == 0, possible);
        }
}

TEST_P(Connecting, B14_ABridgePinConnectsToNoPin) {
    const Created sink = create(PINS_OUT_BOTH);
    EXPECT_NE(connect(PINS_IN_BRIDGE, sink).error, 0u);
    const Created bridge = create(PINS_IN_BRIDGE);
    EXPECT_EQ(bridge.error, 0u); // but it can be instantiated
    EXPECT_NE(connect(PINS_OUT_SOURCE, bridge).error, 0u);
    EXPECT_EQ(calls(PINS_CONNECT, PINS_IN_BRIDGE), 0u);
}

TEST_P(Connecting, B15_inferred_WhatIsNoFreePinIsRefusedBeforeTheDriver) {
    const Created sink = create(PINS_IN_SINK, other);
    const Created source = create(PINS_OUT_SOURCE, filter, as_handle(sink.handle));
    ASSERT_EQ(source.error, 0u);
    Created stale = create(PINS_IN_SINK, other);
    stale.object.close();
    const Handle event = client.create_event(true);
    forget();
    const auto refused = [&](Handle handle) {
        return create(PINS_OUT_SOURCE, filter, handle).error != 0;
    };
    EXPECT_TRUE(refused(as_handle(sink.handle))); // connected already
    EXPECT_TRUE(refused(other.handle()));         // a filter
    EXPECT_TRUE(refused(as_handle(stale.handle)));
    EXPECT_TRUE(refused(0xdeadbeec));
    EXPECT_TRUE(refused(event)); // no file at all
    EXPECT_TRUE(pin_events().empty());
    client.close(event);
}

TEST_P(Connecting, B15_inferred_APinThatHasLeftStopIsNotConnected) {
    const Created sink = create(PINS_IN_SINK, other);
    ASSERT_EQ(sink.error, 0u);
    set_state(client, as_handle(sink.handle), PinState::acquire);
    forget();
    EXPECT_EQ(create(PINS_OUT_SOURCE, filter, as_handle(sink.handle)).error, 0x80070016u);
    set_state(client, as_handle(sink.handle), PinState::stop);
    EXPECT_EQ(create(PINS_OUT_SOURCE, filter, as_handle(sink.handle)).error, 0u);
}

TEST_P(Connecting, C1_ConnectIsTheSinksAndNeverAClients) {
    for (std::uint32_t pin : {PINS_IN_SINK, PINS_OUT_SINK, PINS_IN_BOTH}) {
        create(pin).object.close();
        EXPECT_EQ(calls(PINS_CLOSE, pin), 1u);
        EXPECT_EQ(calls(PINS_CONNECT, pin) + calls(PINS_DISCONNECT, pin), 0u);
    }
    expect_connection(PINS_OUT_SOURCE, PINS_IN_SINK, PINS_IN_SINK);
}

TEST_P(Connecting, C1a_TheSinksControlMutexIsHeldInConnectAndDisconnect) {
    {
        const Created source = create(PINS_OUT_SOURCE);
        EXPECT_EQ(connect(PINS_IN_SINK, source).error, 0u);
    }
    std::vector<PinEvent> seen = pin_events();
    std::erase_if(seen, [](const PinEvent &event) {
        return event.what != PINS_CONNECT && event.what != PINS_DISCONNECT;
    });
    EXPECT_EQ(seen, (std::vector<PinEvent>{{PINS_CONNECT, PINS_IN_SINK, PINS_CONTROL_HELD},
                                           {PINS_DISCONNECT, PINS_IN_SINK, PINS_CONTROL_HELD}}));
}

TEST_P(Connecting, C1b_inferred_CrosswiseConnectionsDoNotDeadlock) {
    std::vector<Created> here, there;
    for (int i = 0; i < 3; ++i) {
        here.push_back(create(PINS_OUT_SOURCE));
        there.push_back(create(PINS_OUT_SOURCE, other));
    }
    const auto connect_all = [&](const Filter &on, const std::vector<Created> &sources) {
        CoInitializeEx(nullptr, COINIT_MULTITHREADED);
        for (const Created &source : sources) {
            HANDLE made = nullptr;
            const RawConnect request(PINS_IN_SINK, stereo, as_handle(source.handle));
            EXPECT_EQ(KsCreatePin2(as_handle(on.handle()), request.get(), GENERIC_WRITE, &made), 0);
            client.close(as_handle(made));
        }
    };
    Client::Thread one = client.spawn("one", [&] { connect_all(other, here); });
    Client::Thread two = client.spawn("two", [&] { connect_all(filter, there); });
    one.join();
    two.join();
    EXPECT_EQ(calls(PINS_CONNECT, PINS_IN_SINK), 6u);
}

TEST_P(Connecting, C4_WithoutAConnectRoutineTheConnectionSucceeds) {
    for (std::uint32_t sink : {PINS_NO_CONNECT, PINS_NO_DISPATCH}) {
        const Created source = create(PINS_OUT_SOURCE);
        EXPECT_EQ(connect(sink, source).error, 0u);
        const Created plain = create(sink);
        EXPECT_EQ(connect(PINS_OUT_SOURCE, plain).error, 0u);
    }
}

TEST_P(Connecting, C5_DisconnectComesOnceWhicheverPinIsClosedFirst) {
    for (bool source_first : {true, false}) {
        forget();
        Created source = create(PINS_OUT_SOURCE);
        Created sink = connect(PINS_IN_SINK, source);
        ASSERT_EQ(sink.error, 0u);
        (source_first ? source : sink).object.close();
        (source_first ? sink : source).object.close();
        EXPECT_EQ(calls(PINS_DISCONNECT, PINS_IN_SINK), 1u);
        EXPECT_EQ(calls(PINS_CLOSE, PINS_IN_SINK), 1u);
        EXPECT_EQ(calls(PINS_CLOSE, PINS_OUT_SOURCE), 1u);
    }
}

TEST_P(Connecting, C6_inferred_ConnectFollowsTheCreateOfTheSecondPin) {
    const Created source = create(PINS_OUT_SOURCE);
    forget();
    const Created sink = connect(PINS_IN_SINK, source);
    EXPECT_EQ(pin_events(),
              (std::vector<PinEvent>{{PINS_SET_FORMAT, PINS_IN_SINK, PINS_FIRST_FORMAT},
                                     {PINS_CREATE, PINS_IN_SINK, PINS_BELOW_FILTER},
                                     {PINS_CONNECT, PINS_IN_SINK, PINS_CONTROL_HELD}}));
}

TEST_P(Connecting, C9_OnlyTheSourceSeesItsPeersFile) {
    const Created source = create(PINS_OUT_SOURCE);
    const Created sink = connect(PINS_IN_SINK, source);
    ASSERT_EQ(sink.error, 0u);
    const PINS_PEER of_source = peer(PINS_OUT_SOURCE);
    EXPECT_EQ(of_source.File, 1u);
    EXPECT_EQ(of_source.Device, 1u);
    EXPECT_EQ(of_source.PinInterface, 1u);
    EXPECT_EQ(of_source.FilterInterface, 1u);
    const PINS_PEER of_sink = peer(PINS_IN_SINK, other);
    EXPECT_EQ(of_sink.File + of_sink.Device, 0u);
    // Interfaces are queried on either end of a connection between AVStream pins.
    EXPECT_EQ(of_sink.PinInterface, 1u);
    EXPECT_EQ(of_sink.FilterInterface, 1u);
}

} // namespace
} // namespace ksbox::testing
