// AddReg lines.
#include "inf/registry_value.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>
#include <string_view>

#include "base/unicode.h"

namespace ksbox::inf {
namespace {

enum : std::uint32_t {
    flag_binary = 0x1, // FLG_ADDREG_*
    flag_no_clobber = 0x2,
    flag_delete_value = 0x4,
    flag_append = 0x8,
    flag_key_only = 0x10,
    flag_overwrite_only = 0x20,
    flag_key_only_common = 0x2000,
    type_mask = 0xffff0001,
    type_multi_sz = 0x00010000,
    type_expand_sz = 0x00020000,
    type_dword = 0x00010001,
    type_none = 0x00020001,
    type_qword = 0x000b0001,
};

std::unexpected<InfError> wrong(const InfLine &line, std::string text) {
    return std::unexpected(InfError{line.line, 0, std::move(text)});
}

void append_text(std::vector<std::byte> &data, std::string_view text) {
    const std::u16string wide = to_utf16(text);
    const auto bytes = std::as_bytes(std::span(wide.c_str(), wide.size() + 1));
    data.insert(data.end(), bytes.begin(), bytes.end());
}

template <typename T> void append_number(std::vector<std::byte> &data, T value) {
    const auto bytes = std::as_bytes(std::span(&value, 1));
    data.insert(data.end(), bytes.begin(), bytes.end());
}

/// Bytes in hexadecimal, one a value.
std::expected<std::vector<std::byte>, InfError> bytes_of(const InfLine &line) {
    std::vector<std::byte> data;
    for (std::size_t i = 4; i < line.values.size(); ++i) {
        const std::string &text = line.values[i];
        unsigned value = 0;
        const char *end = text.data() + text.size();
        const char *begin =
            text.data() + (text.starts_with("0x") || text.starts_with("0X") ? 2 : 0);
        if (std::from_chars(begin, end, value, 16).ptr != end || begin == end || value > 0xff)
            return wrong(line, "\"" + text + "\" is no byte in hexadecimal");
        data.push_back(static_cast<std::byte>(value));
    }
    return data;
}

/// REG_DWORD and REG_QWORD: one number, or its bytes, the lowest first.
template <typename T>
std::expected<std::vector<std::byte>, InfError> number_or_bytes(const InfLine &line) {
    if (line.values.size() == 4 + sizeof(T))
        return bytes_of(line);
    std::uint64_t value = 0;
    if (line.values.size() > 4) {
        auto given = number(line, 4);
        if (!given)
            return std::unexpected(given.error());
        value = *given;
    }
    if (value > T(~T(0)))
        return wrong(line, "\"" + line.value(4) + "\" is too large for its type");
    std::vector<std::byte> data;
    append_number(data, static_cast<T>(value));
    return data;
}

} // namespace

std::expected<std::uint64_t, InfError> number(const InfLine &line, std::size_t index) {
    const std::string given = line.value(index);
    std::string_view text = given;
    const bool negative = text.starts_with('-');
    if (negative)
        text.remove_prefix(1);
    const bool hexadecimal = text.starts_with("0x") || text.starts_with("0X");
    if (hexadecimal)
        text.remove_prefix(2);
    std::uint64_t value = 0;
    const char *end = text.data() + text.size();
    if (text.empty() || std::from_chars(text.data(), end, value, hexadecimal ? 16 : 10).ptr != end)
        return wrong(line, "\"" + given + "\" is no number");
    // "-1" is a DWORD with all bits set.
    return negative ? std::uint64_t(std::uint32_t(0 - value)) : value;
}

std::expected<RegistryValue, InfError> registry_value(const InfLine &line) {
    RegistryValue made;
    made.line = line.line;
    made.root = line.value(0);
    std::ranges::transform(made.root, made.root.begin(),
                           [](char c) { return c >= 'a' && c <= 'z' ? char(c - 'a' + 'A') : c; });
    constexpr std::array roots = {"HKR", "HKLM", "HKCR", "HKCU", "HKU"};
    if (!line.key.empty() || std::ranges::find(roots, made.root) == roots.end())
        return wrong(line, "\"" + (line.key.empty() ? line.value(0) : line.key) +
                               "\" is no registry root: HKR, HKLM, HKCR, HKCU, HKU");
    made.subkey = line.value(1);
    made.name = line.value(2);
    std::uint32_t flags = 0;
    if (!line.value(3).empty()) {
        const auto given = number(line, 3);
        if (!given)
            return std::unexpected(given.error());
        flags = static_cast<std::uint32_t>(*given);
    }
    made.keep = flags & flag_no_clobber;
    made.only_if_there = flags & flag_overwrite_only;
    made.remove = flags & flag_delete_value;
    made.append = flags & flag_append;
    made.key_only = (flags & (flag_key_only | flag_key_only_common)) || line.values.size() < 3;
    std::expected<std::vector<std::byte>, InfError> data;
    switch (flags & type_mask) {
    case 0:
    case type_expand_sz:
        made.type = (flags & type_mask) ? 2 : 1;
        append_text(made.data, line.value(4));
        return made;
    case type_multi_sz:
        made.type = 7;
        for (std::size_t i = 4; i < line.values.size(); ++i)
            append_text(made.data, line.values[i]);
        append_number(made.data, char16_t(0));
        return made;
    case type_dword:
        made.type = 4;
        data = number_or_bytes<std::uint32_t>(line);
        break;
    case type_qword:
        made.type = 11;
        data = number_or_bytes<std::uint64_t>(line);
        break;
    case type_none:
        made.type = 0;
        data = bytes_of(line);
        break;
    default: // raw bytes of REG_BINARY, or of the type in the high word
        if (!(flags & flag_binary))
            return wrong(line, "the flags " + line.value(3) + " name no type");
        made.type = flags >> 16 ? flags >> 16 : 3;
        data = bytes_of(line);
        break;
    }
    if (!data)
        return std::unexpected(data.error());
    made.data = std::move(*data);
    return made;
}

} // namespace ksbox::inf
