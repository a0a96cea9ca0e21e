// Sections B and D: pins with and without the standard transport, fixed formats, bridge pins.
#include "conformance/factories_filter.h"

namespace ksbox::testing {
namespace {

constexpr std::uint32_t invalid_device_request = 0xC0000010, cancelled = 0xC0000120,
                        invalid_parameter_error = 0x80070057;

class TransportFlags : public FactoriesFilter {
  protected:
    std::vector<std::array<std::uint64_t, 3>> states() {
        std::vector<std::array<std::uint64_t, 3>> result;
        for (const JournalEntry &entry : only(journal(filter), FACTORIES_SET_STATE))
            result.push_back(entry.values);
        return result;
    }
    std::uint32_t write(Pin &pin) {
        Frame frame{.buffer = Buffer(client, 64), .used = 64};
        Request request = pin.start_write(frame);
        if (!request.wait_for(10'000)) // 1 ms
            request.cancel();
        return std::uint32_t(request.wait().status);
    }
    Pin connect(std::uint32_t pin_id) {
        return filter.connect({.pin_id = pin_id, .format = stereo});
    }
    using Steps = std::vector<std::array<std::uint64_t, 3>>;

    Filter filter = open("creation");
};
KSBOX_IN_BOTH_MODES(TransportFlags);

TEST_P(TransportFlags, D21_WithoutTheStandardTransportThereIsNoPipeAndNoQueue) {
    Pin pin = connect(CREATION_NO_TRANSPORT);
    pin.set_state(PinState::run);
    // No pipe: the raw jump. No queue: nothing takes the frame.
    EXPECT_EQ(states(), (Steps{{CREATION_NO_TRANSPORT, 3, 0}}));
    EXPECT_EQ(pin.state(), PinState::run);
    EXPECT_EQ(write(pin), invalid_device_request);
    pin.set_state(PinState::stop);
    EXPECT_EQ(states().back(), (std::array<std::uint64_t, 3>{CREATION_NO_TRANSPORT, 0, 3}));
}

TEST_P(TransportFlags, D21_TheFlagForItBeatsTheFlagAgainstIt) {
    // … and "all other checks": the pin's communication is none.
    Pin pin = connect(CREATION_TRANSPORT);
    pin.set_state(PinState::run);
    EXPECT_EQ(states(), (Steps{{CREATION_TRANSPORT, 1, 0},
                               {CREATION_TRANSPORT, 2, 1},
                               {CREATION_TRANSPORT, 3, 2}}));
    EXPECT_EQ(write(pin), cancelled); // it was queued
}

TEST_P(TransportFlags, D21_AStandardPinHasItWithoutAFlag) {
    Pin pin = connect(CREATION_IN);
    pin.set_state(PinState::acquire);
    EXPECT_EQ(states(), (Steps{{CREATION_IN, 1, 0}}));
    EXPECT_EQ(write(pin), cancelled);
    Pin none = connect(CREATION_NONE); // communication none: no transport
    EXPECT_EQ(write(none), invalid_device_request);
}

TEST_P(TransportFlags, D19_AFixedFormatCannotBeSet) {
    Pin pin = connect(CREATION_FIXED);
    forget_journal(filter);
    const auto set = [&](Pin &on, const DataFormat &format) {
        const KSPROPERTY request{KSPROPSETID_Connection, KSPROPERTY_CONNECTION_DATAFORMAT,
                                 KSPROPERTY_TYPE_SET};
        std::vector<std::byte> bytes(format.bytes().begin(), format.bytes().end());
        return std::uint32_t(on.property(std::as_bytes(std::span(&request, 1)), bytes).status);
    };
    const DataFormat slower = DataFormat::audio({.rate_hz = 44'100});
    EXPECT_EQ(set(pin, slower), invalid_device_request);
    EXPECT_EQ(set(pin, stereo), invalid_device_request); // even the one that it has
    EXPECT_TRUE(journal(filter).empty());
    EXPECT_EQ(pin.format().audio(), stereo.audio());
    // A pin without the flag takes it.
    Pin other = connect(CREATION_IN);
    EXPECT_EQ(set(other, slower), 0u);
    EXPECT_EQ(other.format().audio(), slower.audio());
}

TEST_P(TransportFlags, B14_ABridgePinIsInstantiatedAndHasNoStreamOfFrames) {
    Pin pin = connect(CREATION_BRIDGE);
    EXPECT_EQ(only(journal(filter), FACTORIES_CREATE).size(), 1u);
    EXPECT_EQ(instances(filter, CREATION_BRIDGE).CurrentCount, 1u);
    EXPECT_EQ(write(pin), invalid_device_request);
    pin.set_state(PinState::run);
    EXPECT_EQ(states(), (Steps{{CREATION_BRIDGE, 3, 0}}));
    pin.close();
    EXPECT_EQ(only(journal(filter), FACTORIES_CLOSE).size(), 1u);
}

TEST_P(TransportFlags, B14_ABridgePinConnectsToNoPinInEitherRole) {
    const Created bridge = create(filter, CREATION_BRIDGE);
    const Created sink = create(filter, CREATION_OUT, GENERIC_READ);
    ASSERT_EQ(bridge.error, 0u);
    ASSERT_EQ(sink.error, 0u);
    forget_journal(filter);
    const RawConnect from_bridge(CREATION_BRIDGE, stereo, as_handle(sink.handle)),
        to_bridge(CREATION_IN, stereo, as_handle(bridge.handle));
    EXPECT_EQ(create_pin2(filter, from_bridge.get()).error, invalid_parameter_error);
    EXPECT_NE(create_pin2(filter, to_bridge.get()).error, 0u);
    EXPECT_TRUE(journal(filter).empty());
}

TEST_P(TransportFlags, B14_ABridgePinWithoutInstancesStillAnswersAboutItself) {
    Filter lists = open("{1F7D3A60-8C25-4B7E-A4D9-6E02B95C3F18}");
    const PinFacts facts = lists.pin_facts(LISTS_ODD);
    EXPECT_EQ(facts.communication, Communication::bridge);
    EXPECT_EQ(facts.instances.possible, 0);
    EXPECT_EQ(facts.ranges.size(), 2u);
    RawConnect request(LISTS_ODD, stereo);
    request.format().MajorFormat = {
        0x0a9c7e55, 0x21d4, 0x4c0e, {0xb6, 0xf3, 0x7c, 0x1b, 0x5d, 0x9e, 0x8a, 0x42}};
    EXPECT_NE(create_pin2(lists, request.get()).error, 0u);
}

} // namespace
} // namespace ksbox::testing
