// bench-report: runs the benchmark programs beside it and prints one table of what they found.
#include <algorithm>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>

#include <CLI/CLI.hpp>

#include "report/figures.h"

namespace ksbox::bench {
namespace {

std::vector<std::string> programs_beside(const std::filesystem::path &self,
                                         const std::vector<std::string> &wanted) {
    std::vector<std::string> programs;
    for (const auto &entry : std::filesystem::directory_iterator(self.parent_path())) {
        const std::string name = entry.path().filename();
        if (name.starts_with("bench-") && name != self.filename() &&
            (wanted.empty() || std::ranges::find(wanted, name.substr(6)) != wanted.end()))
            programs.push_back(entry.path());
    }
    std::ranges::sort(programs);
    return programs;
}

int run(const std::vector<std::string> &wanted, int repetitions, bool with_instructions,
        const std::string &json_file) {
    const auto programs = programs_beside(std::filesystem::read_symlink("/proc/self/exe"), wanted);
    const std::string machine = machine_line();
    std::vector<Row> rows;
    for (const std::string &program : programs) {
        std::fprintf(stderr, "measuring %s\n", program.c_str());
        std::ranges::copy(measure_program(program, repetitions, with_instructions),
                          std::back_inserter(rows));
    }
    std::printf("%s\nmedian of %d interleaved repetitions\n\n%s", machine.c_str(), repetitions,
                render(rows).c_str());
    if (!json_file.empty()) {
        std::ofstream file(json_file);
        file << nlohmann::json{{"machine", machine}, {"rows", to_json(rows)}}.dump(2) << "\n";
        if (!file.flush())
            throw std::runtime_error(json_file + " cannot be written");
    }
    return 0;
}

} // namespace
} // namespace ksbox::bench

int main(int count, char **values) {
    CLI::App app("Runs the benchmarks and prints one table");
    std::vector<std::string> wanted;
    int repetitions = 7;
    bool times_only = false;
    std::string json_file;
    app.add_option("NAME", wanted, "benchmark programs; all without any");
    app.add_option("--repetitions", repetitions, "of each case, interleaved")
        ->check(CLI::PositiveNumber);
    app.add_flag("--no-instructions", times_only, "no callgrind runs");
    app.add_option("--json", json_file, "also write the figures to this file");
    CLI11_PARSE(app, count, values);
    try {
        return ksbox::bench::run(wanted, repetitions, !times_only, json_file);
    } catch (const std::exception &error) {
        std::fprintf(stderr, "bench-report: %s\n", error.what());
        return 1;
    }
}
