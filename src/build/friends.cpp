#include "build/friends.h"

#include <algorithm>
#include <optional>
#include <span>

#include "build/tokens.h"

namespace ksbox::build {

namespace {

constexpr std::string_view undeclared = "use of undeclared identifier '";
constexpr std::string_view no_member = "no member named '";

using Tokens = std::span<const Token>;

/// The number of tokens up to and with the next `;` outside parentheses; 0: a body comes before.
std::size_t declaration_length(Tokens tokens) {
    int depth = 0;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        depth += tokens[i].is("(") - tokens[i].is(")");
        if (tokens[i].is("{") || tokens[i].is("}"))
            return 0;
        if (tokens[i].is(";") && depth == 0)
            return i + 1;
    }
    return 0;
}

/// Which of the names a declaration (without `friend`, with its `;`) declares.
std::optional<std::string> declared_name(Tokens declaration, const std::set<std::string> &names) {
    static constexpr std::string_view types[] = {"class", "struct", "union", "enum"};
    if (declaration.size() == 3 && std::ranges::find(types, declaration[0].text) != std::end(types))
        return std::nullopt;
    int depth = 0;
    for (std::size_t i = 0; i + 1 < declaration.size(); ++i) {
        depth += declaration[i].is("(") - declaration[i].is(")");
        const std::string name(declaration[i].text);
        const Token &next = declaration[i + 1];
        if (depth == 0 && i > 0 && !declaration[i - 1].is(":") && names.contains(name) &&
            (next.is("(") || next.is(";")))
            return name;
    }
    return std::nullopt;
}

/// Follows the scopes of a text and says which tokens end a class that no other is around.
class Classes {
  public:
    bool inside() const { return !scopes_.empty() && scopes_.back(); }

    /// Whether the token is the `;` behind such a class.
    bool ends_one(const Token &token) {
        bool ends = false;
        if (token.is("{")) {
            scopes_.push_back(head_ && !last_.is(")"));
            head_ = false;
        } else if (token.is("}")) {
            closed_ = inside();
            if (!scopes_.empty())
                scopes_.pop_back();
            closed_ = closed_ && std::ranges::find(scopes_, true) == scopes_.end();
            head_ = false;
        } else if (token.is(";")) {
            ends = closed_;
            closed_ = head_ = false;
        } else if (token.is("class") || token.is("struct") || token.is("union")) {
            head_ = head_ || (!last_.is("enum") && !last_.is("<") && !last_.is(","));
        }
        last_ = token;
        return ends;
    }

  private:
    std::vector<bool> scopes_; ///< whether each is a class
    bool head_ = false;        ///< the statement names a class so far
    bool closed_ = false;      ///< an outermost class, before its `;`
    Token last_;
};

} // namespace

std::set<std::string> undeclared_names(std::string_view said) {
    std::set<std::string> names;
    for (const std::string_view text : {undeclared, no_member})
        for (std::size_t at = said.find(text); at != std::string_view::npos;
             at = said.find(text, at)) {
            at += text.size();
            const std::size_t end = said.find('\'', at);
            if (end != std::string_view::npos &&
                (text == undeclared || said.substr(end).starts_with("' in the global namespace")))
                names.emplace(said.substr(at, end - at));
        }
    return names;
}

WithFriends with_friends(std::string_view text, const std::set<std::string> &names) {
    WithFriends result;
    const std::vector<Token> all = tokens_of(text);
    const Tokens tokens(all);
    Classes classes;
    std::set<std::string> left = names;
    std::string declarations; // for behind the class
    std::size_t copied = 0;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        if (tokens[i].is("friend") && classes.inside()) {
            const Tokens declaration =
                tokens.subspan(i + 1, declaration_length(tokens.subspan(i + 1)));
            if (const auto name = declared_name(declaration, left)) {
                std::size_t end = 0;
                for (const Token &token : declaration) {
                    declarations.append(token.at == end ? "" : " ").append(token.text);
                    end = token.end();
                }
                result.declared.push_back({*name, tokens[i].line});
                left.erase(*name);
            }
        }
        if (classes.ends_one(tokens[i]) && !declarations.empty()) {
            result.text.append(text.substr(copied, tokens[i].end() - copied)).append(declarations);
            copied = tokens[i].end();
            declarations.clear();
        }
    }
    if (!declarations.empty())
        result.declared.clear(); // a class that does not end: not understood
    result.text =
        result.declared.empty() ? std::string(text) : result.text.append(text.substr(copied));
    return result;
}

} // namespace ksbox::build
