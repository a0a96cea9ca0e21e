// A scenario file, read, and checked as far as that goes without a driver.
#pragma once

#include <filesystem>

#include "cli/commands.h"
#include "drive/script.h"

namespace ksbox::cli {

class Scenario {
  public:
    /// Throws BadInput.
    explicit Scenario(const DriveOptions &options);
    ~Scenario();
    Scenario(const Scenario &) = delete;
    Scenario &operator=(const Scenario &) = delete;

    drive::Script script;
    RunOptions run; ///< with the drivers that the script names, and the trace that it needs

  private:
    std::filesystem::path trace_; ///< a temporary file
};

} // namespace ksbox::cli
