// Each find_… looks at one token and adds the breaks that begin there. What it finds should
// compile; where types forbid it, whoever compiles it takes another break.
#include "breaks.h"

#include <algorithm>
#include <charconv>
#include <map>

#include "tokens.h"

namespace ksbox::mutate {
namespace {

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> all) {
    return std::ranges::find(all, text) != all.end();
}

class Finder {
  public:
    explicit Finder(std::string_view source)
        : source_(source), tokens_(tokens_of(source)), inside_(in_functions(tokens_)) {}

    std::vector<Break> run() {
        for (std::size_t i = 1; i + 1 < tokens_.size(); ++i) {
            if (!inside_[i])
                continue;
            if (tokens_[i].text == "static_assert" || tokens_[i].text == "requires") {
                while (i + 1 < tokens_.size() && tokens_[i].text != ";" && tokens_[i].text != "{")
                    ++i;
                continue;
            }
            find_operator(i);
            find_status(i);
            find_call(i);
            find_constant(i);
            find_condition(i);
        }
        return std::move(breaks_);
    }

  private:
    std::string_view text(std::size_t i) const {
        return i < tokens_.size() ? tokens_[i].text : std::string_view();
    }
    void add(std::string_view kind, std::size_t from, std::size_t to, std::string replacement) {
        const Token &first = tokens_[from], &last = tokens_[to];
        breaks_.push_back({kind, first.offset, last.offset + last.text.size() - first.offset,
                           first.line, std::move(replacement)});
    }

    void find_operator(std::size_t i) {
        static const std::map<std::string_view, std::vector<std::string>> comparisons = {
            {"==", {"!="}},      {"!=", {"=="}},     {"<", {">=", "<="}},
            {">", {"<=", ">="}}, {"<=", {">", "<"}}, {">=", {"<", ">"}}};
        // Without a space on each side it is a template's bracket or a reference.
        if (!tokens_[i].spaced)
            return;
        if (const auto found = comparisons.find(text(i)); found != comparisons.end())
            for (const std::string &other : found->second)
                add("comparison", i, i, other);
        if (text(i) == "&&" || text(i) == "||")
            add("logic", i, i, text(i) == "&&" ? "||" : "&&");
    }

    void find_status(std::size_t i) {
        const auto compares = [](std::string_view near) {
            return is_one_of(near, {"==", "!=", "case"});
        };
        if (text(i - 1) == "return" && is_one_of(text(i), {"true", "false"}) && text(i + 1) == ";")
            add("status", i, i, text(i) == "true" ? "false" : "true");
        if (!text(i).starts_with("STATUS_") || compares(text(i - 1)) || compares(text(i + 1)))
            return;
        if (text(i) != "STATUS_SUCCESS")
            add("status", i, i, "STATUS_SUCCESS");
        if (text(i) != "STATUS_UNSUCCESSFUL")
            add("status", i, i, "STATUS_UNSUCCESSFUL");
    }

    bool begins_statement(std::size_t i) const {
        if (is_one_of(text(i - 1), {";", "{", "}", "else", "do"}))
            return true;
        if (text(i - 1) == ":") // of a case or a label
            return i > 2 && (text(i - 3) == "case" || text(i - 2) == "default");
        if (text(i - 1) != ")")
            return false;
        // Behind the condition of an if or a loop.
        int depth = 0;
        for (std::size_t k = i - 1; k > 0; --k) {
            depth += text(k) == ")" ? 1 : text(k) == "(" ? -1 : 0;
            if (depth == 0)
                return is_one_of(text(k - 1), {"if", "for", "while"});
        }
        return false;
    }

