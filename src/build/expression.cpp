#include "build/expression.h"

#include <optional>
#include <vector>

#include "base/result.h"
#include "build/text.h"
#include "build/windows_path.h"

namespace ksbox::build {

namespace {

constexpr std::size_t longest_value = 1 << 20;
constexpr unsigned deepest_expression = 24;

using Text = std::expected<std::string, std::string>;

std::unexpected<std::string> refuse(std::string text) {
    return std::unexpected(std::move(text));
}

/// The place of the bracket that ends what begins at `from` (behind the opening one).
std::size_t closing(std::string_view text, std::size_t from) {
    unsigned open = 1;
    for (std::size_t i = from; i < text.size(); ++i) {
        if (text[i] == '(')
            ++open;
        else if (text[i] == ')' && --open == 0)
            return i;
    }
    return std::string_view::npos;
}

class Expander {
  public:
    explicit Expander(const Scope &scope) : scope_(scope) {}

    Text expand(std::string_view text, unsigned depth = 0) const {
        if (depth > deepest_expression)
            return refuse("an expression is nested too deeply");
        std::string result;
        while (!text.empty()) {
            const std::size_t at = text.find_first_of("$%");
            result += text.substr(0, at);
            if (at == std::string_view::npos)
                break;
            text.remove_prefix(at);
            if (text.size() < 2 || text[1] != '(' || (text[0] == '%' && !scope_.metadata)) {
                result += text.front();
                text.remove_prefix(1);
                continue;
            }
            const std::size_t end = closing(text, 2);
            if (end == std::string_view::npos)
                return refuse("'" + std::string(text.substr(0, 40)) + "' has no closing bracket");
            const std::string_view inside = trimmed(text.substr(2, end - 2));
            result += text[0] == '$' ? KS_TRY(property(inside, depth)) : metadata(inside);
            if (result.size() > longest_value)
                return refuse("a value grows beyond a megabyte");
            text.remove_prefix(end + 1);
        }
        return result;
    }

  private:
    std::string metadata(std::string_view name) const {
        if (const std::size_t dot = name.find('.'); dot != std::string_view::npos)
            name.remove_prefix(dot + 1); // %(ClCompile.Name)
        const auto found = scope_.metadata->find(lower_case(name));
        return found == scope_.metadata->end() ? std::string() : found->second;
    }

    Text property(std::string_view inside, unsigned depth) const {
        if (inside.starts_with("["))
            return static_function(inside, depth);
        const std::size_t dot = inside.find('.');
        if (inside.find('(') == std::string_view::npos && !inside.starts_with("Registry:"))
            return scope_.properties.get(inside);
        if (dot == std::string_view::npos || inside.starts_with("Registry:"))
            return unknown(inside);
        std::string value = scope_.properties.get(trimmed(inside.substr(0, dot)));
        std::string_view calls = inside.substr(dot + 1);
        while (!calls.empty()) { // .Trim().ToLower()
            const std::size_t open = calls.find('(');
            const std::size_t end =
                open == std::string_view::npos ? open : closing(calls, open + 1);
            if (end == std::string_view::npos)
                return unknown(inside);
            const auto arguments =
                KS_TRY(this->arguments(calls.substr(open + 1, end - open - 1), depth));
            const auto changed = method(value, trimmed(calls.substr(0, open)), arguments);
            if (!changed)
                return unknown(inside);
            value = *changed;
            calls = trimmed(calls.substr(end + 1));
            if (calls.starts_with("."))
                calls.remove_prefix(1);
        }
        return value;
    }

