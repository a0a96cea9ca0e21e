// Overlapping data ranges.
#include "ks/range_overlap.h"

#include <fmt/format.h>

#include "abi/guid.h"
#include "ks/data_range.h"

namespace ksbox::ks {
namespace {

const KSDATARANGE_AUDIO *audio(const LookedAtRange &range) {
    const KSDATARANGE &head = range.head();
    const bool is_audio = head.FormatSize >= sizeof(KSDATARANGE_AUDIO) &&
                          same_guid(head.MajorFormat, KSDATAFORMAT_TYPE_AUDIO) &&
                          (same_guid(head.Specifier, KSDATAFORMAT_SPECIFIER_WAVEFORMATEX) ||
                           same_guid(head.Specifier, KSDATAFORMAT_SPECIFIER_DSOUND));
    return is_audio ? reinterpret_cast<const KSDATARANGE_AUDIO *>(range.bytes.data()) : nullptr;
}

bool meet(const KSDATARANGE_AUDIO &a, const KSDATARANGE_AUDIO &b) {
    return a.MinimumBitsPerSample <= b.MaximumBitsPerSample &&
           b.MinimumBitsPerSample <= a.MaximumBitsPerSample &&
           a.MinimumSampleFrequency <= b.MaximumSampleFrequency &&
           b.MinimumSampleFrequency <= a.MaximumSampleFrequency;
}

std::string text(const KSDATARANGE_AUDIO &range) {
    return fmt::format("{} to {} bit at {} to {} Hz", range.MinimumBitsPerSample,
                       range.MaximumBitsPerSample, range.MinimumSampleFrequency,
                       range.MaximumSampleFrequency);
}

/// "" when they do not overlap.
std::string overlap(const LookedAtRange &a, const LookedAtRange &b) {
    const KSDATARANGE &one = a.head(), &other = b.head();
    if (a.attributes != b.attributes || !same_guid(one.MajorFormat, other.MajorFormat) ||
        !same_guid(one.SubFormat, other.SubFormat) || !same_guid(one.Specifier, other.Specifier))
        return {};
    if (a.bytes == b.bytes)
        return fmt::format("data ranges {} and {} are the same ({})", a.index, b.index,
                           describe(one));
    const KSDATARANGE_AUDIO *sound = audio(a), *other_sound = audio(b);
    if (!sound || !other_sound || !meet(*sound, *other_sound))
        return {};
    return fmt::format("data ranges {} and {} ({}) overlap: {}, and {}", a.index, b.index,
                       describe(one), text(*sound), text(*other_sound));
}

} // namespace

std::vector<std::string> overlapping(const std::vector<LookedAtRange> &ranges) {
    std::vector<std::string> found;
    for (std::size_t later = 1; later < ranges.size(); ++later)
        for (std::size_t earlier = 0; earlier < later; ++earlier)
            if (std::string sentence = overlap(ranges[earlier], ranges[later]); !sentence.empty()) {
                found.push_back(std::move(sentence));
                break; // the others it meets are no news
            }
    return found;
}

} // namespace ksbox::ks
