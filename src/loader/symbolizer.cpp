#include "loader/symbolizer.h"

#include "loader/child_output.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <map>

namespace ksbox::loader {

namespace {

constexpr int child_timeout_ms = 10000;

/// "dir/file.c:12:3" without the column; a drive letter's colon stays in the name.
void parse_location(std::string_view text, SourceLine &to) {
    const auto column = text.rfind(':');
    const auto line = column == text.npos ? text.npos : text.rfind(':', column - 1);
    if (line == text.npos || line == 0)
        return;
    if (const auto file = text.substr(0, line); file != "??")
        to.file = file;
    const auto digits = text.substr(line + 1, column - line - 1);
    std::from_chars(digits.data(), digits.data() + digits.size(), to.line);
}

/// The symbolizer's plain output: pairs of lines (function, location), a blank line after each
/// address.
std::vector<std::vector<SourceLine>> parse_output(std::string_view output, std::size_t count) {
    std::vector<std::vector<SourceLine>> results(count);
    std::size_t index = 0;
    const auto next_line = [&output] {
        const auto end = std::min(output.find('\n'), output.size());
        const auto line = output.substr(0, end);
        output.remove_prefix(std::min(end + 1, output.size()));
        return line;
    };
    while (!output.empty() && index < count) {
        const auto function = next_line();
        if (function.empty()) {
            ++index;
            continue;
        }
        SourceLine line;
        if (function != "??")
            line.function = function;
        parse_location(next_line(), line);
        // A public symbol without a source line is a guess at the nearest; exports do that better.
        if (!line.file.empty() && line.line != 0)
            results[index].push_back(std::move(line));
    }
    return results;
}

std::string file_name(std::string_view path) {
    const auto slash = path.find_last_of("/\\");
    return std::string(slash == path.npos ? path : path.substr(slash + 1));
}

} // namespace

std::string SymbolizedFrame::to_text() const {
    if (image.empty())
        return fmt::format("{:#x}", address);
    if (unloaded)
        return fmt::format("{}+{:#x} (unloaded)", image, rva);
    if (!lines.empty())
        return fmt::format("{}!{} {}:{}", image,
                           lines.front().function.empty() ? "?" : lines.front().function,
                           file_name(lines.front().file), lines.front().line);
    if (!export_name.empty())
        return fmt::format("{}+{:#x} ({}+{:#x})", image, rva, export_name, export_offset);
    return fmt::format("{}+{:#x}", image, rva);
}

std::vector<std::vector<SourceLine>>
Symbolizer::resolve(const std::string &image_path, std::span<const std::uint32_t> rvas) const {
    std::vector<std::vector<SourceLine>> nothing(rvas.size());
    if (image_path.empty() || rvas.empty())
        return nothing;
    std::vector<std::string> arguments = {"", "--relative-address", "--demangle",
                                          "--obj=" + image_path};
    for (const std::uint32_t rva : rvas)
        arguments.push_back(fmt::format("{:#x}", rva));
    const std::vector<std::string> tools =
        tool_.empty() ? std::vector<std::string>{"llvm-symbolizer-19", "llvm-symbolizer"}
                      : std::vector{tool_};
    for (const std::string &tool : tools) {
        arguments[0] = tool;
        if (const auto output = child_output(arguments, child_timeout_ms))
            return parse_output(*output, rvas.size());
    }
    return nothing;
}

std::vector<SymbolizedFrame> Symbolizer::symbolize(const ImageIndex &images,
                                                   std::span<const std::uint64_t> addresses,
                                                   bool first_returns) const {
    std::vector<SymbolizedFrame> frames(addresses.size());
    struct Wanted {
        std::vector<std::uint32_t> rvas;
        std::vector<std::size_t> frames;
    };
    std::map<std::string, Wanted> by_image;
    for (std::size_t i = 0; i < addresses.size(); ++i) {
        SymbolizedFrame &frame = frames[i];
        frame.address = addresses[i];
        const Image *image = images.find(frame.address);
        if (!image) {
            if (const auto gone = images.find_unloaded(frame.address)) {
                frame.image = gone->name;
                frame.unloaded = true;
                frame.rva = static_cast<std::uint32_t>(frame.address - gone->base);
            }
            continue;
        }
        const ImageLocation location = image->locate(reinterpret_cast<const void *>(frame.address));
        frame.image = image->name();
        frame.rva = location.rva;
        frame.section = location.section;
        frame.export_name = location.export_name;
        frame.export_offset = location.export_offset;
        Wanted &wanted = by_image[image->path()];
        const bool returns = i > 0 || first_returns;
        wanted.rvas.push_back(location.rva - (returns && location.rva > 0 ? 1 : 0));
        wanted.frames.push_back(i);
    }
    for (const auto &[path, wanted] : by_image) {
        auto results = resolve(path, wanted.rvas);
        for (std::size_t i = 0; i < results.size(); ++i)
            frames[wanted.frames[i]].lines = std::move(results[i]);
    }
    return frames;
}

} // namespace ksbox::loader
