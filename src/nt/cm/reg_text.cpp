#include "nt/cm/reg_text.h"

#include <algorithm>
#include <cstring>

#include "base/unicode.h"
#include "nt/rtl/code_page.h"

namespace ksbox::cm {
namespace {

bool is_blank(char16_t unit) {
    return unit == u' ' || unit == u'\t';
}

bool is_line_end(char16_t unit) {
    return unit == u'\r' || unit == u'\n';
}

std::u16string from_code_page(std::string_view bytes) {
    std::u16string out;
    for (const char byte : bytes)
        out += rtl::from_ansi(static_cast<unsigned char>(byte));
    return out;
}

/// Line of the first byte that is no UTF-8, counted in the decoded text; 0: all of it is.
unsigned malformed_line(std::string_view bytes, const std::u16string &decoded) {
    const std::string again = to_utf8(decoded);
    const auto [here, there] = std::ranges::mismatch(bytes, again);
    if (here == bytes.end() && there == again.end())
        return 0;
    return 1 + static_cast<unsigned>(std::count(bytes.begin(), here, '\n'));
}

} // namespace

std::expected<std::u16string, RegFileError> decode_reg_text(std::string_view bytes) {
    if (bytes.starts_with("\xFE\xFF"))
        return std::unexpected(
            RegFileError{0, "is UTF-16 with its bytes swapped; registry files are little-endian"});
    const bool has_mark = bytes.starts_with("\xFF\xFE");
    if (has_mark || (bytes.size() > 1 && bytes[0] && !bytes[1])) {
        bytes.remove_prefix(has_mark ? 2 : 0);
        if (bytes.size() % 2)
            return std::unexpected(RegFileError{0, "ends in half a UTF-16 character"});
        std::u16string out(bytes.size() / 2, u'\0');
        std::memcpy(out.data(), bytes.data(), bytes.size());
        return out;
    }
    if (bytes.starts_with("REGEDIT4"))
        return from_code_page(bytes);
    const bool is_marked_utf8 = bytes.starts_with("\xEF\xBB\xBF");
    if (is_marked_utf8)
        bytes.remove_prefix(3);
    std::u16string text = to_utf16(bytes);
    if (const unsigned line = malformed_line(bytes, text)) {
        if (is_marked_utf8)
            return std::unexpected(RegFileError{line, "is not UTF-8, as the file's mark says"});
        return from_code_page(bytes);
    }
    return text;
}

bool RegText::at_line_end() const {
    return at_end() || is_line_end(text_[at_]);
}

void RegText::step_over_line_end() {
    if (at_end())
        return;
    const bool pair = text_[at_] == u'\r' && at_ + 1 < text_.size() && text_[at_ + 1] == u'\n';
    at_ += pair ? 2 : 1;
    ++line_;
}

bool RegText::take(char16_t unit) {
    const bool is_there = !at_end() && text_[at_] == unit;
    at_ += is_there;
    return is_there;
}

bool RegText::take_word(std::u16string_view word) {
    if (!starts_ignoring_case(std::u16string_view(text_).substr(at_), word))
        return false;
    at_ += word.size();
    return true;
}

void RegText::skip_blanks() {
    while (!at_end() && is_blank(text_[at_]))
        ++at_;
}

void RegText::skip_gap() {
    for (skip_blanks(); !at_end() && text_[at_] == u'\\'; skip_blanks()) {
        const std::size_t backslash = at_++;
        skip_blanks();
        if (!at_line_end()) {
            at_ = backslash;
            return;
        }
        do { // comments may stand between the lines of a list
            while (!at_line_end())
                ++at_;
            step_over_line_end();
            skip_blanks();
        } while (!at_end() && text_[at_] == u';');
    }
}

bool RegText::next_line() {
    for (;;) {
        skip_blanks();
        if (at_end())
            return false;
        if (text_[at_] == u';')
            while (!at_line_end())
                ++at_;
        if (!at_line_end())
            return true;
        step_over_line_end();
    }
}

std::u16string_view RegText::rest_of_line() {
    const std::size_t start = at_;
    while (!at_line_end())
        ++at_;
    std::size_t end = at_;
    while (end > start && is_blank(text_[end - 1]))
        --end;
    return std::u16string_view(text_).substr(start, end - start);
}

bool RegText::ends_here() {
    const auto rest = (skip_blanks(), rest_of_line());
    return rest.empty() || rest.front() == u';';
}

bool RegText::quoted(std::u16string &out) {
    if (!take(u'"'))
        return false;
    while (!at_end()) {
        if (take(u'"'))
            return true;
        if (is_line_end(text_[at_])) {
            const std::size_t start = at_;
            step_over_line_end();
            out += std::u16string_view(text_).substr(start, at_ - start);
            continue;
        }
        const bool escaped = text_[at_] == u'\\' && at_ + 1 < text_.size() &&
                             (text_[at_ + 1] == u'\\' || text_[at_ + 1] == u'"');
        at_ += escaped;
        out += text_[at_++];
    }
    return false;
}

bool RegText::hexadecimal(std::uint32_t &out) {
    std::size_t digits = 0;
    for (out = 0; !at_end() && digits <= 8; ++digits, ++at_) {
        const char16_t unit = text_[at_], lower = unit | 0x20;
        if (unit >= u'0' && unit <= u'9')
            out = out << 4 | static_cast<std::uint32_t>(unit - u'0');
        else if (lower >= u'a' && lower <= u'f')
            out = out << 4 | static_cast<std::uint32_t>(lower - u'a' + 10);
        else
            break;
    }
    return digits > 0 && digits <= 8;
}

} // namespace ksbox::cm
