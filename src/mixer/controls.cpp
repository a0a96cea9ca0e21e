#include "mixer/controls.h"

#include <algorithm>
#include <iterator>

#include "abi/static_guid.h"
#include "ks/item_tables.h"
#include "ks/refusal.h"
#include "ks/sized_answer.h"
#include "mixer/mix.h"
#include "mixer/pins.h"

namespace ksbox::mixer {
namespace {

constexpr LONG all_channels = -1;

/// The channels that a request means.
struct Channels {
    unsigned first, last;
};

Result<Channels> channels_of(const Mix &mix, PKSIDENTIFIER request) {
    const auto &asked = *reinterpret_cast<const KSNODEPROPERTY_AUDIO_CHANNEL *>(request);
    const unsigned count = mix.format() ? mix.format()->channels : most_channels;
    if (asked.Channel == all_channels)
        return Channels{0, count - 1};
    if (asked.Channel < 0 || asked.Channel >= LONG(count))
        return ks::refuse(STATUS_INVALID_PARAMETER, "channel " + std::to_string(asked.Channel) +
                                                        ": the mix has " + std::to_string(count));
    return Channels{unsigned(asked.Channel), unsigned(asked.Channel)};
}

/// The stream and the channels of a request at a sink pin.
struct Target {
    Stream &stream;
    PKSFILTER filter;
    Channels channels;
};

Result<Target> target_of(PIRP irp, PKSIDENTIFIER request) {
    PKSPIN const pin = KsGetPinFromIrp(irp);
    if (!pin || pin->DataFlow != KSPIN_DATAFLOW_IN)
        return ks::refuse(STATUS_INVALID_DEVICE_REQUEST,
                          "each stream has a volume of its own: ask its sink pin");
    PKSFILTER const filter = KsPinGetParentFilter(pin);
    const Channels channels = KS_TRY(channels_of(mix_of(filter), request));
    return Target{*static_cast<Stream *>(pin->Context), filter, channels};
}

/// Of all channels, the first answers.
template <typename T, typename Read>
NTSTATUS answer(PIRP irp, PVOID data, PKSIDENTIFIER request, Read read) {
    const auto target = target_of(irp, request);
    if (!target)
        return target.error().value();
    const T value = read(target->stream.levels, target->channels.first);
    return ks::answer_value(irp, data, &value, sizeof value);
}

template <typename Write> NTSTATUS change(PIRP irp, PKSIDENTIFIER request, Write write) {
    const auto target = target_of(irp, request);
    if (!target)
        return target.error().value();
    const Change changing(target->filter);
    Levels levels = target->stream.levels;
    for (unsigned c = target->channels.first; c <= target->channels.last; ++c)
        write(levels, c);
    target->stream.apply(levels);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI get_level(PIRP irp, PKSIDENTIFIER request, PVOID data) {
    return answer<LONG>(irp, data, request, [](const Levels &levels, unsigned channel) {
        return levels.level(channel);
    });
}

/// A level out of range succeeds; get tells what it has become. @doc
/// audio/ksproperty-audio-volumelevel
NTSTATUS NTAPI set_level(PIRP irp, PKSIDENTIFIER request, PVOID data) {
    const LONG level = *static_cast<const LONG *>(data);
    return change(irp, request,
                  [&](Levels &levels, unsigned channel) { levels.set_level(channel, level); });
}

NTSTATUS NTAPI get_mute(PIRP irp, PKSIDENTIFIER request, PVOID data) {
    return answer<BOOL>(irp, data, request, [](const Levels &levels, unsigned channel) {
        return levels.muted(channel) ? TRUE : FALSE;
    });
}

NTSTATUS NTAPI set_mute(PIRP irp, PKSIDENTIFIER request, PVOID data) {
    const bool muted = *static_cast<const BOOL *>(data) != FALSE;
    return change(irp, request,
                  [&](Levels &levels, unsigned channel) { levels.set_mute(channel, muted); });
}

NTSTATUS NTAPI get_limiter(PIRP irp, PKSIDENTIFIER, PVOID data) {
    const BOOL on = mix_of(KsGetFilterFromIrp(irp)).limits;
    return ks::answer_value(irp, data, &on, sizeof on);
}

NTSTATUS NTAPI set_limiter(PIRP irp, PKSIDENTIFIER, PVOID data) {
    PKSFILTER const filter = KsGetFilterFromIrp(irp);
    const Change changing(filter);
    mix_of(filter).limits = *static_cast<const BOOL *>(data) != FALSE;
    return STATUS_SUCCESS;
}

/// As 16-bit samples have it. @doc audio/ksproperty-audio-peakmeter
NTSTATUS NTAPI get_peak(PIRP irp, PKSIDENTIFIER request, PVOID data) {
    PKSFILTER const filter = KsGetFilterFromIrp(irp);
    Mix &mix = mix_of(filter);
    const auto channels = channels_of(mix, request);
    if (!channels)
        return channels.error().value();
    const Change changing(filter);
    float peak = 0;
    for (unsigned c = channels->first; c <= channels->last; ++c)
        peak = std::max(peak, mix.take_peak(c));
    const LONG value = static_cast<LONG>(std::min(peak, 1.0F) * 0x7fff);
    return ks::answer_value(irp, data, &value, sizeof value);
}

constexpr KSPROPERTY_STEPPING_LONG level_steps[] = {{1, 0, {{lowest_level, highest_level}}}};
constexpr KSPROPERTY_MEMBERSLIST level_members[] = {
    {{KSPROPERTY_MEMBER_STEPPEDRANGES, sizeof level_steps[0], 1, 0}, level_steps}};
constexpr GUID general_types = static_guid(STATIC_KSPROPTYPESETID_General);
constexpr KSPROPERTY_VALUES level_values = {
    {{{general_types, VT_I4, 0}}}, std::size(level_members), level_members};
constexpr KSPROPERTY_VALUES bool_values = {{{{general_types, VT_BOOL, 0}}}, 0, nullptr};

constexpr KSPROPERTY_ITEM with_values(KSPROPERTY_ITEM item, const KSPROPERTY_VALUES *values) {
    item.Values = values;
    return item;
}

constexpr ULONG channel_request = sizeof(KSNODEPROPERTY_AUDIO_CHANNEL);

constexpr KSPROPERTY_ITEM volume_items[] = {
    with_values(ks::property_item(KSPROPERTY_AUDIO_VOLUMELEVEL, get_level, set_level,
                                  channel_request, sizeof(LONG)),
                &level_values)};
constexpr KSPROPERTY_ITEM mute_items[] = {with_values(
    ks::property_item(KSPROPERTY_AUDIO_MUTE, get_mute, set_mute, channel_request, sizeof(BOOL)),
    &bool_values)};
constexpr KSPROPERTY_ITEM limiter_items[] = {
    with_values(ks::property_item(KSPROPERTY_TOPOLOGYNODE_ENABLE, get_limiter, set_limiter,
                                  sizeof(KSP_NODE), sizeof(BOOL)),
                &bool_values)};
constexpr KSPROPERTY_ITEM meter_items[] = {ks::property_item(
    KSPROPERTY_AUDIO_PEAKMETER, get_peak, nullptr, channel_request, sizeof(LONG))};

constexpr KSPROPERTY_SET volume_sets[] = {
    {&KSPROPSETID_Audio, std::size(volume_items), volume_items, 0, nullptr}};
constexpr KSPROPERTY_SET mute_sets[] = {
    {&KSPROPSETID_Audio, std::size(mute_items), mute_items, 0, nullptr}};
constexpr KSPROPERTY_SET limiter_sets[] = {
    {&KSPROPSETID_TopologyNode, std::size(limiter_items), limiter_items, 0, nullptr}};
constexpr KSPROPERTY_SET meter_sets[] = {
    {&KSPROPSETID_Audio, std::size(meter_items), meter_items, 0, nullptr}};

} // namespace

constinit const KSAUTOMATION_TABLE volume_automation = ks::property_table(volume_sets);
constinit const KSAUTOMATION_TABLE mute_automation = ks::property_table(mute_sets);
constinit const KSAUTOMATION_TABLE limiter_automation = ks::property_table(limiter_sets);
constinit const KSAUTOMATION_TABLE meter_automation = ks::property_table(meter_sets);

} // namespace ksbox::mixer
