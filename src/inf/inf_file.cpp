// Reading setup information files.
#include "inf/inf_file.h"

#include <algorithm>

#include "base/unicode.h"
#include "nt/rtl/decode_text.h"

namespace ksbox::inf {
namespace {

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_blank(char16_t unit) {
    return unit == u' ' || unit == u'\t' || unit == u'\x1a';
}

std::u16string_view trimmed(std::u16string_view text) {
    while (!text.empty() && is_blank(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && is_blank(text.back()))
        text.remove_suffix(1);
    return text;
}

} // namespace

bool same_text(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, {}, lower, lower);
}

std::string lower_case(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(), lower);
    return out;
}

std::string InfLine::value(std::size_t index) const {
    return index < values.size() ? values[index] : std::string();
}

const InfLine *InfSection::find(std::string_view wanted) const {
    const auto found = std::ranges::find_if(
        lines, [&](const InfLine &line) { return same_text(line.key, wanted); });
    return found == lines.end() ? nullptr : &*found;
}

const InfSection *InfFile::section(std::string_view name) const {
    const auto found = std::ranges::find_if(
        sections_, [&](const InfSection &one) { return same_text(one.name, name); });
    return found == sections_.end() ? nullptr : &*found;
}

/// Goes through the text from front to end, with the place kept in mind.
class InfParser {
  public:
    explicit InfParser(std::u16string text) : text_(std::move(text)) {}

    std::expected<InfFile, InfError> parse() {
        while (at_ < text_.size()) {
            skip_blanks();
            if (at_line_end()) {
                next_line();
                continue;
            }
            const bool good = text_[at_] == u'[' ? header() : line();
            if (!good)
                return std::unexpected(error_);
        }
        return std::move(file_);
    }

  private:
    bool at_line_end() const {
        return at_ == text_.size() || text_[at_] == u'\n' || text_[at_] == u'\r' ||
               text_[at_] == u';';
    }
    void skip_blanks() {
        while (at_ < text_.size() && is_blank(text_[at_]))
            ++at_;
    }
    /// Over the rest of the line, a comment mostly.
    void next_line() {
        while (at_ < text_.size() && text_[at_] != u'\n' && text_[at_] != u'\r')
            ++at_;
        if (at_ < text_.size()) {
            const bool pair =
                text_[at_] == u'\r' && at_ + 1 < text_.size() && text_[at_ + 1] == u'\n';
            at_ += pair ? 2 : 1;
            ++line_;
            line_begin_ = at_;
        }
    }
    bool fail(std::size_t where, std::string text) {
        error_ = {line_, static_cast<unsigned>(where - line_begin_) + 1, std::move(text)};
        return false;
    }

    bool header() {
        const std::size_t open = at_++;
        const std::size_t begin = at_;
        while (!at_line_end() && text_[at_] != u']')
            ++at_;
        if (at_line_end())
            return fail(open, "a bracket without its end");
        const auto name = trimmed(std::u16string_view(text_).substr(begin, at_ - begin));
        if (name.empty())
            return fail(open, "a section without a name");
        ++at_;
        skip_blanks();
        if (!at_line_end())
            return fail(at_, "text behind the section's name");
        const std::string wanted = to_utf8(name);
        const auto known = std::ranges::find_if(
            file_.sections_, [&](const InfSection &one) { return same_text(one.name, wanted); });
        current_ = static_cast<std::size_t>(known - file_.sections_.begin());
        if (known == file_.sections_.end())
            file_.sections_.push_back({wanted, line_, {}});
        return true;
    }

    bool line() {
        if (current_ == no_section)
            return fail(at_, "text before the first section");
        InfLine made{line_, {}, {}};
        const std::size_t begin = at_;
        for (bool first = true;; first = false) {
            std::string text;
            if (!field(text, first))
                return false;
            if (first && at_ < text_.size() && text_[at_] == u'=') {
                if (text.empty())
                    return fail(begin, "an equals sign without a key before it");
                made.key = std::move(text);
                ++at_;
                if (!field(text, false))
                    return false;
            }
            made.values.push_back(std::move(text));
            if (at_line_end())
                break;
            ++at_; // the comma
        }
        // "key =" has no values, as against "key = ,".
        if (made.values.size() == 1 && made.values[0].empty())
            made.values.clear();
        file_.sections_[current_].lines.push_back(std::move(made));
        return true;
    }

