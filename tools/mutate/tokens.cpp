#include "tokens.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace ksbox::mutate {
namespace {

bool starts_name(char c) {
    return std::isalpha(static_cast<unsigned char>(c)) || c == '_';
}
bool in_name(char c) {
    return starts_name(c) || std::isdigit(static_cast<unsigned char>(c));
}
bool is_space(char c) {
    return std::isspace(static_cast<unsigned char>(c));
}

// Longest first.
constexpr std::array punctuations = {
    std::string_view("<<="), std::string_view(">>="), std::string_view("<=>"),
    std::string_view("..."), std::string_view("->*"), std::string_view("::"),
    std::string_view("->"),  std::string_view("=="),  std::string_view("!="),
    std::string_view("<="),  std::string_view(">="),  std::string_view("&&"),
    std::string_view("||"),  std::string_view("++"),  std::string_view("--"),
    std::string_view("+="),  std::string_view("-="),  std::string_view("*="),
    std::string_view("/="),  std::string_view("|="),  std::string_view("&="),
    std::string_view("^="),  std::string_view("%=")};

class Lexer {
  public:
    explicit Lexer(std::string_view source) : source_(source) {}

    std::vector<Token> run() {
        while (at_ < source_.size())
            step();
        for (Token &token : tokens_) {
            const std::size_t end = token.offset + token.text.size();
            token.spaced = token.offset > 0 && is_space(source_[token.offset - 1]) &&
                           end < source_.size() && is_space(source_[end]);
        }
        return std::move(tokens_);
    }

  private:
    bool ahead(std::string_view text) const { return source_.substr(at_).starts_with(text); }

    void skip(std::size_t end) {
        end = std::min(end, source_.size());
        line_ += std::size_t(std::count(source_.begin() + at_, source_.begin() + end, '\n'));
        at_ = end;
    }
    void take(Kind kind, std::size_t end) {
        tokens_.push_back({kind, source_.substr(at_, end - at_), at_, line_});
        skip(end);
    }
    std::size_t end_of(std::string_view mark, std::size_t from) const {
        const std::size_t found = source_.find(mark, from);
        return found == std::string_view::npos ? source_.size() : found + mark.size();
    }
    /// Of the quoted text whose first quote is at `quote`.
    std::size_t end_of_quoted(std::size_t quote) const {
        for (std::size_t i = quote + 1; i < source_.size(); ++i) {
            if (source_[i] == '\\')
                ++i;
            else if (source_[i] == source_[quote])
                return i + 1;
        }
        return source_.size();
    }
    bool at_line_start() const {
        std::size_t i = at_;
        while (i > 0 && (source_[i - 1] == ' ' || source_[i - 1] == '\t'))
            --i;
        return i == 0 || source_[i - 1] == '\n';
    }
    std::size_t end_of_directive() const {
        std::size_t end = source_.find('\n', at_);
        while (end != std::string_view::npos && source_[end - 1] == '\\')
            end = source_.find('\n', end + 1);
        return std::min(end, source_.size());
    }

    void step() {
        const char c = source_[at_];
        if (is_space(c))
            return skip(at_ + 1);
        if (ahead("//"))
            return skip(std::min(source_.find('\n', at_), source_.size()));
        if (ahead("/*"))
            return skip(end_of("*/", at_ + 2));
        if (c == '#' && at_line_start())
            return skip(end_of_directive());
        if (c == '"' || c == '\'')
            return take(Kind::text, end_of_quoted(at_));
        if (starts_name(c))
            return take_name();
        if (std::isdigit(static_cast<unsigned char>(c)))
            return take_number();
        for (std::string_view known : punctuations)
            if (ahead(known))
                return take(Kind::punctuation, at_ + known.size());
        take(Kind::punctuation, at_ + 1);
    }

    void take_name() {
        std::size_t end = at_;
        while (end < source_.size() && in_name(source_[end]))
            ++end;
        const std::string_view name = source_.substr(at_, end - at_);
        const bool prefix = name == "u8" || name == "u" || name == "U" || name == "L";
        const char next = end < source_.size() ? source_[end] : ' ';
        if (next == '"' && name.ends_with('R')) { // R"x(…)x"
            const std::size_t open = source_.find('(', end);
            const std::string mark =
                ")" + std::string(source_.substr(end + 1, open - end - 1)) + "\"";
            return take(Kind::text, end_of(mark, open));
        }
        if (prefix && (next == '"' || next == '\''))
            return take(Kind::text, end_of_quoted(end));
        take(Kind::name, end);
    }

    void take_number() {
        std::size_t end = at_;
        const auto belongs = [&](std::size_t i) {
            const char c = source_[i];
            const char before = source_[i - 1];
            return in_name(c) || c == '.' ||
                   (c == '\'' && i + 1 < source_.size() && in_name(source_[i + 1])) ||
                   ((c == '+' || c == '-') && (before == 'e' || before == 'E') &&
                    !source_.substr(at_).starts_with("0x"));
        };
        for (++end; end < source_.size() && belongs(end);)
            ++end;
        take(Kind::number, end);
    }

    std::string_view source_;
    std::size_t at_ = 0, line_ = 1;
    std::vector<Token> tokens_;
};

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> all) {
    return std::ranges::find(all, text) != all.end();
}

// The brace at `brace` opens a function's body: it follows a parameter list, what may stand behind
// one, or a list of initialisers.
bool opens_body(const std::vector<Token> &tokens, std::size_t brace) {
    if (brace == 0)
        return false;
    const std::string_view before = tokens[brace - 1].text;
    if (is_one_of(before, {")", "const", "noexcept", "override", "final", "mutable", "try"}))
        return true;
    // A trailing return type.
    for (std::size_t i = brace; i-- > 0 && brace - i < 30;) {
        if (is_one_of(tokens[i].text, {";", "{", "}", "="}))
            break;
        if (tokens[i].text == "->" && i > 0 &&
            is_one_of(tokens[i - 1].text, {")", "const", "noexcept", "mutable"}))
            return true;
    }
    return before == "}" && brace > 1 && tokens[brace - 2].text != ";" &&
           tokens[brace - 2].text != "}";
}

} // namespace

std::vector<Token> tokens_of(std::string_view source) {
    return Lexer(source).run();
}

std::vector<bool> in_functions(const std::vector<Token> &tokens) {
    std::vector<bool> inside(tokens.size());
    std::vector<bool> braces; // of those open here: a body, or within one
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        const bool within = !braces.empty() && braces.back();
        inside[i] = within;
        if (tokens[i].text == "{")
            braces.push_back(within || opens_body(tokens, i));
        else if (tokens[i].text == "}" && !braces.empty())
            braces.pop_back();
    }
    return inside;
}

std::size_t closing(const std::vector<Token> &tokens, std::size_t open) {
    int depth = 0;
    for (std::size_t i = open; i < tokens.size(); ++i) {
        if (is_one_of(tokens[i].text, {"(", "[", "{"}))
            ++depth;
        else if (is_one_of(tokens[i].text, {")", "]", "}"}) && --depth == 0)
            return i;
    }
    return tokens.size();
}

} // namespace ksbox::mutate
