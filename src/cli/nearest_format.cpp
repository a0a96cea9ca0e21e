#include "cli/nearest_format.h"

#include <algorithm>
#include <tuple>

#include "ksbox/guid_names.h"

namespace ksbox::cli {
namespace {

bool is_float(const DataRange &range) {
    return range.subtype == guid_by_name("KSDATAFORMAT_SUBTYPE_IEEE_FLOAT");
}

bool is_samples(const DataRange &range) {
    return range.audio &&
           (is_float(range) || range.subtype == guid_by_name("KSDATAFORMAT_SUBTYPE_PCM"));
}

/// Also for limits in the wrong order, as a driver may have them.
std::uint32_t within(std::uint32_t value, std::uint32_t least, std::uint32_t most) {
    return std::max(std::min(value, most), least);
}

AudioFormat nearest(const DataRange &range, const AudioFormat &wanted) {
    const DataRange::Audio &limits = *range.audio;
    AudioFormat format = wanted;
    format.is_float = is_float(range);
    format.rate_hz = within(wanted.rate_hz, limits.minimum_hz, limits.maximum_hz);
    format.channels =
        std::uint16_t(std::min<std::uint32_t>(wanted.channels, limits.maximum_channels));
    format.bits = std::uint16_t(within(wanted.bits, limits.minimum_bits, limits.maximum_bits));
    format.valid_bits = std::min(wanted.valid_bits, format.bits);
    if (format.channels != wanted.channels)
        format.channel_mask = 0;
    if (format.bits != wanted.bits)
        format.valid_bits = format.bits;
    return format;
}

/// First what is missing, then what is made up.
auto distance(const AudioFormat &from, const AudioFormat &to) {
    const auto missing = [](std::uint32_t a, std::uint32_t b) { return a > b ? a - b : 0; };
    return std::tuple(missing(from.rate_hz, to.rate_hz), missing(from.channels, to.channels),
                      missing(from.valid_bits, to.valid_bits), from.is_float != to.is_float,
                      missing(to.rate_hz, from.rate_hz), missing(to.valid_bits, from.valid_bits));
}

} // namespace

bool holds(const DataRange &range, const AudioFormat &format) {
    return is_samples(range) && is_float(range) == format.is_float &&
           format.channels <= range.audio->maximum_channels &&
           format.valid_bits >= range.audio->minimum_bits &&
           format.valid_bits <= range.audio->maximum_bits &&
           format.rate_hz >= range.audio->minimum_hz && format.rate_hz <= range.audio->maximum_hz;
}

std::vector<AudioFormat> nearest_formats(const AudioFormat &wanted,
                                         std::span<const FoundPin> pins) {
    const auto from_wanted = [&](const AudioFormat &format) { return distance(wanted, format); };
    std::vector<AudioFormat> formats;
    for (const FoundPin &pin : pins)
        for (const DataRange &range : pin.facts.ranges) {
            if (!is_samples(range))
                continue;
            const AudioFormat format = nearest(range, wanted);
            if (format.channels != 0 && format.rate_hz != 0 && format.bits != 0 &&
                format.bits % 8 == 0)
                formats.insert(
                    std::ranges::upper_bound(formats, from_wanted(format), {}, from_wanted),
                    format);
        }
    return formats;
}

} // namespace ksbox::cli
