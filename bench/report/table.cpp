// The table: two lines a row, time and instructions.
#include <algorithm>
#include <fstream>
#include <sys/utsname.h>
#include <thread>

#include <fmt/format.h>

#include "report/figures.h"

namespace ksbox::bench {

namespace {

using Value = std::optional<double>;

std::string with_unit(double value, std::span<const char *const> units) {
    std::size_t unit = 0;
    while (value >= 999.5 && unit + 1 < units.size()) {
        value /= 1000;
        ++unit;
    }
    const int digits = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
    return fmt::format("{:.{}f} {}", value, digits, units[unit]);
}

std::string show(const Value &value, bool is_time) {
    static constexpr const char *times[] = {"ns", "µs", "ms", "s"};
    static constexpr const char *counts[] = {"Ir", "k Ir", "M Ir", "G Ir"};
    if (!value)
        return "-";
    return is_time ? with_unit(*value, times) : with_unit(*value, counts);
}

std::string factor_text(double factor) {
    return factor < 1 ? fmt::format("1/{:g}", 1 / factor) : fmt::format("{:g}", factor);
}

std::string ratio_text(const Value &ours, const Value &theirs) {
    return ours && theirs && *theirs > 0 ? fmt::format("{:.3g}", *ours / *theirs) : "-";
}

/// Columns are padded by characters, not bytes.
std::string padded(const std::string &text, std::size_t width, bool right) {
    const auto characters = static_cast<std::size_t>(
        std::ranges::count_if(text, [](char c) { return (c & 0xc0) != 0x80; }));
    const std::string space(width > characters ? width - characters : 0, ' ');
    return right ? space + text : text + space;
}

std::string reached(const Value &ours, const Value &theirs, double factor) {
    if (!ours || !theirs)
        return "not measured";
    return *ours <= *theirs * factor ? "yes" : "no";
}

std::array<Value, 3> values(const Row &row, bool is_time) {
    std::array<Value, 3> list;
    for (std::size_t i = 0; i < list.size(); ++i)
        list[i] = is_time ? row.figures[i].time_ns : row.figures[i].instructions;
    return list;
}

constexpr std::array<std::size_t, 8> widths{42, 11, 11, 11, 8, 8, 30, 12};

std::string line(const std::array<std::string, 8> &cells) {
    std::string text;
    for (std::size_t i = 0; i < cells.size(); ++i)
        text += padded(cells[i], widths[i], i >= 1 && i <= 5) + (i + 1 < cells.size() ? "  " : "");
    text.erase(text.find_last_not_of(' ') + 1);
    return text + "\n";
}

std::string row_line(const Row &row, bool is_time) {
    const auto [ours, limit, peer] = values(row, is_time);
    std::string aims, outcome;
    for (const RowAim &aim : row.aims) {
        const char *separator = aims.empty() ? "" : ", ";
        aims += fmt::format("{}≤ {} {}", separator, factor_text(aim.factor), aim.called);
        outcome +=
            separator + reached(ours, is_time ? aim.of.time_ns : aim.of.instructions, aim.factor);
    }
    return line({is_time ? row.title : "", show(ours, is_time), show(limit, is_time),
                 show(peer, is_time), ratio_text(ours, limit), ratio_text(ours, peer), aims,
                 outcome});
}

} // namespace

std::string render(const std::vector<Row> &rows) {
    std::string text = line({"benchmark (CPU time, instructions)", "ksbox", "limit", "GStreamer",
                             "÷ limit", "÷ GSt", "aim", "reached"});
    for (const Row &row : rows) {
        text += row_line(row, true);
        if (std::ranges::any_of(row.figures,
                                [](const Figure &f) { return f.instructions.has_value(); }))
            text += row_line(row, false);
    }
    return text;
}

nlohmann::json to_json(const std::vector<Row> &rows) {
    nlohmann::json list = nlohmann::json::array();
    const auto value = [](const Value &one) {
        return one ? nlohmann::json(*one) : nlohmann::json(nullptr);
    };
    for (const Row &row : rows) {
        nlohmann::json one{
            {"name", row.name}, {"title", row.title}, {"aims", nlohmann::json::array()}};
        for (std::size_t i = 0; i < side_names.size(); ++i)
            one[side_names[i]] = {{"cpu_ns", value(row.figures[i].time_ns)},
                                  {"instructions", value(row.figures[i].instructions)}};
        for (const RowAim &aim : row.aims)
            one["aims"].push_back(
                {{"against", aim.against},
                 {"factor", aim.factor},
                 {"reached_in_time", reached(row.figures[0].time_ns, aim.of.time_ns, aim.factor)},
                 {"reached_in_instructions",
                  reached(row.figures[0].instructions, aim.of.instructions, aim.factor)}});
        list.push_back(one);
    }
    return list;
}

std::string machine_line() {
    std::string processor = "unknown processor", text;
    std::ifstream facts("/proc/cpuinfo");
    while (std::getline(facts, text))
        if (text.starts_with("model name")) {
            processor = text.substr(text.find(':') + 2);
            break;
        }
    utsname system{};
    uname(&system);
    std::string load;
    std::ifstream("/proc/loadavg") >> load;
    std::string gstreamer = output_of({"pkg-config", "--modversion", "gstreamer-1.0"});
    gstreamer.erase(gstreamer.find_last_not_of('\n') + 1);
    return fmt::format("{} x {}, Linux {}, clang {}, GStreamer {}, load {}",
                       std::thread::hardware_concurrency(), processor, system.release,
                       __clang_version__, gstreamer, load);
}

} // namespace ksbox::bench
