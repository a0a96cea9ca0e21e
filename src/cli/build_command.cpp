#include "cli/build_command.h"

#include <algorithm>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/failures.h"

namespace ksbox::cli {

CLI::App *add_build(CLI::App &app, BuildOptions &options) {
    CLI::App &command = *app.add_subcommand(
        "build", "Compiles a Visual Studio driver project as it stands on disk to .sys and .pdb");
    command
        .add_option("project", options.request.input,
                    "a project, a solution, or a folder that has one")
        ->required()
        ->type_name("X.vcxproj|X.sln|DIR");
    options.request.output = "ksbox-build";
    command
        .add_option("-o,--output", options.request.output,
                    "where the drivers, their .inf files and compile_commands.json go; "
                    "./ksbox-build unless given")
        ->type_name("OUT");
    command
        .add_option("--configuration", options.request.configuration,
                    "Debug unless given, or the first that the project has for x64")
        ->type_name("NAME");
    command.add_option("--platform", options.platform, "x64 is the only one")->type_name("NAME");
    command
        .add_option("--sanitize", options.request.sanitizers,
                    "address, undefined or thread; several are separated by commas")
        ->delimiter(',')
        ->check(CLI::IsMember({"address", "undefined", "thread"}))
        ->type_name("NAME");
    command.add_option("--define", options.request.definitions, "a definition for every source")
        ->type_name("NAME[=VALUE]");
    command.add_flag("--coverage", options.request.coverage,
                     "counts what runs, for the other commands' --coverage");
    return &command;
}

int build_drivers(const BuildOptions &options) {
    const auto line = [](const std::string &text) { fmt::print(stderr, "ksbox: {}\n", text); };
    if (options.platform != "x64" && options.platform != "X64") {
        line(fmt::format("platform {}: ksbox runs x64 drivers only", options.platform));
        return exit_bad_input;
    }
    const auto &sanitizers = options.request.sanitizers;
    if (sanitizers.size() > 1 && std::ranges::find(sanitizers, "thread") != sanitizers.end()) {
        line("--sanitize thread goes with no other sanitizer");
        return exit_bad_input;
    }
    build::Listener listener;
    listener.done = [](const std::string &text) { fmt::print("{}\n", text); };
    listener.note = [&](const build::Message &message) { line(to_text(message)); };
    listener.failure = listener.note;
    listener.diagnostics = [](const std::string &text) { fmt::print(stderr, "{}", text); };
    return build::build(options.request, listener) ? exit_done : exit_bad_input;
}

} // namespace ksbox::cli