    /// A statement that is nothing but a call: a.b::c<d>(e)->f(g);
    void find_call(std::size_t i) {
        if (!begins_statement(i))
            return;
        std::size_t k = i;
        if (text(k) == "(" && text(k + 1) == "void" && text(k + 2) == ")")
            k += 3;
        bool was_name = false, called = false;
        for (; k < tokens_.size() && text(k) != ";"; ++k) {
            const Token &token = tokens_[k];
            if (token.kind == Kind::name) {
                static const auto keywords = {
                    "return", "if",      "for",   "while",    "do",     "switch",
                    "case",   "default", "break", "continue", "goto",   "using",
                    "static", "const",   "auto",  "throw",    "delete", "constexpr",
                    "struct", "class",   "enum",  "typedef",  "new",    "else"};
                if (was_name || std::ranges::find(keywords, token.text) != keywords.end())
                    return;
                was_name = true, called = false;
            } else if (is_one_of(token.text, {"(", "["})) {
                if (!was_name && !called && token.text == "[")
                    return; // a lambda
                called = token.text == "(";
                k = closing(tokens_, k);
                was_name = false;
            } else if (is_one_of(token.text, {".", "->", "::"})) {
                was_name = called = false;
            } else if (token.text == "<" && !token.spaced) {
                while (k < tokens_.size() && text(k) != ">" && text(k) != ";")
                    ++k;
                was_name = true;
            } else {
                return;
            }
        }
        // Its `;` stays; a caught exception's `throw;` and the like are no calls.
        if (called && k < tokens_.size() && k > i)
            add("call", i, k - 1, "");
    }

    /// Decimal integers that something is computed of, compared with or returned as, one more or
    /// one less. What a variable begins with, and arguments, are as often as not never looked at.
    void find_constant(std::size_t i) {
        const Token &token = tokens_[i];
        unsigned long long value = 0;
        std::string digits(token.text);
        std::erase(digits, '\'');
        if (token.kind != Kind::number || digits.starts_with("0x") || digits.starts_with("0b") ||
            text(i - 1) == "case" || !(calculates(i - 1) || calculates(i + 1)))
            return;
        const char *end = digits.data() + digits.size();
        const auto [rest, error] = std::from_chars(digits.data(), end, value);
        const std::string suffix(rest, end);
        if (error != std::errc() || suffix.find_first_not_of("uUlL") != std::string::npos)
            return;
        add("constant", i, i, std::to_string(value + 1) + suffix);
        if (value > 0)
            add("constant", i, i, std::to_string(value - 1) + suffix);
    }

    bool calculates(std::size_t i) const {
        return text(i) == "return" ||
               (tokens_[i].spaced && is_one_of(text(i), {"<", ">", "<=", ">=", "==", "!=", "+", "-",
                                                         "*", "/", "%", "<<", ">>", "&", "|"}));
    }

    /// if (c), while (c), if (init; c): to (!(c)). Not where the condition declares a variable.
    void find_condition(std::size_t i) {
        if (!is_one_of(text(i), {"if", "while"}) || text(i + 1) != "(")
            return;
        const std::size_t end = closing(tokens_, i + 1);
        if (end >= tokens_.size())
            return;
        std::size_t first = i + 2;
        for (std::size_t k = first; k < end; ++k) {
            if (is_one_of(text(k), {"(", "[", "{"}))
                k = closing(tokens_, k);
            else if (text(k) == ";")
                first = k + 1;
        }
        for (std::size_t k = first; k < end; ++k) {
            if (is_one_of(text(k), {"(", "[", "{"}))
                k = closing(tokens_, k);
            else if (text(k) == "=")
                return;
        }
        if (first >= end)
            return;
        const std::size_t from = tokens_[first].offset;
        const Token &last = tokens_[end - 1];
        const std::string_view condition =
            source_.substr(from, last.offset + last.text.size() - from);
        add("condition", first, end - 1, "!(" + std::string(condition) + ")");
    }

    std::string_view source_;
    std::vector<Token> tokens_;
    std::vector<bool> inside_;
    std::vector<Break> breaks_;
};

} // namespace

std::vector<Break> breaks_of(std::string_view source) {
    return Finder(source).run();
}

} // namespace ksbox::mutate
