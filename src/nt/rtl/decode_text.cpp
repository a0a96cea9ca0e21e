#include "nt/rtl/decode_text.h"

#include <algorithm>
#include <cstring>

#include "base/unicode.h"
#include "nt/rtl/code_page.h"

namespace ksbox::rtl {
namespace {

/// Line of the first byte that is no UTF-8, counted in the decoded text; 0: all of it is.
unsigned malformed_line(std::string_view bytes, const std::u16string &decoded) {
    const std::string again = to_utf8(decoded);
    const auto [here, there] = std::ranges::mismatch(bytes, again);
    if (here == bytes.end() && there == again.end())
        return 0;
    return 1 + static_cast<unsigned>(std::count(bytes.begin(), here, '\n'));
}

} // namespace

std::u16string from_ansi(std::string_view bytes) {
    std::u16string out;
    for (const char byte : bytes)
        out += from_ansi(static_cast<unsigned char>(byte));
    return out;
}

std::expected<std::u16string, TextError> decode_text(std::string_view bytes) {
    if (bytes.starts_with("\xFE\xFF"))
        return std::unexpected(
            TextError{0, "is UTF-16 with its bytes swapped; Windows' files are little-endian"});
    const bool has_mark = bytes.starts_with("\xFF\xFE");
    if (has_mark || (bytes.size() > 1 && bytes[0] && !bytes[1])) {
        bytes.remove_prefix(has_mark ? 2 : 0);
        if (bytes.size() % 2)
            return std::unexpected(TextError{0, "ends in half a UTF-16 character"});
        std::u16string out(bytes.size() / 2, u'\0');
        std::memcpy(out.data(), bytes.data(), bytes.size());
        return out;
    }
    const bool is_marked_utf8 = bytes.starts_with("\xEF\xBB\xBF");
    if (is_marked_utf8)
        bytes.remove_prefix(3);
    std::u16string text = to_utf16(bytes);
    if (const unsigned line = malformed_line(bytes, text)) {
        if (is_marked_utf8)
            return std::unexpected(TextError{line, "is not UTF-8, as the file's mark says"});
        return from_ansi(bytes);
    }
    return text;
}

} // namespace ksbox::rtl
