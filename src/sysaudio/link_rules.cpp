// Whether two pins can be linked, and why not: communication, interface, medium, data ranges.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "abi/guid.h"
#include "ks/data_range.h"
#include "sysaudio/plain_streaming.h"
#include "sysaudio/search.h"

namespace ksbox::sysaudio {
namespace {

bool can_be_source(KSPIN_COMMUNICATION one) {
    return one == KSPIN_COMMUNICATION_SOURCE || one == KSPIN_COMMUNICATION_BOTH;
}
bool can_be_sink(KSPIN_COMMUNICATION one) {
    return one == KSPIN_COMMUNICATION_SINK || one == KSPIN_COMMUNICATION_BOTH;
}

const char *name_of(KSPIN_COMMUNICATION one) {
    constexpr std::array names = {"NONE", "SINK", "SOURCE", "BOTH", "BRIDGE"};
    return std::size_t(one) < names.size() ? names[one] : "unknown";
}

/// An empty list stands for the default.
std::optional<KSIDENTIFIER> common(const std::vector<KSIDENTIFIER> &a,
                                   const std::vector<KSIDENTIFIER> &b,
                                   const KSIDENTIFIER &standard) {
    const std::vector<KSIDENTIFIER> defaults{standard};
    const auto &theirs = b.empty() ? defaults : b;
    for (const KSIDENTIFIER &one : a.empty() ? defaults : a)
        for (const KSIDENTIFIER &other : theirs)
            if (ks::same_identifier(one, other))
                return one;
    return std::nullopt;
}

std::optional<std::string> differ(const char *field, const GUID &a, const GUID &b) {
    if (ks::same_guid(a, b) || ks::is_wildcard(a) || ks::is_wildcard(b))
        return std::nullopt;
    return fmt::format("the {} is {} here and {} there", field, ks::describe(a), ks::describe(b));
}

std::optional<std::string> apart(const char *unit, ULONG low, ULONG high, ULONG from, ULONG to) {
    if (from <= high && to >= low)
        return std::nullopt;
    return fmt::format("{} to {} {} here and {} to {} {} there", low, high, unit, from, to, unit);
}

} // namespace

std::optional<KSPIN_INTERFACE> common_interface(const PinFacts &a, const PinFacts &b) {
    return common(a.interfaces, b.interfaces, plain_streaming);
}

std::optional<KSPIN_MEDIUM> common_medium(const PinFacts &a, const PinFacts &b) {
    return common(a.mediums, b.mediums, standard_medium);
}

// "A pair of data ranges intersect if": audio/data-intersection.
std::optional<std::string> why_apart(const DataRange &source, const DataRange &sink) {
    const KSDATARANGE &a = source.get(), &b = sink.get();
    if (auto why = differ("major format", a.MajorFormat, b.MajorFormat))
        return why;
    if (auto why = differ("subformat", a.SubFormat, b.SubFormat))
        return why;
    if (auto why = differ("specifier", a.Specifier, b.Specifier))
        return why;
    const KSDATARANGE_AUDIO *x = source.audio(), *y = sink.audio();
    if (!x || !y)
        return std::nullopt;
    if (auto why = apart("Hz", x->MinimumSampleFrequency, x->MaximumSampleFrequency,
                         y->MinimumSampleFrequency, y->MaximumSampleFrequency))
        return why;
    return apart("bit", x->MinimumBitsPerSample, x->MaximumBitsPerSample, y->MinimumBitsPerSample,
                 y->MaximumBitsPerSample);
}

std::optional<std::string> why_unlinked(const FilterFacts &from, const PinFacts &out,
                                        const FilterFacts &to, const PinFacts &in) {
    const std::string pair = describe(from, out.id) + " and " + describe(to, in.id);
    const KSPIN_COMMUNICATION a = out.communication, b = in.communication;
    if (!(can_be_source(a) && can_be_sink(b)) && !(can_be_sink(a) && can_be_source(b)))
        return fmt::format("{} are not linked: one has to be an IRP source and the other an IRP "
                           "sink; their communication is {} and {}",
                           pair, name_of(a), name_of(b));
    if (!common_interface(out, in))
        return pair + " are not linked: they have no interface in common";
    if (!common_medium(out, in))
        return pair + " are not linked: they have no medium in common";
    std::optional<std::string> closest;
    for (const DataRange &source : out.ranges)
        for (const DataRange &sink : in.ranges) {
            auto why = why_apart(source, sink);
            if (!why)
                return std::nullopt;
            closest = std::move(why);
        }
    return fmt::format("{} are not linked: none of their data ranges meet{}", pair,
                       closest ? "; of the last two " + *closest : "");
}

} // namespace ksbox::sysaudio
