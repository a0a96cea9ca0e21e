#include "build/text.h"

#include <algorithm>

#include "base/unicode.h"

namespace ksbox::build {

namespace {

char lower(char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

bool is_space(char letter) {
    return letter == ' ' || letter == '\t' || letter == '\r' || letter == '\n';
}

int hexadecimal(char letter) {
    letter = lower(letter);
    if (letter >= '0' && letter <= '9')
        return letter - '0';
    return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

bool starts(std::string_view bytes, std::string_view mark) {
    return bytes.substr(0, mark.size()) == mark;
}

constexpr std::string_view mark_utf8 = "\xEF\xBB\xBF", mark_little = "\xFF\xFE",
                           mark_big = "\xFE\xFF";

} // namespace

bool same_text(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, {}, lower, lower);
}

std::string lower_case(std::string_view text) {
    std::string result(text);
    std::ranges::transform(result, result.begin(), lower);
    return result;
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && is_space(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && is_space(text.back()))
        text.remove_suffix(1);
    return text;
}

std::vector<std::string> split(std::string_view text, char separator) {
    std::vector<std::string> parts;
    while (true) {
        const std::size_t end = text.find(separator);
        if (const std::string_view part = trimmed(text.substr(0, end)); !part.empty())
            parts.emplace_back(part);
        if (end == std::string_view::npos)
            return parts;
        text.remove_prefix(end + 1);
    }
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
    if (from.empty())
        return text;
    std::string result;
    std::size_t at = 0;
    for (std::size_t found; (found = text.find(from, at)) != std::string::npos;
         at = found + from.size())
        result.append(text, at, found - at).append(to);
    return result.append(text, at);
}

std::string unescaped(std::string_view text) {
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && i + 2 < text.size() && hexadecimal(text[i + 1]) >= 0 &&
            hexadecimal(text[i + 2]) >= 0) {
            result += static_cast<char>(hexadecimal(text[i + 1]) * 16 + hexadecimal(text[i + 2]));
            i += 2;
        } else {
            result += text[i];
        }
    }
    return result;
}

Encoding encoding_of(std::string_view bytes) {
    if (starts(bytes, mark_little) || starts(bytes, mark_big))
        return Encoding::utf16;
    const bool zeros = bytes.size() >= 4 && bytes[0] && !bytes[1] && bytes[2] && !bytes[3];
    return zeros ? Encoding::utf16 : Encoding::utf8;
}

std::string decoded(std::string_view bytes) {
    if (encoding_of(bytes) == Encoding::utf8) {
        if (starts(bytes, mark_utf8))
            bytes.remove_prefix(mark_utf8.size());
        return std::string(bytes);
    }
    const bool big = starts(bytes, mark_big);
    if (big || starts(bytes, mark_little))
        bytes.remove_prefix(2);
    std::u16string units(bytes.size() / 2, u'\0');
    for (std::size_t i = 0; i < units.size(); ++i) {
        const auto first = static_cast<unsigned char>(bytes[2 * i]);
        const auto second = static_cast<unsigned char>(bytes[2 * i + 1]);
        units[i] = static_cast<char16_t>(big ? first << 8 | second : second << 8 | first);
    }
    return to_utf8(units);
}

std::string encoded(std::string_view utf8, Encoding encoding) {
    if (encoding == Encoding::utf8)
        return std::string(utf8);
    std::string bytes(mark_little);
    for (const char16_t unit : to_utf16(utf8)) {
        bytes += static_cast<char>(unit & 0xFF);
        bytes += static_cast<char>(unit >> 8);
    }
    return bytes;
}

} // namespace ksbox::build
