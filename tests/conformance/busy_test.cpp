// Section A: a device in use, as real cameras answer.
#include "conformance/factories_filter.h"

namespace ksbox::testing {
namespace {

constexpr std::uint32_t not_ready = 21, no_system_resources = 1450; // ERROR_*

class Busy : public FactoriesFilter {
  protected:
    explicit Busy(bool quirk = true) : FactoriesFilter(with(quirk)) {}
    static BoxOptions with(bool quirk) {
        BoxOptions options = mode();
        if (quirk)
            options.quirks = {"busy-pin-not-ready"};
        return options;
    }
    std::uint32_t try_pin() {
        return create_pin(filter, RawConnect(CREATION_TWO, stereo).get()).error;
    }
    Filter filter = open("creation");
};
KSBOX_IN_BOTH_MODES(Busy);

TEST_P(Busy, A20_ABusyPinFactoryIsNotReady) {
    const Created one = create(filter, CREATION_TWO);
    Created two = create(filter, CREATION_TWO);
    ASSERT_EQ(two.error, 0u);
    EXPECT_EQ(try_pin(), not_ready);
    EXPECT_EQ(create(filter, CREATION_TWO).error, 0x80070015u);
    // A client that tries again gets it when it is free.
    EXPECT_EQ(try_pin(), not_ready);
    two.object.close();
    EXPECT_EQ(try_pin(), 0u);
}

TEST_P(Busy, A20_OtherRefusalsStayWhatTheyAre) {
    RawConnect wrong(CREATION_TWO, stereo);
    wrong.format().SubFormat = KSDATAFORMAT_SUBTYPE_IEEE_FLOAT;
    EXPECT_EQ(create_pin(filter, wrong.get()).error, 0x491u); // ERROR_NO_MATCH
    EXPECT_EQ(create_pin(filter, RawConnect(CREATION_COUNT, stereo).get()).error, 87u);
}

class NotBusy : public Busy {
  protected:
    NotBusy() : Busy(false) {}
};
KSBOX_IN_BOTH_MODES(NotBusy);

TEST_P(NotBusy, A20_WithoutTheQuirkItIsAResourceThatLacks) {
    const Created one = create(filter, CREATION_TWO), two = create(filter, CREATION_TWO);
    EXPECT_EQ(try_pin(), no_system_resources);
}

TEST_P(NotBusy, A20_ADriverMayAnswerSoByItself) {
    answer(filter, FACTORIES_CREATE, 0xC00000A3, 4); // STATUS_DEVICE_NOT_READY
    int attempts = 0;
    while (attempts < 5 && try_pin() == not_ready)
        ++attempts;
    EXPECT_EQ(attempts, 4); // the fifth is granted
}

} // namespace
} // namespace ksbox::testing
