// Sections A to C: what a connection request must say, how many pins may be, and what their
// driver hears of it.
#include "conformance/pins_filter.h"

namespace ksbox::testing {
namespace {

constexpr std::uint32_t no_match = 0x80070491; // HRESULT_FROM_WIN32(ERROR_NO_MATCH)

class Validation : public PinsFilter {
  protected:
    std::uint32_t with_format(std::uint32_t pin_id, const GUID &major, const GUID &subtype,
                              const GUID &specifier = KSDATAFORMAT_SPECIFIER_WAVEFORMATEX) {
        RawConnect request(pin_id, stereo);
        request.format().MajorFormat = major;
        request.format().SubFormat = subtype;
        request.format().Specifier = specifier;
        return create_pin2(filter, request.get()).error;
    }
    KSPIN_CINSTANCES instances(std::uint32_t property, Filter &on) {
        const std::uint32_t selector[2] = {PINS_TWO, 0};
        const std::vector<std::byte> bytes =
            on.get(guid_of(KSPROPSETID_Pin), property, {}, std::as_bytes(std::span(selector)));
        KSPIN_CINSTANCES counts{};
        std::memcpy(&counts, bytes.data(), std::min(bytes.size(), sizeof counts));
        return counts;
    }
};
KSBOX_IN_BOTH_MODES(Validation);

TEST_P(Validation, A6_KernelModeCreationAbovePassiveLevelIsReported) {
    EXPECT_EQ(create_in_kernel(PINS_IN_SINK), 0u);
    constexpr std::uint32_t dispatch_level = 2;
    try {
        create_in_kernel(PINS_IN_SINK, dispatch_level);
        FAIL() << "KsCreatePin went through at DISPATCH_LEVEL";
    } catch (const BoxStopped &stop) {
        EXPECT_NE(stop.report().find("properties.cpp"), std::string::npos) << stop.report();
        EXPECT_NE(stop.report().find("KsCreatePin"), std::string::npos) << stop.report();
    }
}

TEST_P(Validation, A11_APinIsSubordinateToItsFilter) {
    const Created pin = create(PINS_IN_SINK);
    ASSERT_EQ(pin.error, 0u);
    EXPECT_EQ(pin_events().at(1), (PinEvent{PINS_CREATE, PINS_IN_SINK, PINS_BELOW_FILTER}));
}

TEST_P(Validation, A15_KernelModeGetsNtStatus) {
    EXPECT_EQ(create_in_kernel(PINS_IN_SINK), 0u);
    EXPECT_EQ(create_in_kernel(PINS_COUNT), 0xC000000Du); // STATUS_INVALID_PARAMETER
    const Created user = create_pin(filter, RawConnect(PINS_COUNT, stereo).get());
    EXPECT_EQ(user.error, 87u); // ERROR_INVALID_PARAMETER
}

TEST_P(Validation, A18_ADeniedPinIsTheKernelsAlone) {
    EXPECT_NE(create(PINS_KERNEL_ONLY).error, 0u);
    EXPECT_EQ(create_in_kernel(PINS_KERNEL_ONLY), 0u);
}

TEST_P(Validation, B1_inferred_APinIdOutOfRangeIsAnInvalidParameter) {
    EXPECT_EQ(create(PINS_COUNT).error, 0x80070057u); // E_INVALIDARG
    EXPECT_EQ(create(~0u).error, 0x80070057u);
    EXPECT_TRUE(pin_events().empty());
}

TEST_P(Validation, B2_TheInterfaceMustBeListed) {
    RawConnect set(PINS_IN_SINK, stereo), id(PINS_IN_SINK, stereo);
    set->Interface.Set = KSMEDIUMSETID_Standard;
    id->Interface.Id = 1;
    EXPECT_EQ(create_pin2(filter, set.get()).error, no_match);
    EXPECT_EQ(create_pin2(filter, id.get()).error, no_match);
}

TEST_P(Validation, B3_TheMediumMustBeListed) {
    RawConnect set(PINS_IN_SINK, stereo), id(PINS_IN_SINK, stereo);
    set->Medium.Set = KSINTERFACESETID_Standard;
    id->Medium.Id = 1;
    EXPECT_EQ(create_pin2(filter, set.get()).error, no_match);
    EXPECT_EQ(create_pin2(filter, id.get()).error, no_match);
}

TEST_P(Validation, B4_AFormatMatchesInExactlyThreeCases) {
    const GUID audio = KSDATAFORMAT_TYPE_AUDIO, video = KSDATAFORMAT_TYPE_VIDEO;
    const GUID pcm = KSDATAFORMAT_SUBTYPE_PCM, ieee = KSDATAFORMAT_SUBTYPE_IEEE_FLOAT;
    // Major format, subformat and specifier match.
    EXPECT_EQ(with_format(PINS_IN_SINK, audio, pcm), 0u);
    EXPECT_EQ(with_format(PINS_IN_SINK, video, pcm), no_match);
    EXPECT_EQ(with_format(PINS_IN_SINK, audio, ieee), no_match);
    EXPECT_EQ(with_format(PINS_IN_SINK, audio, pcm, KSDATAFORMAT_SPECIFIER_NONE), no_match);
    // The major format matches, the range's subformat is a wildcard.
    EXPECT_EQ(with_format(PINS_ANY_SUBTYPE, audio, ieee), 0u);
    EXPECT_EQ(with_format(PINS_ANY_SUBTYPE, audio, ieee, KSDATAFORMAT_SPECIFIER_NONE), 0u);
    EXPECT_EQ(with_format(PINS_ANY_SUBTYPE, video, ieee), no_match);
    // The range's major format is a wildcard.
    EXPECT_EQ(with_format(PINS_ANY_MAJOR, video, ieee, KSDATAFORMAT_SPECIFIER_NONE), 0u);
}

TEST_P(Validation, B7_NoMoreInstancesThanPossible) {
    const Created one = create(PINS_TWO), two = create(PINS_TWO);
    EXPECT_EQ(one.error, 0u);
    EXPECT_EQ(two.error, 0u);
    EXPECT_NE(create(PINS_TWO).error, 0u);
    EXPECT_EQ(create(PINS_TWO, other).error, 0u); // the limit is per filter
    std::vector<Created> many;
    for (int i = 0; i < 20; ++i) {
        many.push_back(create(PINS_IN_SINK)); // KSINSTANCE_INDETERMINATE
        EXPECT_EQ(many.back().error, 0u);
    }
}

TEST_P(Validation, B8_InstancesAreCountedPerFilterAndOverAll) {
    Created one = create(PINS_TWO);
    const Created elsewhere = create(PINS_TWO, other);
    EXPECT_EQ(instances(KSPROPERTY_PIN_CINSTANCES, filter).PossibleCount, 2u);
    EXPECT_EQ(instances(KSPROPERTY_PIN_CINSTANCES, filter).CurrentCount, 1u);
    EXPECT_EQ(instances(KSPROPERTY_PIN_CINSTANCES, other).CurrentCount, 1u);
    EXPECT_EQ(instances(KSPROPERTY_PIN_GLOBALCINSTANCES, filter).CurrentCount, 2u);
    one.object.close();
    EXPECT_EQ(instances(KSPROPERTY_PIN_CINSTANCES, filter).CurrentCount, 0u);
    EXPECT_EQ(instances(KSPROPERTY_PIN_GLOBALCINSTANCES, filter).CurrentCount, 1u);
}

TEST_P(Validation, C6_TheFormatIsSetBeforeTheCreate) {
    const Created pin = create(PINS_IN_SINK);
    EXPECT_EQ(pin_events(),
              (std::vector<PinEvent>{{PINS_SET_FORMAT, PINS_IN_SINK, PINS_FIRST_FORMAT},
                                     {PINS_CREATE, PINS_IN_SINK, PINS_BELOW_FILTER}}));
}

TEST_P(Validation, C7_NoMatchTriesTheNextRangeAndAnotherErrorStops) {
    EXPECT_EQ(create(PINS_PICKY).error, 0u);
    const std::vector<PinEvent> picky = pin_events();
    ASSERT_GE(picky.size(), 3u);
    EXPECT_EQ(picky[0], (PinEvent{PINS_SET_FORMAT, PINS_PICKY, PINS_FIRST_FORMAT}));
    EXPECT_EQ(picky[1], (PinEvent{PINS_SET_FORMAT, PINS_PICKY, PINS_FIRST_FORMAT | 1 << 8}));
    EXPECT_EQ(picky[2].what, PINS_CREATE);
    forget();
    EXPECT_EQ(create(PINS_STUBBORN).error, 0x800700AAu); // of STATUS_DEVICE_BUSY
    EXPECT_EQ(pin_events(),
              (std::vector<PinEvent>{{PINS_SET_FORMAT, PINS_STUBBORN, PINS_FIRST_FORMAT}}));
}

} // namespace
} // namespace ksbox::testing
