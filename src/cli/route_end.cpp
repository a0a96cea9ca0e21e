#include "cli/route_end.h"

#include <algorithm>
#include <cctype>
#include <charconv>

#include "cli/failures.h"
#include "cli/session.h"

namespace ksbox::cli {

namespace {

constexpr std::string_view driver_extension = ".sys", tone_word = "tone", meter_word = "meter";

[[noreturn]] void throw_bad_tone(const std::string &text) {
    throw BadInput("'" + text + "': a tone is tone[:HZ[:DB]], as tone:440:-20");
}

double number(const std::string &text, const std::string &part) {
    double value = 0;
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), value);
    if (error != std::errc() || end != part.data() + part.size())
        throw_bad_tone(text);
    return value;
}

End parse_tone(const std::string &text) {
    End end{.kind = End::Kind::tone, .file = {}, .pin = {}, .endpoint = {}};
    const std::size_t first = text.find(':');
    if (first == std::string::npos)
        return end;
    const std::size_t second = text.find(':', first + 1);
    end.frequency_hz = number(text, text.substr(first + 1, second - first - 1));
    if (second != std::string::npos)
        end.level_db = number(text, text.substr(second + 1));
    return end;
}

End parse_driver(const std::string &text, std::size_t extension_at) {
    End end{.kind = End::Kind::driver, .file = {}, .pin = {}, .endpoint = {}};
    const std::size_t colon = extension_at + driver_extension.size();
    end.file = text.substr(0, colon);
    if (colon == text.size())
        return end;
    const std::string which = text.substr(colon + 1);
    if (which.empty())
        throw BadInput("'" + text +
                       "': behind the colon comes a pin's number or an endpoint's name");
    if (std::ranges::all_of(which, [](unsigned char c) { return std::isdigit(c) != 0; }) &&
        which.size() < 9)
        end.pin = static_cast<std::uint32_t>(std::stoul(which));
    else
        end.endpoint = which;
    return end;
}

} // namespace

End parse_end(const std::string &text) {
    const std::string small = lower(text);
    if (small.ends_with(driver_extension))
        return parse_driver(text, small.size() - driver_extension.size());
    if (const std::size_t at = small.rfind(".sys:"); at != std::string::npos)
        return parse_driver(text, at);
    if (text == meter_word)
        return {.kind = End::Kind::meter, .file = {}, .pin = {}, .endpoint = {}};
    if (text == tone_word || text.starts_with(std::string(tone_word) + ":"))
        return parse_tone(text);
    return {.kind = End::Kind::file, .file = text, .pin = {}, .endpoint = {}};
}

} // namespace ksbox::cli
