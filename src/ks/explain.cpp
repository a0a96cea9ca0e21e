// Refused formats in words.
#include "ks/explain.h"

#include <algorithm>
#include <cstring>
#include <optional>

#include <fmt/format.h>

#include "base/bitmap_height.h"
#include "base/quad.h"

namespace ksbox::ks {
namespace {

template <typename T> std::optional<T> read_as(const KSDATAFORMAT &format) {
    if (format.FormatSize < sizeof(T))
        return std::nullopt;
    T value;
    std::memcpy(&value, &format, sizeof value);
    return value;
}

void add(std::string &text, const std::string &sentence) {
    text += (text.empty() ? "" : "; ") + sentence;
}

void compare(std::string &text, std::uint64_t value, std::uint64_t low, std::uint64_t high,
             const char *unit) {
    if (value >= low && value <= high)
        return;
    add(text, low == high
                  ? fmt::format("the range takes {} {}, the format has {}", low, unit, value)
                  : fmt::format("the range takes {} to {} {}, the format has {}", low, high, unit,
                                value));
}

std::string audio_observation(const KSDATARANGE &range, const KSDATAFORMAT &format) {
    const auto limits = read_as<KSDATARANGE_AUDIO>(range);
    const auto wave = read_as<KSDATAFORMAT_WAVEFORMATEX>(format);
    std::string text;
    if (!limits || !wave || !same_guid(format.Specifier, KSDATAFORMAT_SPECIFIER_WAVEFORMATEX))
        return text;
    const WAVEFORMATEX &has = wave->WaveFormatEx;
    compare(text, has.nSamplesPerSec, limits->MinimumSampleFrequency,
            limits->MaximumSampleFrequency, "Hz");
    compare(text, has.wBitsPerSample, limits->MinimumBitsPerSample, limits->MaximumBitsPerSample,
            "bit");
    compare(text, has.nChannels, 1, limits->MaximumChannels, "channels");
    return text;
}

std::string video_observation(const KSDATARANGE &range, const KSDATAFORMAT &format) {
    std::string text;
    if (!same_guid(format.Specifier, KSDATAFORMAT_SPECIFIER_VIDEOINFO))
        return text;
    const auto limits = read_as<KS_DATARANGE_VIDEO>(range);
    const auto video = read_as<KS_DATAFORMAT_VIDEOINFOHEADER>(format);
    if (!limits || !video)
        return text;
    const KS_BITMAPINFOHEADER &one = limits->VideoInfoHeader.bmiHeader;
    const KS_BITMAPINFOHEADER &has = video->VideoInfoHeader.bmiHeader;
    if (one.biWidth != has.biWidth || rows_of(one.biHeight) != rows_of(has.biHeight))
        add(text, fmt::format("the range is {}x{}, the format {}x{}", one.biWidth,
                              rows_of(one.biHeight), has.biWidth, rows_of(has.biHeight)));
    compare(text, has.biBitCount, one.biBitCount, one.biBitCount, "bit");
    return text;
}

/// Why this range does not take the format. `range`: "range 2 of pin factory 1".
std::string explain_one(const std::string &range, const PinRange &one, const ClientFormat &client) {
    const KSDATARANGE &has = *one.range;
    const KSDATAFORMAT &asked = *client.format;
    const auto differs = [&](const char *field, const GUID &theirs, const GUID &ours) {
        return fmt::format("{} has the {} {}; the format has {}", range, field, describe(theirs),
                           describe(ours));
    };
    switch (format_agrees(has, asked)) {
    case Agreement::major_differs:
        return differs("major format", has.MajorFormat, asked.MajorFormat);
    case Agreement::sub_differs:
        return differs("subformat", has.SubFormat, asked.SubFormat);
    case Agreement::specifier_differs:
        return differs("specifier", has.Specifier, asked.Specifier);
    case Agreement::matches:
        break;
    }
    const std::string missing = missing_attribute(one.attributes, client.attributes);
    return missing.empty() ? range + " takes the format" : range + ": " + missing;
}

std::vector<const KSATTRIBUTE *> attributes_of(const KSATTRIBUTE_LIST *list) {
    if (!list)
        return {};
    return {list->Attributes, list->Attributes + list->Count};
}

std::vector<const KSATTRIBUTE *> attributes_of(const KSMULTIPLE_ITEM *list) {
    std::vector<const KSATTRIBUTE *> result;
    std::size_t at = sizeof(KSMULTIPLE_ITEM);
    for (ULONG i = 0; list && i < list->Count; ++i) {
        result.push_back(
            reinterpret_cast<const KSATTRIBUTE *>(reinterpret_cast<const std::byte *>(list) + at));
        at += quad_aligned(result.back()->Size);
    }
    return result;
}

/// The first that one side requires and the other does not have.
const KSATTRIBUTE *uncovered(const std::vector<const KSATTRIBUTE *> &required,
                             const std::vector<const KSATTRIBUTE *> &offered) {
    for (const KSATTRIBUTE *one : required)
        if ((one->Flags & KSATTRIBUTE_REQUIRED) &&
            std::ranges::none_of(offered, [&](const KSATTRIBUTE *other) {
                return same_guid(one->Attribute, other->Attribute);
            }))
            return one;
    return nullptr;
}

} // namespace

std::string range_name(const KSPIN_DESCRIPTOR &descriptor, ULONG pin_id, const KSDATARANGE *range) {
    const auto ranges = pin_ranges(descriptor);
    const auto found = std::ranges::find(ranges, range, &PinRange::range);
    return fmt::format("range {} of pin factory {}", found - ranges.begin() + 1, pin_id);
}

std::string missing_attribute(const KSATTRIBUTE_LIST *pin, const KSMULTIPLE_ITEM *client) {
    const auto ours = attributes_of(pin), theirs = attributes_of(client);
    if (const KSATTRIBUTE *one = uncovered(ours, theirs))
        return "the range requires the attribute " + describe(one->Attribute) +
               ", which the format does not have";
    if (const KSATTRIBUTE *one = uncovered(theirs, ours))
        return "the format requires the attribute " + describe(one->Attribute) +
               ", which the range does not have";
    return {};
}

std::string observation(const KSDATARANGE &range, const KSDATAFORMAT &format) {
    if (same_guid(range.MajorFormat, KSDATAFORMAT_TYPE_AUDIO))
        return audio_observation(range, format);
    if (same_guid(range.Specifier, KSDATAFORMAT_SPECIFIER_VIDEOINFO))
        return video_observation(range, format);
    return {};
}

std::string observation(const KSPIN_DESCRIPTOR &descriptor, const KSDATAFORMAT &format) {
    std::string first;
    for (const PinRange &one : pin_ranges(descriptor)) {
        if (format_agrees(*one.range, format) != Agreement::matches)
            continue;
        const std::string text = observation(*one.range, format);
        if (text.empty())
            return {};
        if (first.empty())
            first = text;
    }
    return first;
}

std::string explain_bad_format(std::span<const std::byte> bytes) {
    if (bytes.size() < sizeof(KSDATAFORMAT))
        return fmt::format("the data format has {} bytes, a KSDATAFORMAT has {}", bytes.size(),
                           sizeof(KSDATAFORMAT));
    const auto *format = reinterpret_cast<const KSDATAFORMAT *>(bytes.data());
    if (format->FormatSize < sizeof(KSDATAFORMAT))
        return fmt::format("the data format says it has {} bytes, a KSDATAFORMAT has {}",
                           format->FormatSize, sizeof(KSDATAFORMAT));
    if (format->FormatSize > bytes.size())
        return fmt::format("the data format says it has {} bytes, the request carries {}",
                           format->FormatSize, bytes.size());
    return fmt::format(
        "the data format has KSDATAFORMAT_ATTRIBUTES, and the {} bytes behind its {} "
        "hold no whole attribute list",
        bytes.size() - format->FormatSize, format->FormatSize);
}

Reason explain_no_match(ULONG pin_id, std::span<const PinRange> ranges,
                        const ClientFormat &format) {
    if (ranges.empty())
        return {fmt::format("pin factory {} has no data ranges; the format is {}", pin_id,
                            describe(*format.format)),
                {}};
    std::vector<std::string> lines;
    std::size_t best = 0;
    Agreement closest = Agreement::major_differs;
    for (std::size_t i = 0; i < ranges.size(); ++i) {
        lines.push_back(explain_one(fmt::format("range {} of pin factory {}", i + 1, pin_id),
                                    ranges[i], format));
        if (const Agreement now = format_agrees(*ranges[i].range, *format.format); now > closest) {
            closest = now;
            best = i;
        }
    }
    if (lines.size() == 1)
        return {lines.front(), {}};
    std::string sentence = fmt::format(
        "none of the {} data ranges takes the format; the closest: {}", lines.size(), lines[best]);
    return {std::move(sentence), std::move(lines)};
}

} // namespace ksbox::ks
