// Refused state changes and frames.
#include "why_not/refusing.h"

namespace ksbox::testing {
namespace {

class StateChanges : public Refusing {
  protected:
    std::string set(Pin &pin, PinState state) {
        return reason_of([&] { pin.set_state(state); });
    }
    std::string write(Pin &pin) {
        Frame frame{.buffer = Buffer(client, 64), .used = 64};
        Request request = pin.start_write(frame);
        code = std::uint32_t(Pin::finish(frame, request).status);
        return request.refusal().sentence;
    }
};
KSBOX_IN_BOTH_MODES(StateChanges);

TEST_P(StateChanges, NoState) {
    Pin one = pin(filter, REFUSING_PLAIN);
    EXPECT_EQ(set(one, PinState(7)), "7 is no state: they go from 0 (STOP) to 3 (RUN)");
    EXPECT_EQ(code, invalid_parameter);
    EXPECT_EQ(set(one, PinState(4)), "4 is no state: they go from 0 (STOP) to 3 (RUN)");
    EXPECT_EQ(set(one, PinState(-1)), "-1 is no state: they go from 0 (STOP) to 3 (RUN)");
    EXPECT_EQ(code, invalid_parameter);
}

TEST_P(StateChanges, AnUnattachedSource) {
    Pin one = pin(filter, REFUSING_SOURCE);
    EXPECT_EQ(set(one, PinState::acquire),
              "the pin is an IRP source that is connected to no pin: it stays in STOP");
    EXPECT_EQ(traced_reason(),
              "the pin is an IRP source that is connected to no pin: it stays in STOP");
}

TEST_P(StateChanges, NecessaryInstances) {
    Filter needy = open(REFUSING_NECESSARY);
    Pin one = pin(needy, 0);
    EXPECT_EQ(set(one, PinState::acquire), "pin factory 1 needs 3 instances before a pin of the "
                                           "filter changes its state, and none exists");
    EXPECT_EQ(code, 0xC0000184u);
    Pin other = pin(needy, 1);
    EXPECT_EQ(set(one, PinState::acquire), "pin factory 1 needs 3 instances before a pin of the "
                                           "filter changes its state, and 1 exists");
    Pin third = pin(needy, 1);
    EXPECT_EQ(set(one, PinState::acquire), "pin factory 1 needs 3 instances before a pin of the "
                                           "filter changes its state, and 2 exist");
    Pin fourth = pin(needy, 1);
    EXPECT_EQ(set(one, PinState::acquire), "");
}

TEST_P(StateChanges, TheDriversSetDeviceState) {
    Pin one = pin(filter, REFUSING_PLAIN);
    answer(filter, "set state", unsuccessful, 1);
    EXPECT_EQ(set(one, PinState::run), "the driver's SetDeviceState returned STATUS_UNSUCCESSFUL "
                                       "(0xc0000001) (pin refusing/1/0.1 from STOP to ACQUIRE)");
    answer(filter, "set state", pending, 1);
    EXPECT_EQ(set(one, PinState::acquire),
              "the driver's SetDeviceState returned STATUS_PENDING (0x00000103), which is not "
              "allowed there (pin refusing/1/0.1 from STOP to ACQUIRE)");
    EXPECT_EQ(code, unsuccessful);
    EXPECT_EQ(set(one, PinState::acquire), "");
}

TEST_P(StateChanges, TheDriversSetDeviceStateWithoutTransport) {
    Pin raw = pin(filter, REFUSING_NO_TRANSPORT);
    answer(filter, "set state", unsuccessful, 1);
    EXPECT_EQ(set(raw, PinState::run), "the driver's SetDeviceState returned STATUS_UNSUCCESSFUL "
                                       "(0xc0000001) (pin refusing/1/11.1 from STOP to RUN)");
}

TEST_P(StateChanges, TheOtherPinsDriverRefuses) {
    Pin sink = pin(filter, REFUSING_PLAIN);
    Pin source = pin(filter, REFUSING_SOURCE, sink.handle());
    sink.set_state(PinState::acquire);
    answer(filter, "set state", unsuccessful, 1);
    EXPECT_EQ(set(source, PinState::acquire),
              "the driver's SetDeviceState returned STATUS_UNSUCCESSFUL (0xc0000001) (pin "
              "refusing/1/0.1 from STOP to ACQUIRE)");
}

TEST_P(StateChanges, AnAllocatorFramingThatCannotBe) {
    Pin sink = pin(filter, REFUSING_PLAIN);
    Pin source = pin(filter, REFUSING_ODD_FRAMING, sink.handle());
    sink.set_state(PinState::acquire);
    EXPECT_EQ(set(source, PinState::acquire),
              "the allocator framing's FileAlignment is 48, which is no power of two less 1");
}

TEST_P(StateChanges, TheDriversAllocator) {
    Pin sink = pin(filter, REFUSING_PLAIN);
    Pin source = pin(filter, REFUSING_ALLOCATING, sink.handle());
    sink.set_state(PinState::acquire);
    EXPECT_EQ(set(source, PinState::acquire),
              "the driver's InitializeAllocator returned STATUS_UNSUCCESSFUL (0xc0000001)");
}

TEST_P(StateChanges, AValueThatIsTooShort) {
    Pin one = pin(filter, REFUSING_PLAIN);
    const std::byte half[2]{};
    EXPECT_EQ(reason_of([&] {
                  one.set(guid_of(KSPROPSETID_Connection), KSPROPERTY_CONNECTION_STATE, half);
              }),
              "property 0 wants a request of 24 bytes and a value of 4; they have 24 and 2");
}

TEST_P(StateChanges, StreamHeaders) {
    Pin one = pin(filter, REFUSING_PLAIN);
    one.set_state(PinState::acquire);
    Frame frame{.buffer = Buffer(client, 64), .used = 65};
    Request request = one.start_write(frame);
    Pin::finish(frame, request);
    EXPECT_EQ(request.refusal().sentence, "stream header 1's DataUsed is 65; FrameExtent is 64");
    std::vector<std::byte> half(20);
    EXPECT_FALSE(client.control(one.handle(), IOCTL_KS_WRITE_STREAM, {}, half).success());
    EXPECT_EQ(client.last_refusal().sentence,
              "the request has 20 bytes of stream headers; a KSSTREAM_HEADER has 56");
}

TEST_P(StateChanges, FramesInStop) {
    Pin one = pin(filter, REFUSING_PLAIN);
    EXPECT_EQ(write(one), "refusing/1/0.1 is in STOP, and takes frames from ACQUIRE on");
    EXPECT_EQ(code, 0xC0000184u);
}

TEST_P(StateChanges, FramesTheWrongWay) {
    Pin out = pin(filter, REFUSING_OUT);
    out.set_state(PinState::acquire);
    EXPECT_EQ(write(out), "the request writes, and the handle was opened without that access");
    EXPECT_EQ(code, 0xC0000022u);
    const Created both =
        create_pin2(filter, RawConnect(REFUSING_OUT, stereo).get(), GENERIC_READ | GENERIC_WRITE);
    ASSERT_EQ(both.error, 0u);
    testing::set_state(client, both.object.handle(), PinState::acquire);
    Pin open(client, both.object.handle());
    EXPECT_EQ(write(open), "IOCTL_KS_WRITE_STREAM, and data flow out of the pin");
}

TEST_P(StateChanges, FramesForASource) {
    Pin sink = pin(filter, REFUSING_PLAIN);
    Pin source = pin(filter, REFUSING_SOURCE, sink.handle());
    Frame frame{.buffer = Buffer(client, 64)};
    Request request = source.start_read(frame);
    Pin::finish(frame, request);
    EXPECT_EQ(request.refusal().sentence,
              "refusing/1/6.2 is an IRP source: it sends IRPs, and takes none");
}

TEST_P(StateChanges, FramesOfAConnectedPin) {
    Pin sink = pin(filter, REFUSING_PLAIN);
    Pin source = pin(filter, REFUSING_SOURCE, sink.handle());
    sink.set_state(PinState::acquire);
    source.set_state(PinState::acquire);
    EXPECT_EQ(write(sink),
              "refusing/1/0.1 is connected to a pin: its frames do not come from a client");
}

TEST_P(StateChanges, FramesInReset) {
    Pin one = pin(filter, REFUSING_PLAIN);
    one.set_state(PinState::acquire);
    const std::uint32_t reset = 0; // KSRESET_BEGIN
    ASSERT_TRUE(
        client.control(one.handle(), IOCTL_KS_RESET_STATE, std::as_bytes(std::span(&reset, 1)), {})
            .success());
    EXPECT_EQ(write(one), "refusing/1/0.1 is in reset: KSRESET_BEGIN came, KSRESET_END has not");
}

TEST_P(StateChanges, FramesWithoutAQueue) {
    Pin raw = pin(filter, REFUSING_NO_TRANSPORT);
    EXPECT_EQ(write(raw), "the pin is not of the standard transport: it has no queue");
}

} // namespace
} // namespace ksbox::testing
