// ksbox build: what it is told, and running it. No driver runs, so there is no worker process.
#pragma once

#include <optional>
#include <string>

#include "build/build.h"

namespace CLI {
class App;
}

namespace ksbox::cli {

struct BuildOptions {
    build::Request request;
    std::string platform = "x64";
};

CLI::App *add_build(CLI::App &app, BuildOptions &options);
/// Returns the exit code.
int build_drivers(const BuildOptions &options);

} // namespace ksbox::cli
