#include "nt/cm/reg_text.h"

#include <algorithm>
#include <cstring>

#include "nt/rtl/decode_text.h"

namespace ksbox::cm {
namespace {

bool is_blank(char16_t unit) {
    return unit == u' ' || unit == u'\t';
}

bool is_line_end(char16_t unit) {
    return unit == u'\r' || unit == u'\n';
}

} // namespace

std::expected<std::u16string, RegFileError> decode_reg_text(std::string_view bytes) {
    if (bytes.starts_with("REGEDIT4"))
        return rtl::from_ansi(bytes);
    auto text = rtl::decode_text(bytes);
    if (!text)
        return std::unexpected(RegFileError{text.error().line, std::move(text.error().text)});
    return std::move(*text);
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
