#include "cli/property_access.h"

#include <cstring>

namespace ksbox::cli {

namespace {

constexpr std::size_t property_bytes = 24;       // KSPROPERTY
constexpr std::size_t camera_value_bytes = 12;   // value, flags, capabilities
constexpr std::size_t dropped_frames_bytes = 24; // with its padding

// What follows the KSPROPERTY, or the KSNODEPROPERTY.
std::vector<std::byte> tail(const PropertyName &property, const PropertyPlace &place) {
    std::uint32_t words[2] = {0, 0};
    switch (property.selector) {
    case Selector::pin:
        words[0] = place.pin.value_or(0);
        break;
    case Selector::node:
        words[0] = place.node.value_or(0);
        break;
    case Selector::channel:
        words[0] = static_cast<std::uint32_t>(place.channel.value_or(-1));
        break;
    case Selector::value:
        return std::vector<std::byte>(
            property.kind == ValueKind::camera_value ? camera_value_bytes : dropped_frames_bytes);
    case Selector::none:
        return {};
    }
    auto bytes = std::as_bytes(std::span(words));
    return {bytes.begin(), bytes.end()};
}

std::optional<std::uint32_t> node_of(const PropertyName &property, const PropertyPlace &place) {
    return property.selector == Selector::node ? std::nullopt : place.node;
}

} // namespace

std::vector<std::byte> get_value(KsObject &object, const PropertyName &property,
                                 const PropertyPlace &place) {
    return object.get(property.set, property.id, node_of(property, place), tail(property, place));
}

void set_value(KsObject &object, const PropertyName &property, const PropertyPlace &place,
               std::span<const std::byte> value) {
    const auto node = node_of(property, place);
    if (property.selector != Selector::value) {
        object.set(property.set, property.id, value, node, tail(property, place));
        return;
    }
    // These structures begin with the request, and KS takes the value from behind it.
    std::vector<std::byte> whole(property_bytes + value.size());
    std::memcpy(whole.data() + property_bytes, value.data(), value.size());
    object.set(property.set, property.id, whole, node, value);
}

} // namespace ksbox::cli
