// The text of a Windows text file (.reg, .inf), whatever it came in: UTF-16LE, UTF-8 or
// Windows-1252.
#pragma once

#include <expected>
#include <string>
#include <string_view>

namespace ksbox::rtl {

struct TextError {
    unsigned line; ///< 1-based; 0: the file as a whole
    std::string text;
};

/// With or without a byte order mark; without one it is whichever it can be.
std::expected<std::u16string, TextError> decode_text(std::string_view bytes);

/// Windows-1252.
std::u16string from_ansi(std::string_view bytes);

} // namespace ksbox::rtl
