// Any bytes as a project and what it imports, and as a solution: refused with a place that the file
// has, or read; and then everything is made of it that needs no compiler.
// Covers: src/build/expression.cpp src/build/condition.cpp src/build/project_reader.cpp
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "build/dialect.h"
#include "build/options.h"
#include "build/project.h"
#include "build/setup_information.h"
#include "build/solution.h"
#include "build/text.h"
#include "build/tracing.h"

namespace {

namespace fs = std::filesystem;
using namespace ksbox::build;

constexpr std::string_view mark = "=== ";
constexpr std::size_t longest_input = 1 << 16; // lists of lists take their time

/// Several files, each behind a line with its name; the first may do without.
MemoryFiles files_of(std::string_view bytes) {
    MemoryFiles files;
    std::string name = "card.vcxproj";
    std::size_t begin = 0;
    for (std::size_t at = 0; at <= bytes.size();) {
        const bool last = at == bytes.size();
        if (last || (bytes.substr(at).starts_with(mark) && (at == 0 || bytes[at - 1] == '\n'))) {
            if (last || at != 0)
                files.add(fs::path("/p") / name, std::string(bytes.substr(begin, at - begin)));
            if (last)
                break;
            const std::size_t end = std::min(bytes.find('\n', at), bytes.size());
            name = bytes.substr(at + mark.size(), end - at - mark.size());
            std::erase(name, '\0');
            if (name.empty() || name.front() == '/')
                name = "x" + name;
            begin = std::min(end + 1, bytes.size());
            at = begin;
        } else {
            at = std::min(bytes.find('\n', at), bytes.size() - 1) + 1;
        }
    }
    return files;
}

void check(const MemoryFiles &files, const Message &message) {
    if (message.text.empty())
        std::abort();
    const auto bytes = files.read(message.place.file);
    if (!bytes) // told of a file that is not there
        return;
    const std::string text = decoded(*bytes);
    if (message.place.line > std::ranges::count(text, '\n') + 1 ||
        message.place.column > text.size() + 1)
        std::abort();
}

void read(const MemoryFiles &files, const char *configuration) {
    const auto project = read_project(files, "/p/card.vcxproj", {configuration, "x64", {}});
    if (!project)
        return check(files, project.error());
    for (const Message &message : project->left_out())
        check(files, message);
    std::size_t items = 0;
    for (const Item &item : project->items("ClCompile")) {
        if (++items > 64)
            break;
        const Options options = compile_options(files, *project, item);
        for (const std::string &argument : options.arguments)
            if (argument.empty())
                std::abort();
    }
    (void)link_options(*project);
    (void)linked_libraries(*project);
    (void)mode_of(*project);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    if (size > longest_input)
        return 0;
    const std::string_view bytes(reinterpret_cast<const char *>(data), size);
    const MemoryFiles files = files_of(bytes);
    for (const char *configuration : {"Debug", "Release"})
        read(files, configuration);
    if (const auto projects = read_solution(files, "/p/card.vcxproj", {}, "x64"); !projects)
        check(files, projects.error());
    std::set<std::string> functions;
    add_configured_functions(bytes, functions);
    add_named_functions(bytes, functions);
    (void)trace_headers_of(bytes);
    if (const auto text = mended(bytes); text && text->size() <= bytes.size())
        std::abort();
    if (trace_header(functions).empty())
        std::abort();
    (void)stamped(decoded(bytes), {});
    return 0;
}
