// The properties that have names, taken from the Windows headers and the sample drivers.
#include "ksbox/property_names.h"

#include <algorithm>
#include <cctype>
#include <charconv>

#include <fmt/format.h>

#include "abi/windows.h"

#include "abi/guid.h"
#include "abi/guid_names.h"
#include "ksbox/error.h"

namespace ksbox {

namespace {

constexpr GUID cable_set = {
    0x6c9b5f0a, 0x2e1d, 0x4c57, {0x9a, 0x43, 0x0d, 0x7b, 0x8e, 0x5c, 0x1f, 0x21}};

constexpr GUID speaker_set = {
    0x8d7c2a5e, 0x93b1, 0x4e0f, {0xa6, 0xc4, 0x1b, 0x5d, 0x0f, 0x3e, 0x7a, 0x92}};

using enum ValueKind;

const PropertyName properties[] = {
#define KSBOX_PROPERTY(set, name, kind, selector)                                                  \
    {to_guid(set), #set, std::uint32_t(name), #name, kind, Selector::selector},
#define KSBOX_NUMBERED(set_guid, set, id, name, kind, selector)                                    \
    {to_guid(set_guid), set, id, name, kind, Selector::selector},
#include "box/property_list.inc"
#undef KSBOX_PROPERTY
#undef KSBOX_NUMBERED
};

bool equal(std::string_view a, std::string_view b) {
    return std::ranges::equal(
        a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

bool ends_with(std::string_view whole, std::string_view end) {
    return whole.size() > end.size() + 1 && whole[whole.size() - end.size() - 1] == '_' &&
           equal(whole.substr(whole.size() - end.size()), end);
}

// "VOLUMELEVEL" of "KSPROPERTY_AUDIO_VOLUMELEVEL".
std::string_view short_name(std::string_view name) {
    return name.substr(name.find('_', name.find('_') + 1) + 1);
}

bool names_property(std::string_view name, std::string_view text) {
    return equal(name, text) || equal(name.substr(name.find('_') + 1), text) ||
           equal(short_name(name), text);
}

// "Audio" or "KSPROPSETID_Audio" for the set of that name.
bool names_set(std::string_view set_name, std::string_view text) {
    return equal(set_name, text) || ends_with(set_name, text);
}

std::optional<std::uint32_t> number(std::string_view text) {
    std::uint32_t value = 0;
    bool hex = text.starts_with("0x") || text.starts_with("0X");
    std::string_view digits = hex ? text.substr(2) : text;
    auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), value, hex ? 16 : 10);
    if (error != std::errc() || end != digits.data() + digits.size())
        return std::nullopt;
    return value;
}

[[noreturn]] void unknown_set(std::string_view text) {
    std::string known;
    std::string_view last;
    for (const PropertyName &property : properties)
        if (property.set_name != last) {
            last = property.set_name;
            known += (known.empty() ? "" : ", ") + std::string(last);
        }
    throw Error(0, fmt::format("no property set is called '{}'; there are {}, any other as "
                               "{{…}}.NUMBER",
                               text, known));
}

[[noreturn]] void unknown_property(const Guid &set, std::string_view text) {
    std::string known;
    for (const PropertyName &property : properties)
        if (property.set == set)
            known += (known.empty() ? "" : ", ") + std::string(short_name(property.name));
    throw Error(0, known.empty()
                       ? fmt::format("'{}' is no number: a set without names takes numbers", text)
                       : fmt::format("the set has no property '{}'; it has {}", text, known));
}

} // namespace

std::span<const PropertyName> known_properties() {
    return properties;
}

std::string property_name(const Guid &set, std::uint32_t id) {
    for (const PropertyName &property : properties)
        if (property.set == set && property.id == id)
            return std::string(property.name);
    return fmt::format("property {} of {}", id, guid_name(set, "KSPROPSETID_"));
}

PropertyName find_property(std::string_view text) {
    std::size_t dot = text.rfind('.');
    if (dot == std::string_view::npos || dot == 0 || dot + 1 == text.size())
        throw Error(0, fmt::format("'{}' is not SET.PROPERTY, as in Pin.CTYPES", text));
    std::string_view set_text = text.substr(0, dot), name = text.substr(dot + 1);
    std::optional<Guid> set;
    for (const PropertyName &property : properties)
        if (names_set(property.set_name, set_text))
            set = property.set;
    if (!set)
        set = guid_by_name(set_text, "KSPROPSETID_");
    if (!set)
        unknown_set(set_text);
    std::optional<std::uint32_t> id = number(name);
    for (const PropertyName &property : properties)
        if (property.set == *set && (id ? property.id == *id : names_property(property.name, name)))
            return property;
    if (!id)
        unknown_property(*set, name);
    return {.set = *set, .set_name = {}, .id = *id, .name = {}};
}

} // namespace ksbox
