#include "cli/property_value.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <optional>

#include <fmt/format.h>

#include "cli/failures.h"
#include "cli/inspect.h"
#include "ksbox/format.h"
#include "ksbox/guid_names.h"

namespace ksbox::cli {

namespace {

constexpr std::string_view state_names[] = {"stop", "acquire", "pause", "run"};
constexpr std::int32_t silence = std::numeric_limits<std::int32_t>::min();
constexpr double decibel_unit = 65536.0;
constexpr std::size_t property_bytes = 24;      // KSPROPERTY
constexpr std::size_t node_property_bytes = 32; // KSP_NODE
constexpr std::size_t camera_value_bytes = 16;  // value, flags, capabilities; padded

template <typename T>
std::optional<T> at(std::span<const std::byte> bytes, std::size_t offset = 0) {
    if (bytes.size() < offset + sizeof(T))
        return std::nullopt;
    T value;
    std::memcpy(&value, bytes.data() + offset, sizeof value);
    return value;
}

template <typename T> std::vector<std::byte> bytes_of(const T &value) {
    auto bytes = std::as_bytes(std::span(&value, 1));
    return {bytes.begin(), bytes.end()};
}

std::string hexadecimal(std::span<const std::byte> bytes) {
    std::string text = fmt::format("{} bytes", bytes.size());
    for (std::size_t i = 0; i < bytes.size(); ++i)
        text += fmt::format("{}{:02x}", i % 16 == 0 ? "\n  " : " ", std::to_integer<int>(bytes[i]));
    return text;
}

std::string text_of(std::span<const std::byte> bytes) {
    std::u16string wide(bytes.size() / 2, u'\0');
    std::memcpy(wide.data(), bytes.data(), wide.size() * 2);
    std::string text;
    for (char16_t c : wide) { // names of pins and nodes; anything else is shown by its number
        if (c == u'\0')
            break;
        text +=
            c < 0x80 ? std::string(1, static_cast<char>(c)) : fmt::format("\\u{:04x}", unsigned(c));
    }
    return text;
}

// KSMULTIPLE_ITEM's entries of one size, each by `describe`.
template <typename Describe>
std::string list_of(std::span<const std::byte> bytes, std::size_t entry, Describe describe) {
    auto count = at<std::uint32_t>(bytes, 4).value_or(0);
    std::string text;
    for (std::uint32_t i = 0; i < count && 8 + (i + 1) * entry <= bytes.size(); ++i)
        text += (i == 0 ? "" : "\n") + describe(bytes.subspan(8 + i * entry, entry));
    return text.empty() ? "none" : text;
}

std::string end_of(std::uint32_t node, std::uint32_t pin) {
    return node == UINT32_MAX ? fmt::format("pin {}", pin)
                              : fmt::format("node {} pin {}", node, pin);
}

std::optional<std::string> describe_number(ValueKind kind, std::span<const std::byte> bytes) {
    auto number = at<std::uint32_t>(bytes);
    if (!number)
        return std::nullopt;
    switch (kind) {
    case ValueKind::u32:
        return std::to_string(*number);
    case ValueKind::i32:
        return std::to_string(std::int32_t(*number));
    case ValueKind::boolean:
        return *number != 0 ? "on" : "off";
    case ValueKind::decibels:
        return std::int32_t(*number) == silence
                   ? "silence"
                   : fmt::format("{:g} dB", double(std::int32_t(*number)) / decibel_unit);
    case ValueKind::data_flow:
        return to_string(DataFlow(*number));
    case ValueKind::communication:
        return to_string(Communication(*number));
    case ValueKind::state:
        if (*number < std::size(state_names))
            return std::string(state_names[*number]);
        break;
    default:
        break;
    }
    return std::nullopt;
}

std::string count_text(std::uint32_t count) {
    return count == UINT32_MAX ? "any number" : std::to_string(count);
}

std::optional<std::string> describe_structure(ValueKind kind, std::span<const std::byte> bytes) {
    switch (kind) {
    case ValueKind::i64:
        if (auto number = at<std::int64_t>(bytes))
            return std::to_string(*number);
        break;
    case ValueKind::text:
        return text_of(bytes);
    case ValueKind::guid:
        if (auto guid = at<Guid>(bytes))
            return guid_name(*guid);
        break;
    case ValueKind::guids:
        return list_of(bytes, sizeof(Guid), [](auto entry) { return guid_name(*at<Guid>(entry)); });
    case ValueKind::identifiers:
        return list_of(bytes, 24, [](auto entry) {
            Identifier one{*at<Guid>(entry), *at<std::uint32_t>(entry, 16), 0};
            std::string name = interface_name(one);
            return guid_name(one.set).starts_with("KSMEDIUM") ? medium_name(one) : name;
        });
    case ValueKind::connections:
        return list_of(bytes, 16, [](auto entry) {
            return end_of(*at<std::uint32_t>(entry), *at<std::uint32_t>(entry, 4)) + " -> " +
                   end_of(*at<std::uint32_t>(entry, 8), *at<std::uint32_t>(entry, 12));
        });
    case ValueKind::ranges: {
        std::string text;
        for (const DataRange &range : parse_data_ranges(bytes))
            text += (text.empty() ? "" : "\n") + range.to_string();
        return text.empty() ? std::string("none") : text;
    }
    case ValueKind::format:
        return DataFormat({bytes.begin(), bytes.end()}).to_string();
    case ValueKind::instances:
        if (bytes.size() >= 8)
            return fmt::format("{} open, {} possible", *at<std::uint32_t>(bytes, 4),
                               count_text(*at<std::uint32_t>(bytes)));
        break;
    case ValueKind::position:
        if (bytes.size() >= 16)
            return fmt::format("play {} bytes, write {} bytes", *at<std::uint64_t>(bytes),
                               *at<std::uint64_t>(bytes, 8));
        break;
    case ValueKind::dropped_frames:
        if (bytes.size() >= property_bytes + 20)
            return fmt::format("picture {}, {} dropped, {} bytes on average",
                               *at<std::int64_t>(bytes, property_bytes),
                               *at<std::int64_t>(bytes, property_bytes + 8),
                               *at<std::uint32_t>(bytes, property_bytes + 16));
        break;
    case ValueKind::camera_value: {
        const bool of_node = bytes.size() >= node_property_bytes + camera_value_bytes;
        const std::size_t begin = of_node ? node_property_bytes : property_bytes;
        if (bytes.size() >= begin + 8)
            return fmt::format("{}{}", *at<std::int32_t>(bytes, begin),
                               (*at<std::uint32_t>(bytes, begin + 4) & 1) != 0 ? " (automatic)"
                                                                               : "");
        break;
    }
    default:
        break;
    }
    return std::nullopt;
}

[[noreturn]] void refuse(const std::string &text, const char *takes) {
    throw BadInput(fmt::format("'{}' is no value for this property: it takes {}", text, takes));
}

std::vector<std::byte> parse_hexadecimal(const std::string &text) {
    std::vector<std::byte> bytes;
    std::string digits;
    for (char c : text)
        if (c != ' ' && c != ',')
            digits += c;
    for (std::size_t i = 0; i < digits.size(); i += 2) {
        unsigned value = 0;
        const char *first = digits.data() + i;
        auto [end, error] =
            std::from_chars(first, first + std::min<std::size_t>(2, digits.size() - i), value, 16);
        if (error != std::errc() || end != first + 2)
            refuse("hex:" + text, "pairs of hexadecimal digits behind hex:");
        bytes.push_back(std::byte(value));
    }
    return bytes;
}

template <typename T> std::vector<std::byte> parse_integer(const std::string &text) {
    T value{};
    bool hex = text.starts_with("0x");
    const char *end = text.data() + text.size();
    auto [rest, error] = std::from_chars(text.data() + (hex ? 2 : 0), end, value, hex ? 16 : 10);
    if (error != std::errc() || rest != end)
        refuse(text, "a whole number");
    return bytes_of(value);
}

std::vector<std::byte> parse_decibels(const std::string &text) {
    if (text == "silence" || text == "-inf")
        return bytes_of(silence);
    double value = 0;
    const char *end = text.data() + text.size();
    auto [rest, error] = std::from_chars(text.data(), end, value);
    std::string_view unit(rest, end);
    if (error != std::errc() || (unit != "" && unit != "dB" && unit != " dB") ||
        std::abs(value) > 32767)
        refuse(text, "decibels, as in '-6 dB', or silence");
    return bytes_of(static_cast<std::int32_t>(std::lround(value * decibel_unit)));
}

std::vector<std::byte> parse_boolean(const std::string &text) {
    for (const char *yes : {"on", "true", "yes", "1"})
        if (text == yes)
            return bytes_of(std::uint32_t(1));
    for (const char *no : {"off", "false", "no", "0"})
        if (text == no)
            return bytes_of(std::uint32_t(0));
    refuse(text, "on or off");
}

std::vector<std::byte> parse_state(const std::string &text) {
    for (std::uint32_t state = 0; state < std::size(state_names); ++state)
        if (state_names[state] == text)
            return bytes_of(state);
    refuse(text, "stop, acquire, pause or run");
}

} // namespace

std::string describe_value(ValueKind kind, std::span<const std::byte> bytes) {
    if (auto text = describe_number(kind, bytes))
        return *text;
    return describe_structure(kind, bytes).value_or(hexadecimal(bytes));
}

std::vector<std::byte> parse_value(ValueKind kind, const std::string &text) {
    if (text.starts_with("hex:"))
        return parse_hexadecimal(text.substr(4));
    switch (kind) {
    case ValueKind::u32:
        return parse_integer<std::uint32_t>(text);
    case ValueKind::i32:
        return parse_integer<std::int32_t>(text);
    case ValueKind::i64:
        return parse_integer<std::int64_t>(text);
    case ValueKind::camera_value: { // value, then flags: 2 is MANUAL
        std::vector<std::byte> bytes = parse_integer<std::int32_t>(text);
        for (std::uint32_t word : {2u, 0u}) {
            std::vector<std::byte> more = bytes_of(word);
            bytes.insert(bytes.end(), more.begin(), more.end());
        }
        return bytes;
    }
    case ValueKind::boolean:
        return parse_boolean(text);
    case ValueKind::decibels:
        return parse_decibels(text);
    case ValueKind::state:
        return parse_state(text);
    case ValueKind::guid:
        if (auto guid = guid_by_name(text))
            return bytes_of(*guid);
        refuse(text, "a GUID, by name or as {…}");
    default:
        refuse(text, "bytes, as in 'hex:01 02 03'");
    }
}

namespace {

void check_name(ValueKind kind, std::uint32_t first, std::uint32_t last, const std::string &text) {
    std::string names;
    for (std::uint32_t number = first; number <= last; ++number) {
        const std::string name = describe_value(kind, bytes_of(number));
        if (name == text)
            return;
        names += (number == first ? "" : ", ") + name;
    }
    refuse(text, names.c_str());
}

} // namespace

void check_value(ValueKind kind, const std::string &text) {
    constexpr std::string_view automatic = " (automatic)";
    if (text.starts_with("hex:")) {
        (void)parse_value(kind, text);
        return;
    }
    switch (kind) {
    case ValueKind::data_flow:
        check_name(kind, 1, 2, text);
        break;
    case ValueKind::communication:
        check_name(kind, 0, 4, text);
        break;
    case ValueKind::camera_value:
        (void)parse_value(kind, text.ends_with(automatic)
                                    ? text.substr(0, text.size() - automatic.size())
                                    : text);
        break;
    case ValueKind::u32:
    case ValueKind::i32:
    case ValueKind::i64:
    case ValueKind::boolean:
    case ValueKind::decibels:
    case ValueKind::state:
    case ValueKind::guid:
        (void)parse_value(kind, text);
        break;
    default:
        break;
    }
}

} // namespace ksbox::cli
