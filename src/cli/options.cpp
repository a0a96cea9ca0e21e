#include "cli/options.h"

#include <charconv>
#include <string_view>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace ksbox::cli {

namespace {

std::uint32_t print_level(const std::string &text) {
    // The DPFLTR_*_LEVEL names.
    constexpr std::string_view names[] = {"error", "warning", "trace", "info"};
    for (std::uint32_t level = 0; level < std::size(names); ++level)
        if (names[level] == text)
            return level;
    std::uint32_t level = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), level);
    if (error != std::errc() || end != text.data() + text.size() || level > 31)
        throw CLI::ValidationError("--debug-print", "'" + text +
                                                        "' is no level: error, warning, trace, "
                                                        "info, or 0 to 31");
    return level;
}

std::pair<std::string, std::string> parameter(const std::string &text) {
    std::size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0)
        throw CLI::ValidationError("--set", "'" + text + "' is not KEY=VALUE");
    return {text.substr(0, equals), text.substr(equals + 1)};
}

PoolMode pool_mode(const std::string &text) {
    return text == "guard"         ? PoolMode::guard
           : text == "guard-below" ? PoolMode::guard_below
                                   : PoolMode::ordinary;
}

NetAccess net_access(const std::string &text) {
    return text == "all"        ? NetAccess::all
           : text == "loopback" ? NetAccess::loopback
                                : NetAccess::off;
}

std::string quoted(std::string_view word) {
    constexpr std::string_view plain =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_@%+=:,./-";
    if (!word.empty() && word.find_first_not_of(plain) == std::string_view::npos)
        return std::string(word);
    std::string text = "'";
    for (char c : word)
        text += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return text + "'";
}

} // namespace

