// What an endpoint's nodes and its jack say, and setting its volume and mute.
#include <algorithm>
#include <cstring>

#include "abi/guid.h"
#include "abi/windows.h"
#include "base/status_names.h"
#include "box/answers.h"
#include "ksbox/endpoint.h"
#include "ksbox/filter.h"

namespace ksbox {

namespace {

constexpr std::uint32_t jack_description = 1; // KSPROPERTY_JACK_DESCRIPTION
constexpr std::int32_t all_channels = -1;
constexpr std::uint32_t most_channels = 32; // no volume node has more

// KSNODEPROPERTY_AUDIO_CHANNEL behind its KSNODEPROPERTY.
struct ChannelTail {
    std::int32_t channel;
    std::uint32_t reserved = 0;
};

template <typename T> std::optional<T> at(std::span<const std::byte> bytes, std::size_t offset) {
    if (bytes.size() < offset + sizeof(T))
        return std::nullopt;
    T value;
    std::memcpy(&value, bytes.data() + offset, sizeof value);
    return value;
}

std::optional<std::uint32_t> get_channel(Filter &filter, std::uint32_t id, std::uint32_t node,
                                         std::int32_t channel) {
    const ChannelTail tail{channel};
    const auto value = box::optionally([&] {
        return filter.get(to_guid(KSPROPSETID_Audio), id, node, std::as_bytes(std::span(&tail, 1)));
    });
    return value ? at<std::uint32_t>(*value, 0) : std::nullopt;
}

void set_channel(Filter &filter, std::uint32_t id, std::uint32_t node, std::int32_t channel,
                 std::uint32_t value) {
    const ChannelTail tail{channel};
    filter.set(to_guid(KSPROPSETID_Audio), id, std::as_bytes(std::span(&value, 1)), node,
               std::as_bytes(std::span(&tail, 1)));
}

// KSPROPERTY_DESCRIPTION with its members; empty when there is none.
std::vector<std::byte> support_of(Filter &filter, std::uint32_t id, std::uint32_t node) {
    KSNODEPROPERTY_AUDIO_CHANNEL request{};
    request.NodeProperty.Property.Set = KSPROPSETID_Audio;
    request.NodeProperty.Property.Id = id;
    request.NodeProperty.Property.Flags = KSPROPERTY_TYPE_BASICSUPPORT | KSPROPERTY_TYPE_TOPOLOGY;
    request.NodeProperty.NodeId = node;
    const auto ask = [&](std::size_t bytes) {
        std::vector<std::byte> value(bytes);
        const IoResult result = filter.property(std::as_bytes(std::span(&request, 1)), value);
        if (box::is_want_of_memory(result.status))
            throw Error(std::uint32_t(result.status),
                        "a node's ranges: " + describe_status(result.status));
        value.resize(result.success() ? std::min<std::size_t>(result.information, bytes) : 0);
        return value;
    };
    const auto head = at<KSPROPERTY_DESCRIPTION>(ask(sizeof(KSPROPERTY_DESCRIPTION)), 0);
    constexpr ULONG largest = 64 * 1024;
    if (!head || head->DescriptionSize <= sizeof *head || head->DescriptionSize > largest)
        return {};
    return ask(head->DescriptionSize);
}

// The first list of stepped ranges: how many it has, and the first.
struct Steps {
    std::uint32_t channels = 0; ///< 0: the list does not say
    std::optional<VolumeFacts::Range> range;
};
Steps steps_of(std::span<const std::byte> support) {
    const auto members = at<KSPROPERTY_MEMBERSHEADER>(support, sizeof(KSPROPERTY_DESCRIPTION));
    constexpr std::uint32_t multichannel = 2, uniform = 4; // KSPROPERTY_MEMBER_FLAG_BASICSUPPORT_*
    if (!members || members->MembersFlags != KSPROPERTY_MEMBER_STEPPEDRANGES)
        return {};
    Steps steps;
    if ((members->Flags & multichannel) != 0 && (members->Flags & uniform) == 0)
        steps.channels = std::min<std::uint32_t>(members->MembersCount, most_channels);
    if (const auto first = at<KSPROPERTY_STEPPING_LONG>(
            support, sizeof(KSPROPERTY_DESCRIPTION) + sizeof(KSPROPERTY_MEMBERSHEADER)))
        steps.range = {first->Bounds.SignedMinimum, first->Bounds.SignedMaximum,
                       first->SteppingDelta};
    return steps;
}

bool is(const EndpointNode &node, const GUID &type) {
    return node.type == to_guid(type);
}

} // namespace

std::vector<VolumeFacts> Endpoint::volumes() {
    std::vector<VolumeFacts> all;
    for (const EndpointNode &node : facts_.nodes) {
        if (!is(node, KSNODETYPE_VOLUME))
            continue;
        Filter filter = client_->open_filter(node.filter);
        const Steps steps = steps_of(support_of(filter, KSPROPERTY_AUDIO_VOLUMELEVEL, node.id));
        VolumeFacts facts{.node = node, .level = {}, .range = steps.range};
        // Without a count the channel behind the last is refused.
        const std::uint32_t channels = steps.channels != 0 ? steps.channels : most_channels;
        for (std::uint32_t channel = 0; channel < channels; ++channel) {
            const auto level = get_channel(filter, KSPROPERTY_AUDIO_VOLUMELEVEL, node.id,
                                           static_cast<std::int32_t>(channel));
            if (!level)
                break;
            facts.level.push_back(static_cast<std::int32_t>(*level));
        }
        if (!facts.level.empty())
            all.push_back(std::move(facts));
    }
    return all;
}

std::vector<MuteFacts> Endpoint::mutes() {
    std::vector<MuteFacts> all;
    for (const EndpointNode &node : facts_.nodes) {
        if (!is(node, KSNODETYPE_MUTE))
            continue;
        Filter filter = client_->open_filter(node.filter);
        auto muted = get_channel(filter, KSPROPERTY_AUDIO_MUTE, node.id, all_channels);
        if (!muted)
            muted = get_channel(filter, KSPROPERTY_AUDIO_MUTE, node.id, 0);
        if (muted)
            all.push_back({node, *muted != 0});
    }
    return all;
}

std::vector<JackFacts> Endpoint::jacks() {
    const std::uint32_t selector[2] = {facts_.bridge.id, 0};
    Filter filter = client_->open_filter(facts_.bridge.filter);
    const auto list = box::optionally([&] {
        return filter.get(to_guid(KSPROPSETID_Jack), jack_description, {},
                          std::as_bytes(std::span(selector)));
    });
    std::vector<JackFacts> jacks;
    if (list)
        for (const auto &one : box::entries_of<KSJACK_DESCRIPTION>(*list))
            jacks.push_back({.channel_mask = one.ChannelMapping,
                             .color = one.Color,
                             .connection_type = static_cast<std::uint32_t>(one.ConnectionType),
                             .geometric_location = static_cast<std::uint32_t>(one.GeoLocation),
                             .general_location = static_cast<std::uint32_t>(one.GenLocation),
                             .port_connection = static_cast<std::uint32_t>(one.PortConnection),
                             .connected = one.IsConnected != FALSE});
    return jacks;
}

bool Endpoint::plugged() {
    const std::vector<JackFacts> all = jacks();
    return all.empty() || std::ranges::any_of(all, &JackFacts::connected);
}

// By the master channel; drivers that know none get each channel by itself.
void Endpoint::set_volume(std::int32_t level) {
    const std::vector<VolumeFacts> all = volumes();
    if (all.empty())
        throw Error(std::uint32_t(STATUS_NOT_SUPPORTED), facts_.full_name() + " has no volume");
    const EndpointNode &node = all.back().node;
    Filter filter = client_->open_filter(node.filter);
    const auto set = [&](std::int32_t channel) {
        set_channel(filter, KSPROPERTY_AUDIO_VOLUMELEVEL, node.id, channel,
                    static_cast<std::uint32_t>(level));
        return true;
    };
    if (box::optionally([&] { return set(all_channels); }))
        return;
    for (std::size_t channel = 0; channel < all.back().level.size(); ++channel)
        set(static_cast<std::int32_t>(channel));
}

void Endpoint::set_mute(bool muted) {
    const std::vector<MuteFacts> all = mutes();
    if (all.empty())
        throw Error(std::uint32_t(STATUS_NOT_SUPPORTED), facts_.full_name() + " has no mute");
    const EndpointNode &node = all.back().node;
    Filter filter = client_->open_filter(node.filter);
    const auto set = [&](std::int32_t channel) {
        set_channel(filter, KSPROPERTY_AUDIO_MUTE, node.id, channel, muted ? 1 : 0);
        return true;
    };
    if (!box::optionally([&] { return set(all_channels); }))
        set(0);
}

} // namespace ksbox
