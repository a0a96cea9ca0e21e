// Asks a benchmark program for its questions, runs it for the times, and under callgrind for the
// instructions.
#include <cstdio>
#include <map>
#include <stdexcept>

#include <fmt/format.h>

#include "report/figures.h"

namespace ksbox::bench {

namespace {

std::size_t side_index(const std::string &name) {
    for (std::size_t i = 0; i < side_names.size(); ++i)
        if (name == side_names[i])
            return i;
    throw std::runtime_error("no side " + name);
}

/// Nanoseconds an iteration by "question/side".
std::map<std::string, double> measure_times(const std::string &program, int repetitions) {
    const nlohmann::json report = nlohmann::json::parse(output_of(
        {program, "--benchmark_format=json", fmt::format("--benchmark_repetitions={}", repetitions),
         "--benchmark_enable_random_interleaving=true", "--benchmark_report_aggregates_only=true",
         "--benchmark_min_time=0.2"}));
    std::map<std::string, double> times;
    for (const auto &one : report["benchmarks"]) {
        const std::string run = one["run_name"];
        // "question/side", then Google Benchmark's own remarks.
        const std::string name = run.substr(0, run.find('/', run.find('/') + 1));
        if (one.value("error_occurred", false))
            throw std::runtime_error(name + ": " + one["error_message"].get<std::string>());
        if (one.value("aggregate_name", "") != "median")
            continue;
        const bool manual = run.ends_with("manual_time");
        times[name] = one[manual ? "real_time" : "cpu_time"];
    }
    return times;
}

double instructions_of(const std::string &program, std::uint64_t count, const std::string &name) {
    const std::string said =
        output_of({"valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", program,
                   "--count", std::to_string(count), name},
                  true);
    constexpr std::string_view mark = "Collected : ";
    const std::size_t at = said.rfind(mark);
    if (at == std::string::npos)
        throw std::runtime_error("callgrind counted nothing: " + said);
    return std::stod(said.substr(at + mark.size()));
}

double slope_of(const std::string &program, std::uint64_t count, const std::string &name) {
    const double once = instructions_of(program, count, name);
    const double twice = instructions_of(program, 2 * count, name);
    return (twice - once) / static_cast<double>(count);
}

Row &find(std::vector<Row> &rows, const std::string &name) {
    for (Row &row : rows)
        if (row.name == name)
            return row;
    throw std::runtime_error("no row " + name);
}

/// The row's figures are known, as are those of all rows that aims name.
void set_aims(std::vector<Row> &rows, const nlohmann::json &described) {
    Row &row = find(rows, described["name"]);
    for (const auto &aim : described["aims"]) {
        const std::string question = aim["of_question"], side = aim["against"];
        if (!question.empty())
            row.aims.push_back(
                {aim["factor"], find(rows, question).figures[0], question, aim["called"]});
        else
            row.aims.push_back({aim["factor"], row.figures.at(side_index(side)), side,
                                side == "gstreamer" ? "GStreamer"
                                : side == "spa"     ? "SPA"
                                                    : side});
    }
}

std::optional<double> per_step(const std::optional<double> &from, const std::optional<double> &to,
                               double steps) {
    return from && to ? std::optional((*to - *from) / steps) : std::nullopt;
}

} // namespace

std::vector<Row> measure_program(const std::string &program, int repetitions,
                                 bool with_instructions) {
    const nlohmann::json description = nlohmann::json::parse(output_of({program, "--describe"}));
    std::map<std::string, double> times = measure_times(program, repetitions);
    std::vector<Row> rows;
    for (const auto &question : description["questions"]) {
        Row row{question["name"], question["title"], {}, {}};
        const double shown = question["shown"];
        const std::uint64_t counted = question["counted"];
        for (const std::string side : question["sides"]) {
            Figure &figure = row.figures.at(side_index(side));
            const std::string name = row.name + "/" + side;
            figure.time_ns = times.at(name) * shown;
            if (with_instructions && counted != 0) {
                std::fprintf(stderr, "counting %s\n", name.c_str());
                figure.instructions = slope_of(program, counted, name) * shown;
            }
        }
        rows.push_back(row);
    }
    for (const auto &slope : description["slopes"]) {
        const Row from = find(rows, slope["from"]), to = find(rows, slope["to"]);
        const double steps = slope["steps"];
        Row row{slope["name"], slope["title"], {}, {}};
        for (std::size_t i = 0; i < side_names.size(); ++i) {
            row.figures[i].time_ns =
                per_step(from.figures[i].time_ns, to.figures[i].time_ns, steps);
            row.figures[i].instructions =
                per_step(from.figures[i].instructions, to.figures[i].instructions, steps);
        }
        rows.push_back(row);
    }
    for (const auto &quality : description["qualities"]) {
        Row row{quality["name"], quality["title"], {}, {}, quality["unit"], quality["at_least"]};
        for (const auto &[side, value] : quality["values"].items())
            row.figures.at(side_index(side)).quality = value;
        rows.push_back(row);
    }
    for (const char *kind : {"questions", "slopes"})
        for (const auto &described : description[kind])
            set_aims(rows, described);
    return rows;
}

} // namespace ksbox::bench
