#include "cli/bridge_formats.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "cli/failures.h"
#include "ksbox/guid_names.h"

namespace ksbox::cli {

namespace {

using pipewire::AudioRange;
using pipewire::Samples;

struct Kind {
    Samples samples;
    std::uint16_t bits;
    bool is_float;
};
// Best first: wide ones keep all of what PipeWire's own floats have.
constexpr std::array<Kind, 6> kinds = {{{Samples::s24, 24, false},
                                        {Samples::s32, 32, false},
                                        {Samples::f32, 32, true},
                                        {Samples::s16, 16, false},
                                        {Samples::f64, 64, true},
                                        {Samples::u8, 8, false}}};
constexpr std::uint32_t most_channels = 8;

std::vector<AudioRange> ranges_of(const PinFacts &pin) {
    std::vector<AudioRange> all;
    for (const Kind &kind : kinds)
        for (const DataRange &range : pin.ranges) {
            const std::string subtype = guid_name(range.subtype, "KSDATAFORMAT_SUBTYPE_");
            if (!range.audio || subtype != (kind.is_float ? "IEEE_FLOAT" : "PCM") ||
                kind.bits < range.audio->minimum_bits || kind.bits > range.audio->maximum_bits ||
                range.audio->maximum_channels == 0)
                continue;
            all.push_back({kind.samples, range.audio->minimum_hz, range.audio->maximum_hz, 1,
                           range.audio->maximum_channels});
        }
    return all;
}

// What the driver itself would choose.
std::optional<AudioFormat> preferred(const FoundPin &pin) {
    for (const DataFormat &format : default_formats(*pin.filter, pin.facts.id, pin.facts.ranges))
        if (auto audio = format.audio())
            return audio;
    return std::nullopt;
}

std::string ranges_text(const PinFacts &pin) {
    std::string text;
    for (const DataRange &range : pin.ranges)
        text += (text.empty() ? "" : "; ") + range.to_string();
    return text;
}

} // namespace

OfferedFormats offered_formats(const FoundPin &pin, const WantedFormat &wanted) {
    OfferedFormats offered{.ranges = ranges_of(pin.facts)};
    if (offered.ranges.empty())
        return {};
    const std::optional<AudioFormat> first = preferred(pin);
    const std::uint32_t usual = first ? first->channels : 2;
    offered.channels = wanted.channels != 0 ? wanted.channels : std::min(usual, most_channels);
    std::erase_if(offered.ranges, [&](const AudioRange &range) {
        return range.maximum_channels < offered.channels ||
               (wanted.rate_hz != 0 &&
                (wanted.rate_hz < range.minimum_hz || wanted.rate_hz > range.maximum_hz)) ||
               (!wanted.samples.empty() && wanted.samples != to_string(range.samples));
    });
    if (offered.ranges.empty())
        throw BadInput(fmt::format("pin {} of {} has none of the formats that --rate, --channels "
                                   "and --format leave; it takes {}",
                                   pin.facts.id, filter_label(pin.interface),
                                   ranges_text(pin.facts)));
    // The driver's own choice goes first, the others stay in their order.
    const auto own = std::ranges::find_if(offered.ranges, [&](const AudioRange &range) {
        const auto *kind = std::ranges::find(kinds, range.samples, &Kind::samples);
        return first && kind->bits == first->bits && kind->is_float == first->is_float;
    });
    if (own != offered.ranges.end())
        std::rotate(offered.ranges.begin(), own, own + 1);
    return offered;
}

DataFormat data_format(const pipewire::AudioFormat &format) {
    const auto *kind = std::ranges::find(kinds, format.samples, &Kind::samples);
    AudioFormat audio;
    audio.rate_hz = format.rate_hz;
    audio.channels = static_cast<std::uint16_t>(format.channels);
    audio.bits = audio.valid_bits = kind->bits;
    audio.is_float = kind->is_float;
    return DataFormat::audio(audio);
}

} // namespace ksbox::cli