    /// Up to a comma, an equals sign after the first, or the line's end. Quoted parts keep their
    /// blanks; two quotation marks in one stand for one.
    bool field(std::string &out, bool first) {
        std::u16string text;
        std::size_t kept = 0; // of the text: blanks behind it go
        while (true) {
            if (text.empty())
                skip_blanks();
            if (at_line_end() || text_[at_] == u',' || (first && text_[at_] == u'='))
                break;
            if (continues()) {
                next_line();
                continue;
            }
            if (text_[at_] == u'"') {
                if (!quoted(text))
                    return false;
                kept = text.size();
                continue;
            }
            text += text_[at_];
            if (!is_blank(text_[at_++]))
                kept = text.size();
        }
        out = to_utf8(std::u16string_view(text).substr(0, kept));
        return true;
    }

    /// A backslash with nothing behind it on its line.
    bool continues() const {
        if (text_[at_] != u'\\')
            return false;
        std::size_t behind = at_ + 1;
        while (behind < text_.size() && is_blank(text_[behind]))
            ++behind;
        return behind < text_.size() &&
               (text_[behind] == u'\n' || text_[behind] == u'\r' || text_[behind] == u';');
    }

    bool quoted(std::u16string &out) {
        const std::size_t open = at_++;
        while (at_ < text_.size() && text_[at_] != u'\n' && text_[at_] != u'\r') {
            if (text_[at_] != u'"') {
                out += text_[at_++];
                continue;
            }
            ++at_;
            if (at_ == text_.size() || text_[at_] != u'"')
                return true;
            out += text_[at_++];
        }
        return fail(open, "a quotation mark without its end");
    }

    static constexpr std::size_t no_section = ~std::size_t(0);
    const std::u16string text_;
    std::size_t at_ = 0, line_begin_ = 0;
    unsigned line_ = 1;
    std::size_t current_ = no_section;
    InfFile file_;
    InfError error_;
};

/// [Strings] and its English form, which wins nothing: both tell what is not told yet.
void InfFile::read_strings() {
    for (const char *name : {"Strings", "Strings.0409"})
        if (const InfSection *strings = section(name))
            for (const InfLine &line : strings->lines)
                strings_.try_emplace(lower_case(line.key), line.value(0));
}

std::string InfFile::expand(std::string_view text) const {
    std::string out;
    while (!text.empty()) {
        const std::size_t open = text.find('%');
        out += text.substr(0, open);
        if (open == text.npos)
            break;
        text.remove_prefix(open + 1);
        const std::size_t close = text.find('%');
        if (close == text.npos) {
            out += '%';
            continue;
        }
        const std::string_view key = text.substr(0, close);
        const auto known = strings_.find(lower_case(key));
        if (key.empty())
            out += '%';
        else if (known != strings_.end())
            out += known->second;
        else
            out.append("%").append(key).append("%"); // a folder's number, or nobody's
        text.remove_prefix(close + 1);
    }
    return out;
}

void InfFile::expand_strings() {
    for (InfSection &section : sections_) {
        if (lower_case(section.name).starts_with("strings"))
            continue;
        for (InfLine &line : section.lines) {
            line.key = expand(line.key);
            for (std::string &value : line.values)
                value = expand(value);
        }
    }
}

std::expected<InfFile, InfError> InfFile::parse(std::string_view bytes) {
    auto text = rtl::decode_text(bytes);
    if (!text)
        return std::unexpected(InfError{text.error().line, 0, std::move(text.error().text)});
    if (text->starts_with(u'\xFEFF'))
        text->erase(0, 1);
    auto file = InfParser(std::move(*text)).parse();
    if (!file)
        return file;
    file->read_strings();
    file->expand_strings();
    const InfSection *version = file->section("Version");
    if (!version)
        return std::unexpected(InfError{0, 0, "has no [Version] section: it is no .inf file"});
    const InfLine *signature = version->find("Signature");
    if (!signature)
        return std::unexpected(InfError{version->line, 0, "[Version] has no Signature"});
    for (const char *known : {"$Windows NT$", "$Chicago$", "$Windows 95$"})
        if (same_text(signature->value(0), known))
            return file;
    return std::unexpected(
        InfError{signature->line, 0,
                 "the signature is \"" + signature->value(0) + "\", not \"$Windows NT$\""});
}

} // namespace ksbox::inf
