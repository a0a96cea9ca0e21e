// Sections B, D and E: what PortCls makes of PCPIN_DESCRIPTORs.
#include "conformance/wave_rt_filter.h"

namespace ksbox::testing {
namespace {

using namespace status;

class PortPins : public WaveRt {
  protected:
    using WaveRt::WaveRt;

    Answer pin_property(std::uint32_t id, std::uint32_t pin_id, std::size_t offered,
                        const std::vector<std::byte> &more = {}) {
        const std::uint32_t head[2] = {pin_id, 0};
        return send(
            client, wave.handle(), IOCTL_KS_PROPERTY,
            joined(joined(identifier(pins_set, id, KSPROPERTY_TYPE_GET), bytes_of(head)), more),
            room(offered));
    }
    struct Counts {
        std::uint32_t possible, current;
        bool operator==(const Counts &) const = default;
    };
    Counts counts(std::uint32_t pin_id, std::uint32_t id = KSPROPERTY_PIN_CINSTANCES) {
        const Answer answered = pin_property(id, pin_id, 8);
        EXPECT_EQ(answered.status, success);
        return answered.as<Counts>();
    }

    /// A KSDATARANGE_AUDIO behind a KSMULTIPLE_ITEM.
    struct Range {
        std::uint32_t channels, least_bits, most_bits, least_hz, most_hz;
        const char *subtype = "00000001-0000-0010-8000-00AA00389B71";
        const char *specifier = "05589F81-C356-11CE-BF01-00AA0055595A";
    };
    static std::vector<std::byte> multiple(const Range &range) {
        const std::uint32_t items[2] = {96, 1}, head[4] = {88, 0, 0, 0};
        const std::uint32_t audio[5] = {range.channels, range.least_bits, range.most_bits,
                                        range.least_hz, range.most_hz};
        std::vector<std::byte> bytes = joined(bytes_of(items), bytes_of(head));
        bytes = joined(bytes, bytes_of(*Guid::parse("73647561-0000-0010-8000-00AA00389B71")));
        bytes = joined(bytes, bytes_of(*Guid::parse(range.subtype)));
        bytes = joined(bytes, bytes_of(*Guid::parse(range.specifier)));
        bytes = joined(bytes, bytes_of(audio));
        bytes.resize(96);
        return bytes;
    }
    Answer intersect(std::uint32_t pin_id, const Range &range, std::size_t offered = 256) {
        return pin_property(KSPROPERTY_PIN_DATAINTERSECTION, pin_id, offered, multiple(range));
    }
    /// The WAVEFORMATEX of an answer: channels, rate, bits.
    struct Wave {
        std::uint32_t channels, rate_hz, bits;
        bool operator==(const Wave &) const = default;
    };
    static Wave wave_of(const Answer &answered, std::size_t at = 64) {
        return {answered.as<std::uint16_t>(at + 2), answered.as<std::uint32_t>(at + 4),
                answered.as<std::uint16_t>(at + 14)};
    }
};
KSBOX_IN_BOTH_MODES(PortPins);

constexpr const char *dsound = "518590A2-A184-11D0-8522-00C04FD9BAF3";

TEST_P(PortPins, B9_TheCountsOfTheDescriptorAreTheProperties) {
    EXPECT_EQ(counts(WAVERT_RENDER), (Counts{2, 0}));
    EXPECT_EQ(counts(WAVERT_RENDER, KSPROPERTY_PIN_GLOBALCINSTANCES), (Counts{3, 0}));
    EXPECT_EQ(counts(WAVERT_AC3), (Counts{0xffffffff, 0}));
    EXPECT_EQ(counts(WAVERT_NONE), (Counts{0, 0}));
    EXPECT_EQ(pin_property(KSPROPERTY_PIN_NECESSARYINSTANCES, WAVERT_NONE, 4).as<std::uint32_t>(),
              1u);
    EXPECT_EQ(pin_property(KSPROPERTY_PIN_NECESSARYINSTANCES, WAVERT_RENDER, 4).as<std::uint32_t>(),
              0u);
    const Pin pin = create(WAVERT_RENDER);
    EXPECT_EQ(counts(WAVERT_RENDER), (Counts{2, 1}));
    EXPECT_EQ(counts(WAVERT_RENDER, KSPROPERTY_PIN_GLOBALCINSTANCES), (Counts{3, 1}));
    EXPECT_EQ(pin_property(KSPROPERTY_PIN_CINSTANCES, WAVERT_PINS, 8).status, invalid_parameter);
}

TEST_P(PortPins, B9_ZeroIsNotInstantiable) {
    EXPECT_NE(try_create(WAVERT_NONE), 0u);
    EXPECT_NE(try_create(WAVERT_BRIDGE_OUT), 0u);
    EXPECT_EQ(only(journal(wave), "new stream").size(), 0u);
}

TEST_P(PortPins, B9_TheCountsLimitAFilterAndAllOfThem) {
    const Pin first = create(WAVERT_RENDER), second = create(WAVERT_RENDER);
    EXPECT_EQ(try_create(WAVERT_RENDER), 1450u); // ERROR_NO_SYSTEM_RESOURCES: 2 on a filter
    Filter other = client.open_filter(path("Wave"));
    const Pin third = create(WAVERT_RENDER, other);
    EXPECT_EQ(try_create(WAVERT_RENDER, other), 1450u); // 3 over all
    EXPECT_EQ(counts(WAVERT_RENDER, KSPROPERTY_PIN_GLOBALCINSTANCES), (Counts{3, 3}));
    EXPECT_EQ(only(journal(wave), "new stream").size(), 3u);
}

TEST_P(PortPins, B9_MinusOneIsUnlimited) {
    std::vector<Pin> pins;
    for (int i = 0; i < 12; ++i)
        pins.push_back(create(WAVERT_PLAIN));
    EXPECT_EQ(counts(WAVERT_PLAIN), (Counts{0xffffffff, 12}));
}

TEST_P(PortPins, B9_IPinCountRevises) {
    EXPECT_EQ(counts(WAVERT_COUNTED), (Counts{1, 0}));
    EXPECT_EQ(only(journal(wave), "pin count").back(),
              (JournalEntry{"pin count", {WAVERT_COUNTED, 8, 8}}));
    EXPECT_EQ(
        pin_property(KSPROPERTY_PIN_NECESSARYINSTANCES, WAVERT_COUNTED, 4).as<std::uint32_t>(), 1u);
    const Pin first = create(WAVERT_COUNTED);
    EXPECT_EQ(try_create(WAVERT_COUNTED), 1450u);
    answer(wave, "count possible", 2); // at run time
    EXPECT_EQ(counts(WAVERT_COUNTED), (Counts{2, 1}));
    const Pin second = create(WAVERT_COUNTED);
    EXPECT_EQ(try_create(WAVERT_COUNTED), 1450u);
}

TEST_P(PortPins, D2_ADescriptorIsCountsATableAndAKsPin) {
    const PinFacts facts = wave.pin_facts(WAVERT_CAPTURE);
    EXPECT_EQ(facts.data_flow, DataFlow::out);
    EXPECT_EQ(facts.ranges.size(), 2u);
    EXPECT_EQ(wave.pin_count(), std::uint32_t(WAVERT_PINS));
    // The table is the pin's, its handler's MinorTarget the stream.
    Pin pin = create(WAVERT_RENDER);
    EXPECT_EQ(pin.get_as<std::uint32_t>(wave_rt_set, KSPROPERTY_WAVERT_OWN), 41u);
    EXPECT_EQ(only(journal(wave), "own property").back().values[1], 1u);
    // Another pin factory has none.
    Pin other = create(WAVERT_COUNTED);
    EXPECT_EQ(send(client, other.handle(), IOCTL_KS_PROPERTY,
                   identifier(wave_rt_set, KSPROPERTY_WAVERT_OWN, KSPROPERTY_TYPE_GET), room(4))
                  .status,
              propset_not_found);
}

TEST_P(PortPins, D2_TheInterfacesAreThePorts) {
    // KSMULTIPLE_ITEM, then STREAMING and LOOPED_STREAMING.
    const Answer answered = pin_property(KSPROPERTY_PIN_INTERFACES, WAVERT_RENDER, 256);
    ASSERT_EQ(answered.status, success);
    EXPECT_EQ(answered.information, 8u + 2 * 24);
    EXPECT_EQ(answered.as<std::uint32_t>(4), 2u);
    EXPECT_EQ(answered.as<std::uint32_t>(8 + 16), 0u);
    EXPECT_EQ(answered.as<std::uint32_t>(8 + 24 + 16), 1u);
}

constexpr std::uint32_t constrained = 13; // KSPROPERTY_PIN_CONSTRAINEDDATARANGES

TEST_P(PortPins, D11_TheMiniportSaysWhatIsPossibleNow) {
    const Answer answered = pin_property(constrained, WAVERT_RENDER, 256);
    EXPECT_EQ(answered.status, success);
    EXPECT_EQ(answered.information, 96u);
    EXPECT_EQ(only(journal(wave), "constrained"),
              (std::vector<JournalEntry>{{"constrained", {WAVERT_RENDER, 256}}}));
    const Answer empty = pin_property(constrained, WAVERT_RENDER, 0);
    EXPECT_EQ(empty.status, buffer_overflow);
    EXPECT_EQ(empty.information, 96u);
}

class PortPinsWithQuirk : public PortPins {
  protected:
    PortPinsWithQuirk()
        : PortPins([] {
              BoxOptions options = mode();
              options.quirks = {"constrained-ranges-too-small"};
              return options;
          }()) {}
};
KSBOX_IN_BOTH_MODES(PortPinsWithQuirk);

TEST_P(PortPinsWithQuirk, D9_AnEmptyQueryIsTooSmallAndTheMiniportIsNotAsked) {
    const Answer empty = pin_property(constrained, WAVERT_RENDER, 0);
    EXPECT_EQ(empty.status, buffer_too_small);
    EXPECT_EQ(empty.information, 0u);
    EXPECT_EQ(only(journal(wave), "constrained").size(), 0u);
    EXPECT_EQ(pin_property(constrained, WAVERT_RENDER, 256).status, success);
    // Other properties of the driver are asked as ever.
    Pin pin = create(WAVERT_RENDER);
    EXPECT_EQ(send(client, pin.handle(), IOCTL_KS_PROPERTY,
                   identifier(wave_rt_set, KSPROPERTY_WAVERT_OWN, KSPROPERTY_TYPE_GET), {})
                  .status,
              buffer_overflow);
}

TEST_P(PortPins, E7_TheMiniportIsAskedFirst) {
    answer(wave, "intersection", 0);
    const Answer answered = intersect(WAVERT_RENDER, {2, 16, 16, 44100, 44100});
    EXPECT_EQ(answered.status, success);
    EXPECT_EQ(answered.information, 64u); // its own: a bare KSDATAFORMAT
    EXPECT_EQ(only(journal(wave), "intersection"),
              (std::vector<JournalEntry>{{"intersection", {WAVERT_RENDER, 256, 1}}}));
    forget_journal(wave);
    const Answer size = intersect(WAVERT_RENDER, {2, 16, 16, 44100, 44100}, 0);
    EXPECT_EQ(size.status, buffer_overflow);
    EXPECT_EQ(size.information, 64u);
    EXPECT_EQ(only(journal(wave), "intersection"),
              (std::vector<JournalEntry>{{"intersection", {WAVERT_RENDER, 0, 0}}}));
}

TEST_P(PortPins, E7_ItsRefusalHolds) {
    answer(wave, "intersection", no_match);
    EXPECT_EQ(intersect(WAVERT_RENDER, {2, 16, 16, 44100, 44100}).status, no_match);
}

TEST_P(PortPins, E7_NotImplementedLeavesItToThePort) {
    const Answer answered = intersect(WAVERT_RENDER, {2, 16, 16, 44100, 44100});
    EXPECT_EQ(answered.status, success);
    EXPECT_EQ(only(journal(wave), "intersection").size(), 1u);
    EXPECT_EQ(wave_of(answered), (Wave{2, 44100, 16}));
}

TEST_P(PortPins, E8_TheHighestRateTheMostBitsAndStereo) {
    const Answer answered = intersect(WAVERT_RENDER, {8, 8, 32, 11025, 192000});
    ASSERT_EQ(answered.status, success);
    EXPECT_EQ(answered.information, 82u); // KSDATAFORMAT_WAVEFORMATEX
    EXPECT_EQ(wave_of(answered), (Wave{2, 48000, 16}));
    EXPECT_EQ(answered.as<std::uint16_t>(64), 1u); // WAVE_FORMAT_PCM, not EXTENSIBLE
    EXPECT_EQ(answered.as<std::uint32_t>(64 + 8), 48000u * 4);
    EXPECT_EQ(answered.as<std::uint16_t>(64 + 12), 4u);
    EXPECT_EQ(answered.as<std::uint16_t>(64 + 16), 0u);
    EXPECT_EQ(wave_of(intersect(WAVERT_RENDER, {1, 8, 8, 8000, 22050})), (Wave{1, 22050, 8}));
}

TEST_P(PortPins, E8_DirectSoundToo) {
    const Answer answered = intersect(
        WAVERT_RENDER, {6, 16, 32, 44100, 192000, "00000001-0000-0010-8000-00AA00389B71", dsound});
    ASSERT_EQ(answered.status, success);
    EXPECT_EQ(answered.as<Guid>(48), *Guid::parse(dsound));
    // 5.1 is beyond this handler.
    EXPECT_EQ(wave_of(answered, 72), (Wave{2, 96000, 24}));
}

TEST_P(PortPins, E8_OnlyPcm) {
    EXPECT_EQ(
        intersect(WAVERT_AC3, {2, 16, 16, 48000, 48000, "00000092-0000-0010-8000-00AA00389B71"})
            .status,
        no_match);
    EXPECT_EQ(only(journal(wave), "intersection").size(), 1u);
}

TEST_P(PortPins, E8_NothingInCommonIsNoMatch) {
    EXPECT_EQ(intersect(WAVERT_RENDER, {2, 24, 24, 44100, 48000}).status, no_match); // of Pcm
    EXPECT_EQ(intersect(WAVERT_RENDER, {2, 16, 16, 96000, 192000}).status, no_match);
}

TEST_P(PortPins, E8_TheSizeRuleHolds) {
    const Range range{2, 16, 16, 44100, 44100};
    EXPECT_EQ(intersect(WAVERT_RENDER, range, 0).status, buffer_overflow);
    EXPECT_EQ(intersect(WAVERT_RENDER, range, 0).information, 82u);
    EXPECT_EQ(intersect(WAVERT_RENDER, range, 81).status, buffer_too_small);
    EXPECT_EQ(intersect(WAVERT_RENDER, range, 82).status, success);
}

} // namespace
} // namespace ksbox::testing
