// What a benchmark program asks: questions, each answered by ksbox, by a hand-written loop that
// does only the unavoidable (the limit), and by the nearest equivalents of GStreamer and of SPA,
// PipeWire's plugins. bench_main.cpp
// measures them with Google Benchmark; the report program joins what all programs say into one
// table.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace ksbox::bench {

enum class Side : std::uint8_t { ksbox, limit, gstreamer, spa };
const char *to_string(Side side);

/// Does the thing in question `count` times. Throws when the result is wrong.
using Work = std::function<void(std::uint64_t count)>;

struct Case {
    Side side = Side::ksbox;
    /// Makes all that the work needs, which is not measured and goes with the Work.
    std::function<Work()> prepare;
};

/// ksbox shall need at most `factor` of what the other side needs; or, with `of_question`, of what
/// it needs itself for another question of the program.
struct Aim {
    Side against = Side::limit;
    double factor = 1;
    std::string of_question = {}; ///< its name
    std::string called = {};      ///< what the table calls it
};

struct Question {
    std::string name;        ///< a word for the command line
    std::string title;       ///< the table's first column
    std::uint64_t shown = 1; ///< the table shows the cost of so many
    std::uint64_t batch = 1; ///< passed to the work at once when time is measured
    /// Each repetition is one batch; else Google Benchmark chooses how many.
    bool one_batch = false;
    /// N of the instruction count, the slope between N and 2 N; 0: instructions are not counted.
    std::uint64_t counted = 0;
    std::uint64_t smoke = 1; ///< what --smoke does
    /// What is measured is the CPU time of the processes that the work starts.
    bool other_processes = false;
    std::vector<Aim> aims;
    std::vector<Case> cases;
};

/// A row computed from two others: (to - from) / steps.
struct Slope {
    std::string name, title;
    std::string from, to; ///< names of questions
    double steps = 1;
    std::vector<Aim> aims;
};

/// A row of what is the better the greater it is, and the same on every machine.
struct Quality {
    std::string name, title, unit;
    double at_least = 0; ///< of ksbox
    struct Value {
        Side side = Side::ksbox;
        std::function<double()> measure;
    };
    std::vector<Value> values;
};

struct Program {
    std::vector<Question> questions;
    std::vector<Slope> slopes = {};
    std::vector<Quality> qualities = {};
};

/// Defined once by each benchmark program.
Program program();

/// The path of a driver built beside the benchmarks.
std::string driver_file(const std::string &name);

} // namespace ksbox::bench
