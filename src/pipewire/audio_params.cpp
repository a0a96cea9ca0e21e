#include "pipewire/audio_params.h"

#include <algorithm>

#include <spa/param/audio/format-utils.h>
#include <spa/param/latency-utils.h>
#include <spa/param/props.h>

namespace ksbox::pipewire {

namespace {

struct Name {
    Samples samples;
    spa_audio_format format;
};
constexpr Name spellings[] = {
    {Samples::u8, SPA_AUDIO_FORMAT_U8},      {Samples::s16, SPA_AUDIO_FORMAT_S16_LE},
    {Samples::s24, SPA_AUDIO_FORMAT_S24_LE}, {Samples::s32, SPA_AUDIO_FORMAT_S32_LE},
    {Samples::f32, SPA_AUDIO_FORMAT_F32_LE}, {Samples::f64, SPA_AUDIO_FORMAT_F64_LE}};

// Where the channels stand, for as many as Windows has a usual place for.
std::vector<std::uint32_t> places(std::uint32_t channels) {
    using Places = std::vector<std::uint32_t>;
    switch (channels) {
    case 1:
        return {SPA_AUDIO_CHANNEL_MONO};
    case 2:
        return {SPA_AUDIO_CHANNEL_FL, SPA_AUDIO_CHANNEL_FR};
    case 4:
        return {SPA_AUDIO_CHANNEL_FL, SPA_AUDIO_CHANNEL_FR, SPA_AUDIO_CHANNEL_RL,
                SPA_AUDIO_CHANNEL_RR};
    case 6:
        return {SPA_AUDIO_CHANNEL_FL,  SPA_AUDIO_CHANNEL_FR, SPA_AUDIO_CHANNEL_FC,
                SPA_AUDIO_CHANNEL_LFE, SPA_AUDIO_CHANNEL_RL, SPA_AUDIO_CHANNEL_RR};
    case 8:
        return {SPA_AUDIO_CHANNEL_FL,  SPA_AUDIO_CHANNEL_FR, SPA_AUDIO_CHANNEL_FC,
                SPA_AUDIO_CHANNEL_LFE, SPA_AUDIO_CHANNEL_RL, SPA_AUDIO_CHANNEL_RR,
                SPA_AUDIO_CHANNEL_SL,  SPA_AUDIO_CHANNEL_SR};
    default:
        Places numbered;
        for (std::uint32_t i = 0; i < std::min(channels, 64u); ++i)
            numbered.push_back(SPA_AUDIO_CHANNEL_AUX0 + i);
        return numbered;
    }
}

} // namespace

const spa_pod *format_offer(spa_pod_builder &builder, const AudioRange &range,
                            std::uint32_t channels, std::uint32_t rate_hz) {
    const auto *name = std::ranges::find(spellings, range.samples, &Name::samples);
    const std::vector<std::uint32_t> position = places(channels);
    spa_pod_frame frame;
    spa_pod_builder_push_object(&builder, &frame, SPA_TYPE_OBJECT_Format, SPA_PARAM_EnumFormat);
    spa_pod_builder_add(&builder, SPA_FORMAT_mediaType, SPA_POD_Id(SPA_MEDIA_TYPE_audio),
                        SPA_FORMAT_mediaSubtype, SPA_POD_Id(SPA_MEDIA_SUBTYPE_raw),
                        SPA_FORMAT_AUDIO_format, SPA_POD_Id(name->format),
                        SPA_FORMAT_AUDIO_channels, SPA_POD_Int(static_cast<int>(channels)),
                        SPA_FORMAT_AUDIO_position,
                        SPA_POD_Array(sizeof(std::uint32_t), SPA_TYPE_Id,
                                      static_cast<std::uint32_t>(position.size()), position.data()),
                        0);
    if (rate_hz != 0 || range.minimum_hz == range.maximum_hz)
        spa_pod_builder_add(
            &builder, SPA_FORMAT_AUDIO_rate,
            SPA_POD_Int(static_cast<int>(rate_hz != 0 ? rate_hz : range.minimum_hz)), 0);
    else
        spa_pod_builder_add(
            &builder, SPA_FORMAT_AUDIO_rate,
            SPA_POD_CHOICE_RANGE_Int(
                static_cast<int>(std::clamp(48'000u, range.minimum_hz, range.maximum_hz)),
                static_cast<int>(range.minimum_hz), static_cast<int>(range.maximum_hz)),
            0);
    return static_cast<const spa_pod *>(spa_pod_builder_pop(&builder, &frame));
}

std::optional<AudioFormat> parse_format(const spa_pod *format) {
    spa_audio_info_raw raw{};
    std::uint32_t type = 0, subtype = 0;
    if (format == nullptr || spa_format_parse(format, &type, &subtype) < 0 ||
        type != SPA_MEDIA_TYPE_audio || subtype != SPA_MEDIA_SUBTYPE_raw ||
        spa_format_audio_raw_parse(format, &raw) < 0)
        return std::nullopt;
    const auto *name = std::ranges::find(spellings, raw.format, &Name::format);
    if (name == std::end(spellings) || raw.rate == 0 || raw.channels == 0)
        return std::nullopt;
    return AudioFormat{name->samples, raw.rate, raw.channels};
}

const spa_pod *latency(spa_pod_builder &builder, Direction direction) {
    const spa_latency_info info{.direction = direction == Direction::sink ? SPA_DIRECTION_INPUT
                                                                          : SPA_DIRECTION_OUTPUT,
                                .min_quantum = 1.0F,
                                .max_quantum = 1.0F};
    return spa_latency_build(&builder, SPA_PARAM_Latency, &info);
}

Volume parse_volume(const spa_pod *props, Volume volume) {
    const auto *object = reinterpret_cast<const spa_pod_object *>(props);
    const spa_pod_prop *property = nullptr;
    SPA_POD_OBJECT_FOREACH(object, property) {
        if (property->key == SPA_PROP_mute) {
            bool muted = false;
            if (spa_pod_get_bool(&property->value, &muted) == 0)
                volume.muted = muted;
        }
        if (property->key == SPA_PROP_channelVolumes) {
            std::array<float, 64> values{};
            const std::uint32_t count =
                spa_pod_copy_array(&property->value, SPA_TYPE_Float, values.data(), values.size());
            if (count != 0)
                volume.channels.assign(values.begin(), values.begin() + count);
        }
    }
    return volume;
}

} // namespace ksbox::pipewire
