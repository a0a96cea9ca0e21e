#include "drive/line.h"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace ksbox::drive {

namespace {

struct Unit {
    std::string_view name;
    std::uint64_t hundred_ns;
};
constexpr Unit units[] = {
    {"us", 10}, {"ms", 10'000}, {"s", 10'000'000}, {"min", 600'000'000}, {"h", 36'000'000'000}};
constexpr std::uint64_t longest_100ns = 24 * 36'000'000'000;

bool is_letter(char c) {
    return std::isalpha(static_cast<unsigned char>(c)) != 0;
}

template <typename T> std::optional<T> whole(std::string_view text) {
    T value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size())
        return std::nullopt;
    return value;
}

std::string quoted(std::string_view text) {
    constexpr std::size_t longest = 60; // a line of a message
    return "'" + std::string(text.substr(0, longest)) + (text.size() > longest ? "…" : "") + "'";
}

} // namespace

void Line::refuse(Place place, std::string text) const {
    if (!form_.empty())
        text += " (" + std::string(form_) + ")";
    throw Problem{place, std::move(text)};
}

bool Line::take(std::string_view text) {
    if (!more() || words_[at_].quoted || words_[at_].text != text)
        return false;
    ++at_;
    return true;
}

Word Line::word(std::string_view what) {
    if (!more())
        refuse(end_, std::string(what) + " is missing");
    return words_[at_++];
}

Word Line::name() {
    Word name = word("a name");
    const bool fits = !name.quoted && !name.text.empty() && is_letter(name.text.front()) &&
                      std::ranges::all_of(name.text, [](char c) {
                          return is_letter(c) || std::isdigit(static_cast<unsigned char>(c)) != 0 ||
                                 c == '-' || c == '_';
                      });
    if (!fits)
        refuse(name.place,
               quoted(name.text) + " is no name: letters, digits, - and _, first a letter");
    return name;
}

std::uint32_t Line::number(std::string_view what, std::uint32_t most) {
    const Word text = word(what);
    const auto value = whole<std::uint32_t>(text.text);
    if (!value || *value > most)
        refuse(text.place, quoted(text.text) + " is no number for " + std::string(what));
    return *value;
}

std::uint64_t Line::duration() {
    const Word first = word("a duration");
    std::size_t digits = 0;
    while (digits < first.text.size() &&
           std::isdigit(static_cast<unsigned char>(first.text[digits])) != 0)
        ++digits;
    const auto value = whole<std::uint64_t>(std::string_view(first.text).substr(0, digits));
    if (!value)
        refuse(first.place, quoted(first.text) + " is no duration, as 500 ms or 2 s is");
    std::string name = first.text.substr(digits);
    Place place{first.place.line, first.place.column + static_cast<unsigned>(digits)};
    if (name.empty()) {
        place = here();
        name = word("a unit (us, ms, s, min, h)").text;
    }
    const auto *unit = std::ranges::find(units, name, &Unit::name);
    if (unit == std::end(units))
        refuse(place, quoted(name) + " is no unit: us, ms, s, min or h");
    if (*value > longest_100ns / unit->hundred_ns)
        refuse(first.place, "longer than a day");
    return *value * unit->hundred_ns;
}

std::optional<Word> Line::text_setting(std::string_view key) {
    if (!more() || words_[at_].quoted || !words_[at_].text.starts_with(key) ||
        words_[at_].text.size() <= key.size() || words_[at_].text[key.size()] != '=')
        return std::nullopt;
    Word value = words_[at_++];
    value.text.erase(0, key.size() + 1);
    value.place.column += static_cast<unsigned>(key.size() + 1);
    return value;
}

std::optional<std::int64_t> Line::setting(std::string_view key, std::int64_t least,
                                          std::int64_t most) {
    const auto text = text_setting(key);
    if (!text)
        return std::nullopt;
    const auto value = whole<std::int64_t>(text->text);
    if (!value || *value < least || *value > most)
        refuse(text->place, quoted(text->text) + " is no number for " + std::string(key));
    return value;
}

void Line::done() {
    if (more())
        refuse(words_[at_].place, quoted(words_[at_].text) + " is too much");
}

} // namespace ksbox::drive
