// Text at the border: the ABI speaks UTF-16 and compares names ignoring case, host files and
// terminals speak UTF-8. Pure functions, callable anywhere.
#pragma once

#include <string>
#include <string_view>

namespace ksbox {

/// Malformed input becomes U+FFFD, unit by unit, so a conversion never fails.
std::u16string to_utf16(std::string_view utf8);
std::string to_utf8(std::u16string_view utf16);

/// The upper case of one UTF-16 unit, as RtlUpcaseUnicodeChar gives it for the alphabets with a
/// simple mapping (Latin, Greek, Cyrillic, Armenian, full width); any other unit is its own.
char16_t upcase(char16_t unit);

/// Names as Windows compares them: unit by unit after upcase().
bool equal_ignoring_case(std::u16string_view a, std::u16string_view b);
bool starts_ignoring_case(std::u16string_view text, std::u16string_view prefix);

/// Orders by upcase(); for maps keyed by name.
struct LessIgnoringCase {
    using is_transparent = void;
    bool operator()(std::u16string_view a, std::u16string_view b) const;
};

} // namespace ksbox
