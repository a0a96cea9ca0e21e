// Section K: notifications, positions, registers and packets of running WaveRT streams.
#include "conformance/wave_rt_filter.h"

namespace ksbox::testing {
namespace {

using namespace status;
using enum PinState;

class WaveRtStreaming : public WaveRt {
  protected:
    static constexpr std::uint32_t buffer_bytes = 9600; // 50 ms of 48 kHz stereo
    static constexpr std::uint32_t block_bytes = 4;

    /// The packets that a render stream has played, and the time at which that is so.
    std::uint32_t packet_count(Pin &pin) {
        const Answer answered = ask(pin, Rt::packet_count, {}, 4);
        EXPECT_EQ(answered.status, success);
        EXPECT_EQ(answered.information, 4u);
        return answered.as<std::uint32_t>();
    }
    /// Signals of an auto-reset event until the stream has played so many packets.
    std::uint32_t signals_until(Pin &pin, Handle event, std::uint32_t packets) {
        std::uint32_t signals = 0;
        while (packet_count(pin) < packets)
            signals += client.wait(event, 1'000'000);
        return signals + client.wait(event, 0);
    }
};
KSBOX_IN_BOTH_MODES(WaveRtStreaming);

TEST_P(WaveRtStreaming, K10_AnEventIsSignalledOnceOrTwiceACycle) {
    for (std::uint32_t notifications : {1u, 2u}) {
        SCOPED_TRACE(notifications);
        Pin pin = create(WAVERT_RENDER);
        forget_journal(wave);
        buffer(pin, buffer_bytes, notifications);
        EXPECT_EQ(journal(wave), (std::vector<JournalEntry>{
                                     {"allocate", {WAVERT_RENDER, buffer_bytes, notifications}}}));
        const Handle event = client.create_event(false);
        EXPECT_EQ(event_property(pin, Rt::register_event, event), success);
        let_run(1'000'000);
        EXPECT_FALSE(client.wait(event, 0)); // not before RUN
        start(pin);
        const std::uint32_t signals = signals_until(pin, event, 6);
        // Each notification is a packet; one that comes while the event is set is not seen.
        EXPECT_GE(signals, GetParam() ? 1u : 6u);
        EXPECT_LE(signals, packet_count(pin));
        const std::uint64_t played = ask_position(pin).as<std::uint64_t>(8);
        EXPECT_LT(played, buffer_bytes);
        pin.set_state(stop);
        (void)client.wait(event, 0);
        let_run(1'000'000);
        EXPECT_FALSE(client.wait(event, 0));
        EXPECT_EQ(event_property(pin, Rt::unregister_event, event), success);
        EXPECT_EQ(only(journal(wave), "unregister").size(), 1u);
    }
}

TEST_P(WaveRtStreaming, K10_ANotificationComesWhenItsHalfIsPlayed) {
    if (GetParam())
        return; // where the client is on time
    Pin pin = create(WAVERT_RENDER);
    buffer(pin, buffer_bytes, 2);
    const Handle event = client.create_event(false);
    ASSERT_EQ(event_property(pin, Rt::register_event, event), success);
    start(pin);
    for (std::uint64_t i = 1; i <= 10; ++i) {
        ASSERT_TRUE(client.wait(event, 10'000'000));
        const std::uint64_t position = ask_position(pin).as<std::uint64_t>(8);
        const std::uint64_t half = i % 2 * (buffer_bytes / 2);
        EXPECT_GE(position, half);
        EXPECT_LT(position, half + buffer_bytes / 2);
    }
}

TEST_P(WaveRtStreaming, K10_EventsComeAfterABufferWithNotification) {
    Pin pin = create(WAVERT_RENDER);
    const Handle event = client.create_event(false);
    EXPECT_EQ(event_property(pin, Rt::register_event, event), device_not_ready);
    buffer(pin, buffer_bytes);
    EXPECT_EQ(event_property(pin, Rt::register_event, event), device_not_ready);
    EXPECT_EQ(only(journal(wave), "register").size(), 0u);
}

TEST_P(WaveRtStreaming, K10_OneOrTwoNotificationsACycle) {
    Pin pin = create(WAVERT_RENDER);
    const std::uint32_t sizes[2] = {buffer_bytes, 3};
    EXPECT_EQ(ask(pin, Rt::buffer_with_notification,
                  joined(bytes_of(std::uint64_t(0)), bytes_of(sizes)), sizeof(RtBuffer))
                  .status,
              invalid_parameter);
    const std::uint32_t none[2] = {buffer_bytes, 0};
    EXPECT_EQ(ask(pin, Rt::buffer_with_notification,
                  joined(bytes_of(std::uint64_t(0)), bytes_of(none)), sizeof(RtBuffer))
                  .status,
              invalid_parameter);
    EXPECT_EQ(only(journal(wave), "allocate").size(), 0u);
}

TEST_P(WaveRtStreaming, K10_RegisteringIsAGetOrASet) {
    Pin pin = create(WAVERT_RENDER);
    buffer(pin, buffer_bytes, 2);
    const Handle event = client.create_event(false);
    for (std::uint32_t flags : {KSPROPERTY_TYPE_GET, KSPROPERTY_TYPE_SET}) {
        EXPECT_EQ(event_property(pin, Rt::register_event, event, flags), success);
        EXPECT_EQ(event_property(pin, Rt::unregister_event, event, flags), success);
    }
    EXPECT_EQ(event_property(pin, Rt::unregister_event, event), not_found);
    EXPECT_EQ(event_property(pin, Rt::register_event, 0x7ffc), invalid_handle);
    answer(wave, "register", 0xC000009A, 1);
    EXPECT_EQ(event_property(pin, Rt::register_event, event), 0xC000009Au);
    EXPECT_EQ(event_property(pin, Rt::unregister_event, event), not_found);
    const Handle semaphore = client.create_semaphore(0, 1);
    EXPECT_EQ(event_property(pin, Rt::register_event, semaphore), 0xC0000024u);
}

TEST_P(WaveRtStreaming, K10_WhatTheClientForgetsIsUnregisteredAtTheClose) {
    const Handle event = client.create_event(false);
    {
        Pin pin = create(WAVERT_RENDER);
        buffer(pin, buffer_bytes, 2);
        EXPECT_EQ(event_property(pin, Rt::register_event, event), success);
        client.close(event); // the stream still has it
        start(pin);
        EXPECT_TRUE(wait_until([&] { return packet_count(pin) >= 2; }));
        pin.set_state(stop);
        forget_journal(wave);
    }
    EXPECT_EQ(journal(wave), (std::vector<JournalEntry>{{"unregister", {WAVERT_RENDER}},
                                                        {"free", {WAVERT_RENDER, buffer_bytes, 2}},
                                                        {"gone", {WAVERT_RENDER}}}));
}

TEST_P(WaveRtStreaming, K10_ADriverWithoutNotifications) {
    Pin pin = create(WAVERT_PLAIN);
    const Answer support = ask(pin, Rt::notification_support, {}, 4);
    EXPECT_EQ(support.status, success);
    EXPECT_EQ(support.as<std::uint32_t>(), 0u);
    EXPECT_EQ(ask_buffer(pin, buffer_bytes, 2).status, 0xC00000BBu); // STATUS_NOT_SUPPORTED
    EXPECT_EQ(event_property(pin, Rt::register_event, never), 0xC00000BBu);
    EXPECT_EQ(event_property(pin, Rt::unregister_event, never), 0xC00000BBu);
    buffer(pin, buffer_bytes); // without it is fine
    Pin with = create(WAVERT_RENDER);
    EXPECT_EQ(ask(with, Rt::notification_support, {}, 4).as<std::uint32_t>(), 1u);
}

TEST_P(WaveRtStreaming, K11_ThePlayOffsetIsTheConvertersAndWraps) {
    Pin pin = create(WAVERT_RENDER);
    buffer(pin, buffer_bytes);
    start(pin);
    bool wrapped = false;
    std::uint64_t last = 0;
    for (int i = 0; i < 60; ++i) {
        const Answer answered = ask_position(pin);
        ASSERT_EQ(answered.status, success);
        ASSERT_EQ(answered.information, 16u);
        const std::uint64_t play = answered.as<std::uint64_t>(),
                            write = answered.as<std::uint64_t>(8);
        ASSERT_LT(play, buffer_bytes);
        ASSERT_LT(write, buffer_bytes);
        // The FIFO is between them.
        const std::uint64_t between = (write + buffer_bytes - play) % buffer_bytes;
        ASSERT_LE(between, std::uint64_t(WAVERT_FIFO_BYTES));
        wrapped |= write < last;
        last = write;
        let_run(30'000);
    }
    EXPECT_TRUE(wrapped ||
                wait_until([&] { return ask_position(pin).as<std::uint64_t>(8) < last; }));
    pin.set_state(pause); // where it freezes
    const Answer frozen = ask_position(pin);
    let_run(300'000);
    EXPECT_EQ(ask_position(pin).bytes, frozen.bytes);
    pin.set_state(stop); // where it is reset
    EXPECT_EQ(ask_position(pin).as<std::uint64_t>(8), 0u);
}

TEST_P(WaveRtStreaming, K11_TheDriversFailureIsTheClients) {
    Pin pin = create(WAVERT_RENDER);
    answer(wave, "position", device_not_ready);
    EXPECT_EQ(ask_position(pin).status, device_not_ready);
    EXPECT_EQ(ask_position(pin, 0).status, buffer_overflow);
    EXPECT_EQ(ask_position(pin, 0).information, 16u);
    EXPECT_EQ(ask_position(pin, 8).status, buffer_too_small);
}

TEST_P(WaveRtStreaming, K12_ThePositionRegisterIsReadWithoutARequest) {
    Pin pin = create(WAVERT_RENDER);
    buffer(pin, buffer_bytes);
    const Answer answered = ask_register(pin, Rt::position_register);
    ASSERT_EQ(answered.status, success);
    const auto found = answered.as<RtRegister>();
    EXPECT_EQ(found.width, 64u);
    EXPECT_EQ(found.accuracy, block_bytes);
    ASSERT_NE(found.address, nullptr);
    EXPECT_EQ(std::uintptr_t(found.address) % 4096, std::uintptr_t(WAVERT_POSITION_OFFSET));
    start(pin);
    let_run(200'000);
    traced.mark();
    const std::uint64_t first = *found.address;
    EXPECT_EQ(traced.irps("IRP_MJ_DEVICE_CONTROL"), 0u);
    EXPECT_LT(first, buffer_bytes);
    EXPECT_TRUE(wait_until([&] { return *found.address != first; }));
    pin.set_state(pause);
    EXPECT_EQ(*found.address, ask_position(pin).as<std::uint64_t>(8));
}

TEST_P(WaveRtStreaming, K12_TheClockRegisterToo) {
    Pin pin = create(WAVERT_RENDER);
    buffer(pin, buffer_bytes);
    const Answer answered = ask_register(pin, Rt::clock_register);
    ASSERT_EQ(answered.status, success);
    const auto found = answered.as<RtRegister>();
    EXPECT_EQ(found.width, 64u);
    EXPECT_EQ(found.numerator, 3000u);
    EXPECT_EQ(found.denominator, 3u);
    EXPECT_EQ(found.accuracy, 1u);
    start(pin);
    const std::uint64_t first = *found.address;
    EXPECT_TRUE(wait_until([&] { return *found.address > first; }));
}

TEST_P(WaveRtStreaming, K12_ARegisterIsMappedOnce) {
    Pin pin = create(WAVERT_RENDER);
    for (Rt id : {Rt::position_register, Rt::clock_register}) {
        EXPECT_EQ(ask_register(pin, id).status, success);
        EXPECT_EQ(ask_register(pin, id).status, unsuccessful);
    }
    EXPECT_EQ(only(journal(wave), "position register").size(), 1u);
    EXPECT_EQ(only(journal(wave), "clock register").size(), 1u);
}

TEST_P(WaveRtStreaming, K12_ADriverWithoutRegisters) {
    Pin pin = create(WAVERT_PLAIN);
    for (Rt id : {Rt::position_register, Rt::clock_register}) {
        const Answer refused = ask_register(pin, id);
        EXPECT_EQ(refused.status, 0xC00000BBu); // STATUS_NOT_SUPPORTED, the driver's
        EXPECT_EQ(refused.information, 0u);
    }
    answer(wave, "position register", device_not_ready);
    Pin other = create(WAVERT_RENDER);
    EXPECT_EQ(ask_register(other, Rt::position_register).status, device_not_ready);
    answer(wave, "position register", 0, 0);
    EXPECT_EQ(ask_register(other, Rt::position_register).status, success); // not the second time
}

TEST_P(WaveRtStreaming, K12_LatencyIsTheDrivers) {
    Pin pin = create(WAVERT_RENDER);
    const Answer answered = ask(pin, Rt::latency, {}, 12);
    EXPECT_EQ(answered.status, success);
    EXPECT_EQ(answered.information, 12u);
    EXPECT_EQ(answered.as<std::uint32_t>(), std::uint32_t(WAVERT_FIFO_BYTES));
    EXPECT_EQ(answered.as<std::uint32_t>(4), std::uint32_t(WAVERT_CHIPSET_100NS));
    EXPECT_EQ(answered.as<std::uint32_t>(8), std::uint32_t(WAVERT_CODEC_100NS));
}

TEST_P(WaveRtStreaming, K12_PacketCountAndPresentationPositionAgree) {
    Pin pin = create(WAVERT_RENDER);
    buffer(pin, buffer_bytes, 2);
    EXPECT_EQ(packet_count(pin), 0u);
    start(pin);
    EXPECT_TRUE(wait_until([&] { return packet_count(pin) >= 5; }));
    pin.set_state(pause);
    const std::uint32_t packets = packet_count(pin);
    const Answer presented = ask(pin, Rt::presentation_position, {}, 16);
    ASSERT_EQ(presented.status, success);
    ASSERT_EQ(presented.information, 16u);
    const std::uint64_t blocks = presented.as<std::uint64_t>();
    EXPECT_GE((blocks * block_bytes + WAVERT_FIFO_BYTES) / (buffer_bytes / 2), packets);
    EXPECT_NE(presented.as<std::uint64_t>(8), 0u);
    pin.set_state(stop);
    EXPECT_EQ(packet_count(pin), 0u);
}

TEST_P(WaveRtStreaming, K12_inferred_WithoutTheStreamsInterfaceItIsNotSupported) {
    Pin plain = create(WAVERT_PLAIN);
    EXPECT_EQ(ask(plain, Rt::packet_count, {}, 4).status, 0xC00000BBu);
    EXPECT_EQ(ask(plain, Rt::presentation_position, {}, 16).status, 0xC00000BBu);
    EXPECT_EQ(write_packet(plain, {}), 0xC00000BBu);
    Pin render = create(WAVERT_RENDER);
    EXPECT_EQ(ask(render, Rt::read_packet, {}, sizeof(RtReadPacket)).status, 0xC00000BBu);
    Pin capture = create(WAVERT_CAPTURE);
    EXPECT_EQ(ask(capture, Rt::packet_count, {}, 4).status, 0xC00000BBu);
    EXPECT_EQ(write_packet(capture, {}), 0xC00000BBu);
}

TEST_P(WaveRtStreaming, K13_PacketsAreReadInOrder) {
    Pin pin = create(WAVERT_CAPTURE);
    buffer(pin, buffer_bytes, 2);
    const auto read = [&] { return ask(pin, Rt::read_packet, {}, sizeof(RtReadPacket)); };
    EXPECT_EQ(read().status, device_not_ready);
    start(pin);
    std::uint32_t next = 0;
    for (int i = 0; i < 5; ++i) {
        Answer answered;
        ASSERT_TRUE(wait_until([&] { return (answered = read()).status == success; }));
        EXPECT_EQ(answered.information, sizeof(RtReadPacket));
        const auto packet = answered.as<RtReadPacket>();
        EXPECT_EQ(packet.flags, 0u);
        EXPECT_NE(packet.counter, 0u);
        if (GetParam())
            EXPECT_GE(packet.number, next); // a late client loses the oldest
        else
            EXPECT_EQ(packet.number, next);
        next = packet.number + 1;
    }
    // Two packets later there is more data.
    if (!GetParam()) {
        let_run(600'000);
        EXPECT_EQ(read().as<RtReadPacket>().more_data, 1u);
        EXPECT_EQ(read().as<RtReadPacket>().more_data, 0u);
        EXPECT_EQ(read().status, device_not_ready);
    }
    pin.set_state(stop); // the numbers begin again
    start(pin);
    Answer answered;
    ASSERT_TRUE(wait_until([&] { return (answered = read()).status == success; }));
    if (!GetParam())
        EXPECT_EQ(answered.as<RtReadPacket>().number, 0u);
}

TEST_P(WaveRtStreaming, K13_AStaleOrEarlyPacketIsAnError) {
    Pin pin = create(WAVERT_RENDER);
    buffer(pin, buffer_bytes, 2);
    EXPECT_EQ(write_packet(pin, {0, 0, 0}), success);
    EXPECT_EQ(write_packet(pin, {1, 0, 0}), success);
    EXPECT_EQ(write_packet(pin, {2, 0, 0}), 0xC000003Cu); // STATUS_DATA_OVERRUN
    EXPECT_EQ(write_packet(pin, {1, 4, 0}), invalid_parameter);
    start(pin);
    EXPECT_TRUE(wait_until([&] { return packet_count(pin) >= 3; }));
    pin.set_state(pause);
    const std::uint32_t current = packet_count(pin);
    EXPECT_EQ(write_packet(pin, {current - 1, 0, 0}), 0xC000003Du); // STATUS_DATA_LATE_ERROR
    EXPECT_EQ(write_packet(pin, {current + 1, 0, 0}), success);
    EXPECT_EQ(only(journal(wave), "write packet").back(),
              (JournalEntry{"write packet", {current + 1, 0, 0}}));
}

TEST_P(WaveRtStreaming, K13_TheEndOfTheStreamIsSilence) {
    Pin pin = create(WAVERT_RENDER);
    const RtBuffer mapped = buffer(pin, buffer_bytes, 2);
    std::fill_n(mapped.address, mapped.bytes, std::byte{7});
    EXPECT_EQ(write_packet(pin, {0, 0x200, 100}), success);
    EXPECT_EQ(only(journal(wave), "write packet").back(),
              (JournalEntry{"write packet", {0, 0x200, 100}}));
    EXPECT_EQ(mapped.address[99], std::byte{7});
    EXPECT_EQ(mapped.address[100], std::byte{0});
    EXPECT_EQ(mapped.address[buffer_bytes / 2 - 1], std::byte{0});
    EXPECT_EQ(mapped.address[buffer_bytes / 2], std::byte{7});
    EXPECT_EQ(write_packet(pin, {1, 0, 0}), invalid_device_state);
}

TEST_P(WaveRtStreaming, K10_ThePublicBufferDoesAllThat) {
    Pin pin = create(WAVERT_RENDER);
    EXPECT_TRUE(CyclicBuffer::offered_by(pin));
    EXPECT_TRUE(CyclicBuffer::notified_by(pin));
    CyclicBuffer cyclic(pin, buffer_bytes, 2);
    EXPECT_EQ(cyclic.bytes().size(), buffer_bytes);
    EXPECT_FALSE(cyclic.wants_barrier());
    EXPECT_FALSE(cyclic.wait(100'000));
    start(pin);
    EXPECT_TRUE(cyclic.wait(10'000'000));
    const auto found = cyclic.position_register();
    EXPECT_EQ(found.width, 64u);
    EXPECT_EQ(cyclic.position_register().address, nullptr);
    EXPECT_LT(cyclic.position().play, buffer_bytes);
    Pin plain = create(WAVERT_PLAIN);
    EXPECT_FALSE(CyclicBuffer::notified_by(plain));
    EXPECT_THROW(CyclicBuffer(plain, buffer_bytes, 1), Error);
}

TEST_P(WaveRtStreaming, K15_AStreamIsToldOfPowerWhileItIsPaused) {
    Pin pin = create(WAVERT_RENDER);
    Pin plain = create(WAVERT_PLAIN); // has no IPowerNotify
    buffer(pin, buffer_bytes);
    start(pin);
    forget_journal(wave);
    traced.box().suspend();
    traced.box().resume();
    std::vector<std::string> story;
    for (const JournalEntry &entry : journal(wave))
        if (entry.what == "power" || entry.what == "state") {
            EXPECT_EQ(entry.values[0], std::uint64_t(WAVERT_RENDER));
            EXPECT_EQ(entry.irql, 0u);
            story.push_back(entry.what + " " + std::to_string(entry.values[1]));
        }
    // D3 once the stream is in PAUSE; D0 before it is in RUN again.
    EXPECT_EQ(story, (std::vector<std::string>{"state 2", "power 4", "power 1", "state 3"}));
}

} // namespace
} // namespace ksbox::testing
