// Covers: src/drive
// Any bytes as a scenario file: refused with a place that the file has, or read as no more commands
// than it has lines, each at its place.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "drive/script.h"

namespace {

bool in_file(ksbox::drive::Place place, std::string_view bytes, std::ptrdiff_t lines) {
    return place.line >= 1 && place.line <= lines && place.column >= 1 &&
           place.column <= bytes.size() + 1;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char *>(data), size);
    const auto lines = std::ranges::count(bytes, '\n') + 1;
    const auto script = ksbox::drive::Script::parse(bytes);
    if (!script) {
        if (script.error().text.empty() || !in_file(script.error().place, bytes, lines))
            std::abort();
        return 0;
    }
    if (script->commands.empty() || std::ssize(script->commands) > lines)
        std::abort();
    unsigned before = 0;
    for (const ksbox::drive::Command &command : script->commands) {
        if (!in_file(command.place, bytes, lines) || command.place.line <= before ||
            command.text.empty())
            std::abort();
        before = command.place.line;
    }
    return 0;
}
