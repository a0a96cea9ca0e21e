// Failed data intersections in words.
#include "ks/explain_intersection.h"

#include <algorithm>
#include <cstring>
#include <optional>

#include <fmt/format.h>

#include "base/status_names.h"
#include "ks/explain.h"

namespace ksbox::ks {
namespace {

constexpr std::size_t most_lines = 16;

bool agrees(const GUID &a, const GUID &b) {
    return same_guid(a, b) || is_wildcard(a) || is_wildcard(b);
}

/// The first in which two ranges do not agree.
enum class Differs : std::uint8_t { major_format, subformat, specifier, attributes, nothing };

Differs compare_ranges(const PinRange &pin, const ClientFormat &caller) {
    const KSDATARANGE &ours = *pin.range, &theirs = *caller.format;
    if (!agrees(ours.MajorFormat, theirs.MajorFormat))
        return Differs::major_format;
    if (!agrees(ours.SubFormat, theirs.SubFormat))
        return Differs::subformat;
    if (!agrees(ours.Specifier, theirs.Specifier))
        return Differs::specifier;
    return attributes_agree(pin.attributes, caller.attributes) ? Differs::nothing
                                                               : Differs::attributes;
}

void compare(std::string &text, ULONG low, ULONG high, ULONG from, ULONG to, const char *unit) {
    if (from > high || to < low)
        text += fmt::format("{}it takes {} to {} {}, the caller's {} to {}",
                            text.empty() ? "" : "; ", low, high, unit, from, to);
}

/// What the driver may have looked at: extents that do not overlap.
std::string extents(const KSDATARANGE &pin, const KSDATARANGE &caller) {
    std::string text;
    if (!same_guid(pin.MajorFormat, KSDATAFORMAT_TYPE_AUDIO) ||
        pin.FormatSize < sizeof(KSDATARANGE_AUDIO) || caller.FormatSize < sizeof(KSDATARANGE_AUDIO))
        return text;
    KSDATARANGE_AUDIO a, b;
    std::memcpy(&a, &pin, sizeof a);
    std::memcpy(&b, &caller, sizeof b);
    compare(text, a.MinimumSampleFrequency, a.MaximumSampleFrequency, b.MinimumSampleFrequency,
            b.MaximumSampleFrequency, "Hz");
    compare(text, a.MinimumBitsPerSample, a.MaximumBitsPerSample, b.MinimumBitsPerSample,
            b.MaximumBitsPerSample, "bit");
    return text;
}

std::string explain_pair(const std::string &name, const PinRange &pin, std::size_t number,
                         const ClientFormat &caller, bool has_handler) {
    const KSDATARANGE &ours = *pin.range, &theirs = *caller.format;
    const auto differs = [&](const char *field, const GUID &a, const GUID &b) {
        return fmt::format("{} has the {} {}; range {} of the caller has {}", name, field,
                           describe(a), number, describe(b));
    };
    switch (compare_ranges(pin, caller)) {
    case Differs::major_format:
        return differs("major format", ours.MajorFormat, theirs.MajorFormat);
    case Differs::subformat:
        return differs("subformat", ours.SubFormat, theirs.SubFormat);
    case Differs::specifier:
        return differs("specifier", ours.Specifier, theirs.Specifier);
    case Differs::attributes:
        return fmt::format("{} and range {} of the caller: {}", name, number,
                           missing_attribute(pin.attributes, caller.attributes));
    case Differs::nothing:
        break;
    }
    if (!has_handler)
        return fmt::format("{}: the pin factory has no IntersectHandler, and KS by itself makes "
                           "formats of the specifier NONE only, of no wildcards; this one has {}",
                           name, describe(ours));
    const std::string seen = extents(ours, theirs);
    return fmt::format("{}: the driver's IntersectHandler returned STATUS_NO_MATCH for range {} of "
                       "the caller{}",
                       name, number, seen.empty() ? "" : " (" + seen + ")");
}

} // namespace

Reason explain_no_intersection(ULONG pin_id, std::span<const ClientFormat> callers,
                               std::span<const PinRange> pins, bool has_handler) {
    if (callers.empty() || pins.empty())
        return {fmt::format("{} no data ranges, so there is nothing in common",
                            pins.empty() ? fmt::format("pin factory {} has", pin_id)
                                         : "the caller gave"),
                {}};
    std::vector<std::string> lines;
    std::size_t best = 0;
    std::optional<Differs> closest;
    for (std::size_t i = 0; i < std::min(pins.size(), most_lines); ++i) {
        const auto caller = std::ranges::max_element(
            callers, {}, [&](const ClientFormat &one) { return compare_ranges(pins[i], one); });
        lines.push_back(explain_pair(fmt::format("range {} of pin factory {}", i + 1, pin_id),
                                     pins[i], caller - callers.begin() + 1, *caller, has_handler));
        if (const Differs now = compare_ranges(pins[i], *caller); now > closest) {
            closest = now;
            best = i;
        }
    }
    if (lines.size() == 1)
        return {lines.front(), {}};
    std::string sentence =
        fmt::format("none of the {} data ranges of pin factory {} has a format in "
                    "common with the caller's; the closest: {}",
                    pins.size(), pin_id, lines[best]);
    if (pins.size() > most_lines)
        lines.push_back(fmt::format("and {} more ranges", pins.size() - most_lines));
    return {std::move(sentence), std::move(lines)};
}

std::string explain_handler(NTSTATUS status, ULONG pin_id, std::span<const ClientFormat> callers,
                            const ClientFormat &caller, std::span<const PinRange> pins,
                            const PinRange &pin) {
    return fmt::format("the driver's IntersectHandler returned {} for range {} of the caller and "
                       "range {} of pin factory {}",
                       describe_status(status), &caller - callers.data() + 1,
                       &pin - pins.data() + 1, pin_id);
}

} // namespace ksbox::ks
