// What the commands are told on the command line.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ksbox/box.h"

namespace CLI {
class App;
}

namespace ksbox::cli {

/// Options of every command that runs a driver.
struct RunOptions {
    std::filesystem::path driver;
    /// Loaded behind it, each as it is: --inf, --set, --reg, --coverage and --gdb are the first's.
    std::vector<std::filesystem::path> more_drivers;
    std::string filter;
    std::optional<std::uint32_t> pin;
    bool sysaudio = false; ///< through the virtual devices that stand for the drivers' filters
    bool realtime = false;
    std::uint64_t seed = 1;
    unsigned processors = 2;
    std::filesystem::path trace;
    std::optional<std::uint32_t> debug_print;
    std::filesystem::path inf;
    std::vector<std::filesystem::path> registry_files;
    std::filesystem::path save_registry;
    std::vector<std::pair<std::string, std::string>> parameters;
    std::filesystem::path file_root;
    std::filesystem::path coverage;
    PoolMode pool = PoolMode::ordinary;
    NetAccess net = NetAccess::off;
    std::uint64_t fail_allocation = 0; ///< the one that fails, counted from 1; 0: none
    std::vector<std::string> quirks;
    double timeout_s = 0;
    bool gdb = false;
};

/// Adds them to a command. `options` outlives the parsing.
void add_run_options(CLI::App &command, RunOptions &options);
/// --driver, as often as there are drivers.
void add_drivers_option(CLI::App &command, RunOptions &options, const char *help);
/// --filter and --pin, for the commands that have them.
void add_filter_option(CLI::App &command, RunOptions &options);
void add_pin_option(CLI::App &command, RunOptions &options, const char *help);
/// --sysaudio, likewise.
void add_sysaudio_option(CLI::App &command, RunOptions &options);

/// The arguments as a shell would take them, with the seed spelled out.
std::string repeat_command(int count, char **arguments, const RunOptions &options);

} // namespace ksbox::cli
