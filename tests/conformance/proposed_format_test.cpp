// Section D: asking a pin factory about formats: proposed, default, and those of a mode.
#include "conformance/factories_filter.h"

namespace ksbox::testing {
namespace {

constexpr std::uint32_t no_match = 0xC0000272, not_found = 0xC0000225, not_supported = 0xC00000BB,
                        invalid_parameter = 0xC000000D, buffer_too_small = 0xC0000023,
                        buffer_overflow = 0x80000005, invalid_buffer_size = 0xC0000206;
constexpr GUID mode_attribute{
    0xe1f89eb5, 0x5f46, 0x419b, {0x96, 0x7b, 0xff, 0x67, 0x70, 0xb9, 0x84, 0x01}},
    default_mode{0xc18e2f7e, 0x933d, 0x4965, {0xb7, 0xd1, 0x1e, 0xef, 0x22, 0x8d, 0x2a, 0xf3}},
    raw_mode{0x9e90ea20, 0xb493, 0x4fd1, {0xa1, 0xa8, 0x7e, 0x13, 0x61, 0xa9, 0x56, 0xcf}};

/// What follows KSP_PIN in KSPROPERTY_PIN_PROPOSEDATAFORMAT2.
struct ModeAttributes {
    KSMULTIPLE_ITEM head;
    ULONG size;
    ULONG flags;
    GUID attribute;
    GUID mode;
};

class ProposedFormat : public FactoriesFilter {
  protected:
    static std::uint32_t propose(Filter &filter, std::uint32_t pin_id, const DataFormat &format) {
        return pin_property(filter, KSPROPERTY_PIN_PROPOSEDATAFORMAT, pin_id, 0,
                            KSPROPERTY_TYPE_SET, {}, format.bytes())
            .status;
    }
    Answer of_mode(const GUID &mode, std::size_t offered,
                   std::uint32_t flags = KSPROPERTY_TYPE_GET) {
        const ModeAttributes request{{sizeof request, 1}, 40, 0, mode_attribute, mode};
        return pin_property(overrides, KSPROPERTY_PIN_PROPOSEDATAFORMAT2, OVERRIDES_OTHER, offered,
                            flags, std::as_bytes(std::span(&request, 1)));
    }
    Answer formats_of_mode(const GUID &mode, std::size_t offered) {
        return pin_property(overrides, KSPROPERTY_PIN_MODEDATAFORMATS, OVERRIDES_OTHER, offered,
                            KSPROPERTY_TYPE_GET, std::as_bytes(std::span(&mode, 1)));
    }
    Filter filter = open("creation");
    Filter overrides = open("overrides");
};
KSBOX_IN_BOTH_MODES(ProposedFormat);

TEST_P(ProposedFormat, D14_AFormatThatAPinCouldHaveSucceeds) {
    EXPECT_EQ(propose(filter, CREATION_IN, stereo), 0u);
    EXPECT_EQ(propose(filter, CREATION_OUT, stereo), 0u);
}

TEST_P(ProposedFormat, D14_AnyOtherIsNoMatch) {
    RawConnect other(CREATION_IN, stereo);
    other.format().SubFormat = KSDATAFORMAT_SUBTYPE_IEEE_FLOAT;
    const auto bytes = other.bytes().subspan(sizeof(KSPIN_CONNECT));
    EXPECT_EQ(propose(filter, CREATION_IN,
                      DataFormat(std::vector<std::byte>(bytes.begin(), bytes.end()))),
              no_match);
    EXPECT_EQ(propose(filter, CREATION_COUNT, stereo), invalid_parameter);
}

TEST_P(ProposedFormat, D14_ABufferThatIsNoFormatIsNeither) {
    const auto bytes = stereo.bytes();
    const auto cut = [&](std::size_t length) {
        return DataFormat(std::vector<std::byte>(bytes.begin(), bytes.begin() + length));
    };
    EXPECT_EQ(propose(filter, CREATION_IN, cut(sizeof(KSDATAFORMAT) - 1)), buffer_too_small);
    EXPECT_EQ(propose(filter, CREATION_IN, cut(sizeof(KSDATAFORMAT))), invalid_buffer_size);
}

TEST_P(ProposedFormat, D14_ItNeverChangesAFormatAndTheDriverHearsNothing) {
    Pin pin = filter.connect({.pin_id = CREATION_IN, .format = stereo});
    forget_journal(filter);
    const DataFormat slower = DataFormat::audio({.rate_hz = 44'100});
    EXPECT_EQ(propose(filter, CREATION_IN, slower), 0u);
    EXPECT_EQ(pin.format().audio(), stereo.audio());
    EXPECT_TRUE(journal(filter).empty());
    EXPECT_EQ(instances(filter, CREATION_IN).CurrentCount, 1u);
}

TEST_P(ProposedFormat, D14_TheDefaultFormatIsOptional) {
    // AVStream has none to offer …
    EXPECT_EQ(pin_property(filter, KSPROPERTY_PIN_PROPOSEDATAFORMAT, CREATION_IN, 200).status,
              not_found);
    // … a minidriver may.
    const Answer size =
        pin_property(overrides, KSPROPERTY_PIN_PROPOSEDATAFORMAT, OVERRIDES_OTHER, 0);
    EXPECT_EQ(size.status, buffer_overflow);
    const Answer answer = pin_property(overrides, KSPROPERTY_PIN_PROPOSEDATAFORMAT, OVERRIDES_OTHER,
                                       size.information);
    EXPECT_EQ(answer.status, 0u);
    const auto format = DataFormat(answer.bytes).audio();
    ASSERT_TRUE(format);
    EXPECT_EQ(format->rate_hz, 48'000u);
}

TEST_P(ProposedFormat, D14_AMinidriverMayJudgeByItself) {
    EXPECT_EQ(propose(overrides, OVERRIDES_OTHER, stereo), 0u);
    answer(overrides, "propose", no_match, 1);
    EXPECT_EQ(propose(overrides, OVERRIDES_OTHER, stereo), no_match);
    const auto asked = only(journal(overrides), "propose");
    ASSERT_EQ(asked.size(), 2u);
    EXPECT_EQ(asked[0].values,
              (std::array<std::uint64_t, 3>{OVERRIDES_OTHER, stereo.bytes().size(), 0}));
}

TEST_P(ProposedFormat, D15_APreferredFormatOfAMode) {
    const std::size_t needed = sizeof(KSDATAFORMAT_WAVEFORMATEX);
    EXPECT_EQ(of_mode(default_mode, 0).information, needed);
    const Answer answer = of_mode(default_mode, needed);
    EXPECT_EQ(answer.status, 0u);
    EXPECT_TRUE(DataFormat(answer.bytes).audio());
    const auto asked = only(journal(overrides), "mode");
    ASSERT_FALSE(asked.empty());
    // The attribute list comes with the request.
    EXPECT_EQ(asked[0].values, (std::array<std::uint64_t, 3>{
                                   OVERRIDES_OTHER, sizeof(KSP_PIN) + sizeof(ModeAttributes), 1}));
}

TEST_P(ProposedFormat, D15_WithoutAPreferenceItIsNotSupported) {
    EXPECT_EQ(of_mode(raw_mode, 200).status, not_supported);
    // A filter that does not know the property at all.
    const ModeAttributes request{{sizeof request, 1}, 40, 0, mode_attribute, default_mode};
    EXPECT_EQ(pin_property(filter, KSPROPERTY_PIN_PROPOSEDATAFORMAT2, CREATION_IN, 200,
                           KSPROPERTY_TYPE_GET, std::as_bytes(std::span(&request, 1)))
                  .status,
              not_found);
}

TEST_P(ProposedFormat, D15_ItCannotBeSetAndNeedsItsAttribute) {
    EXPECT_EQ(of_mode(default_mode, 200, KSPROPERTY_TYPE_SET).status, not_found);
    EXPECT_EQ(
        pin_property(overrides, KSPROPERTY_PIN_PROPOSEDATAFORMAT2, OVERRIDES_OTHER, 200).status,
        buffer_too_small);
    const ModeAttributes other{{sizeof other, 1}, 40, 0, raw_mode, default_mode};
    EXPECT_EQ(pin_property(overrides, KSPROPERTY_PIN_PROPOSEDATAFORMAT2, OVERRIDES_OTHER, 200,
                           KSPROPERTY_TYPE_GET, std::as_bytes(std::span(&other, 1)))
                  .status,
              invalid_parameter);
}

TEST_P(ProposedFormat, D15_TheFormatsOfAModeFollowATableOfTheirOffsets) {
    const Answer size = formats_of_mode(default_mode, 0);
    EXPECT_EQ(size.status, buffer_overflow);
    const Answer answer = formats_of_mode(default_mode, size.information);
    ASSERT_EQ(answer.status, 0u);
    const auto head = read_at<KSMULTIPLE_ITEM>(answer.bytes);
    EXPECT_EQ(head.Size, answer.bytes.size());
    ASSERT_EQ(head.Count, 2u);
    std::vector<std::uint32_t> rates;
    for (std::size_t i = 0; i < head.Count; ++i) {
        const auto offset = read_at<std::uint64_t>(answer.bytes, sizeof head + i * 8);
        ASSERT_LT(offset, answer.bytes.size());
        const DataFormat format(std::vector<std::byte>(
            answer.bytes.begin() + std::ptrdiff_t(offset), answer.bytes.end()));
        ASSERT_TRUE(format.audio());
        rates.push_back(format.audio()->rate_hz);
    }
    EXPECT_EQ(rates, (std::vector<std::uint32_t>{48'000, 44'100}));
    EXPECT_EQ(formats_of_mode(raw_mode, 200).status, not_supported);
}

} // namespace
} // namespace ksbox::testing
