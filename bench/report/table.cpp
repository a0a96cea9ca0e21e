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

using Values = std::array<Value, side_names.size()>;

Values values(const Row &row, bool is_time) {
    Values list;
    for (std::size_t i = 0; i < list.size(); ++i)
        list[i] = is_time ? row.figures[i].time_ns : row.figures[i].instructions;
    return list;
}

constexpr std::size_t column_count = 10;
constexpr std::array<std::size_t, column_count> widths{42, 11, 11, 11, 11, 8, 8, 8, 30, 12};

bool is_of_spa(std::size_t column) {
    return column == 4 || column == 7;
}

/// SPA has columns where it has figures.
std::string line(const std::array<std::string, column_count> &cells, bool with_spa) {
    std::string text;
    for (std::size_t i = 0; i < cells.size(); ++i)
        if (with_spa || !is_of_spa(i))
            text +=
                padded(cells[i], widths[i], i >= 1 && i <= 7) + (i + 1 < cells.size() ? "  " : "");
    text.erase(text.find_last_not_of(' ') + 1);
    return text + "\n";
}

std::string row_line(const Row &row, bool is_time, bool with_spa) {
    const auto [ours, limit, gstreamer, spa] = values(row, is_time);
    std::string aims, outcome;
    for (const RowAim &aim : row.aims) {
        const char *separator = aims.empty() ? "" : ", ";
        aims += fmt::format("{}≤ {} {}", separator, factor_text(aim.factor), aim.called);
        outcome +=
            separator + reached(ours, is_time ? aim.of.time_ns : aim.of.instructions, aim.factor);
    }
    return line({is_time ? row.title : "", show(ours, is_time), show(limit, is_time),
                 show(gstreamer, is_time), show(spa, is_time), ratio_text(ours, limit),
                 ratio_text(ours, gstreamer), ratio_text(ours, spa), aims, outcome},
                with_spa);
}

std::string quality_line(const Row &row, bool with_spa) {
    std::array<std::string, column_count> cells{row.title};
    for (std::size_t i = 0; i < side_names.size(); ++i) {
        const Value &value = row.figures[i].quality;
        cells[1 + i] = value ? fmt::format("{:.1f} {}", *value, row.unit) : "-";
    }
    cells[5] = cells[6] = cells[7] = "-";
    cells[8] = fmt::format("≥ {:g} {}", row.at_least, row.unit);
    cells[9] = row.figures[0].quality >= row.at_least ? "yes" : "no";
    return line(cells, with_spa);
}

} // namespace

std::string render(const std::vector<Row> &rows) {
    const bool with_spa = std::ranges::any_of(
        rows, [](const Row &row) { return row.figures[3].time_ns || row.figures[3].quality; });
    std::string text = line({"benchmark (CPU time, instructions)", "ksbox", "limit", "GStreamer",
                             "SPA", "÷ limit", "÷ GSt", "÷ SPA", "aim", "reached"},
                            with_spa);
    for (const Row &row : rows) {
        if (!row.unit.empty()) {
            text += quality_line(row, with_spa);
            continue;
        }
        text += row_line(row, true, with_spa);
        if (std::ranges::any_of(row.figures,
                                [](const Figure &f) { return f.instructions.has_value(); }))
            text += row_line(row, false, with_spa);
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
                                  {"instructions", value(row.figures[i].instructions)},
                                  {"quality", value(row.figures[i].quality)}};
        if (!row.unit.empty())
            one.update({{"unit", row.unit}, {"at_least", row.at_least}});
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
