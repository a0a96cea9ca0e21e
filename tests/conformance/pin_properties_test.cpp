// Section D: the members of KSPROPSETID_Pin that describe a pin factory.
#include "conformance/factories_filter.h"

namespace ksbox::testing {
namespace {

constexpr std::uint32_t buffer_overflow = 0x80000005, buffer_too_small = 0xC0000023,
                        not_found = 0xC0000225, invalid_parameter = 0xC000000D;
constexpr GUID category{
    0x0a9c7e55, 0x21d4, 0x4c0e, {0xb6, 0xf3, 0x7c, 0x1b, 0x5d, 0x9e, 0x8a, 0x42}};

bool same(const GUID &a, const GUID &b) {
    return std::memcmp(&a, &b, sizeof a) == 0;
}

class PinProperties : public FactoriesFilter {
  protected:
    Answer get(std::uint32_t property, std::uint32_t pin_id, std::size_t offered) {
        return pin_property(filter, property, pin_id, offered);
    }
    /// Everything, asked for with exactly as many bytes as the property says that it needs.
    std::vector<std::byte> all(std::uint32_t property, std::uint32_t pin_id) {
        const Answer size = get(property, pin_id, 0);
        EXPECT_EQ(size.status, buffer_overflow);
        const Answer answer = get(property, pin_id, size.information);
        EXPECT_EQ(answer.status, 0u);
        EXPECT_EQ(answer.information, size.information);
        return answer.bytes;
    }
    std::uint32_t number(std::uint32_t property, std::uint32_t pin_id) {
        const Answer answer = get(property, pin_id, 4);
        EXPECT_EQ(answer.status, 0u);
        EXPECT_EQ(answer.information, 4u);
        return read_at<std::uint32_t>(answer.bytes);
    }
    static constexpr const char *lists = "{1F7D3A60-8C25-4B7E-A4D9-6E02B95C3F18}";
    Filter filter = open(lists);
};
KSBOX_IN_BOTH_MODES(PinProperties);

TEST_P(PinProperties, D1_TheNumberOfPinTypesIsTheDescriptors) {
    EXPECT_EQ(filter.pin_count(), std::uint32_t(LISTS_COUNT));
    EXPECT_EQ(open("creation").pin_count(), std::uint32_t(CREATION_COUNT));
    // A KSPROPERTY is enough of a request; the PinId behind it means nothing.
    const KSPROPERTY request{KSPROPSETID_Pin, KSPROPERTY_PIN_CTYPES, KSPROPERTY_TYPE_GET};
    std::uint32_t count = 0;
    const IoResult result = filter.property(std::as_bytes(std::span(&request, 1)),
                                            std::as_writable_bytes(std::span(&count, 1)));
    EXPECT_EQ(std::uint32_t(result.status), 0u);
    EXPECT_EQ(result.information, sizeof count);
    EXPECT_EQ(count, std::uint32_t(LISTS_COUNT));
    EXPECT_EQ(number(KSPROPERTY_PIN_CTYPES, 999), std::uint32_t(LISTS_COUNT));
}

TEST_P(PinProperties, D1_APinIdIsTheIndexOfItsDescriptor) {
    // Each of them differs from its neighbours.
    EXPECT_EQ(number(KSPROPERTY_PIN_DATAFLOW, LISTS_WAVE), 2u);
    EXPECT_EQ(number(KSPROPERTY_PIN_DATAFLOW, LISTS_MUSIC), 1u);
    for (std::uint32_t property :
         {KSPROPERTY_PIN_DATAFLOW, KSPROPERTY_PIN_COMMUNICATION, KSPROPERTY_PIN_DATARANGES,
          KSPROPERTY_PIN_INTERFACES, KSPROPERTY_PIN_MEDIUMS, KSPROPERTY_PIN_CATEGORY,
          KSPROPERTY_PIN_NAME, KSPROPERTY_PIN_CINSTANCES, KSPROPERTY_PIN_GLOBALCINSTANCES,
          KSPROPERTY_PIN_NECESSARYINSTANCES, KSPROPERTY_PIN_CONSTRAINEDDATARANGES})
        for (std::uint32_t pin_id : {std::uint32_t(LISTS_COUNT), ~0u}) {
            const Answer answer = get(property, pin_id, 64);
            EXPECT_EQ(answer.status, invalid_parameter) << property;
            EXPECT_EQ(answer.information, 0u);
        }
}

TEST_P(PinProperties, D1_ARequestShorterThanKspPinIsTooSmall) {
    const KSPROPERTY request{KSPROPSETID_Pin, KSPROPERTY_PIN_DATAFLOW, KSPROPERTY_TYPE_GET};
    std::uint32_t flow = 0;
    const IoResult result = filter.property(std::as_bytes(std::span(&request, 1)),
                                            std::as_writable_bytes(std::span(&flow, 1)));
    EXPECT_EQ(std::uint32_t(result.status), buffer_too_small);
    EXPECT_EQ(result.information, 0u);
}

TEST_P(PinProperties, D4_TheCategoryIsTheDescriptorsGuid) {
    const Answer answer = get(KSPROPERTY_PIN_CATEGORY, LISTS_WAVE, sizeof(GUID));
    EXPECT_EQ(answer.status, 0u);
    EXPECT_EQ(answer.information, sizeof(GUID));
    EXPECT_TRUE(same(read_at<GUID>(answer.bytes), category));
    EXPECT_EQ(get(KSPROPERTY_PIN_CATEGORY, LISTS_WAVE, sizeof(GUID) - 1).status, buffer_too_small);
    EXPECT_EQ(get(KSPROPERTY_PIN_CATEGORY, LISTS_WAVE, 200).information, sizeof(GUID));
}

TEST_P(PinProperties, D4_inferred_WithoutACategoryItIsNotFound) {
    for (std::uint32_t pin_id : {LISTS_VIDEO, LISTS_BARE}) {
        const Answer answer = get(KSPROPERTY_PIN_CATEGORY, pin_id, sizeof(GUID));
        EXPECT_EQ(answer.status, not_found);
        EXPECT_EQ(answer.information, 0u);
    }
}

TEST_P(PinProperties, D6_DataFlowAndCommunication) {
    const std::uint32_t in = 1, out = 2, none = 0, sink = 1, source = 2, both = 3, bridge = 4;
    for (const auto &[pin_id, flow, communication] :
         {std::tuple(LISTS_WAVE, out, sink), std::tuple(LISTS_MUSIC, in, source),
          std::tuple(LISTS_VIDEO, out, both), std::tuple(LISTS_ODD, in, bridge),
          std::tuple(LISTS_BARE, in, none)}) {
        EXPECT_EQ(number(KSPROPERTY_PIN_DATAFLOW, pin_id), flow) << pin_id;
        EXPECT_EQ(number(KSPROPERTY_PIN_COMMUNICATION, pin_id), communication) << pin_id;
    }
    EXPECT_EQ(get(KSPROPERTY_PIN_DATAFLOW, LISTS_WAVE, 3).status, buffer_too_small);
    EXPECT_EQ(get(KSPROPERTY_PIN_COMMUNICATION, LISTS_WAVE, 3).status, buffer_too_small);
}

TEST_P(PinProperties, D7_InterfacesInTheDescriptorsOrder) {
    const std::vector<std::byte> list = all(KSPROPERTY_PIN_INTERFACES, LISTS_WAVE);
    const auto head = read_at<KSMULTIPLE_ITEM>(list);
    EXPECT_EQ(head.Size, sizeof head + 2 * sizeof(KSPIN_INTERFACE));
    EXPECT_EQ(head.Size, list.size());
    EXPECT_EQ(head.Count, 2u);
    const auto first = read_at<KSPIN_INTERFACE>(list, sizeof head),
               second = read_at<KSPIN_INTERFACE>(list, sizeof head + sizeof first);
    EXPECT_TRUE(same(first.Set, KSINTERFACESETID_Standard));
    EXPECT_EQ(first.Id, ULONG(KSINTERFACE_STANDARD_LOOPED_STREAMING));
    EXPECT_TRUE(same(second.Set, KSINTERFACESETID_Standard));
    EXPECT_EQ(second.Id, ULONG(KSINTERFACE_STANDARD_STREAMING));
    EXPECT_EQ(second.Flags, 0u);
}

TEST_P(PinProperties, D7_MediumsInTheDescriptorsOrder) {
    const std::vector<std::byte> list = all(KSPROPERTY_PIN_MEDIUMS, LISTS_WAVE);
    const auto head = read_at<KSMULTIPLE_ITEM>(list);
    EXPECT_EQ(head.Size, sizeof head + 3 * sizeof(KSPIN_MEDIUM));
    EXPECT_EQ(head.Count, 3u);
    const auto at = [&](std::size_t index) {
        return read_at<KSPIN_MEDIUM>(list, sizeof head + index * sizeof(KSPIN_MEDIUM));
    };
    EXPECT_TRUE(same(at(0).Set, category));
    EXPECT_EQ(at(0).Id, 5u);
    EXPECT_EQ(at(0).Flags, 1u);
    EXPECT_TRUE(same(at(1).Set, KSMEDIUMSETID_Standard));
    EXPECT_EQ(at(2).Id, 6u);
    EXPECT_EQ(at(2).Flags, 2u);
}

TEST_P(PinProperties, D7_WithoutAListTheStandardOneIsMeant) {
    for (const auto &[property, set] :
         {std::pair(std::uint32_t(KSPROPERTY_PIN_INTERFACES), KSINTERFACESETID_Standard),
          std::pair(std::uint32_t(KSPROPERTY_PIN_MEDIUMS), KSMEDIUMSETID_Standard)}) {
        const std::vector<std::byte> list = all(property, LISTS_BARE);
        EXPECT_EQ(read_at<KSMULTIPLE_ITEM>(list).Count, 1u);
        const auto only = read_at<KSIDENTIFIER>(list, sizeof(KSMULTIPLE_ITEM));
        EXPECT_TRUE(same(only.Set, set));
        EXPECT_EQ(only.Id, 0u);
    }
}

TEST_P(PinProperties, D8_TheSizesOfASizedList) {
    for (std::uint32_t property :
         {KSPROPERTY_PIN_INTERFACES, KSPROPERTY_PIN_MEDIUMS, KSPROPERTY_PIN_DATARANGES,
          KSPROPERTY_PIN_CONSTRAINEDDATARANGES}) {
        const Answer nothing = get(property, LISTS_WAVE, 0);
        EXPECT_EQ(nothing.status, buffer_overflow) << property;
        const std::size_t needed = nothing.information;
        ASSERT_GT(needed, sizeof(KSMULTIPLE_ITEM));
        const Answer header = get(property, LISTS_WAVE, sizeof(KSMULTIPLE_ITEM));
        EXPECT_EQ(header.status, 0u);
        EXPECT_EQ(header.information, sizeof(KSMULTIPLE_ITEM));
        EXPECT_EQ(read_at<KSMULTIPLE_ITEM>(header.bytes).Size, needed);
        const Answer enough = get(property, LISTS_WAVE, needed);
        EXPECT_EQ(enough.status, 0u);
        EXPECT_EQ(enough.information, needed);
        EXPECT_EQ(read_at<KSMULTIPLE_ITEM>(enough.bytes).Count,
                  read_at<KSMULTIPLE_ITEM>(header.bytes).Count);
        const Answer more = get(property, LISTS_WAVE, needed + 100);
        EXPECT_EQ(more.status, 0u);
        EXPECT_EQ(more.information, needed);
        EXPECT_EQ(more.bytes, enough.bytes);
        for (std::size_t offered :
             {sizeof(KSMULTIPLE_ITEM) - 1, sizeof(KSMULTIPLE_ITEM) + 1, needed - 1}) {
            const Answer few = get(property, LISTS_WAVE, offered);
            EXPECT_EQ(few.status, buffer_too_small) << property << ", " << offered;
            EXPECT_EQ(few.information, 0u);
        }
    }
}

TEST_P(PinProperties, D8_AnEmptyListIsItsHeader) {
    const Answer nothing = get(KSPROPERTY_PIN_DATARANGES, LISTS_BARE, 0);
    EXPECT_EQ(nothing.status, buffer_overflow);
    EXPECT_EQ(nothing.information, sizeof(KSMULTIPLE_ITEM));
    const Answer header = get(KSPROPERTY_PIN_DATARANGES, LISTS_BARE, sizeof(KSMULTIPLE_ITEM));
    EXPECT_EQ(header.status, 0u);
    EXPECT_EQ(read_at<KSMULTIPLE_ITEM>(header.bytes).Size, sizeof(KSMULTIPLE_ITEM));
    EXPECT_EQ(read_at<KSMULTIPLE_ITEM>(header.bytes).Count, 0u);
}

TEST_P(PinProperties, D11_TheRangesThatArePossibleNow) {
    const std::vector<std::byte> every = all(KSPROPERTY_PIN_DATARANGES, LISTS_WAVE),
                                 now = all(KSPROPERTY_PIN_CONSTRAINEDDATARANGES, LISTS_WAVE);
    EXPECT_EQ(read_at<KSMULTIPLE_ITEM>(every).Count, 2u);
    ASSERT_EQ(read_at<KSMULTIPLE_ITEM>(now).Count, 1u);
    // The second of the two.
    const std::size_t range = (every.size() - sizeof(KSMULTIPLE_ITEM)) / 2;
    EXPECT_EQ(std::vector(now.begin() + sizeof(KSMULTIPLE_ITEM), now.end()),
              std::vector(every.end() - std::ptrdiff_t(range), every.end()));
}

TEST_P(PinProperties, D11_TheyAreAllOfThemByDefault) {
    for (std::uint32_t pin_id : {LISTS_MUSIC, LISTS_ATTRIBUTES, LISTS_ODD})
        EXPECT_EQ(all(KSPROPERTY_PIN_CONSTRAINEDDATARANGES, pin_id),
                  all(KSPROPERTY_PIN_DATARANGES, pin_id));
}

TEST_P(PinProperties, D11_TheMinidriverMayAnswerByItself) {
    Filter overrides = open("overrides");
    const std::vector<std::byte> list =
        overrides.get(guid_of(KSPROPSETID_Pin), KSPROPERTY_PIN_CONSTRAINEDDATARANGES, {},
                      std::as_bytes(std::span<const std::uint32_t>({OVERRIDES_OTHER, 0})));
    const std::vector<DataRange> ranges = parse_data_ranges(list);
    ASSERT_EQ(ranges.size(), 1u);
    EXPECT_EQ(ranges[0].audio->minimum_hz, 44'100u);
    EXPECT_EQ(ranges[0].audio->maximum_hz, 44'100u);
    EXPECT_EQ(overrides.pin_facts(OVERRIDES_OTHER).ranges[0].audio->maximum_hz, 48'000u);
}

TEST_P(PinProperties, D12_NecessaryInstancesAreANumber) {
    EXPECT_EQ(number(KSPROPERTY_PIN_NECESSARYINSTANCES, LISTS_WAVE), 1u);
    EXPECT_EQ(number(KSPROPERTY_PIN_NECESSARYINSTANCES, LISTS_MUSIC), 0u);
    EXPECT_EQ(get(KSPROPERTY_PIN_NECESSARYINSTANCES, LISTS_WAVE, 3).status, buffer_too_small);
}

TEST_P(PinProperties, D12_PossibleInstancesAreTheDescriptors) {
    EXPECT_EQ(instances(filter, LISTS_WAVE).PossibleCount, 3u);
    EXPECT_EQ(instances(filter, LISTS_MUSIC).PossibleCount, KSINSTANCE_INDETERMINATE);
    EXPECT_EQ(instances(filter, LISTS_ODD).PossibleCount, 0u);
    EXPECT_EQ(get(KSPROPERTY_PIN_CINSTANCES, LISTS_WAVE, sizeof(KSPIN_CINSTANCES) - 1).status,
              buffer_too_small);
    EXPECT_EQ(get(KSPROPERTY_PIN_GLOBALCINSTANCES, LISTS_WAVE, 7).status, buffer_too_small);
}

TEST_P(PinProperties, D13_APhysicalConnectionIsTheMinidriversToTell) {
    struct Connection {
        ULONG size;
        ULONG pin;
        char16_t link[std::size(OVERRIDES_LINK)];
    };
    Filter overrides = open("overrides");
    const std::size_t needed = offsetof(Connection, link) + std::size(OVERRIDES_LINK) * 2;
    EXPECT_EQ(pin_property(overrides, KSPROPERTY_PIN_PHYSICALCONNECTION, OVERRIDES_CONNECTED, 0)
                  .information,
              needed);
    const Answer answer =
        pin_property(overrides, KSPROPERTY_PIN_PHYSICALCONNECTION, OVERRIDES_CONNECTED, needed);
    EXPECT_EQ(answer.status, 0u);
    ASSERT_EQ(answer.bytes.size(), needed);
    EXPECT_EQ(read_at<ULONG>(answer.bytes), needed);
    EXPECT_EQ(read_at<ULONG>(answer.bytes, 4), ULONG(OVERRIDES_LINK_PIN));
    EXPECT_EQ(std::memcmp(answer.bytes.data() + 8,
                          u"\\??\\ROOT#TOPOLOGY#0000#{6994AD04-93EF-11D0-A3CC-00A0C9223196}"
                          u"\\topology",
                          needed - 8),
              0);
}

TEST_P(PinProperties, D13_inferred_APinWithoutAPhysicalConnectionHasNone) {
    Filter overrides = open("overrides");
    EXPECT_EQ(pin_property(overrides, KSPROPERTY_PIN_PHYSICALCONNECTION, OVERRIDES_OTHER, 0).status,
              not_found);
    // The class driver knows of none at all.
    EXPECT_EQ(get(KSPROPERTY_PIN_PHYSICALCONNECTION, LISTS_WAVE, 64).status, not_found);
}

TEST_P(PinProperties, D18_RenderAndCaptureOfOneFilterAreFactoriesOfTheirOwn) {
    Filter both = open("creation");
    EXPECT_EQ(both.pin_facts(CREATION_IN).data_flow, DataFlow::in);
    EXPECT_EQ(both.pin_facts(CREATION_OUT).data_flow, DataFlow::out);
    Pin render = both.connect({.pin_id = CREATION_IN, .format = stereo}),
        capture = both.connect({.pin_id = CREATION_OUT, .format = stereo});
    render.set_state(PinState::run);
    capture.set_state(PinState::run);
    EXPECT_EQ(instances(both, CREATION_IN).CurrentCount, 1u);
    EXPECT_EQ(instances(both, CREATION_OUT).CurrentCount, 1u);
}

TEST_P(PinProperties, D17_EveryCommunicationIsAnIrp) {
    Filter filter = open("creation");
    const auto requests = [&](const char *code) {
        return count(traced.events(), "irp.dispatch", {{"code", code}});
    };
    Pin pin = filter.connect({.pin_id = CREATION_OUT, .format = stereo});
    traced.mark();
    pin.set_state(PinState::acquire);
    EXPECT_EQ(requests("IOCTL_KS_PROPERTY"), 1u);
    filter.pin_count(); // its size, its value
    EXPECT_EQ(requests("IOCTL_KS_PROPERTY"), 3u);
    Frame frame{.buffer = Buffer(client, 64)};
    Request read = pin.start_read(frame);
    EXPECT_EQ(requests("IOCTL_KS_READ_STREAM"), 1u);
    read.cancel();
    read.wait();
    pin.close();
    EXPECT_EQ(traced.irps("IRP_MJ_CLEANUP"), 1u);
    EXPECT_EQ(traced.irps("IRP_MJ_CLOSE"), 1u);
}

} // namespace
} // namespace ksbox::testing
