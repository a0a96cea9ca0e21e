#include "cli/graph_words.h"

#include <algorithm>
#include <cctype>
#include <utility>

#include <fmt/format.h>

#include "ksbox/guid_names.h"

namespace ksbox::cli {

namespace {

std::string kilohertz(std::uint32_t hz) {
    return fmt::format("{}", double(hz) / 1000);
}

std::string span(const std::string &low, const std::string &high) {
    return low == high ? low : low + "–" + high;
}

std::string subtype_name(const Guid &subtype) {
    const std::string name = guid_name(subtype, "KSDATAFORMAT_SUBTYPE_");
    return name == "IEEE_FLOAT" ? "float" : name;
}

std::string channels_text(std::uint32_t channels) {
    return channels == 1 ? "mono" : channels == 2 ? "stereo" : fmt::format("{} channels", channels);
}

std::string rate_text(std::uint64_t frame_100ns) {
    return frame_100ns == 0 ? "" : fmt::format("{:.4g}", 1e7 / double(frame_100ns));
}

} // namespace

std::string short_text(const DataFormat &format) {
    const std::string name = subtype_name(format.subtype());
    if (const auto audio = format.audio()) {
        const std::string bits = audio->valid_bits == audio->bits
                                     ? std::to_string(audio->bits)
                                     : fmt::format("{} of {}", audio->valid_bits, audio->bits);
        return fmt::format("{} {} kHz {} {} bit", name, kilohertz(audio->rate_hz),
                           channels_text(audio->channels), bits);
    }
    if (const auto video = format.video()) {
        const std::string rate = rate_text(video->frame_100ns);
        return fmt::format("{} {}×{}{}", name, video->width, video->height,
                           rate.empty() ? "" : " " + rate + " fps");
    }
    return format.to_string();
}

std::string short_text(const DataRange &range) {
    const std::string name = subtype_name(range.subtype);
    if (const auto &audio = range.audio)
        return fmt::format(
            "{} {} kHz, {} bit, {}", name,
            span(kilohertz(audio->minimum_hz), kilohertz(audio->maximum_hz)),
            span(std::to_string(audio->minimum_bits), std::to_string(audio->maximum_bits)),
            audio->maximum_channels == UINT32_MAX ? "any channels"
            : audio->maximum_channels == 1
                ? "mono"
                : fmt::format("up to {} channels", audio->maximum_channels));
    if (const auto &video = range.video) {
        // The longest interval is the slowest rate.
        const std::string rate =
            span(rate_text(video->maximum_frame_100ns), rate_text(video->minimum_frame_100ns));
        return fmt::format("{} {}×{}{}", name, video->width, video->height,
                           rate.empty() ? "" : ", " + rate + " fps");
    }
    return range.music ? name : range.to_string();
}

std::string plain_name(const Guid &guid, const char *prefix) {
    std::string name(guid_symbol(guid, prefix));
    for (const std::string_view known :
         {"KSNODETYPE_", "KSCATEGORY_", "PINNAME_", "KSPINNAME_", "KSAUDFNAME_"})
        if (name.starts_with(known))
            name.erase(0, known.size());
    constexpr std::pair<std::string_view, std::string_view> spelled[] = {
        {"ADC", "ADC"},      {"DAC", "DAC"},
        {"AGC", "AGC"},      {"SRC", "SRC"},
        {"TV", "TV"},        {"DVD", "DVD"},
        {"SPDIF", "S/PDIF"}, {"DATATRANSFORM", "Data transform"},
        {"HDMI", "HDMI"},    {"DATACOMPRESSOR", "Data compressor"},
        {"USB", "USB"},      {"DATADECOMPRESSOR", "Data decompressor"}};
    std::string text;
    for (std::size_t begin = 0; begin < name.size();) {
        const std::size_t end = std::min(name.find('_', begin), name.size());
        std::string word = name.substr(begin, end - begin);
        const auto *known =
            std::ranges::find(spelled, std::string_view(word), [](auto &one) { return one.first; });
        if (known != std::end(spelled))
            word = known->second;
        else
            for (std::size_t i = text.empty() ? 1 : 0; i < word.size(); ++i)
                word[i] = static_cast<char>(std::tolower(static_cast<unsigned char>(word[i])));
        text += (text.empty() ? "" : " ") + word;
        begin = end + 1;
    }
    return text;
}

const char *state_word(PinState state) {
    constexpr const char *words[] = {"STOP", "ACQUIRE", "PAUSE", "RUN"};
    return std::size_t(state) < std::size(words) ? words[std::size_t(state)] : "?";
}

} // namespace ksbox::cli
