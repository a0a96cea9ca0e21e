#include "build/tracing.h"

#include <algorithm>

#include "build/text.h"

namespace ksbox::build {

namespace {

bool is_name(char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
           (letter >= '0' && letter <= '9') || letter == '_';
}

std::string_view name_at(std::string_view text) {
    return text.substr(
        0, static_cast<std::size_t>(std::ranges::find_if_not(text, is_name) - text.begin()));
}

void each_line(std::string_view text, const auto &take) {
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        take(trimmed(text.substr(0, end)));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
}

constexpr std::string_view beginning =
    R"(// Written by ksbox build. WPP's trace functions, which trace nothing here.
#include <ksbox/trace_levels.h>
#if defined(WPP_CONTROL_GUIDS) && !defined(WPP_KSBOX_BITS)
#define WPP_KSBOX_BITS
#ifndef WPP_DEFINE_BIT
#define WPP_DEFINE_BIT(Name) WPP_BIT_##Name,
#endif
#ifndef WPP_DEFINE_CONTROL_GUID
#define WPP_DEFINE_CONTROL_GUID(Name, Guid, Bits) Bits
#endif
enum WPP_KSBOX_BIT { WPP_CONTROL_GUIDS WPP_KSBOX_LAST_BIT };
#endif
)";

// Asked about, all is off.
constexpr const char *questions[] = {"WPP_ENABLED",
                                     "WPP_LEVEL_ENABLED",
                                     "WPP_FLAG_ENABLED",
                                     "WPP_LEVEL_FLAGS_ENABLED",
                                     "WPP_FLAGS_ENABLED",
                                     "WPP_FLAG_LEVEL_ENABLED",
                                     "WPP_FLAGS_LEVEL_ENABLED"};
constexpr const char *always[] = {"WPP_INIT_TRACING",   "WPP_CLEANUP",         "WPP_SYSTEMCONTROL",
                                  "WPP_SYSTEMCONTROL2", "WPP_REGISTRATION",    "DoTraceMessage",
                                  "DoTraceMessageEx",   "DoTraceLevelMessage", "DoDebugTrace"};

} // namespace

std::vector<std::string> includes_of(std::string_view source) {
    std::vector<std::string> names;
    each_line(source, [&](std::string_view line) {
        if (!line.starts_with("#"))
            return;
        line = trimmed(line.substr(1));
        if (!line.starts_with("include"))
            return;
        line = trimmed(line.substr(7));
        const char end = line.starts_with('"') ? '"' : line.starts_with('<') ? '>' : '\0';
        const std::size_t close = end ? line.find(end, 1) : std::string_view::npos;
        if (close == std::string_view::npos)
            return;
        names.emplace_back(line.substr(1, close - 1));
    });
    return names;
}

std::vector<std::string> trace_headers_of(std::string_view source) {
    std::vector<std::string> names = includes_of(source);
    std::erase_if(names, [](std::string_view name) {
        return name.size() <= 4 || !same_text(name.substr(name.size() - 4), ".tmh");
    });
    return names;
}

void add_configured_functions(std::string_view text, std::set<std::string> &functions) {
    bool inside = false;
    each_line(text, [&](std::string_view line) {
        if (line.find("begin_wpp") != std::string_view::npos)
            inside = line.find("config") != std::string_view::npos;
        else if (line.find("end_wpp") != std::string_view::npos)
            inside = false;
        if (!inside)
            return;
        while (!line.empty() && (line[0] == '/' || line[0] == '*' || line[0] == ' '))
            line.remove_prefix(1);
        if (!line.starts_with("FUNC ") && !line.starts_with("FUNC\t"))
            return;
        if (const auto name = name_at(trimmed(line.substr(5))); !name.empty())
            functions.emplace(name);
    });
}

void add_named_functions(std::string_view options, std::set<std::string> &functions) {
    constexpr std::string_view option = "-func:";
    std::size_t at = options.find(option);
    if (at == std::string_view::npos) {
        if (const auto name = name_at(trimmed(options)); !name.empty())
            functions.emplace(name);
        return;
    }
    for (; at != std::string_view::npos; at = options.find(option, at)) {
        at += option.size();
        if (const auto name = name_at(options.substr(at)); !name.empty())
            functions.emplace(name);
    }
}

std::string trace_header(const std::set<std::string> &functions) {
    std::string text(beginning);
    const auto define = [&](const std::string &name, const char *value) {
        text += "#undef " + name + "\n#define " + name + "(...) " + value + "\n";
    };
    for (const char *name : questions)
        define(name, "0");
    for (const char *name : always)
        define(name, "((void)0)");
    for (const std::string &name : functions)
        define(name, "((void)0)");
    return text;
}

} // namespace ksbox::build
