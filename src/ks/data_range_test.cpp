#include "ks/data_range.h"

#include <cstring>

#include <gtest/gtest.h>

#include "ks/explain.h"

namespace ksbox::ks {
namespace {

KSDATAFORMAT format(const GUID &major, const GUID &sub, const GUID &specifier) {
    KSDATAFORMAT result{};
    result.FormatSize = sizeof result;
    result.MajorFormat = major;
    result.SubFormat = sub;
    result.Specifier = specifier;
    return result;
}

const GUID any{};
const GUID &audio = KSDATAFORMAT_TYPE_AUDIO;
const GUID &video = KSDATAFORMAT_TYPE_VIDEO;
const GUID &pcm = KSDATAFORMAT_SUBTYPE_PCM;
const GUID &floating = KSDATAFORMAT_SUBTYPE_IEEE_FLOAT;
const GUID &wave = KSDATAFORMAT_SPECIFIER_WAVEFORMATEX;
const GUID &dsound = KSDATAFORMAT_SPECIFIER_DSOUND;

TEST(DataRange, B4AcceptsAWildcardMajorFormat) {
    EXPECT_EQ(format_agrees(format(any, pcm, wave), format(video, floating, dsound)),
              Agreement::matches);
}

TEST(DataRange, B4AcceptsAWildcardSubformatOfTheSameMajor) {
    EXPECT_EQ(format_agrees(format(audio, any, wave), format(audio, pcm, dsound)),
              Agreement::matches);
    EXPECT_EQ(format_agrees(format(audio, any, wave), format(video, pcm, wave)),
              Agreement::major_differs);
}

TEST(DataRange, B4ElseAllThreeMustAgree) {
    EXPECT_EQ(format_agrees(format(audio, pcm, wave), format(audio, pcm, wave)),
              Agreement::matches);
    EXPECT_EQ(format_agrees(format(audio, pcm, wave), format(audio, floating, wave)),
              Agreement::sub_differs);
    EXPECT_EQ(format_agrees(format(audio, pcm, wave), format(audio, pcm, dsound)),
              Agreement::specifier_differs);
    // A wildcard specifier alone is none of the three cases.
    EXPECT_EQ(format_agrees(format(audio, pcm, any), format(audio, pcm, wave)),
              Agreement::specifier_differs);
}

TEST(DataRange, E2WildcardsOnEitherSideAgree) {
    EXPECT_TRUE(ranges_agree(format(audio, pcm, wave), format(audio, any, any)));
    EXPECT_TRUE(ranges_agree(format(audio, any, any), format(audio, pcm, wave)));
    EXPECT_TRUE(ranges_agree(format(audio, pcm, wave), format(audio, pcm, wave)));
    EXPECT_FALSE(ranges_agree(format(audio, pcm, wave), format(video, any, any)));
    EXPECT_FALSE(ranges_agree(format(audio, pcm, wave), format(audio, pcm, audio)));
}

TEST(DataRange, A8RefusesATruncatedFormat) {
    alignas(8) std::byte bytes[128]{};
    auto one = format(audio, pcm, wave);
    one.FormatSize = 100;
    std::memcpy(bytes, &one, sizeof one);
    EXPECT_TRUE(read_format({bytes, 100}));
    ASSERT_FALSE(read_format({bytes, 99}));
    EXPECT_EQ(read_format({bytes, 99}).error(), Status(STATUS_INVALID_BUFFER_SIZE));
    EXPECT_FALSE(read_format({bytes, sizeof one - 1}));
    one.FormatSize = sizeof one - 1;
    std::memcpy(bytes, &one, sizeof one);
    EXPECT_FALSE(read_format({bytes, sizeof bytes}));
}

TEST(DataRange, ReadsAttributesBehindAFormatAndRefusesOverlongOnes) {
    alignas(8) std::byte bytes[256]{};
    auto one = format(audio, pcm, wave);
    one.Flags = KSDATAFORMAT_ATTRIBUTES;
    one.FormatSize = 82; // aligned to 88
    KSMULTIPLE_ITEM list{sizeof(KSMULTIPLE_ITEM) + sizeof(KSATTRIBUTE), 1};
    KSATTRIBUTE attribute{sizeof(KSATTRIBUTE), 0, pcm};
    std::memcpy(bytes, &one, sizeof one);
    std::memcpy(bytes + 88, &list, sizeof list);
    std::memcpy(bytes + 96, &attribute, sizeof attribute);
    const auto read = read_format({bytes, 88u + list.Size});
    ASSERT_TRUE(read);
    EXPECT_EQ(read->total_bytes, 88u + list.Size);
    EXPECT_EQ(read->attributes->Count, 1u);
    EXPECT_FALSE(read_format({bytes, 87u + list.Size}));
    attribute.Size = 1000;
    std::memcpy(bytes + 96, &attribute, sizeof attribute);
    EXPECT_FALSE(read_format({bytes, 88u + list.Size}));
}

/// A format of 82 bytes, at 88 a list of two attributes of 30 and 24 bytes (at 96 and 128), to 152.
struct Attributed {
    alignas(8) std::byte bytes[160]{};
    KSMULTIPLE_ITEM list{8 + 32 + sizeof(KSATTRIBUTE), 2};
    KSATTRIBUTE first{30, 0, pcm};
    KSATTRIBUTE second{sizeof(KSATTRIBUTE), KSATTRIBUTE_REQUIRED, wave};

