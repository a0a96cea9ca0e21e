#include "nt/rtl/code_page.h"

#include "base/unicode.h"

#include <algorithm>
#include <array>
#include <iterator>

namespace ksbox::rtl {
namespace {

constexpr char16_t high_controls[32] = {
    0x20AC, 0x0081, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x008D, 0x017D, 0x008F, 0x0090, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x009D, 0x017E, 0x0178};

using CaseTable = std::array<char16_t, 0x10000>;

CaseTable make_lower_case() {
    CaseTable table;
    for (std::size_t i = 0; i < table.size(); ++i)
        table[i] = static_cast<char16_t>(i);
    for (std::size_t i = 0; i < table.size(); ++i) {
        const char16_t upper = upcase(static_cast<char16_t>(i));
        if (upper != i && table[upper] == upper)
            table[upper] = static_cast<char16_t>(i);
    }
    return table;
}

} // namespace

char16_t from_ansi(unsigned char byte) {
    return byte >= 0x80 && byte < 0xA0 ? high_controls[byte - 0x80] : byte;
}

unsigned char to_ansi(char16_t unit) {
    if (unit < 0x80 || (unit >= 0xA0 && unit < 0x100))
        return static_cast<unsigned char>(unit);
    const auto found = std::ranges::find(high_controls, unit);
    if (found == std::end(high_controls))
        return '?';
    return static_cast<unsigned char>(0x80 + (found - std::begin(high_controls)));
}

char16_t downcase(char16_t unit) {
    if (unit < 0x80) // nearly always, and not worth the table
        return unit >= u'A' && unit <= u'Z' ? static_cast<char16_t>(unit + 32) : unit;
    static const CaseTable table = make_lower_case();
    return table[unit];
}

} // namespace ksbox::rtl
