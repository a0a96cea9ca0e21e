// Section E: data intersection through AVStream's own property and through ks.sys's functions.
#include <optional>

#include "conformance/intersect_filter.h"

namespace ksbox::testing {
namespace {

class Intersections : public IntersectFilter {};
KSBOX_IN_BOTH_MODES(Intersections);

TEST_P(Intersections, E1_TheFirstCallersRangeThatMatchesWins) {
    for (Way way : {Way::avstream, Way::old, Way::ex}) {
        SCOPED_TRACE(int(way));
        const Answer got =
            ask(way, INTERSECT_HANDLED, {{1, c, c, c}, {2, a, b, a}, {3, a, a, a}, {4, a, a, b}});
        EXPECT_EQ(got.status, status::success);
        EXPECT_EQ(got.information, unsigned(INTERSECT_FORMAT_BYTES));
        EXPECT_EQ(got.caller(), 2u);
        if (way != Way::old)
            EXPECT_EQ(got.pin(), 103u);
    }
}

TEST_P(Intersections, E1_CallersRangesOutsideThePinsInside) {
    answer(filter, "intersect", status::no_match);
    for (Way way : {Way::avstream, Way::ex}) {
        forget_journal(filter);
        const Answer got =
            ask(way, INTERSECT_HANDLED, {{1, a, any, any}, {2, any, b, any}, {3, a, a, b}});
        EXPECT_EQ(got.status, status::no_match);
        EXPECT_EQ(got.information, 0u);
        EXPECT_EQ(asked(),
                  (Pairs{{1, 101}, {1, 102}, {1, 103}, {1, 104}, {2, 103}, {2, 104}, {3, 102}}));
    }
}

TEST_P(Intersections, E1_TheOldFunctionsHandlerIsCalledOnceForEachOfThem) {
    answer(filter, "intersect", status::no_match);
    const Answer got = ask(Way::old, INTERSECT_HANDLED,
                           {{1, a, any, any}, {2, c, any, any}, {3, any, b, any}, {4, a, a, b}});
    EXPECT_EQ(got.status, status::no_match);
    EXPECT_EQ(asked_old(), (std::vector<std::uint64_t>{1, 3, 4}));
}

TEST_P(Intersections, E1_RangesLieAtMultiplesOfEightBytes) {
    for (std::uint32_t bytes : {65u, 68u, 71u, 72u, 200u}) {
        forget_journal(filter);
        const Answer got =
            ask(Way::avstream, INTERSECT_HANDLED, {{1, c, c, c, bytes}, {2, a, a, b}});
        EXPECT_EQ(got.status, status::success) << bytes;
        EXPECT_EQ(asked(), (Pairs{{2, 102}}));
    }
}

TEST_P(Intersections, E1_WithoutRangesNothingMatches) {
    EXPECT_EQ(ask(Way::avstream, INTERSECT_HANDLED, {}).status, status::no_match);
    EXPECT_EQ(ask(Way::avstream, INTERSECT_EMPTY, {{1, any, any, any}}).status, status::no_match);
    EXPECT_TRUE(asked().empty());
}

TEST_P(Intersections, E2_EachGuidIsEqualOrTheCallersWildcard) {
    struct Case {
        Range caller;
        std::vector<std::uint64_t> pins;
    };
    const Case cases[] = {
        {{1, a, a, a}, {101}},
        {{1, any, a, a}, {101}},
        {{1, a, any, a}, {101, 103}},
        {{1, a, a, any}, {101, 102}},
        {{1, any, any, a}, {101, 103}},
        {{1, any, b, any}, {103, 104}},
        {{1, b, any, any}, {}},
        {{1, any, c, any}, {}},
        {{1, a, b, b}, {}},
        {{1, any, any, any}, {101, 102, 103, 104}},
    };
    answer(filter, "intersect", status::no_match);
    for (Way way : {Way::avstream, Way::ex})
        for (const Case &one : cases) {
            forget_journal(filter);
            EXPECT_EQ(ask(way, INTERSECT_HANDLED, {one.caller}).status, status::no_match);
            Pairs expected;
            for (std::uint64_t pin : one.pins)
                expected.emplace_back(1, pin);
            EXPECT_EQ(asked(), expected);
        }
}

TEST_P(Intersections, E2_OnlyTheHeadsSizeIsChecked) {
    EXPECT_EQ(ask(Way::avstream, INTERSECT_HANDLED, {{1, a, a, a, 64}}).status, status::success);
    EXPECT_EQ(ask(Way::avstream, INTERSECT_HANDLED, {{1, a, a, a, 1000}}).status, status::success);
    forget_journal(filter);
    for (Way way : {Way::avstream, Way::old, Way::ex}) {
        Request request(INTERSECT_HANDLED, {{1, a, a, a}, {2, a, a, b}});
        request.range(1).FormatSize = 63;
        EXPECT_EQ(ask(way, request).status, status::invalid_buffer_size);
        request.range(1).FormatSize = 65; // one more than there is
        EXPECT_EQ(ask(way, request).status, status::invalid_buffer_size);
        request.range(1).FormatSize = 0xffffffff;
        EXPECT_EQ(ask(way, request).status, status::invalid_buffer_size);
    }
    EXPECT_TRUE(asked().empty());
    EXPECT_TRUE(asked_old().empty());
}

TEST_P(Intersections, E2_TheListSaysNoMoreThanThereIs) {
    for (Way way : {Way::avstream, Way::old, Way::ex}) {
        Request request(INTERSECT_HANDLED, {{1, c, c, c}});
        request.list().Count = 2;
        EXPECT_EQ(ask(way, request).status, status::invalid_buffer_size);
        request.list() = {request.list().Size + 1, 1};
        EXPECT_EQ(ask(way, request).status, status::invalid_buffer_size);
        request.list() = {7, 0};
        EXPECT_EQ(ask(way, request).status, status::invalid_buffer_size);
    }
    EXPECT_TRUE(asked().empty());
}

TEST_P(Intersections, E3_AHandlersSuccessOrErrorEndsTheSearch) {
    for (Way way : {Way::avstream, Way::old, Way::ex}) {
        answer(filter, "intersect", status::no_match, 1);
        forget_journal(filter);
        const Answer second = ask(way, INTERSECT_HANDLED, {{1, a, a, a}, {2, a, b, a}});
        EXPECT_EQ(second.status, status::success);
        EXPECT_EQ(second.caller(), 2u);
        for (std::uint32_t error : {status::device_not_ready, status::invalid_parameter}) {
            answer(filter, "intersect", error, 1);
            forget_journal(filter);
            const Answer got = ask(way, INTERSECT_HANDLED, {{1, a, a, a}, {2, a, b, a}});
            EXPECT_EQ(got.status, error);
            EXPECT_EQ(got.information, 0u);
            EXPECT_EQ(asked().size() + asked_old().size(), 1u);
        }
    }
}

TEST_P(Intersections, E4_NoBufferGivesTheSizeAShortOneNothing) {
    for (Way way : {Way::avstream, Way::old, Way::ex}) {
        const std::vector<Range> ranges{{1, a, a, a}};
        Answer got = ask(way, INTERSECT_HANDLED, ranges, 0);
        EXPECT_EQ(got.status, status::buffer_overflow);
        EXPECT_EQ(got.information, unsigned(INTERSECT_FORMAT_BYTES));
        got = ask(way, INTERSECT_HANDLED, ranges, INTERSECT_FORMAT_BYTES - 1);
        EXPECT_EQ(got.status, status::buffer_too_small);
        EXPECT_EQ(got.information, 0u);
        got = ask(way, INTERSECT_HANDLED, ranges, INTERSECT_FORMAT_BYTES);
        EXPECT_EQ(got.status, status::success);
        EXPECT_EQ(got.information, unsigned(INTERSECT_FORMAT_BYTES));
        got = ask(way, INTERSECT_HANDLED, ranges, 500);
        EXPECT_EQ(got.status, status::success);
        EXPECT_EQ(got.information, unsigned(INTERSECT_FORMAT_BYTES));
    }
}

TEST_P(Intersections, E4_SoDoesTheClassDriversOwnIntersection) {
    for (Way way : {Way::avstream, Way::no_handler}) {
        const std::vector<Range> ranges{{1, a, b, none}};
        Answer got = ask(way, INTERSECT_DEFAULT, ranges, 0);
        EXPECT_EQ(got.status, status::buffer_overflow);
        EXPECT_EQ(got.information, sizeof(KSDATAFORMAT));
        got = ask(way, INTERSECT_DEFAULT, ranges, sizeof(KSDATAFORMAT) - 1);
        EXPECT_EQ(got.status, status::buffer_too_small);
        EXPECT_EQ(got.information, 0u);
        got = ask(way, INTERSECT_DEFAULT, ranges, sizeof(KSDATAFORMAT));
        EXPECT_EQ(got.status, status::success);
        EXPECT_EQ(got.information, sizeof(KSDATAFORMAT));
    }
}

TEST_P(Intersections, E5_TheExtendedFunctionPassesContextSizesAndDescriptors) {
    for (std::uint32_t bytes : {0u, 71u, 72u, 300u}) {
        forget_journal(filter);
        // A descriptor behind longer ones: found by the descriptors' size.
        ask(Way::ex, INTERSECT_WILD, {{7, a, a, a}}, bytes);
        EXPECT_EQ(journal(filter), (std::vector<JournalEntry>{{"intersect", {7, 101, bytes}, 0},
                                                              {"context", {2}, 0}}));
    }
    const Answer got = ask(Way::ex, INTERSECT_WILD, {{7, a, a, a}});
    EXPECT_EQ(got.information, unsigned(INTERSECT_FORMAT_BYTES)); // from DataSize
}

TEST_P(Intersections, E5_APinIdBeyondTheLastIsRefused) {
    for (Way way : {Way::avstream, Way::old, Way::ex, Way::no_handler})
        for (std::uint32_t pin : {unsigned(INTERSECT_COUNT), 0xffffffffu})
            EXPECT_EQ(ask(way, pin, {{1, any, any, any}}).status, status::invalid_parameter);
    EXPECT_TRUE(asked().empty());
}

TEST_P(Intersections, E6_TheHandlersContextIsTheFilter) {
    // The page says the filter's Context member; every sample's handler takes the KSFILTER.
    ask(Way::avstream, INTERSECT_HANDLED, {{1, a, a, a}}, 80);
    EXPECT_EQ(journal(filter),
              (std::vector<JournalEntry>{{"intersect", {1, 101, 80}, 0}, {"context", {1}, 0}}));
}

TEST_P(Intersections, E6_RangesHaveMatchedThoughSomeMayBeWildcards) {
    answer(filter, "intersect", status::no_match);
    for (Way way : {Way::avstream, Way::ex}) {
        forget_journal(filter);
        ask(way, INTERSECT_WILD, {{1, a, a, a}, {2, a, b, a}, {3, a, b, b}, {4, any, b, any}});
        EXPECT_EQ(
            asked(),
            (Pairs{
                {1, 101}, {1, 102}, {1, 103}, {2, 102}, {2, 103}, {3, 103}, {4, 102}, {4, 103}}));
    }
}

TEST_P(Intersections, E6_RequiredAttributesHaveMatchedToo) {
    answer(filter, "intersect", status::no_match);
    using Attributes = std::vector<std::pair<std::uint32_t, std::uint32_t>>; // {GUID, flags}
    struct Case {
        std::optional<Attributes> caller;
        std::vector<std::uint64_t> pins;
    };
    constexpr std::uint32_t known = 4, unknown = 5, optional = 0, required = 1;
    const Case cases[] = {
        {std::nullopt, {102, 103}}, // 101 requires one
        {Attributes{}, {102, 103}}, // an empty list
        {Attributes{{known, optional}}, {101, 102, 103}},
        {Attributes{{known, required}}, {101, 102}}, // 103 does not have it
        {Attributes{{unknown, optional}}, {102, 103}},
        {Attributes{{unknown, required}}, {}},
        {Attributes{{unknown, optional}, {known, required}}, {101, 102}},
    };
    for (const Case &one : cases) {
        forget_journal(filter);
        Range range{1, a, a, a};
        range.attributes = one.caller;
        EXPECT_EQ(ask(Way::avstream, INTERSECT_ATTRIBUTES, {range, {2, c, c, c}}).status,
                  status::no_match);
        Pairs expected;
        for (std::uint64_t pin : one.pins)
            expected.emplace_back(1, pin);
        EXPECT_EQ(asked(), expected);
    }
}

TEST_P(Intersections, E6_WithoutAHandlerRangesWithoutASpecifierIntersect) {
    struct Case {
        Range caller;
        std::optional<std::array<std::uint32_t, 3>> format; ///< GUIDs
        std::uint32_t pin = 0;                              ///< the range that it comes from
    };
    const Case cases[] = {
        {{1, a, a, a}, std::nullopt}, // 101 has a specifier, which takes a handler
        {{1, a, b, none}, {{a, b, none}}, 102},
        {{1, any, any, any}, {{a, b, none}}, 102},
        {{1, a, any, none}, {{a, b, none}}, 102},
        {{1, a, c, none}, {{a, c, none}}, 103}, // the pin's wildcard takes the caller's GUID
        {{1, c, c, none}, {{c, c, none}}, 104},
        {{1, a, b, c}, std::nullopt},
        {{1, c, any, none}, std::nullopt}, // nobody says which subformat
    };
    for (Way way : {Way::avstream, Way::no_handler})
        for (const Case &one : cases) {
            const Answer got = ask(way, INTERSECT_DEFAULT, {one.caller});
            EXPECT_EQ(got.status, one.format ? status::success : status::no_match);
            if (!one.format)
                continue;
            const KSDATAFORMAT format = got.head();
            EXPECT_EQ(format.FormatSize, sizeof format);
            EXPECT_EQ(format.Flags, 0u);
            EXPECT_EQ(format.SampleSize, one.pin);
            const auto [major, sub, specifier] = *one.format;
            EXPECT_EQ(guid_of(format.MajorFormat), guid(major));
            EXPECT_EQ(guid_of(format.SubFormat), guid(sub));
            EXPECT_EQ(guid_of(format.Specifier), guid(specifier));
        }
    EXPECT_TRUE(asked().empty());
}

// How audio ranges intersect is a handler's matter: cable's, and the port driver's in time.
class AudioRanges : public InBothModes {
  protected:
    /// Cable has 1 to 8 channels, 16 to 32 bit, 8000 to 192000 Hz.
    std::optional<AudioFormat>
    intersect(std::uint32_t channels, std::uint32_t minimum_bits, std::uint32_t maximum_bits,
              std::uint32_t minimum_hz, std::uint32_t maximum_hz,
              const GUID &specifier = KSDATAFORMAT_SPECIFIER_WAVEFORMATEX) {
        KSDATAFORMAT head{};
        const std::uint32_t audio[] = {channels,   minimum_bits, maximum_bits,
                                       minimum_hz, maximum_hz,   0};
        head.FormatSize = sizeof head + sizeof audio;
        head.MajorFormat = KSDATAFORMAT_TYPE_AUDIO;
        head.SubFormat = KSDATAFORMAT_SUBTYPE_PCM;
        head.Specifier = specifier;
        DataRange range;
        range.bytes.resize(head.FormatSize);
        std::memcpy(range.bytes.data(), &head, sizeof head);
        std::memcpy(range.bytes.data() + sizeof head, audio, sizeof audio);
        const std::optional<DataFormat> format = cable.intersect(0, std::span(&range, 1));
        return format ? format->audio() : std::nullopt;
    }

