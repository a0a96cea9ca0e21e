#include "cli/property_access.h"

#include <cstring>

namespace ksbox::cli {

namespace {

constexpr std::size_t property_bytes = 24;      // KSPROPERTY
constexpr std::size_t node_property_bytes = 32; // KSP_NODE
constexpr std::size_t unit_bytes = 8;           // structures are padded to a multiple of it
constexpr std::size_t camera_value_bytes = 16;  // value, flags, capabilities
constexpr std::size_t dropped_frames_bytes = 24;

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
    // These structures begin with the request, and the value is behind it; drivers look for it in
    // either buffer.
    const std::size_t begin = node ? node_property_bytes : property_bytes;
    std::vector<std::byte> whole(begin + (value.size() + unit_bytes - 1) / unit_bytes * unit_bytes);
    std::memcpy(whole.data() + begin, value.data(), value.size());
    object.set(property.set, property.id, whole, node, std::span(whole).subspan(begin));
}

} // namespace ksbox::cli
