// The commands. Each runs in the worker process and returns the exit code; what they throw,
// process.cpp turns into a line and a code.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "cli/endpoints.h"
#include "cli/options.h"
#include "cli/process.h"

namespace ksbox::cli {

struct InspectOptions {
    RunOptions run;
    bool json = false;
    bool no_run = false;
    bool all_imports = false;
};
int inspect(const InspectOptions &options, Worker &worker);

struct PlayOptions {
    RunOptions run;
    std::vector<std::filesystem::path> inputs; ///< several are mixed
    bool limit = true;                         ///< the mixer's limiter
    std::filesystem::path record;              ///< empty: play only
    std::optional<std::uint32_t> record_pin;
    EndpointOptions endpoint;
    std::string record_endpoint; ///< empty: by record_pin
    unsigned period_ms = 10;     ///< length of one frame
    unsigned queue = 16;         ///< frames in flight
};
int play(const PlayOptions &options, Worker &worker);

struct RecordOptions {
    RunOptions run;
    std::filesystem::path output;
    std::optional<std::uint64_t> frames;
    std::optional<double> seconds;
    std::string size;           ///< "640x480"
    std::optional<double> rate; ///< Hz, or frames a second
    std::string subtype;        ///< "YUY2"
    EndpointOptions endpoint;
};
int record(const RecordOptions &options, Worker &worker);

struct WhyOptions {
    RunOptions run;
    std::optional<std::uint32_t> rate, bits, channels;
    bool is_float = false;
};
int why(const WhyOptions &options, Worker &worker);

struct PropertyOptions {
    RunOptions run;
    std::string property; ///< SET.PROPERTY
    std::optional<std::uint32_t> node;
    std::optional<std::int32_t> channel;
    std::optional<std::string> value;
};
int get_property(const PropertyOptions &options, Worker &worker);
int set_property(const PropertyOptions &options, Worker &worker);

struct DriveOptions {
    RunOptions run; ///< an empty driver: the script names it
    std::filesystem::path script;
    bool verbose = false;
};
int drive_script(const DriveOptions &options, Worker &worker);

/// The program: parses, supervises, runs.
int main(int count, char **arguments);

} // namespace ksbox::cli
