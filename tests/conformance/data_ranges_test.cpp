// Section D: data ranges of every kind, byte for byte, and the formats that they take.
#include "conformance/factories_filter.h"

namespace ksbox::testing {
namespace {

constexpr std::uint32_t no_match = 0x80070491;            // HRESULT_FROM_WIN32(ERROR_NO_MATCH)
constexpr std::size_t audio_bytes = 88, music_bytes = 96; // KSDATARANGE_AUDIO, _MUSIC on x64
constexpr GUID driver_category{
    0x0a9c7e55, 0x21d4, 0x4c0e, {0xb6, 0xf3, 0x7c, 0x1b, 0x5d, 0x9e, 0x8a, 0x42}};
constexpr GUID driver_name{
    0x0a9c7e55, 0x21d4, 0x4c0e, {0xb6, 0xf3, 0x7c, 0x1b, 0x5d, 0x9e, 0x8a, 0x43}};
constexpr GUID mode_attribute{
    0xe1f89eb5, 0x5f46, 0x419b, {0x96, 0x7b, 0xff, 0x67, 0x70, 0xb9, 0x84, 0x01}};
constexpr GUID music{0xe725d360, 0x62cc, 0x11cf, {0xa5, 0xd6, 0x28, 0xdb, 0x04, 0xc1, 0x00, 0x00}},
    midi{0x1d262760, 0xe957, 0x11cf, {0xa5, 0xd6, 0x28, 0xdb, 0x04, 0xc1, 0x00, 0x00}};

struct Attribute { // KSATTRIBUTE
    ULONG size;
    ULONG flags;
    GUID attribute;
};

bool same(const GUID &a, const GUID &b) {
    return std::memcmp(&a, &b, sizeof a) == 0;
}

class DataRanges : public FactoriesFilter {
  protected:
    std::vector<std::byte> list(std::uint32_t pin_id) {
        const Answer size = pin_property(filter, KSPROPERTY_PIN_DATARANGES, pin_id, 0);
        const Answer answer =
            pin_property(filter, KSPROPERTY_PIN_DATARANGES, pin_id, size.information);
        EXPECT_EQ(answer.status, 0u);
        EXPECT_EQ(read_at<KSMULTIPLE_ITEM>(answer.bytes).Size, answer.bytes.size());
        return answer.bytes;
    }
    Filter filter = open("{1f7d3a60-8c25-4b7e-a4d9-6e02b95c3f18}");
};
KSBOX_IN_BOTH_MODES(DataRanges);

TEST_P(DataRanges, D10_EveryRangeBeginsAtAMultipleOfEight) {
    const std::vector<std::byte> bytes = list(LISTS_ODD);
    EXPECT_EQ(read_at<KSMULTIPLE_ITEM>(bytes).Count, 2u);
    const std::size_t first = sizeof(KSMULTIPLE_ITEM), second = first + 80;
    ASSERT_EQ(bytes.size(), second + sizeof(KSDATARANGE));
    const auto odd = read_at<KSDATARANGE>(bytes, first),
               plain = read_at<KSDATARANGE>(bytes, second);
    EXPECT_EQ(odd.FormatSize, 75u);
    EXPECT_TRUE(same(odd.SubFormat, driver_name));
    for (std::size_t i = 0; i < 11; ++i)
        EXPECT_EQ(bytes[first + sizeof(KSDATARANGE) + i], std::byte(i + 1));
    for (std::size_t i = 75; i < 80; ++i)
        EXPECT_EQ(bytes[first + i], std::byte(0)); // and nothing of the kernel's between them
    EXPECT_EQ(plain.FormatSize, sizeof(KSDATARANGE));
    EXPECT_TRUE(same(plain.SubFormat, driver_category));
}

TEST_P(DataRanges, D10_AttributesFollowTheirRange) {
    const std::vector<std::byte> bytes = list(LISTS_ATTRIBUTES);
    const std::size_t first = sizeof(KSMULTIPLE_ITEM), attributes = first + audio_bytes,
                      second = attributes + sizeof(KSMULTIPLE_ITEM) + sizeof(Attribute);
    ASSERT_EQ(bytes.size(), second + audio_bytes);
    EXPECT_EQ(read_at<KSDATARANGE>(bytes, first).Flags, 2u); // KSDATARANGE_ATTRIBUTES
    const auto items = read_at<KSMULTIPLE_ITEM>(bytes, attributes);
    EXPECT_EQ(items.Size, sizeof(KSMULTIPLE_ITEM) + sizeof(Attribute));
    EXPECT_EQ(items.Count, 1u);
    const auto attribute = read_at<Attribute>(bytes, attributes + sizeof items);
    EXPECT_EQ(attribute.size, sizeof(Attribute));
    EXPECT_EQ(attribute.flags, 1u); // KSATTRIBUTE_REQUIRED
    EXPECT_TRUE(same(attribute.attribute, mode_attribute));
    EXPECT_EQ(read_at<KSDATARANGE>(bytes, second).Flags, 0u);
    // A client finds both ranges.
    const std::vector<DataRange> ranges = parse_data_ranges(bytes);
    ASSERT_EQ(ranges.size(), 2u);
    EXPECT_EQ(ranges[0].subtype, guid_of(KSDATAFORMAT_SUBTYPE_PCM));
    EXPECT_EQ(ranges[1].subtype, guid_of(KSDATAFORMAT_SUBTYPE_IEEE_FLOAT));
}

TEST_P(DataRanges, D10_ARequiredAttributeHasToBeAskedFor) {
    RawConnect without(LISTS_ATTRIBUTES, stereo);
    EXPECT_EQ(create_pin2(filter, without.get()).error, no_match);
    // The same format with the attribute behind it, which begins at a multiple of eight bytes.
    for (const std::uint16_t more : {0, 2, 6}) { // of WAVEFORMATEX: 82, 84 and 88 bytes
        const std::size_t plain = stereo.bytes().size() + more;
        const std::size_t format = (plain + 7) & ~std::size_t(7);
        std::vector<std::byte> memory(sizeof(KSPIN_CONNECT) + format + sizeof(KSMULTIPLE_ITEM) +
                                      sizeof(Attribute));
        std::memcpy(memory.data(), without.bytes().data(), without.bytes().size());
        const ULONG head[2] = {ULONG(plain), 2}; // KSDATAFORMAT_ATTRIBUTES
        std::memcpy(memory.data() + sizeof(KSPIN_CONNECT), head, sizeof head);
        std::memcpy(memory.data() + sizeof(KSPIN_CONNECT) + stereo.bytes().size() - sizeof more,
                    &more, sizeof more); // cbSize
        const KSMULTIPLE_ITEM items{ULONG(sizeof items + sizeof(Attribute)), 1};
        Attribute attribute{sizeof attribute, 0, mode_attribute};
        std::byte *tail = memory.data() + sizeof(KSPIN_CONNECT) + format;
        std::memcpy(tail, &items, sizeof items);
        std::memcpy(tail + sizeof items, &attribute, sizeof attribute);
        const auto *connect = reinterpret_cast<const KSPIN_CONNECT *>(memory.data());
        EXPECT_EQ(create_pin2(filter, connect).error, 0u) << more;
        // Another one is not it.
        attribute.attribute = driver_category;
        std::memcpy(tail + sizeof items, &attribute, sizeof attribute);
        EXPECT_EQ(create_pin2(filter, connect).error, no_match) << more;
    }
    // The range without attributes asks for none.
    RawConnect floats(LISTS_ATTRIBUTES, stereo);
    floats.format().SubFormat = KSDATAFORMAT_SUBTYPE_IEEE_FLOAT;
    EXPECT_EQ(create_pin2(filter, floats.get()).error, 0u);
}

TEST_P(DataRanges, D16_WaveRangesAreAudio) {
    const std::vector<std::byte> bytes = list(LISTS_WAVE);
    ASSERT_EQ(bytes.size(), sizeof(KSMULTIPLE_ITEM) + 2 * audio_bytes);
    const auto range = read_at<KSDATARANGE>(bytes, sizeof(KSMULTIPLE_ITEM) + audio_bytes);
    EXPECT_EQ(range.FormatSize, audio_bytes);
    EXPECT_TRUE(same(range.MajorFormat, KSDATAFORMAT_TYPE_AUDIO));
    EXPECT_TRUE(same(range.Specifier, KSDATAFORMAT_SPECIFIER_WAVEFORMATEX));
    const std::size_t extension = sizeof(KSMULTIPLE_ITEM) + audio_bytes + sizeof(KSDATARANGE);
    const ULONG expected[5] = {8, 16, 16, 96'000, 192'000};
    EXPECT_EQ(std::memcmp(bytes.data() + extension, expected, sizeof expected), 0);
    const std::vector<DataRange> ranges = filter.pin_facts(LISTS_WAVE).ranges;
    ASSERT_EQ(ranges.size(), 2u);
    ASSERT_TRUE(ranges[0].audio);
    EXPECT_EQ(ranges[0].audio->maximum_hz, 48'000u);
    EXPECT_EQ(ranges[1].audio->maximum_channels, 8u);
}

TEST_P(DataRanges, D16_MidiRangesAreMusic) {
    const std::vector<std::byte> bytes = list(LISTS_MUSIC);
    ASSERT_EQ(bytes.size(), sizeof(KSMULTIPLE_ITEM) + music_bytes);
    const auto range = read_at<KSDATARANGE>(bytes, sizeof(KSMULTIPLE_ITEM));
    EXPECT_TRUE(same(range.MajorFormat, music));
    EXPECT_TRUE(same(range.SubFormat, midi));
    EXPECT_TRUE(same(range.Specifier, KSDATAFORMAT_SPECIFIER_NONE));
    // Technology, then Channels, Notes, ChannelMask.
    const ULONG expected[3] = {16, 32, 0xffff};
    EXPECT_EQ(
        std::memcmp(bytes.data() + sizeof(KSMULTIPLE_ITEM) + sizeof(KSDATARANGE) + sizeof(GUID),
                    expected, sizeof expected),
        0);
    const std::vector<DataRange> ranges = filter.pin_facts(LISTS_MUSIC).ranges;
    ASSERT_EQ(ranges.size(), 1u);
    ASSERT_TRUE(ranges[0].music);
    EXPECT_EQ(ranges[0].music->channels, 16u);
    EXPECT_EQ(ranges[0].music->notes, 32u);
    // A format without an extension connects.
    std::vector<std::byte> format(sizeof(KSDATAFORMAT));
    KSDATAFORMAT head{};
    head.FormatSize = sizeof head;
    head.MajorFormat = music;
    head.SubFormat = midi;
    head.Specifier = KSDATAFORMAT_SPECIFIER_NONE;
    std::memcpy(format.data(), &head, sizeof head);
    EXPECT_EQ(create_pin2(filter, RawConnect(LISTS_MUSIC, DataFormat(format)).get()).error, 0u);
    EXPECT_EQ(create_pin2(filter, RawConnect(LISTS_MUSIC, stereo).get()).error, no_match);
}

TEST_P(DataRanges, D16_VideoRangesOfBothKinds) {
    for (const std::uint32_t pin_id : {LISTS_VIDEO, LISTS_VIDEO2}) {
        const std::vector<DataRange> ranges = filter.pin_facts(pin_id).ranges;
        ASSERT_EQ(ranges.size(), 1u) << pin_id;
        EXPECT_EQ(ranges[0].major, guid_of(KSDATAFORMAT_TYPE_VIDEO));
        EXPECT_EQ(ranges[0].sample_bytes, 320u * 240 * 2);
        ASSERT_TRUE(ranges[0].video);
        EXPECT_EQ(ranges[0].video->width, 320u);
        EXPECT_EQ(ranges[0].video->height, 240u);
        EXPECT_EQ(ranges[0].video->minimum_frame_100ns, 333'333u);
        EXPECT_EQ(ranges[0].video->maximum_frame_100ns, 666'666u);
        EXPECT_EQ(list(pin_id).size(), sizeof(KSMULTIPLE_ITEM) + ranges[0].bytes.size());
    }
    EXPECT_NE(filter.pin_facts(LISTS_VIDEO).ranges[0].specifier,
              filter.pin_facts(LISTS_VIDEO2).ranges[0].specifier);
    EXPECT_LT(filter.pin_facts(LISTS_VIDEO).ranges[0].bytes.size(),
              filter.pin_facts(LISTS_VIDEO2).ranges[0].bytes.size());
}

TEST_P(DataRanges, D16_AWildcardSubformatIsTheNullGuid) {
    const std::vector<DataRange> ranges = filter.pin_facts(LISTS_WILD).ranges;
    ASSERT_EQ(ranges.size(), 1u);
    EXPECT_EQ(ranges[0].subtype, Guid{});
    RawConnect any(LISTS_WILD, stereo);
    any.format().SubFormat = driver_name;
    EXPECT_EQ(create_pin2(filter, any.get()).error, 0u);
}

} // namespace
} // namespace ksbox::testing
