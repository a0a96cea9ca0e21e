// Views of UNICODE_STRING and ANSI_STRING, and the three ways of writing into one.
#pragma once

#include <cstring>
#include <string_view>

#include "abi/windows.h"

namespace ksbox::rtl {

inline std::u16string_view view(const UNICODE_STRING &string) {
    return {string.Buffer, string.Length / sizeof(WCHAR)};
}
inline std::string_view view(const STRING &string) {
    return {string.Buffer, string.Length};
}

/// Puts a null character behind the text when the buffer has room for one, as every Rtl function
/// that writes a UNICODE_STRING does.
inline void terminate_if_room(UNICODE_STRING &string) {
    if (string.Length + sizeof(WCHAR) <= string.MaximumLength)
        string.Buffer[string.Length / sizeof(WCHAR)] = 0;
}

/// False, and nothing changed, when the text does not fit.
inline bool append(UNICODE_STRING &string, std::u16string_view text) {
    if (text.size() * sizeof(WCHAR) + string.Length > string.MaximumLength)
        return false;
    std::memmove(reinterpret_cast<char *>(string.Buffer) + string.Length, text.data(),
                 text.size() * sizeof(WCHAR));
    string.Length = static_cast<USHORT>(string.Length + text.size() * sizeof(WCHAR));
    terminate_if_room(string);
    return true;
}

inline bool assign(UNICODE_STRING &string, std::u16string_view text) {
    if (text.size() * sizeof(WCHAR) > string.MaximumLength)
        return false;
    string.Length = 0;
    return append(string, text);
}

} // namespace ksbox::rtl
