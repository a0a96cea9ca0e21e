// A GUID for code that does not see the Windows headers: 16 bytes, laid out as Windows's own.
// abi/guid_names.h knows what people call the well-known ones.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ksbox {

struct Guid {
    std::uint32_t data1 = 0;
    std::uint16_t data2 = 0;
    std::uint16_t data3 = 0;
    std::array<std::uint8_t, 8> data4{};

    constexpr auto operator<=>(const Guid &) const = default;

    /// From "{65E8773D-8F56-11D0-A3B9-00A0C9223196}", braces optional, either case; nothing when
    /// the text is anything else.
    [[nodiscard]] static constexpr std::optional<Guid> parse(std::string_view text);
    /// "{65E8773D-8F56-11D0-A3B9-00A0C9223196}".
    [[nodiscard]] std::string to_string() const;
};
static_assert(sizeof(Guid) == 16);

namespace detail {
constexpr int hex_digit(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}
} // namespace detail

constexpr std::optional<Guid> Guid::parse(std::string_view text) {
    if (text.size() == 38 && text.front() == '{' && text.back() == '}')
        text = text.substr(1, 36);
    if (text.size() != 36)
        return std::nullopt;
    std::array<std::uint8_t, 16> bytes{};
    std::size_t nibbles = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash != (text[i] == '-'))
            return std::nullopt;
        if (dash)
            continue;
        const int digit = detail::hex_digit(text[i]);
        if (digit < 0)
            return std::nullopt;
        auto &byte = bytes[nibbles++ / 2];
        byte = static_cast<std::uint8_t>(byte << 4 | digit);
    }
    Guid guid;
    guid.data1 = std::uint32_t{bytes[0]} << 24 | bytes[1] << 16 | bytes[2] << 8 | bytes[3];
    guid.data2 = static_cast<std::uint16_t>(bytes[4] << 8 | bytes[5]);
    guid.data3 = static_cast<std::uint16_t>(bytes[6] << 8 | bytes[7]);
    for (std::size_t i = 0; i < 8; ++i)
        guid.data4[i] = bytes[8 + i];
    return guid;
}

} // namespace ksbox