    bool reads(std::size_t size) {
        auto one = format(audio, pcm, wave);
        one.Flags = KSDATAFORMAT_ATTRIBUTES;
        one.FormatSize = 82;
        std::memcpy(bytes, &one, sizeof one);
        std::memcpy(bytes + 88, &list, sizeof list);
        std::memcpy(bytes + 96, &first, sizeof first);
        std::memcpy(bytes + 128, &second, sizeof second);
        const auto read = read_format({bytes, size});
        if (!read)
            EXPECT_EQ(read.error(), Status(STATUS_INVALID_BUFFER_SIZE));
        return bool(read);
    }
};

TEST(DataRange, EachAttributeMustLieInItsList) {
    EXPECT_TRUE(Attributed().reads(152));
    EXPECT_FALSE(Attributed().reads(151));
    EXPECT_FALSE(Attributed().reads(95)); // no whole KSMULTIPLE_ITEM
    EXPECT_FALSE(Attributed().reads(87));
    EXPECT_FALSE(Attributed().reads(84));
    Attributed none;
    none.list = {sizeof(KSMULTIPLE_ITEM), 0};
    EXPECT_TRUE(none.reads(96));
    none.list.Size = sizeof(KSMULTIPLE_ITEM) - 1;
    EXPECT_FALSE(none.reads(152));
    Attributed three;
    three.list.Count = 3;
    EXPECT_FALSE(three.reads(160));
    Attributed second_cut;
    --second_cut.list.Size;
    EXPECT_FALSE(second_cut.reads(160));
    Attributed first_only; // the list ends within what the first is filled up with
    first_only.list.Size = 8 + 30;
    EXPECT_FALSE(first_only.reads(160));
    first_only.list.Count = 1;
    EXPECT_TRUE(first_only.reads(160));
    Attributed small;
    small.second.Size = sizeof(KSATTRIBUTE) - 1;
    EXPECT_FALSE(small.reads(160));
    Attributed large;
    large.second.Size = sizeof(KSATTRIBUTE) + 1;
    EXPECT_FALSE(large.reads(160));
}

TEST(DataRange, EveryAttributeCounts) {
    Attributed client;
    ASSERT_TRUE(client.reads(152));
    const auto *list = reinterpret_cast<const KSMULTIPLE_ITEM *>(client.bytes + 88);
    EXPECT_FALSE(attributes_agree(nullptr, list));
    EXPECT_NE(missing_attribute(nullptr, list), "");
    KSATTRIBUTE one{sizeof(KSATTRIBUTE), 0, audio}, two{sizeof(KSATTRIBUTE), 0, wave};
    PKSATTRIBUTE attributes[] = {&one, &two};
    const KSATTRIBUTE_LIST pin{2, attributes}, half{1, attributes};
    EXPECT_TRUE(attributes_agree(&pin, list));
    EXPECT_EQ(missing_attribute(&pin, list), "");
    EXPECT_FALSE(attributes_agree(&half, list));
    EXPECT_NE(missing_attribute(&half, list), "");
    one.Flags = KSATTRIBUTE_REQUIRED;
    EXPECT_FALSE(attributes_agree(&pin, list));
    one.Attribute = pcm;
    EXPECT_TRUE(attributes_agree(&pin, list));
}

TEST(DataRange, ListsOfRangesSayTheirSize) {
    alignas(8) std::byte bytes[128]{};
    const auto reads = [&](ULONG size, ULONG count, std::size_t given) {
        const KSMULTIPLE_ITEM list{size, count};
        std::memcpy(bytes, &list, sizeof list);
        const auto read = read_range_list({bytes, given});
        if (!read)
            EXPECT_EQ(read.error(), Status(STATUS_INVALID_BUFFER_SIZE));
        return bool(read);
    };
    EXPECT_TRUE(reads(8, 0, 8));
    EXPECT_FALSE(reads(8, 0, 7));
    EXPECT_FALSE(reads(7, 0, 8));
    EXPECT_FALSE(reads(9, 0, 8));
    auto one = format(audio, pcm, wave);
    one.FormatSize = 66; // filled up to 72
    std::memcpy(bytes + 8, &one, sizeof one);
    EXPECT_TRUE(reads(8 + 66, 1, sizeof bytes));
    EXPECT_FALSE(reads(8 + 65, 1, sizeof bytes));
    EXPECT_FALSE(reads(8 + 66, 2, sizeof bytes));
    EXPECT_FALSE(reads(8 + 72, 2, sizeof bytes));
}

TEST(DataRange, SaysWhyAFormatCannotBeRead) {
    alignas(8) std::byte bytes[128]{};
    auto one = format(audio, pcm, wave);
    const auto why = [&](std::size_t size) {
        std::memcpy(bytes, &one, sizeof one);
        return explain_bad_format({bytes, size});
    };
    EXPECT_EQ(why(63), "the data format has 63 bytes, a KSDATAFORMAT has 64");
    one.FormatSize = 63;
    EXPECT_EQ(why(64), "the data format says it has 63 bytes, a KSDATAFORMAT has 64");
    one.FormatSize = 82;
    EXPECT_EQ(why(81), "the data format says it has 82 bytes, the request carries 81");
    EXPECT_EQ(why(100), "the data format has KSDATAFORMAT_ATTRIBUTES, and the 18 bytes behind its "
                        "82 hold no whole attribute list");
    EXPECT_EQ(why(82), "the data format has KSDATAFORMAT_ATTRIBUTES, and the 0 bytes behind its "
                       "82 hold no whole attribute list");
}

TEST(DataRange, RangeListsAreAlignedAndBounded) {
    alignas(8) std::byte bytes[512]{};
    auto first = format(audio, pcm, wave);
    first.FormatSize = 82;
    auto second = format(video, any, any);
    const KSMULTIPLE_ITEM list{8 + 88 + sizeof(KSDATAFORMAT), 2};
    std::memcpy(bytes, &list, sizeof list);
    std::memcpy(bytes + 8, &first, sizeof first);
    std::memcpy(bytes + 8 + 88, &second, sizeof second);
    const auto read = read_range_list({bytes, list.Size});
    ASSERT_TRUE(read);
    ASSERT_EQ(read->size(), 2u);
    EXPECT_TRUE(same_guid((*read)[1].format->MajorFormat, video));
    KSMULTIPLE_ITEM lying = list;
    lying.Count = 3;
    std::memcpy(bytes, &lying, sizeof lying);
    EXPECT_FALSE(read_range_list({bytes, list.Size}));
    lying = list;
    lying.Size = sizeof bytes + 1;
    std::memcpy(bytes, &lying, sizeof lying);
    EXPECT_FALSE(read_range_list(bytes));
}

TEST(DataRange, D10WritesEachRangeOnEightBytesWithItsAttributes) {
    KSATTRIBUTE attribute{sizeof(KSATTRIBUTE), KSATTRIBUTE_REQUIRED, pcm};
    PKSATTRIBUTE attributes[] = {&attribute};
    KSATTRIBUTE_LIST list{1, attributes};
    alignas(8) std::byte storage[88]{};
    auto first = format(audio, pcm, wave);
    first.FormatSize = 82;
    first.Flags = KSDATARANGE_ATTRIBUTES;
    std::memcpy(storage, &first, sizeof first);
    auto second = format(video, any, any);
    const PKSDATARANGE entries[] = {reinterpret_cast<PKSDATARANGE>(storage),
                                    reinterpret_cast<PKSDATARANGE>(&list), &second};
    const auto ranges = pin_ranges(entries);
    ASSERT_EQ(ranges.size(), 2u);
    EXPECT_EQ(ranges[0].attributes, &list);
    EXPECT_EQ(ranges[1].attributes, nullptr);

    const std::size_t expected = 8 + 88 + (8 + 24) + sizeof(KSDATARANGE);
    ASSERT_EQ(range_list_bytes(ranges), expected);
    std::vector<std::uint64_t> out(expected / 8, ~std::uint64_t(0));
    write_range_list(ranges, reinterpret_cast<std::byte *>(out.data()));
    // The six bytes between the first range and its attributes are nobody's: not what was there.
    EXPECT_EQ(out[1 + 80 / 8] >> 16, 0u);
    const auto read = read_range_list(std::as_bytes(std::span(out)));
    ASSERT_TRUE(read);
    EXPECT_EQ((*read)[0].attributes->Count, 1u);
    EXPECT_EQ((*read)[0].attributes->Size, 8u + 24u);
    EXPECT_EQ((*read)[0].format->FormatSize, 82u);
    EXPECT_EQ(std::memcmp((*read)[0].attributes + 1, &attribute, sizeof attribute), 0);
    EXPECT_EQ(out[0], expected | std::uint64_t(2) << 32); // KSMULTIPLE_ITEM
    EXPECT_TRUE(same_guid((*read)[1].format->MajorFormat, video));
}

TEST(DataRange, RequiredAttributesMustExistOnTheOtherSide) {
    KSATTRIBUTE attribute{sizeof(KSATTRIBUTE), KSATTRIBUTE_REQUIRED, pcm};
    PKSATTRIBUTE attributes[] = {&attribute};
    KSATTRIBUTE_LIST list{1, attributes};
    EXPECT_FALSE(attributes_agree(&list, nullptr));
    attribute.Flags = 0;
    EXPECT_TRUE(attributes_agree(&list, nullptr));
    EXPECT_TRUE(attributes_agree(nullptr, nullptr));
}

TEST(DataRange, SaysWhichFieldDiffersAndBothValues) {
    auto range = format(audio, pcm, wave);
    const PinRange ranges[] = {{&range, nullptr}};
    const auto why = [&](const KSDATAFORMAT &asked) {
        return explain_no_match(1, ranges, {&asked, nullptr, sizeof asked}).sentence;
    };
    EXPECT_EQ(why(format(audio, floating, wave)),
              "range 1 of pin factory 1 has the subformat PCM; the format has IEEE_FLOAT");
    EXPECT_EQ(why(format(video, pcm, wave)),
              "range 1 of pin factory 1 has the major format AUDIO; the format has VIDEO");
}

} // namespace
} // namespace ksbox::ks