    static std::optional<std::string> method(const std::string &value, std::string_view name,
                                             const std::vector<std::string> &arguments) {
        const auto truth = [](bool holds) { return std::string(holds ? "True" : "False"); };
        if (same_text(name, "ToLower") || same_text(name, "ToLowerInvariant"))
            return lower_case(value);
        if (same_text(name, "Trim") && arguments.empty())
            return std::string(trimmed(value));
        if (same_text(name, "Replace") && arguments.size() == 2 &&
            value.size() * (arguments[1].size() + 1) < longest_value)
            return replaced(value, arguments[0], arguments[1]);
        if (arguments.size() != 1)
            return {};
        if (same_text(name, "Contains"))
            return truth(value.find(arguments[0]) != std::string::npos);
        if (same_text(name, "StartsWith"))
            return truth(value.starts_with(arguments[0]));
        if (same_text(name, "EndsWith"))
            return truth(value.ends_with(arguments[0]));
        return {};
    }

    Text static_function(std::string_view inside, unsigned depth) const {
        const std::size_t open = inside.find('(');
        const std::size_t end = open == std::string_view::npos ? open : closing(inside, open + 1);
        if (end != inside.size() - 1)
            return unknown(inside);
        const std::string name = lower_case(inside.substr(0, open));
        const auto arguments =
            KS_TRY(this->arguments(inside.substr(open + 1, end - open - 1), depth));
        const auto at = [&](std::size_t index) {
            return index < arguments.size() ? arguments[index] : std::string();
        };
        if (name == "[msbuild]::getdirectorynameoffileabove")
            return above(at(0), at(1), false);
        if (name == "[msbuild]::getpathoffileabove")
            return above(at(1), at(0), true);
        if (name == "[msbuild]::valueordefault")
            return at(0).empty() ? at(1) : at(0);
        if (name == "[msbuild]::ensuretrailingslash")
            return at(0).empty() || at(0).ends_with('\\') ? at(0) : at(0) + "\\";
        return unknown(inside);
    }

    /// The nearest folder, from `start` upwards, that has the file.
    std::string above(const std::string &start, const std::string &file, bool whole) const {
        auto folder = find_path(scope_.files, scope_.folder, start);
        for (;; folder = folder.parent_path()) {
            const auto found = find_path(scope_.files, folder, file);
            if (!file.empty() && scope_.files.is_file(found))
                return backward(whole ? found : folder);
            if (folder == folder.parent_path())
                return {};
        }
    }

    /// Between commas, each expanded, without quotation marks.
    std::expected<std::vector<std::string>, std::string> arguments(std::string_view text,
                                                                   unsigned depth) const {
        std::vector<std::string> values;
        text = trimmed(text);
        while (!text.empty()) {
            unsigned open = 0;
            char quote = 0;
            std::size_t end = 0;
            for (; end < text.size() && (quote || open || text[end] != ','); ++end) {
                if (quote)
                    quote = text[end] == quote ? '\0' : quote;
                else if (text[end] == '\'' || text[end] == '"' || text[end] == '`')
                    quote = text[end];
                else
                    open += text[end] == '(' ? 1 : text[end] == ')' && open ? -1u : 0;
            }
            std::string_view one = trimmed(text.substr(0, end));
            if (one.size() >= 2 && one.front() == one.back() &&
                (one.front() == '\'' || one.front() == '"' || one.front() == '`'))
                one = one.substr(1, one.size() - 2);
            values.push_back(KS_TRY(expand(one, depth + 1)));
            text.remove_prefix(std::min(end + 1, text.size()));
        }
        return values;
    }

    static Text unknown(std::string_view inside) {
        return refuse("$(" + std::string(inside) + ") is no property function known here");
    }

    const Scope &scope_;
};

} // namespace

std::string Properties::get(std::string_view name) const {
    const auto found = values_.find(lower_case(name));
    return found == values_.end() ? std::string() : found->second;
}

bool Properties::has(std::string_view name) const {
    return values_.contains(lower_case(name));
}

void Properties::set(std::string_view name, std::string value) {
    values_[lower_case(name)] = std::move(value);
}

Text expand(std::string_view text, const Scope &scope) {
    return Expander(scope).expand(text);
}

} // namespace ksbox::build
