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
    std::vector<std::uint64_t> out(expected / 8);
    write_range_list(ranges, reinterpret_cast<std::byte *>(out.data()));
    const auto read = read_range_list(std::as_bytes(std::span(out)));
    ASSERT_TRUE(read);
    EXPECT_EQ((*read)[0].attributes->Count, 1u);
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
