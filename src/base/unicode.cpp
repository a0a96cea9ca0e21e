#include "base/unicode.h"

#include <algorithm>
#include <cstddef>

namespace ksbox {
namespace {

constexpr char32_t replacement = 0xFFFD;

/// Decodes one code point at `at` and moves past it.
char32_t next_of_utf8(std::string_view text, std::size_t &at) {
    const auto lead = static_cast<unsigned char>(text[at++]);
    if (lead < 0x80)
        return lead;
    const int more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : 1;
    if (lead < 0xC2 || lead > 0xF4 || text.size() - at < static_cast<std::size_t>(more))
        return replacement;
    char32_t point = lead & (0x3F >> more);
    for (int i = 0; i < more; ++i) {
        const auto unit = static_cast<unsigned char>(text[at + i]);
        if ((unit & 0xC0) != 0x80)
            return replacement;
        point = point << 6 | (unit & 0x3F);
    }
    constexpr char32_t smallest[] = {0, 0x80, 0x800, 0x10000};
    if (point < smallest[more] || point > 0x10FFFF || (point >= 0xD800 && point < 0xE000))
        return replacement;
    at += more;
    return point;
}

void append_utf8(std::string &out, char32_t point) {
    if (point < 0x80) {
        out += static_cast<char>(point);
        return;
    }
    const int more = point < 0x800 ? 1 : point < 0x10000 ? 2 : 3;
    constexpr unsigned char leads[] = {0, 0xC0, 0xE0, 0xF0};
    out += static_cast<char>(leads[more] | point >> (6 * more));
    for (int i = more - 1; i >= 0; --i)
        out += static_cast<char>(0x80 | (point >> (6 * i) & 0x3F));
}

bool is_high(char16_t unit) {
    return (unit & 0xFC00) == 0xD800;
}
bool is_low(char16_t unit) {
    return (unit & 0xFC00) == 0xDC00;
}

} // namespace

std::u16string to_utf16(std::string_view utf8) {
    std::u16string out;
    out.reserve(utf8.size());
    for (std::size_t at = 0; at < utf8.size();) {
        const char32_t point = next_of_utf8(utf8, at);
        if (point >= 0x10000) {
            out += static_cast<char16_t>(0xD7C0 + (point >> 10));
            out += static_cast<char16_t>(0xDC00 | (point & 0x3FF));
        } else {
            out += static_cast<char16_t>(point);
        }
    }
    return out;
}

std::string to_utf8(std::u16string_view utf16) {
    std::string out;
    out.reserve(utf16.size());
    for (std::size_t at = 0; at < utf16.size(); ++at) {
        const char16_t unit = utf16[at];
        if (is_high(unit) && at + 1 < utf16.size() && is_low(utf16[at + 1]))
            append_utf8(out, 0x10000 + ((unit & 0x3FFu) << 10) + (utf16[++at] & 0x3FFu));
        else
            append_utf8(out, is_high(unit) || is_low(unit) ? replacement : unit);
    }
    return out;
}

char16_t upcase(char16_t c) {
    const auto minus = [c](int distance) { return static_cast<char16_t>(c - distance); };
    if (c < 0x80)
        return c >= u'a' && c <= u'z' ? minus(32) : c;
    if (c < 0x100)
        return c >= 0xE0 && c != 0xF7 && c != 0xFF ? minus(32) : c == 0xFF ? u'\u0178' : c;
    if (c < 0x180) { // Latin Extended-A: pairs, the lower case odd, or even in two stretches
        if ((c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17E))
            return c % 2 == 0 ? minus(1) : c;
        if (c == 0x131 || c == 0x138 || c == 0x149 || c == 0x17F)
            return c;
        return c % 2 == 1 ? minus(1) : c;
    }
    if (c >= 0x3B1 && c <= 0x3CB && c != 0x3C2)
        return minus(32);
    if (c == 0x3AC)
        return u'\u0386';
    if (c >= 0x3AD && c <= 0x3AF)
        return minus(37);
    if (c >= 0x430 && c <= 0x44F)
        return minus(32);
    if (c >= 0x450 && c <= 0x45F)
        return minus(80);
    if ((c >= 0x460 && c <= 0x481) || (c >= 0x48A && c <= 0x4BF) || (c >= 0x4D0 && c <= 0x4FF))
        return c % 2 == 1 ? minus(1) : c;
    if (c >= 0x561 && c <= 0x586)
        return minus(48);
    if (c >= 0x1E00 && c <= 0x1EFF && !(c >= 0x1E96 && c <= 0x1E9F))
        return c % 2 == 1 ? minus(1) : c;
    if (c >= 0xFF41 && c <= 0xFF5A)
        return minus(32);
    return c;
}

bool equal_ignoring_case(std::u16string_view a, std::u16string_view b) {
    return std::ranges::equal(a, b, {}, upcase, upcase);
}

bool starts_ignoring_case(std::u16string_view text, std::u16string_view prefix) {
    return equal_ignoring_case(text.substr(0, prefix.size()), prefix);
}

bool LessIgnoringCase::operator()(std::u16string_view a, std::u16string_view b) const {
    return std::ranges::lexicographical_compare(a, b, {}, upcase, upcase);
}

} // namespace ksbox
