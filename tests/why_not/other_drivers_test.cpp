// Filters that speak KS without AVStream, and a device that sleeps.
#include "why_not/refusing.h"

#include "drivers/plain/plain.h"
#include "drivers/states/states.h"

namespace ksbox::testing {
namespace {

class OtherDrivers : public Refusing {
  protected:
    Filter open_first(const std::string &name) {
        return client.open_filter(traced.load(name).filters().at(0).path);
    }
};
KSBOX_IN_BOTH_MODES(OtherDrivers);

// KsValidateConnectRequest is what refuses these.

TEST_P(OtherDrivers, PlainPinIdOutOfRange) {
    Filter plain = open_first("plain");
    EXPECT_EQ(create(plain, request_of(9)),
              "pin ID 9 is out of range: the driver has 4 pin factories");
}

TEST_P(OtherDrivers, PlainCommunication) {
    Filter plain = open_first("plain");
    EXPECT_EQ(create(plain, request_of(PLAIN_FEED)),
              "pin factory 3 has the communication source, and PinToHandle is null");
    const Pin sink = pin(filter, REFUSING_PLAIN);
    PinRequest request = request_of(0);
    request.pin_to_handle = sink.handle();
    EXPECT_EQ(create(plain, request),
              "pin factory 0 has the communication sink, and PinToHandle is given");
}

TEST_P(OtherDrivers, PlainFormat) {
    Filter plain = open_first("plain");
    PinRequest request = request_of(0);
    request.format = DataFormat::audio({.bits = 32, .valid_bits = 32, .is_float = true});
    EXPECT_EQ(create(plain, request),
              "range 1 of pin factory 0 has the subformat PCM; the format has IEEE_FLOAT");
}

TEST_P(OtherDrivers, APlainPinTakesIrps) {
    Filter plain = open_first("plain");
    const Pin sink = plain.connect(request_of(0));
    PinRequest request = request_of(REFUSING_OUT);
    request.pin_to_handle = sink.handle();
    EXPECT_EQ(create(filter, request),
              "the pin of PinToHandle is not AVStream's and takes IRPs, so the new pin would have "
              "to be an IRP source; its communication is sink");
}

TEST_P(OtherDrivers, OnlyThePlainDriverKnows) {
    Filter plain = open_first("plain");
    EXPECT_THROW(plain.why_not(request_of(0)), Error);
    Pin sink = plain.connect(request_of(0));
    EXPECT_THROW(sink.waiting_for(), Error);
}

TEST_P(OtherDrivers, ADeviceThatSleeps) {
    constexpr Guid set{
        0x6d2d6d34, 0x6c4b, 0x4b5c, {0x9b, 0x3c, 0x0e, 0x1a, 0x55, 0xc8, 0xf1, 0xb7}};
    Filter states = open_first("states");
    Pin one = states.connect(request_of(STATES_IN));
    one.set_state(PinState::run);
    const std::uint32_t asleep = 4, awake = 1; // PowerDeviceD3, D0
    states.set(set, KSPROPERTY_STATES_POWER, std::as_bytes(std::span(&asleep, 1)));
    const std::vector<std::string> lines = one.waiting_for();
    EXPECT_EQ(lines.at(0),
              "the device is not in D0: while it sleeps no pin of it goes beyond PAUSE");
    states.set(set, KSPROPERTY_STATES_POWER, std::as_bytes(std::span(&awake, 1)));
    for (const std::string &line : one.waiting_for())
        EXPECT_EQ(line.find("D0"), std::string::npos) << line;
}

} // namespace
} // namespace ksbox::testing
