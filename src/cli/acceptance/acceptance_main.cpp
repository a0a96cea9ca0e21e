// ksbox-acceptance DIR|X.sys: puts a driver, or every .sys of a folder, through what a driver has
// to stand, in simulated and in real time, each run in a process of its own; prints a table and "N
// passed, N failed".
#include <algorithm>
#include <filesystem>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/acceptance/checks.h"
#include "cli/failures.h"

using namespace ksbox::cli;

namespace {

constexpr double time_limit_s = 120;

std::vector<std::filesystem::path> drivers_in(const std::filesystem::path &folder) {
    if (!std::filesystem::is_directory(folder))
        return {folder};
    std::vector<std::filesystem::path> drivers;
    for (const auto &entry : std::filesystem::directory_iterator(folder))
        if (entry.path().extension() == ".sys")
            drivers.push_back(entry.path());
    std::ranges::sort(drivers);
    return drivers;
}

} // namespace

int main(int count, char **arguments) {
    CLI::App app(
        "Checks a driver (.sys), or all of a folder: inspect, streaming, states, a client that\n"
        "goes away mid-stream, unload, leaks; in simulated and in real time.",
        "ksbox-acceptance");
    std::filesystem::path folder;
    std::string mode;
    app.add_option("folder", folder, "the driver, or where the drivers are")
        ->required()
        ->check(CLI::ExistingPath)
        ->type_name("DIR|X.sys");
    app.add_option("--time", mode, "only this mode")
        ->check(CLI::IsMember({"simulated", "realtime"}));
    try {
        app.parse(count, arguments);
    } catch (const CLI::Success &asked) {
        return app.exit(asked);
    } catch (const CLI::ParseError &error) {
        fmt::print(stderr, "ksbox-acceptance: {}\n", error.what());
        return exit_bad_input;
    }
    std::vector<std::filesystem::path> drivers = drivers_in(folder);
    if (drivers.empty()) {
        fmt::print(stderr, "ksbox-acceptance: {} has no .sys\n", folder.string());
        return exit_bad_input;
    }
    fmt::print("{:20} {:10} {:8} {}\n", "driver", "time", "result", "streamed");
    int passed = 0, failed = 0;
    for (const auto &driver : drivers)
        for (bool realtime : {false, true}) {
            if (!mode.empty() && (mode == "realtime") != realtime)
                continue;
            RunOptions options;
            options.driver = driver;
            options.realtime = realtime;
            options.timeout_s = time_limit_s;
            std::string repeat = fmt::format("ksbox-acceptance {} --time {}", driver.string(),
                                             realtime ? "realtime" : "simulated");
            int code = supervise(
                {.timeout_s = time_limit_s, .repeat_command = repeat},
                [&](Worker &worker) { return acceptance::check_driver(options, worker); });
            if (code != exit_done)
                fmt::print("{:20} {:10} {:8} exit code {}\n", driver.filename().string(),
                           realtime ? "realtime" : "simulated", "FAILED", code);
            std::fflush(stdout);
            ++(code == exit_done ? passed : failed);
        }
    fmt::print("{} passed, {} failed\n", passed, failed);
    return failed == 0 ? exit_done : exit_finding;
}
