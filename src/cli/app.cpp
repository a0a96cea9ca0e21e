// The command line: what there is, how it is parsed, and which command runs.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/bridge.h"
#include "cli/build_command.h"
#include "cli/commands.h"
#include "cli/failures.h"
#include "drive/script.h"

namespace ksbox::cli {

namespace {

constexpr const char *version = "ksbox " KSBOX_VERSION;

constexpr const char *about =
    "Runs Windows Kernel Streaming drivers (.sys, x64) in a Linux process.\n"
    "A driver is native code and runs with your rights: run only drivers you trust.";

constexpr const char *exit_codes =
    "Exit codes: 0 done; 1 a check found something (an under-run, a leak, a dropped picture);\n"
    "2 bad usage or bad input; 3 the driver crashed or ran into a time limit; 4 a fault of ksbox\n"
    "itself; 128 and more: interrupted by that signal, files finished with what there was.\n";

struct Commands {
    InspectOptions inspect;
    PlayOptions play;
    RouteOptions route;
    RecordOptions record;
    BridgeOptions bridge;
    WhyOptions why;
    PropertyOptions get, set;
    DriveOptions drive;
    GraphOptions graph;
    BuildOptions build;
    CLI::App *inspect_command = nullptr, *play_command = nullptr, *route_command = nullptr,
             *record_command = nullptr, *bridge_command = nullptr, *why_command = nullptr,
             *get_command = nullptr, *set_command = nullptr, *drive_command = nullptr,
             *graph_command = nullptr, *build_command = nullptr;
};

void add_driver(CLI::App &command, RunOptions &options, const char *name) {
    command.add_option(name, options.driver, "the driver")->required()->type_name("X.sys");
}

void add_inspect(CLI::App &app, Commands &commands) {
    InspectOptions &options = commands.inspect;
    CLI::App &command = *app.add_subcommand(
        "inspect",
        "Lists what a driver's file says and, once it runs, its filters, pins and endpoints");
    commands.inspect_command = &command;
    add_driver(command, options.run, "driver");
    command.add_flag("--json", options.json, "prints JSON (docs/inspect-json.md)");
    command.add_flag("--no-run", options.no_run,
                     "only reads the file, which may be any PE: x86, a DLL, a program");
    command.add_flag("--imports", options.all_imports,
                     "lists every import, not only those that ksbox does not fully provide");
    add_sysaudio_option(command, options.run);
    add_run_options(command, options.run);
}

void add_play(CLI::App &app, Commands &commands) {
    PlayOptions &options = commands.play;
    CLI::App &command = *app.add_subcommand(
        "play", "Plays an audio file into a driver and, if asked, records it from another pin");
    commands.play_command = &command;
    command
        .add_option("input", options.inputs,
                    "the file to play: WAV of any sample format, FLAC, Ogg, MP3, the sound of MP4 "
                    "and what else FFmpeg reads; never resampled. Several are played at once: the "
                    "system's mixer brings them to one format")
        ->required()
        ->type_name("IN...");
    add_driver(command, options.run, "--driver");
    command.add_flag("!--no-limiter", options.limit,
                     "of several files: leaves the sum as it is, and clips it beyond full scale");
    command
        .add_option("--record", options.record,
                    "records the driver's capture pin meanwhile, to a file as record does")
        ->type_name("OUT");
    add_filter_option(command, options.run);
    add_pin_option(command, options.run, "the pin to play into; the first that takes the format");
    add_sysaudio_option(command, options.run);
    add_endpoint_options(command, options.endpoint, "play into");
    auto *record_pin =
        command.add_option("--record-pin", options.record_pin, "the pin to record from")
            ->type_name("N");
    command
        .add_option("--record-endpoint", options.record_endpoint,
                    "the endpoint to record from, as --endpoint")
        ->excludes(record_pin)
        ->type_name("NAME");
    command.add_option("--period", options.period_ms, "length of one frame, 10 unless given")
        ->check(CLI::Range(1, 1000))
        ->type_name("MS");
    command.add_option("--queue", options.queue, "frames in flight, 16 unless given")
        ->check(CLI::Range(2, 256))
        ->type_name("N");
    add_run_options(command, options.run);
}

void add_route(CLI::App &app, Commands &commands) {
    RouteOptions &options = commands.route;
    CLI::App &command = *app.add_subcommand(
        "route", "Streams from a file, a driver or a test tone into another, or into a meter that "
                 "tells levels; the system's mixer converts where formats differ");
    commands.route_command = &command;
    command.add_option("--from", options.from, "what is streamed from")
        ->required()
        ->type_name("FILE|DRIVER.sys[:PIN|:ENDPOINT]|tone[:HZ[:DB]]");
    command.add_option("--to", options.to, "what is streamed into")
        ->required()
        ->type_name("FILE|DRIVER.sys[:PIN|:ENDPOINT]|meter");
    command
        .add_option("--seconds", options.seconds,
                    "how long to stream from a driver or a tone, 1 unless given")
        ->check(CLI::PositiveNumber)
        ->type_name("S");
    command.add_flag("!--no-limiter", options.limit,
                     "where the mixer converts: clips beyond full scale and changes nothing else");
    add_run_options(command, options.run);
}

void add_record(CLI::App &app, Commands &commands) {
    RecordOptions &options = commands.record;
    CLI::App &command = *app.add_subcommand(
        "record", "Records a driver's capture pin to a file of sound or pictures");
    commands.record_command = &command;
    command
        .add_option(
            "output", options.output,
            "audio to .wav, .flac, .m4a, .mp3 or .ogg; video to .y4m or .mp4 (every picture) or "
            ".png (the last; frame-%03d.png: each)")
        ->required()
        ->type_name("OUT");
    add_driver(command, options.run, "--driver");
    auto *frames = command
                       .add_option("--frames", options.frames,
                                   "how many: pictures, or audio samples of every channel")
                       ->check(CLI::PositiveNumber)
                       ->type_name("N");
    command
        .add_option("--seconds", options.seconds,
                    "how long, by the format's rate; 1 unless given, and one picture for .png")
        ->check(CLI::PositiveNumber)
        ->excludes(frames)
        ->type_name("S");
    command.add_option("--size", options.size, "of the pictures")->type_name("WxH");
    command.add_option("--rate", options.rate, "pictures a second, or samples a second")
        ->check(CLI::PositiveNumber)
        ->type_name("R");
    command.add_option("--subtype", options.subtype, "YUY2, NV12, RGB24 and so on")
        ->type_name("NAME");
    add_filter_option(command, options.run);
    add_pin_option(command, options.run, "the pin to record from");
    add_sysaudio_option(command, options.run);
    add_endpoint_options(command, options.endpoint, "record from");
    add_run_options(command, options.run);
}

void add_bridge(CLI::App &app, Commands &commands) {
    BridgeOptions &options = commands.bridge;
    options.run.realtime = true;
    CLI::App &command = *app.add_subcommand(
        "bridge", "Shows a driver's pins as PipeWire sinks, sources and cameras (docs/bridge.md)");
    commands.bridge_command = &command;
    add_driver(command, options.run, "--driver");
    add_filter_option(command, options.run);
    add_pin_option(command, options.run, "only this pin; all of them unless given");
    auto *endpoint = command.add_option("--endpoint", options.endpoint,
                                        "only this endpoint, by its name, a part of it, or its "
                                        "number in inspect's list");
    endpoint->type_name("NAME");
    for (const char *other : {"--pin", "--filter"})
        endpoint->excludes(command.get_option(other));
    command
        .add_option("--rate", options.rate,
                    "samples a second of device and graph, whatever PipeWire's settings allow; as "
                    "PipeWire chooses unless given")
        ->check(CLI::PositiveNumber)
        ->type_name("HZ");
    command
        .add_option("--channels", options.channels,
                    "of the device; those of the driver's own choice unless given")
        ->check(CLI::Range(1, 8))
        ->type_name("N");
    command
        .add_option("--format", options.samples,
                    "samples of the device: u8, s16, s24, s32, f32, f64; the driver's own choice "
                    "unless given")
        ->check(CLI::IsMember({"u8", "s16", "s24", "s32", "f32", "f64"}))
        ->type_name("NAME");
    command
        .add_option("--period", options.period_ms,
                    "length of a cycle, which is what the bridge adds to the latency; as PipeWire "
                    "chooses unless given")
        ->check(CLI::Range(1, 1000))
        ->type_name("MS");
    command.add_option("--seconds", options.seconds, "ends by itself then")
        ->check(CLI::PositiveNumber)
        ->type_name("S");
    add_run_options(command, options.run);
    for (const char *simulated : {"--time", "--seed"}) // PipeWire's time is real
        command.remove_option(command.get_option(simulated));
}

void add_why(CLI::App &app, Commands &commands) {
    WhyOptions &options = commands.why;
    CLI::App &command = *app.add_subcommand(
        "why", "Tries to create a driver's pins, and says why not, or what they wait for");
    commands.why_command = &command;
    add_driver(command, options.run, "driver");
    add_filter_option(command, options.run);
    add_pin_option(command, options.run, "the pin; all of them unless given");
    command
        .add_option("--rate", options.rate,
                    "samples a second; without this and the next three, the format is what the pin "
                    "offers by data intersection")
        ->type_name("HZ");
    command.add_option("--bits", options.bits, "of a sample, 16 unless given")
        ->check(CLI::Range(8, 64))
        ->type_name("N");
    command.add_option("--channels", options.channels, "2 unless given")
        ->check(CLI::Range(1, 64))
        ->type_name("N");
    command.add_flag("--float", options.is_float, "IEEE float samples, not PCM");
    add_run_options(command, options.run);
}

CLI::App *add_property(CLI::App &app, PropertyOptions &options, const char *name,
                       const char *description) {
    CLI::App &command = *app.add_subcommand(name, description);
    command
        .add_option("property", options.property,
                    "by name, as in Pin.CTYPES or KSPROPSETID_Audio.VOLUMELEVEL, or {guid}.number")
        ->required()
        ->type_name("SET.PROPERTY");
    if (std::string_view(name) == "set")
        command
            .add_option("value", options.value,
                        "'-6 dB', on, run, 440, a GUID's name, or 'hex:01 02 03'")
            ->required()
            ->type_name("VALUE");
    add_driver(command, options.run, "--driver");
    add_filter_option(command, options.run);
    auto *pin = command
                    .add_option("--pin", options.run.pin,
                                "a pin: the factory for the set Pin, else one created for this")
                    ->type_name("N");
    command.add_option("--node", options.node, "a node of the filter")
        ->excludes(pin)
        ->type_name("N");
    command
        .add_option("--channel", options.channel,
                    "of an audio node; all of them unless given (-1: the master channel)")
        ->type_name("N");
    add_run_options(command, options.run);
    return &command;
}

void add_drive(CLI::App &app, Commands &commands) {
    DriveOptions &options = commands.drive;
    CLI::App &command = *app.add_subcommand(
        "drive", "Runs a scenario file against a driver, with expectations (docs/drive.md)");
    commands.drive_command = &command;
    command.add_option("script", options.script, "the scenario: one command a line")
        ->required()
        ->type_name("SCRIPT");
    add_drivers_option(command, options.run,
                       "the driver; unless given, those that the script names; may be repeated: "
                       "--inf, --reg, --set, --coverage and --gdb are the first one's");
    command.add_flag("-v,--verbose", options.verbose, "prints each command with its time");
    add_run_options(command, options.run);
}

void add_graph(CLI::App &app, Commands &commands) {
    GraphOptions &options = commands.graph;
    CLI::App &command = *app.add_subcommand(
        "graph", "Draws the filters of drivers, their pins, and what is connected to what");
    commands.graph_command = &command;
    add_drivers_option(command, options.run,
                       "a driver; may be repeated: --inf, --reg, --set, --coverage and --gdb are "
                       "the first one's");
    command
        .add_option("--script", options.script,
                    "a scenario (docs/drive.md; -: standard input) to run first: the graph is "
                    "drawn as it is at its end, with all that is still open; it may name the "
                    "drivers")
        ->type_name("SCRIPT");
    auto *dot = command.add_flag_callback(
        "--dot", [&options] { options.form = GraphForm::dot; },
        "prints Graphviz' language; the default");
    auto *svg = command.add_flag_callback(
        "--svg", [&options] { options.form = GraphForm::svg; },
        "prints a picture, laid out by Graphviz' dot");
    auto *json = command.add_flag_callback(
        "--json", [&options] { options.form = GraphForm::json; },
        "prints JSON (docs/graph-json.md)");
    dot->excludes(svg)->excludes(json);
    svg->excludes(json);
    command
        .add_option("-o,--output", options.output,
                    "writes to that file; its extension (.dot, .svg, .json) says in which form, "
                    "unless given")
        ->type_name("FILE");
    add_run_options(command, options.run);
}

// The commands of a scenario, in the help of ksbox drive.
std::string scenario_help() {
    std::string text = "Commands of a scenario:\n";
    for (const drive::Usage &usage : drive::usages())
        text += fmt::format("  {}\n      {}\n", usage.form, usage.meaning);
    return text + "Any of them may end with '-> STATUS_…', '-> 0x…' or '-> fails', and a part of "
                  "the message.\n\n";
}

int run_command(const Commands &commands, int count, char **arguments) {
    if (commands.build_command->parsed())
        return run_here([&] { return build_drivers(commands.build); });
    auto run = [&](const RunOptions &options, const std::function<int(Worker &)> &work) {
        return supervise({.timeout_s = options.timeout_s,
                          .repeat_command = repeat_command(count, arguments, options)},
                         work);
    };
    if (commands.inspect_command->parsed())
        return run(commands.inspect.run,
                   [&](Worker &worker) { return inspect(commands.inspect, worker); });
    if (commands.play_command->parsed())
        return run(commands.play.run, [&](Worker &worker) { return play(commands.play, worker); });
    if (commands.route_command->parsed())
        return run(commands.route.run,
                   [&](Worker &worker) { return route(commands.route, worker); });
    if (commands.record_command->parsed())
        return run(commands.record.run,
                   [&](Worker &worker) { return record(commands.record, worker); });
    if (commands.bridge_command->parsed())
        return run(commands.bridge.run,
                   [&](Worker &worker) { return bridge(commands.bridge, worker); });
    if (commands.why_command->parsed())
        return run(commands.why.run, [&](Worker &worker) { return why(commands.why, worker); });
    if (commands.get_command->parsed())
        return run(commands.get.run,
                   [&](Worker &worker) { return get_property(commands.get, worker); });
    if (commands.drive_command->parsed())
        return run(commands.drive.run,
                   [&](Worker &worker) { return drive_script(commands.drive, worker); });
    if (commands.graph_command->parsed())
        return run(commands.graph.run,
                   [&](Worker &worker) { return graph(commands.graph, worker); });
    return run(commands.set.run,
               [&](Worker &worker) { return set_property(commands.set, worker); });
}

} // namespace

int main(int count, char **arguments) {
    CLI::App app(about, "ksbox");
    app.footer(exit_codes);
    app.require_subcommand(1);
    app.set_version_flag("--version", version);
    app.get_formatter()->column_width(34);
    Commands commands;
    add_inspect(app, commands);
    add_play(app, commands);
    add_route(app, commands);
    add_record(app, commands);
    add_bridge(app, commands);
    add_why(app, commands);
    commands.get_command =
        add_property(app, commands.get, "get", "Prints a property of a filter, pin or node");
    commands.set_command =
        add_property(app, commands.set, "set", "Sets a property of a filter, pin or node");
    add_drive(app, commands);
    add_graph(app, commands);
    commands.build_command = add_build(app, commands.build);
    for (CLI::App *command : app.get_subcommands({}))
        command->footer(command == commands.drive_command ? scenario_help() + exit_codes
                                                          : exit_codes);
    try {
        app.parse(count, arguments);
    } catch (const CLI::Success &asked) { // --help, --version
        return app.exit(asked);
    } catch (const CLI::ParseError &error) {
        fmt::print(stderr, "ksbox: {} (--help says more)\n", error.what());
        return exit_bad_input;
    }
    return run_command(commands, count, arguments);
}

} // namespace ksbox::cli
