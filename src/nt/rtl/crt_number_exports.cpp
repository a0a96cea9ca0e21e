// Numbers as text in the C library: atoi, _itow, _ui64toa_s, wcstoul … Any IRQL.
#include <array>
#include <limits>
#include <type_traits>

#include "nt/rtl/errno.h"
#include "nt/rtl/exports.h"
#include "nt/rtl/text.h"

namespace ksbox::rtl {
namespace {

using text::Character;

template <Character C> bool is_blank(C c) {
    return c == ' ' || (c >= 9 && c <= 13);
}

template <Character C> unsigned digit(C c) {
    if (c >= '0' && c <= '9')
        return static_cast<unsigned>(c - '0');
    const C lower = static_cast<C>(c | 32);
    return lower >= 'a' && lower <= 'z' ? static_cast<unsigned>(lower - 'a' + 10) : 99;
}

template <Character C> struct Parsed {
    ULONGLONG magnitude = 0;
    bool negative = false;
    bool overflow = false;
    const C *end;
};

/// As strtoul: blanks, a sign, a prefix when the base is 0 or 16, then digits. `end` is the start
/// when there is no digit.
template <Character C> Parsed<C> parse(const C *start, unsigned base, ULONGLONG largest) {
    Parsed<C> result{.end = start};
    const C *c = start;
    while (is_blank(*c))
        ++c;
    if (*c == '-' || *c == '+')
        result.negative = *c++ == '-';
    const bool hexadecimal = *c == '0' && (c[1] | 32) == 'x' && digit(c[2]) < 16;
    if (base == 0)
        base = hexadecimal ? 16 : *c == '0' ? 8 : 10;
    if (base == 16 && hexadecimal)
        c += 2;
    for (; digit(*c) < base; ++c) {
        if (result.magnitude > (largest - digit(*c)) / base)
            result.overflow = true;
        result.magnitude = result.magnitude * base + digit(*c);
        result.end = c + 1;
    }
    return result;
}

/// atoi and relatives wrap on overflow like the 32-bit arithmetic they are documented by.
template <Character C> LONG NTAPI to_long(const C *text) {
    const auto parsed = parse(text, 10, ~0ull);
    const auto value = static_cast<ULONG>(parsed.magnitude);
    return static_cast<LONG>(parsed.negative ? 0 - value : value);
}

template <Character C> LONGLONG NTAPI to_long64(const C *text) {
    const auto parsed = parse(text, 10, ~0ull);
    return static_cast<LONGLONG>(parsed.negative ? 0 - parsed.magnitude : parsed.magnitude);
}

template <Character C, typename Unsigned>
Unsigned NTAPI to_unsigned(const C *text, C **end, int base) {
    const auto parsed =
        parse(text, static_cast<unsigned>(base), std::numeric_limits<Unsigned>::max());
    if (end)
        *end = const_cast<C *>(parsed.end);
    if (parsed.overflow)
        return std::numeric_limits<Unsigned>::max();
    const auto value = static_cast<Unsigned>(parsed.magnitude);
    return parsed.negative ? 0 - value : value;
}

template <Character C, typename Signed = LONG>
Signed NTAPI to_signed(const C *text, C **end, int base) {
    const auto parsed = parse(text, static_cast<unsigned>(base), ~0ull);
    if (end)
        *end = const_cast<C *>(parsed.end);
    constexpr auto largest = std::numeric_limits<Signed>::max();
    if (parsed.overflow || parsed.magnitude > static_cast<ULONGLONG>(largest) + parsed.negative)
        return parsed.negative ? std::numeric_limits<Signed>::min() : largest;
    return static_cast<Signed>(parsed.negative ? 0 - parsed.magnitude : parsed.magnitude);
}

/// Lower-case digits. A minus sign in base 10 only, as _itoa does.
template <Character C, typename Number>
int NTAPI write_s(Number value, C *to, SIZE_T room, int radix) {
    if (!to || !room)
        return error_invalid;
    *to = 0;
    if (radix < 2 || radix > 36)
        return error_invalid;
    using Unsigned = std::make_unsigned_t<Number>;
    const bool negative = std::is_signed_v<Number> && radix == 10 && value < 0;
    auto rest = static_cast<Unsigned>(value);
    if (negative)
        rest = 0 - rest;
    C digits[65];
    SIZE_T count = 0;
    do
        digits[count++] = static_cast<C>(
            "0123456789abcdefghijklmnopqrstuvwxyz"[rest % static_cast<Unsigned>(radix)]);
    while (rest /= static_cast<Unsigned>(radix));
    if (negative)
        digits[count++] = '-';
    if (count >= room)
        return error_range;
    for (SIZE_T i = 0; i < count; ++i)
        to[i] = digits[count - 1 - i];
    to[count] = 0;
    return 0;
}

template <Character C, typename Number> C *NTAPI write(Number value, C *to, int radix) {
    write_s(value, to, 66, radix);
    return to;
}

} // namespace

std::span<const Export> crt_number_exports() {
    static const std::array table{
        done<&to_long<char>>("atoi", ""),
        done<&to_long<char>>("atol", ""),
        done<&to_long64<char>>("_atoi64", ""),
        done<&to_long<WCHAR>>("_wtoi", ""),
        done<&to_long<WCHAR>>("_wtol", ""),
        done<&to_long64<WCHAR>>("_wtoi64", ""),
        done<&to_signed<char>>("strtol", ""),
        done<&to_unsigned<char, ULONG>>("strtoul", ""),
        done<&to_unsigned<char, ULONGLONG>>("_strtoui64", ""),
        done<&to_signed<WCHAR>>("wcstol", ""),
        done<&to_unsigned<WCHAR, ULONG>>("wcstoul", ""),
        done<&to_unsigned<WCHAR, ULONGLONG>>("_wcstoui64", ""),
        done<&to_signed<char, LONGLONG>>("_strtoi64", ""),
        done<&to_signed<WCHAR, LONGLONG>>("_wcstoi64", ""),
        done<&write<char, LONG>>("_itoa", ""),
        done<&write<WCHAR, LONG>>("_itow", ""),
        done<&write_s<char, LONG>>("_itoa_s", ""),
        done<&write_s<WCHAR, LONG>>("_itow_s", ""),
        done<&write_s<char, LONG>>("_ltoa_s", ""),
        done<&write_s<WCHAR, LONG>>("_ltow_s", ""),
        done<&write_s<char, ULONG>>("_ultoa_s", ""),
        done<&write_s<WCHAR, ULONG>>("_ultow_s", ""),
        done<&write_s<char, LONGLONG>>("_i64toa_s", ""),
        done<&write_s<WCHAR, LONGLONG>>("_i64tow_s", ""),
        done<&write_s<char, ULONGLONG>>("_ui64toa_s", ""),
        done<&write_s<WCHAR, ULONGLONG>>("_ui64tow_s", ""),
    };
    return table;
}

} // namespace ksbox::rtl
