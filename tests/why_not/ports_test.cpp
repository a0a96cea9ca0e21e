// What PortCls's ports refuse, and why.
#include "conformance/wave_rt_filter.h"

namespace ksbox::testing {
namespace {

class Ports : public WaveRt {
  protected:
    using WaveRt::WaveRt;
    std::string why() { return client.last_refusal().sentence; }
    static std::string factory(std::uint32_t pin_id) {
        return "pin factory " + std::to_string(pin_id);
    }
    std::string why_no_pin(std::uint32_t pin_id, Filter &on) {
        EXPECT_NE(try_create(pin_id, on), 0u);
        return why();
    }
    /// KSPROPERTY_PIN_GLOBALCINSTANCES of a pin factory.
    std::string why_no_counts(Filter &of, std::uint32_t pin_id) {
        const std::uint32_t head[2] = {pin_id, 0};
        EXPECT_EQ(
            send(client, of.handle(), IOCTL_KS_PROPERTY,
                 joined(identifier(pins_set, KSPROPERTY_PIN_GLOBALCINSTANCES, KSPROPERTY_TYPE_GET),
                        bytes_of(head)),
                 room(8))
                .status,
            status::invalid_parameter);
        return why();
    }
    std::string ask_why(Pin &pin, Rt id, std::size_t offered,
                        const std::vector<std::byte> &more = {}) {
        EXPECT_GE(ask(pin, id, more, offered).status, 0x80000000u);
        return why();
    }
};
KSBOX_IN_BOTH_MODES(Ports);

TEST_P(Ports, InstancesOnAFilterAndOverAll) {
    const Pin first = create(WAVERT_COUNTED);
    EXPECT_EQ(why_no_pin(WAVERT_COUNTED, wave),
              factory(WAVERT_COUNTED) + " allows 1 instance on a filter");
    answer(wave, "count possible", 2);
    const Pin second = create(WAVERT_COUNTED);
    EXPECT_EQ(why_no_pin(WAVERT_COUNTED, wave),
              factory(WAVERT_COUNTED) + " allows 2 instances on a filter");
    Filter other = client.open_filter(path("Wave"));
    const Pin one = create(WAVERT_RENDER), two = create(WAVERT_RENDER),
              three = create(WAVERT_RENDER, other);
    EXPECT_EQ(why_no_pin(WAVERT_RENDER, other),
              factory(WAVERT_RENDER) + " allows 3 instances over all filters");
}

TEST_P(Ports, PinIds) {
    EXPECT_EQ(why_no_counts(wave, WAVERT_PINS), "pin ID " + std::to_string(WAVERT_PINS) +
                                                    " is out of range: the filter has " +
                                                    std::to_string(WAVERT_PINS) + " pin factories");
}

TEST_P(Ports, TheDriversNewStream) {
    answer(wave, "new stream", status::unsuccessful, 1);
    EXPECT_EQ(why_no_pin(WAVERT_RENDER, wave),
              "the driver's NewStream returned STATUS_UNSUCCESSFUL (0xc0000001)");
    answer(wave, "no stream", 1);
    EXPECT_EQ(why_no_pin(WAVERT_RENDER, wave), "the driver's NewStream gave no stream");
}

TEST_P(Ports, Buffers) {
    Pin pin = create(WAVERT_RENDER), plain = create(WAVERT_PLAIN);
    answer(wave, "allocate", status::unsuccessful, 2);
    EXPECT_EQ(ask_buffer(pin, 4096).status, status::unsuccessful);
    EXPECT_EQ(why(), "the driver's AllocateAudioBuffer returned STATUS_UNSUCCESSFUL (0xc0000001)");
    EXPECT_EQ(ask_buffer(pin, 4096, 2).status, status::unsuccessful);
    EXPECT_EQ(why(), "the driver's AllocateBufferWithNotification returned STATUS_UNSUCCESSFUL "
                     "(0xc0000001)");
    EXPECT_EQ(ask_buffer(pin, 4096, 3).status, status::invalid_parameter);
    EXPECT_EQ(why(), "3 notifications per cycle: there are 1 or 2");
    EXPECT_EQ(ask_buffer(plain, 4096, 1).status, status::not_supported);
    EXPECT_EQ(why(), "the driver's stream has no IMiniportWaveRTStreamNotification");
    const RtBuffer mapped = buffer(pin, 4096);
    EXPECT_EQ(ask_buffer(pin, 4096).status, status::unsuccessful);
    EXPECT_EQ(why(), "the stream has its buffer already");
    EXPECT_EQ(ask_buffer(plain, 4096, 0, std::uint64_t(mapped.address)).status,
              status::unsuccessful);
    EXPECT_EQ(why(), "the buffer cannot be mapped at the base address that was asked for");
}

TEST_P(Ports, Registers) {
    Pin pin = create(WAVERT_RENDER), plain = create(WAVERT_PLAIN);
    const std::vector<std::byte> anywhere = bytes_of(std::uint64_t(0));
    EXPECT_EQ(ask_why(plain, Rt::position_register, sizeof(RtRegister), anywhere),
              "the driver's GetPositionRegister returned STATUS_NOT_SUPPORTED (0xc00000bb)");
    EXPECT_EQ(ask_why(plain, Rt::clock_register, sizeof(RtRegister), anywhere),
              "the driver's GetClockRegister returned STATUS_NOT_SUPPORTED (0xc00000bb)");
    const RtBuffer mapped = buffer(pin, 4096);
    EXPECT_EQ(ask_why(pin, Rt::clock_register, sizeof(RtRegister),
                      bytes_of(std::uint64_t(mapped.address))),
              "the register cannot be mapped at the base address that was asked for");
    const Answer found = ask_register(pin, Rt::clock_register);
    EXPECT_EQ(found.status, status::success);
    EXPECT_EQ(ask_why(pin, Rt::clock_register, sizeof(RtRegister), anywhere),
              "the register is mapped already");
    // Where the client wants it, once it is free there.
    const auto *place = const_cast<const std::uint64_t *>(found.as<RtRegister>().address);
    pin.close();
    Pin again = create(WAVERT_RENDER);
    const Answer there =
        ask(again, Rt::clock_register, bytes_of(std::uint64_t(place)), sizeof(RtRegister));
    EXPECT_EQ(there.status, status::success);
    EXPECT_EQ(const_cast<const std::uint64_t *>(there.as<RtRegister>().address), place);
}

TEST_P(Ports, EventsAndPackets) {
    Pin pin = create(WAVERT_RENDER), plain = create(WAVERT_PLAIN), capture = create(WAVERT_CAPTURE);
    const Handle event = client.create_event(false);
    EXPECT_EQ(event_property(pin, Rt::register_event, event), status::device_not_ready);
    EXPECT_EQ(why(), "events are registered once a buffer with notification is allocated");
    for (const Rt id : {Rt::register_event, Rt::unregister_event}) {
        EXPECT_EQ(event_property(plain, id, event), status::not_supported);
        EXPECT_EQ(why(), "the driver's stream has no IMiniportWaveRTStreamNotification");
    }
    const std::string no_output = "the driver's stream has no IMiniportWaveRTOutputStream";
    EXPECT_EQ(ask_why(capture, Rt::packet_count, 4), no_output);
    EXPECT_EQ(ask_why(capture, Rt::presentation_position, 16), no_output);
    EXPECT_EQ(write_packet(capture, {}), status::not_supported);
    EXPECT_EQ(why(), no_output);
    EXPECT_EQ(ask_why(pin, Rt::read_packet, sizeof(RtReadPacket)),
              "the driver's stream has no IMiniportWaveRTInputStream");
    client.close(event);
}

} // namespace
} // namespace ksbox::testing
