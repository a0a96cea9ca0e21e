#include "cli/graph_markup.h"

#include <algorithm>

#include <fmt/format.h>

#include "cli/graph_words.h"

namespace ksbox::cli {

Colours colours_of(PinState state) {
    constexpr Colours all[] = {{"#656d76", "#eef0f2"},
                               {"#1f5fa8", "#e4edf8"},
                               {"#8a5a00", "#fdf2d5"},
                               {"#1a7037", "#e1f3e6"}};
    return all[std::min(std::size_t(state), std::size(all) - 1)];
}

std::string escaped(std::string_view text) {
    std::string result;
    for (const char c : text)
        switch (c) {
        case '&':
            result += "&amp;";
            break;
        case '<':
            result += "&lt;";
            break;
        case '>':
            result += "&gt;";
            break;
        case '"':
            result += "&quot;";
            break;
        default:
            result += static_cast<unsigned char>(c) < ' ' ? '?' : c;
        }
    return result;
}

std::string painted(std::string_view markup, const char *colour, int points) {
    if (markup.empty())
        return {};
    return fmt::format("<FONT COLOR=\"{}\"{}>{}</FONT>", colour,
                       points == 0 ? "" : fmt::format(" POINT-SIZE=\"{}\"", points), markup);
}

std::string small(std::string_view text) {
    return painted(escaped(text), faint, 8);
}

std::string state_text(PinState state) {
    return painted(fmt::format("<B>{}</B>", state_word(state)), colours_of(state).line);
}

std::string style_of(Carrier carrier, const char *colour) {
    if (carrier == Carrier::own)
        return fmt::format("style=solid color=\"{0}:white:{0}\"", colour);
    return fmt::format("style={} color=\"{}\"", carrier == Carrier::pipe ? "solid" : "dashed",
                       colour);
}

} // namespace ksbox::cli
