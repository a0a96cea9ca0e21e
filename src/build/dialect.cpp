#include "build/dialect.h"

#include <algorithm>

namespace ksbox::build {

namespace {

bool is_name(char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
           (letter >= '0' && letter <= '9') || letter == '_';
}

void skip_blanks(std::string_view line, std::size_t &at) {
    while (at < line.size() && (line[at] == ' ' || line[at] == '\t'))
        ++at;
}

bool take(std::string_view line, std::size_t &at, std::string_view word) {
    if (!line.substr(at).starts_with(word) ||
        (at + word.size() < line.size() && is_name(line[at + word.size()])))
        return false;
    at += word.size();
    skip_blanks(line, at);
    return true;
}

/// Where the type is missing in `[static] const NAME =`; npos: it is another line.
std::size_t missing_type(std::string_view line) {
    std::size_t at = 0;
    skip_blanks(line, at);
    (void)take(line, at, "static");
    if (!take(line, at, "const"))
        return std::string_view::npos;
    const std::size_t name = at;
    while (at < line.size() && is_name(line[at]))
        ++at;
    const bool any = at > name;
    skip_blanks(line, at);
    return any && at < line.size() && line[at] == '=' && !line.substr(at).starts_with("==")
               ? name
               : std::string_view::npos;
}

} // namespace

std::optional<std::string> mended(std::string_view text) {
    std::string result;
    bool any = false;
    char last = ';'; // the last letter before the line, blanks aside
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
        const std::string_view line = text.substr(0, end);
        text.remove_prefix(end);
        // Behind an `int` on the line before, nothing is missing.
        const std::size_t at = is_name(last) || last == '*' || last == ',' ? std::string_view::npos
                                                                           : missing_type(line);
        if (at == std::string_view::npos) {
            result += line;
        } else {
            result.append(line.substr(0, at)).append("int ").append(line.substr(at));
            any = true;
        }
        const std::size_t letter = line.find_last_not_of(" \t\r\n");
        if (letter != std::string_view::npos && !line.starts_with("#"))
            last = line[letter];
        else if (line.starts_with("#"))
            last = ';';
    }
    return any ? std::optional(std::move(result)) : std::nullopt;
}

} // namespace ksbox::build
