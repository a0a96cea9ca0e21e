// Refused formats and intersections.
#include "why_not/refusing.h"

#include "ksbox/facts.h"

namespace ksbox::testing {
namespace {

class Formats : public Refusing {
  protected:
    std::string with(std::uint32_t pin_id, const GUID &major, const GUID &sub,
                     const GUID &specifier = KSDATAFORMAT_SPECIFIER_WAVEFORMATEX) {
        RawConnect request(pin_id, stereo);
        request.format().MajorFormat = major;
        request.format().SubFormat = sub;
        request.format().Specifier = specifier;
        return create_raw(request);
    }
    /// KSPROPERTY_PIN_DATAINTERSECTION of another factory's ranges.
    std::string intersect(std::uint32_t pin_id, std::vector<DataRange> ranges) {
        EXPECT_EQ(filter.intersect(pin_id, ranges), std::nullopt);
        details = client.last_refusal().details;
        return client.last_refusal().sentence;
    }
    std::vector<DataRange> ranges_of(std::uint32_t pin_id) {
        return filter.pin_facts(pin_id).ranges;
    }
};
KSBOX_IN_BOTH_MODES(Formats);

const GUID &audio = KSDATAFORMAT_TYPE_AUDIO;
const GUID &pcm = KSDATAFORMAT_SUBTYPE_PCM;

TEST_P(Formats, NoRanges) {
    EXPECT_EQ(create(REFUSING_NO_RANGES),
              "pin factory 2 has no data ranges; the format is AUDIO, PCM, WAVEFORMATEX");
}

TEST_P(Formats, MajorFormat) {
    EXPECT_EQ(with(REFUSING_NO_HANDLER, KSDATAFORMAT_TYPE_VIDEO, pcm),
              "range 1 of pin factory 3 has the major format AUDIO; the format has VIDEO");
}

TEST_P(Formats, Subformat) {
    EXPECT_EQ(with(REFUSING_NO_HANDLER, audio, KSDATAFORMAT_SUBTYPE_IEEE_FLOAT),
              "range 1 of pin factory 3 has the subformat PCM; the format has IEEE_FLOAT");
}

TEST_P(Formats, Specifier) {
    EXPECT_EQ(with(REFUSING_NO_HANDLER, audio, pcm, KSDATAFORMAT_SPECIFIER_NONE),
              "range 1 of pin factory 3 has the specifier WAVEFORMATEX; the format has NONE");
}

TEST_P(Formats, EachRangeHasALine) {
    EXPECT_EQ(with(REFUSING_PLAIN, audio, KSDATAFORMAT_SUBTYPE_IEEE_FLOAT),
              "none of the 2 data ranges takes the format; the closest: range 1 of pin factory 0 "
              "has the subformat PCM; the format has IEEE_FLOAT");
    EXPECT_EQ(client.last_refusal().details,
              (std::vector<std::string>{
                  "range 1 of pin factory 0 has the subformat PCM; the format has IEEE_FLOAT",
                  "range 2 of pin factory 0 has the subformat PCM; the format has IEEE_FLOAT"}));
    EXPECT_EQ(count(traced.events(), "refusal.detail"), 2u);
}

TEST_P(Formats, ARequiredAttribute) {
    EXPECT_EQ(create(REFUSING_ATTRIBUTES),
              "range 1 of pin factory 1: the range requires the attribute "
              "KSATTRIBUTEID_AUDIOSIGNALPROCESSING_MODE, which the format does not have");
}

TEST_P(Formats, KsComparesNoExtents) {
    PinRequest high = request_of(REFUSING_NO_HANDLER);
    high.format = DataFormat::audio({.rate_hz = 96000});
    EXPECT_EQ(create(filter, high), "");
    EXPECT_EQ(code, 0u);
}

TEST_P(Formats, TheDriversSetDataFormat) {
    answer(filter, "set format", no_match);
    EXPECT_EQ(create(REFUSING_NO_HANDLER), "the driver's SetDataFormat returned STATUS_NO_MATCH "
                                           "(0xc0000272) for range 1 of pin factory 3");
    EXPECT_TRUE(details.empty()); // the sentence says it all
    PinRequest high = request_of(REFUSING_PLAIN);
    high.format = DataFormat::audio({.rate_hz = 96000});
    EXPECT_NE(create(filter, high), "");
    EXPECT_EQ(details,
              (std::vector<std::string>{
                  "the driver's SetDataFormat returned STATUS_NO_MATCH (0xc0000272) for range 1 of "
                  "pin factory 0 (the range takes 8000 to 48000 Hz, the format has 96000)",
                  "the driver's SetDataFormat returned STATUS_NO_MATCH (0xc0000272) for range 2 of "
                  "pin factory 0 (the range takes 24 bit, the format has 16)"}));
}

TEST_P(Formats, AChangeOfAFixedFormat) {
    Pin fixed = pin(filter, REFUSING_FIXED);
    const auto change = [&](std::uint32_t property) {
        return reason_of(
            [&] { fixed.set(guid_of(KSPROPSETID_Connection), property, stereo.bytes()); });
    };
    EXPECT_EQ(change(KSPROPERTY_CONNECTION_DATAFORMAT),
              "pin factory 10 has KSPIN_FLAG_FIXED_FORMAT: the format of a connection does not "
              "change");
    EXPECT_EQ(code, 0xC0000010u);
}

TEST_P(Formats, AChangeThatNoRangeTakes) {
    Pin connected = pin(filter, REFUSING_NO_HANDLER);
    std::vector<std::byte> bytes(stereo.bytes().begin(), stereo.bytes().end());
    reinterpret_cast<KSDATAFORMAT *>(bytes.data())->SubFormat = KSDATAFORMAT_SUBTYPE_IEEE_FLOAT;
    EXPECT_EQ(reason_of([&] {
                  connected.set(guid_of(KSPROPSETID_Connection), KSPROPERTY_CONNECTION_DATAFORMAT,
                                bytes);
              }),
              "range 1 of pin factory 3 has the subformat PCM; the format has IEEE_FLOAT");
}

TEST_P(Formats, WhyNotSaysEverything) {
    const Pin first = pin(filter, REFUSING_ONE);
    PinRequest request = request_of(REFUSING_ONE);
    request.interface = Identifier{guid_of(KSINTERFACESETID_Standard), 1, 0};
    request.format = DataFormat::audio({.bits = 32, .is_float = true});
    EXPECT_EQ(filter.why_not(request),
              (std::vector<std::string>{
                  "the interface KSINTERFACESETID_Standard/1 is not among the interfaces of pin "
                  "factory 4: KSINTERFACESETID_Standard/0",
                  "range 1 of pin factory 4 has the subformat PCM; the format has IEEE_FLOAT",
                  "pin factory 4 allows 1 instance on a filter, and 1 exists"}));
    EXPECT_EQ(filter.pin_facts(REFUSING_ONE).instances.current, 1u);
    EXPECT_TRUE(filter.why_not(request_of(REFUSING_PLAIN)).empty());
    PinRequest other = request_of(REFUSING_PLAIN);
    other.format = request.format;
    EXPECT_EQ(filter.why_not(other),
              (std::vector<std::string>{
                  "range 1 of pin factory 0 has the subformat PCM; the format has IEEE_FLOAT",
                  "range 2 of pin factory 0 has the subformat PCM; the format has IEEE_FLOAT"}));
    EXPECT_EQ(filter.why_not(request_of(REFUSING_KERNEL)).size(), 1u);
    EXPECT_EQ(
        filter.why_not(request_of(99)),
        (std::vector<std::string>{"pin ID 99 is out of range: the filter has 17 pin factories"}));
    EXPECT_EQ(filter.why_not(request_of(REFUSING_PLAIN)), std::vector<std::string>{});
}

// Intersections.

TEST_P(Formats, TheDriversIntersectHandler) {
    EXPECT_EQ(
        intersect(REFUSING_ONE, ranges_of(REFUSING_NO_HANDLER)),
        "range 1 of pin factory 4: the driver's IntersectHandler returned STATUS_NO_MATCH for "
        "range 1 of the caller");
    answer(filter, "intersect", unsuccessful);
    EXPECT_EQ(reason_of([&] { filter.intersect(REFUSING_ONE, ranges_of(REFUSING_NO_HANDLER)); }),
              "the driver's IntersectHandler returned STATUS_UNSUCCESSFUL (0xc0000001) for range 1 "
              "of the caller and range 1 of pin factory 4");
}

TEST_P(Formats, IntersectionSaysForEachRangeWhy) {
    std::vector<DataRange> callers = ranges_of(REFUSING_NO_HANDLER);
    EXPECT_EQ(intersect(REFUSING_PLAIN, callers),
              "none of the 2 data ranges of pin factory 0 has a format in common with the "
              "caller's; the closest: range 1 of pin factory 0: the driver's IntersectHandler "
              "returned STATUS_NO_MATCH for range 1 of the caller");
    EXPECT_EQ(
        details,
        (std::vector<std::string>{
            "range 1 of pin factory 0: the driver's IntersectHandler returned STATUS_NO_MATCH "
            "for range 1 of the caller",
            "range 2 of pin factory 0: the driver's IntersectHandler returned STATUS_NO_MATCH "
            "for range 1 of the caller (it takes 96000 to 96000 Hz, the caller's 8000 to "
            "48000; it takes 24 to 24 bit, the caller's 16 to 16)"}));
}

TEST_P(Formats, IntersectionOfOtherGuids) {
    std::vector<DataRange> callers = ranges_of(REFUSING_NO_HANDLER);
    auto *range = reinterpret_cast<KSDATARANGE *>(callers.front().bytes.data());
    range->SubFormat = KSDATAFORMAT_SUBTYPE_IEEE_FLOAT;
    EXPECT_EQ(intersect(REFUSING_ONE, callers),
              "range 1 of pin factory 4 has the subformat PCM; range 1 of the caller has "
              "IEEE_FLOAT");
    range->MajorFormat = KSDATAFORMAT_TYPE_VIDEO;
    EXPECT_EQ(intersect(REFUSING_ONE, callers),
              "range 1 of pin factory 4 has the major format AUDIO; range 1 of the caller has "
              "VIDEO");
    // The closest of the caller's is the one that is named.
    callers.push_back(ranges_of(REFUSING_NO_HANDLER).front());
    range = reinterpret_cast<KSDATARANGE *>(callers.back().bytes.data());
    range->Specifier = KSDATAFORMAT_SPECIFIER_NONE;
    EXPECT_EQ(intersect(REFUSING_ONE, callers),
              "range 1 of pin factory 4 has the specifier WAVEFORMATEX; range 2 of the caller has "
              "NONE");
}

TEST_P(Formats, IntersectionOfAnySubformat) {
    filter = open(REFUSING_RANGES);
    std::vector<DataRange> callers = ranges_of(RANGES_WILD);
    const std::string from_handler =
        "the driver's IntersectHandler returned STATUS_NO_MATCH for range 1 of the caller";
    EXPECT_EQ(intersect(RANGES_WILD, callers), "range 1 of pin factory 2: " + from_handler);
    // One side's wildcard is enough, either's.
    auto *range = reinterpret_cast<KSDATARANGE *>(callers.front().bytes.data());
    range->SubFormat = KSDATAFORMAT_SUBTYPE_PCM;
    EXPECT_EQ(intersect(RANGES_WILD, callers), "range 1 of pin factory 2: " + from_handler);
    callers = ranges_of(RANGES_WILD);
    EXPECT_EQ(intersect(RANGES_MIXED, callers),
              "none of the 2 data ranges of pin factory 3 has a format in common with the "
              "caller's; the closest: range 2 of pin factory 3: " +
                  from_handler);
    EXPECT_EQ(details,
              (std::vector<std::string>{"range 1 of pin factory 3 has the major format VIDEO; "
                                        "range 1 of the caller has AUDIO",
                                        "range 2 of pin factory 3: " + from_handler}));
}

TEST_P(Formats, IntersectionOfManyRangesTellsOfTheFirst) {
    filter = open(REFUSING_RANGES);
    const std::string sentence = intersect(RANGES_MANY, ranges_of(RANGES_WILD));
    EXPECT_TRUE(sentence.starts_with("none of the 18 data ranges of pin factory 1 has"))
        << sentence;
    ASSERT_EQ(details.size(), 17u);
    EXPECT_TRUE(details[15].starts_with("range 16 of pin factory 1: ")) << details[15];
    EXPECT_EQ(details[16], "and 2 more ranges");
}

TEST_P(Formats, TheClosestRangeIsNamed) {
    filter = open(REFUSING_RANGES);
    EXPECT_EQ(with(RANGES_MIXED, audio, KSDATAFORMAT_SUBTYPE_IEEE_FLOAT),
              "none of the 2 data ranges takes the format; the closest: range 2 of pin factory 3 "
              "has the subformat PCM; the format has IEEE_FLOAT");
}

TEST_P(Formats, WhatTheDriverMayHaveLookedAtInAudio) {
    answer(filter, "set format", no_match);
    const auto observed = [&](const AudioFormat &format) {
        PinRequest request = request_of(REFUSING_NO_HANDLER);
        request.format = DataFormat::audio(format);
        return create(filter, request);
    };
    const std::string refused = "the driver's SetDataFormat returned STATUS_NO_MATCH (0xc0000272) "
                                "for range 1 of pin factory 3";
    EXPECT_EQ(observed({}), refused);
    EXPECT_EQ(observed({.rate_hz = 8000}), refused);
    EXPECT_EQ(observed({.rate_hz = 7999}),
              refused + " (the range takes 8000 to 48000 Hz, the format has 7999)");
    EXPECT_EQ(observed({.rate_hz = 48001}),
              refused + " (the range takes 8000 to 48000 Hz, the format has 48001)");
    EXPECT_EQ(observed({.channels = 1}), refused);
    EXPECT_EQ(observed({.channels = 4}),
              refused + " (the range takes 1 to 2 channels, the format has 4)");
    EXPECT_EQ(observed({.rate_hz = 96000, .bits = 8, .valid_bits = 8}),
              refused + " (the range takes 8000 to 48000 Hz, the format has 96000; the range takes "
                        "16 bit, the format has 8)");
}

TEST_P(Formats, WhatTheDriverMayHaveLookedAtInVideo) {
    filter = open(REFUSING_RANGES);
    answer(filter, "set format", no_match);
    const auto observed = [&](std::int32_t width, std::int32_t height, std::uint16_t bits) {
        // KSDATAFORMAT, 48 bytes of KS_VIDEOINFOHEADER, KS_BITMAPINFOHEADER.
        std::vector<std::byte> format(sizeof(KSDATAFORMAT) + 48 + 40);
        const auto put = [&](std::size_t at, const auto &value) {
            std::memcpy(format.data() + at, &value, sizeof value);
        };
        std::ranges::copy_n(ranges_of(RANGES_VIDEO).front().bytes.begin(), sizeof(KSDATAFORMAT),
                            format.begin());
        put(0, std::uint32_t(format.size()));
        const std::size_t bitmap = sizeof(KSDATAFORMAT) + 48;
        put(bitmap, std::uint32_t(40));
        put(bitmap + 4, width);
        put(bitmap + 8, height);
        put(bitmap + 14, bits);
        return create(filter, {.pin_id = RANGES_VIDEO, .format = DataFormat(std::move(format))});
    };
    const std::string refused = "the driver's SetDataFormat returned STATUS_NO_MATCH (0xc0000272) "
                                "for range 1 of pin factory 0";
    EXPECT_EQ(observed(640, 480, 16), refused);
    EXPECT_EQ(observed(640, -480, 16), refused); // upside down is the same size
    EXPECT_EQ(observed(320, 480, 16), refused + " (the range is 640x480, the format 320x480)");
    EXPECT_EQ(observed(640, -240, 16), refused + " (the range is 640x480, the format 640x240)");
    EXPECT_EQ(observed(640, 480, 24), refused + " (the range takes 16 bit, the format has 24)");
    EXPECT_EQ(observed(320, 240, 12), refused + " (the range is 640x480, the format 320x240; the "
                                                "range takes 16 bit, the format has 12)");
}

TEST_P(Formats, IntersectionOfAttributes) {
    EXPECT_EQ(
        intersect(REFUSING_ATTRIBUTES, ranges_of(REFUSING_NO_HANDLER)),
        "range 1 of pin factory 1 and range 1 of the caller: the range requires the attribute "
        "KSATTRIBUTEID_AUDIOSIGNALPROCESSING_MODE, which the format does not have");
}

TEST_P(Formats, IntersectionWithoutHandler) {
    EXPECT_EQ(intersect(REFUSING_NO_HANDLER, ranges_of(REFUSING_NO_HANDLER)),
              "range 1 of pin factory 3: the pin factory has no IntersectHandler, and KS by itself "
              "makes formats of the specifier NONE only, of no wildcards; this one has AUDIO, PCM, "
              "WAVEFORMATEX");
}

TEST_P(Formats, IntersectionWithoutRanges) {
    EXPECT_EQ(intersect(REFUSING_NO_RANGES, ranges_of(REFUSING_NO_HANDLER)),
              "pin factory 2 has no data ranges, so there is nothing in common");
    EXPECT_EQ(intersect(REFUSING_ONE, {}),
              "the caller gave no data ranges, so there is nothing in common");
}

TEST_P(Formats, IntersectionOfNoPinFactory) {
    EXPECT_EQ(reason_of([&] { filter.intersect(99, ranges_of(REFUSING_ONE)); }),
              "pin ID 99 is out of range: the filter has 17 pin factories");
}

} // namespace
} // namespace ksbox::testing
