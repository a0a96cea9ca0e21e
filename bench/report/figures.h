// What was measured, by row and side, and the questions as the benchmark programs describe them.
#pragma once

#include <array>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace ksbox::bench {

constexpr std::array<const char *, 4> side_names{"ksbox", "limit", "gstreamer", "spa"};

/// Of one row and side: what the row's `shown` cost.
struct Figure {
    std::optional<double> time_ns;      ///< CPU time, median of the repetitions
    std::optional<double> instructions; ///< slope between N and 2 N
    std::optional<double> quality;      ///< in a row of that, and nothing else
};

struct RowAim {
    double factor = 1;
    Figure of;           ///< of what: another side's figure of the row, or ksbox's of another row
    std::string against; ///< whose that is, for machines: a side or a row
    std::string called;  ///< and for people
};

struct Row {
    std::string name, title;
    std::array<Figure, side_names.size()> figures;
    std::vector<RowAim> aims;
    std::string unit = {}; ///< of a quality, which is the better the greater it is
    double at_least = 0;
};

/// Measures every question of a program; a row for each, then one for each slope.
std::vector<Row> measure_program(const std::string &program, int repetitions,
                                 bool with_instructions);

/// The table, in lines of text.
std::string render(const std::vector<Row> &rows);
nlohmann::json to_json(const std::vector<Row> &rows);

/// Processor, system, compiler and load, in one line.
std::string machine_line();

/// What a command writes to its standard output or, with `errors`, to its standard error. Throws
/// when it cannot be run or fails.
std::string output_of(const std::vector<std::string> &command, bool errors = false);

} // namespace ksbox::bench
