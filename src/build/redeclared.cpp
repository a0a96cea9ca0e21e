#include "build/redeclared.h"

#include <algorithm>
#include <charconv>
#include <sstream>

#include "build/tokens.h"

namespace ksbox::build {

namespace {

constexpr std::string_view again = ": error: class member cannot be redeclared";
constexpr std::string_view before = ": note: previous declaration is here";
constexpr std::string_view by_macro = ": note: expanded from macro '";

bool take_number(std::string_view &text, unsigned &number) {
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos)
        return false;
    const std::string_view digits = text.substr(colon + 1);
    const auto [rest, error] = std::from_chars(digits.begin(), digits.end(), number);
    text.remove_suffix(digits.size() + 1);
    return error == std::errc() && rest == digits.end();
}

/// "FILE:LINE:COLUMN", maybe with ":{…}" behind it.
std::optional<Place> place_of(std::string_view text) {
    if (text.ends_with('}'))
        text = text.substr(0, std::min(text.find(":{"), text.size()));
    Place place;
    if (!take_number(text, place.column) || !take_number(text, place.line))
        return std::nullopt;
    place.file = text;
    return place;
}

} // namespace

std::vector<Place> redeclared_members(const std::string &said) {
    std::vector<Place> places;
    std::optional<Place> second, last; // the second declaration of a pair, and the one just read
    std::istringstream lines(said);
    const auto settle = [&] {
        if (last)
            places.push_back(*last);
        second = last = std::nullopt;
    };
    for (std::string line; std::getline(lines, line);) {
        const std::string_view text(line);
        if (text.ends_with(again)) {
            settle();
            second = last = place_of(text.substr(0, text.size() - again.size()));
        } else if (second && text.contains(by_macro)) {
            last = std::nullopt; // of the two the other may do
        } else if (second && text.ends_with(before)) {
            if (last)
                settle();
            else
                last = place_of(text.substr(0, text.size() - before.size()));
        } else if (text.contains(": error: ")) {
            settle();
        }
    }
    settle();
    return places;
}

std::optional<std::string> without_declaration(std::string_view text, const Place &name) {
    const std::vector<Token> tokens = tokens_of(text);
    const auto found = std::ranges::find_if(tokens, [&](const Token &token) {
        const std::size_t start = token.at == 0 ? 0 : text.rfind('\n', token.at - 1) + 1;
        return token.line == name.line && token.at - start + 1 == name.column;
    });
    if (found == tokens.end())
        return std::nullopt;
    const auto is_alone = [&](std::vector<Token>::const_iterator colon) { // no half of a ::
        const bool left = colon != tokens.begin() && (colon - 1)->is(":");
        return !left && !(colon + 1 != tokens.end() && (colon + 1)->is(":"));
    };
    auto first = found;
    for (; first != tokens.begin(); --first) {
        const auto last = first - 1;
        if (last->is(";") || last->is("{") || last->is("}") || (last->is(":") && is_alone(last)))
            break;
    }
    auto end = found;
    while (end != tokens.end() && !end->is(";"))
        if ((end++)->is("{"))
            return std::nullopt;
    if (end == tokens.end())
        return std::nullopt;
    std::string result(text);
    for (auto token = first; token <= end; ++token)
        std::ranges::fill_n(result.begin() + static_cast<std::ptrdiff_t>(token->at),
                            static_cast<std::ptrdiff_t>(token->text.size()), ' ');
    return result;
}

} // namespace ksbox::build