void add_run_options(CLI::App &command, RunOptions &options) {
    command
        .add_option_function<std::string>(
            "--time",
            [&options](const std::string &mode) { options.realtime = mode == "realtime"; },
            "simulated (the default): virtual time, the seed decides every choice, a run repeats "
            "exactly; realtime: as it happens")
        ->check(CLI::IsMember({"simulated", "realtime"}))
        ->type_name("MODE");
    command.add_option("--seed", options.seed, "of simulated time; 1 unless given")->type_name("N");
    command
        .add_option("--processors", options.processors,
                    "virtual processors, 1 to 64; 2 unless given")
        ->check(CLI::Range(1, 64))
        ->type_name("N");
    command
        .add_option(
            "--trace", options.trace,
            "writes every IRP, callback, state change and frame there, one JSON object a line")
        ->type_name("FILE");
    command
        .add_option_function<std::string>(
            "--debug-print",
            [&options](const std::string &level) { options.debug_print = print_level(level); },
            "shows what drivers print up to this level (error, warning, trace, info, or 0 to 31) "
            "on standard error, with time and driver")
        ->type_name("LEVEL");
    command
        .add_option("--inf", options.inf,
                    "the file that installs the driver: its registry values, names and interfaces; "
                    "the one beside the driver unless given")
        ->type_name("FILE.inf");
    command
        .add_option("--registry,--reg", options.registry_files,
                    "merges a file of Windows' registry editor before the driver starts; may be "
                    "repeated")
        ->allow_extra_args(false)
        ->type_name("FILE.reg");
    command
        .add_option("--save-registry", options.save_registry,
                    "writes the registry there when the driver has been unloaded, as such a file")
        ->type_name("FILE.reg");
    command
        .add_option_function<std::vector<std::string>>(
            "--set",
            [&options](const std::vector<std::string> &all) {
                for (const std::string &one : all)
                    options.parameters.push_back(parameter(one));
            },
            "a value of the driver's Parameters key, a number becomes a REG_DWORD; may be repeated")
        ->allow_extra_args(false)
        ->type_name("KEY=VALUE");
    command
        .add_option_function<std::string>(
            "--pool", [&options](const std::string &mode) { options.pool = pool_mode(mode); },
            "ordinary (the default); guard: every pool allocation ends at an inaccessible page, "
            "and freed ones stay inaccessible, so that a driver that goes beyond them is stopped "
            "at the instruction; guard-below: every allocation begins at one")
        ->check(CLI::IsMember({"ordinary", "guard", "guard-below"}))
        ->type_name("MODE");
    command
        .add_option_function<std::string>(
            "--net", [&options](const std::string &whom) { options.net = net_access(whom); },
            "whom the driver reaches through Winsock Kernel: off (the default), loopback "
            "(127.0.0.0/8 and ::1), all. With --time realtime its sockets are the host's; in "
            "simulated time loopback is a network inside the box, and to others datagrams go out "
            "and nothing comes in. No protection: a driver has your rights anyway")
        ->check(CLI::IsMember({"off", "loopback", "all"}))
        ->type_name("WHOM");
    command
        .add_option("--fail-allocation", options.fail_allocation,
                    "the pool allocation of this number, counted from when the driver is loaded, "
                    "fails: run it with 1, 2, 3 … to see what the driver does about each")
        ->check(CLI::PositiveNumber)
        ->type_name("N");
    command
        .add_option("--quirk", options.quirks,
                    "shows a bug of real systems; may be repeated. clone-delete-in-cancel: a "
                    "stream pointer clone that is deleted in its own cancel callback is not. "
                    "busy-pin-not-ready: a pin factory without a free instance answers "
                    "ERROR_NOT_READY. constrained-ranges-too-small: PortCls does not ask a "
                    "miniport for the size of its constrained data ranges")
        ->check(CLI::IsMember(
            {"clone-delete-in-cancel", "busy-pin-not-ready", "constrained-ranges-too-small"}))
        ->allow_extra_args(false)
        ->type_name("NAME");
    command
        .add_option("--coverage", options.coverage,
                    "of a driver built with COVERAGE: writes how often each of its lines ran, in "
                    "lcov's format (or, to a file named .profraw, LLVM's)")
        ->type_name("FILE");
    command
        .add_option("--fs", options.file_root,
                    "the folder that the driver sees as C:\\; a temporary one unless given")
        ->check(CLI::ExistingDirectory)
        ->type_name("DIR");
    command
        .add_option(
            "--timeout", options.timeout_s,
            "host seconds after which the command is stopped, with a report of what was running")
        ->check(CLI::PositiveNumber)
        ->type_name("SECONDS");
    command.add_flag("--gdb", options.gdb,
                     "waits before DriverEntry for a debugger, and writes a gdb script that loads "
                     "the driver's symbols and breaks there");
}

void add_drivers_option(CLI::App &command, RunOptions &options, const char *help) {
    command
        .add_option_function<std::vector<std::string>>(
            "--driver",
            [&options](const std::vector<std::string> &all) {
                options.driver = all.front();
                options.more_drivers.assign(all.begin() + 1, all.end());
            },
            help)
        ->allow_extra_args(false)
        ->type_name("X.sys");
}

void add_filter_option(CLI::App &command, RunOptions &options) {
    command
        .add_option("--filter", options.filter,
                    "the filter, by its name, category or number in inspect's list")
        ->type_name("NAME");
}

void add_pin_option(CLI::App &command, RunOptions &options, const char *help) {
    command.add_option("--pin", options.pin, help)->type_name("N");
}

void add_sysaudio_option(CLI::App &command, RunOptions &options) {
    command.add_flag(
        "--sysaudio", options.sysaudio,
        "through SysAudio's virtual devices instead of the driver's own filters: a graph "
        "stands behind each of their pins, with the mixer where it helps");
}

std::string repeat_command(int count, char **arguments, const RunOptions &options) {
    std::string line;
    bool has_seed = false;
    for (int i = 0; i < count; ++i) {
        std::string_view word = arguments[i];
        has_seed = has_seed || word == "--seed" || word.starts_with("--seed=");
        line += (i == 0 ? "" : " ") + quoted(word);
    }
    if (!has_seed && !options.realtime)
        line += fmt::format(" --seed {}", options.seed);
    return line;
}

} // namespace ksbox::cli