    TracedBox traced{mode()};
    Filter cable = traced.open("cable");
};
KSBOX_IN_BOTH_MODES(AudioRanges);

TEST_P(AudioRanges, E9_TheyIntersectWhereBitsAndFrequenciesOverlap) {
    const std::optional<AudioFormat> one = intersect(2, 8, 24, 1000, 44100);
    ASSERT_TRUE(one);
    EXPECT_EQ(one->channels, 2);
    EXPECT_EQ(one->bits, 24);
    EXPECT_EQ(one->rate_hz, 44100u);
    // One value in common is enough.
    EXPECT_TRUE(intersect(2, 8, 16, 1000, 8000));
    EXPECT_TRUE(intersect(2, 32, 64, 192000, 400000));
    EXPECT_FALSE(intersect(2, 8, 15, 8000, 48000));
    EXPECT_FALSE(intersect(2, 33, 64, 8000, 48000));
    EXPECT_FALSE(intersect(2, 16, 16, 1000, 7999));
    EXPECT_FALSE(intersect(2, 16, 16, 192001, 400000));
}

TEST_P(AudioRanges, E9_ChannelsAlwaysOverlap) {
    EXPECT_EQ(intersect(1, 16, 16, 48000, 48000).value_or(AudioFormat{}).channels, 1);
    EXPECT_EQ(intersect(8, 16, 16, 48000, 48000).value_or(AudioFormat{}).channels, 8);
    EXPECT_EQ(intersect(100, 16, 16, 48000, 48000).value_or(AudioFormat{}).channels, 8);
}

TEST_P(AudioRanges, E9_TheWaveFormatIsTheSame) {
    // KSDATAFORMAT_SPECIFIER_DSOUND: cable has WAVEFORMATEX only.
    const GUID dsound = {0x518590A2, 0xA184, 0x11D0, {0x85, 0x22, 0, 0xC0, 0x4F, 0xD9, 0xBA, 0xF3}};
    EXPECT_FALSE(intersect(2, 16, 16, 48000, 48000, dsound));
    EXPECT_TRUE(intersect(2, 16, 16, 48000, 48000));
}

} // namespace
} // namespace ksbox::testing
