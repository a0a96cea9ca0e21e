// Conditions: 'a' == 'b', And, Or, !, brackets, Exists() and HasTrailingSlash().
#include <cstdlib>
#include <optional>

#include "base/result.h"
#include "build/expression.h"
#include "build/text.h"
#include "build/windows_path.h"

namespace ksbox::build {

namespace {

constexpr unsigned deepest_condition = 64;

using Truth = std::expected<bool, std::string>;
using Text = std::expected<std::string, std::string>;

std::optional<double> number(const std::string &text) {
    char *end = nullptr;
    const double value = std::strtod(text.c_str(), &end);
    if (text.empty() || end != text.c_str() + text.size())
        return {};
    return value;
}

std::optional<bool> truth(std::string_view text) {
    for (const char *word : {"true", "on", "yes", "!false", "!off", "!no"})
        if (same_text(text, word))
            return true;
    for (const char *word : {"false", "off", "no", "!true", "!on", "!yes"})
        if (same_text(text, word))
            return false;
    return {};
}

bool is_name(char letter) {
    return std::isalnum(static_cast<unsigned char>(letter)) || letter == '_' || letter == '.' ||
           letter == '-';
}

class Condition {
  public:
    Condition(std::string_view text, const Scope &scope) : rest_(text), scope_(scope) {}

    Truth whole() {
        const bool holds = KS_TRY(any(0));
        skip();
        if (!rest_.empty())
            return refuse("has '" + std::string(rest_.substr(0, 20)) + "' behind its end");
        return holds;
    }

  private:
    static std::unexpected<std::string> refuse(const std::string &text) {
        return std::unexpected("the condition " + text);
    }

    void skip() { rest_ = rest_.substr(rest_.size() - trimmed_left()); }
    std::size_t trimmed_left() const {
        const std::size_t first = rest_.find_first_not_of(" \t\r\n");
        return first == std::string_view::npos ? 0 : rest_.size() - first;
    }

    bool take(std::string_view mark) {
        skip();
        if (!rest_.starts_with(mark))
            return false;
        rest_.remove_prefix(mark.size());
        return true;
    }

    bool take_word(std::string_view word) {
        skip();
        if (!same_text(rest_.substr(0, word.size()), word) ||
            (rest_.size() > word.size() && is_name(rest_[word.size()])))
            return false;
        rest_.remove_prefix(word.size());
        return true;
    }

    // Both sides are always read; what follows must be well formed either way.
    Truth any(unsigned depth) {
        bool holds = KS_TRY(all(depth));
        while (take_word("or"))
            holds |= KS_TRY(all(depth));
        return holds;
    }

    Truth all(unsigned depth) {
        bool holds = KS_TRY(one(depth));
        while (take_word("and"))
            holds &= KS_TRY(one(depth));
        return holds;
    }

    Truth one(unsigned depth) {
        if (depth > deepest_condition)
            return refuse("is nested too deeply");
        skip();
        if (rest_.starts_with("!") && !rest_.starts_with("!=")) {
            rest_.remove_prefix(1);
            return !KS_TRY(one(depth + 1));
        }
        if (take("(")) {
            const bool holds = KS_TRY(any(depth + 1));
            if (!take(")"))
                return refuse("lacks a closing bracket");
            return holds;
        }
        if (take_word("exists"))
            return exists(KS_TRY(argument()));
        if (take_word("hastrailingslash")) {
            const std::string path = KS_TRY(argument());
            return path.ends_with('\\') || path.ends_with('/');
        }
        return comparison();
    }

    bool exists(const std::string &path) const {
        return !path.empty() && scope_.files.exists(find_path(scope_.files, scope_.folder, path));
    }

    Text argument() {
        if (!take("("))
            return refuse("has a function without brackets");
        std::string value = KS_TRY(operand());
        if (!take(")"))
            return refuse("lacks a closing bracket");
        return value;
    }

    Truth comparison() {
        const std::string left = KS_TRY(operand());
        for (const char *sign : {"==", "!=", "<=", ">=", "<", ">"})
            if (take(sign))
                return compare(left, sign, KS_TRY(operand()));
        if (const auto value = truth(left))
            return *value;
        return refuse("'" + left + "' is neither true nor false");
    }

    static Truth compare(const std::string &left, std::string_view sign, const std::string &right) {
        const auto a = number(left), b = number(right);
        if (sign == "==" || sign == "!=") {
            const auto yes_a = truth(left), yes_b = truth(right);
            const bool same = a && b           ? *a == *b
                              : yes_a && yes_b ? *yes_a == *yes_b
                                               : same_text(left, right);
            return same == (sign == "==");
        }
        if (!a || !b)
            return refuse("compares '" + left + "' and '" + right + "', which are no numbers");
        return sign == "<" ? *a < *b : sign == ">" ? *a > *b : sign == "<=" ? *a <= *b : *a >= *b;
    }

    Text operand() {
        skip();
        if (rest_.starts_with("'"))
            return quoted();
        std::size_t end = 0;
        if (rest_.starts_with("$(") || rest_.starts_with("@(") || rest_.starts_with("%(")) {
            end = rest_.find(')');
            // A property function has brackets of its own.
            for (unsigned open = 0, i = 1; i < rest_.size(); ++i) {
                open += rest_[i] == '(' ? 1 : rest_[i] == ')' ? -1u : 0;
                if (open == 0) {
                    end = i;
                    break;
                }
            }
            end = end == std::string_view::npos ? rest_.size() : end + 1;
        } else {
            while (end < rest_.size() && is_name(rest_[end]))
                ++end;
        }
        if (end == 0)
            return refuse(rest_.empty()
                              ? std::string("ends too early")
                              : "has '" + std::string(rest_.substr(0, 20)) + "' for a value");
        const std::string_view text = rest_.substr(0, end);
        rest_.remove_prefix(end);
        return expand(text, scope_);
    }

    Text quoted() {
        unsigned open = 0;
        for (std::size_t i = 1; i < rest_.size(); ++i) {
            if (rest_[i] == '\'' && open == 0) {
                const std::string_view text = rest_.substr(1, i - 1);
                rest_.remove_prefix(i + 1);
                return expand(text, scope_);
            }
            // The argument of a property function may be quoted itself.
            if (rest_[i] == '(' && (open || rest_[i - 1] == '$'))
                ++open;
            else if (rest_[i] == ')' && open)
                --open;
        }
        return refuse("has a quotation mark without its end");
    }

    std::string_view rest_;
    const Scope &scope_;
};

} // namespace

Truth condition_holds(std::string_view text, const Scope &scope) {
    if (trimmed(text).empty())
        return true;
    return Condition(text, scope).whole();
}

} // namespace ksbox::build
