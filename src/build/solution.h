// A solution file (.sln): its projects, in an order in which each comes behind those it depends on.
// @doc visualstudio/extensibility/internals/solution-dot-sln-file
#pragma once

#include <expected>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "build/files.h"
#include "build/message.h"

namespace ksbox::build {

struct SolutionProject {
    std::string name;
    std::filesystem::path file; ///< as it is on disk, if it is there
    std::string guid;           ///< in capitals, with braces
    std::vector<std::string> depends_on;
    std::string configuration, platform; ///< its own, for the solution's; empty: not told
    bool built = true;                   ///< the solution's configuration builds it
    unsigned line = 0;
};

struct Solution {
    std::string configuration;             ///< that the projects' are for
    std::vector<SolutionProject> projects; ///< no folders
};

/// Without a configuration: Debug, or the first that the solution has for the platform. Refused:
/// what cannot be read, what is no solution, a project or section without its end, projects that
/// wait for each other, a configuration that the solution has not.
std::expected<Solution, Message> read_solution(const Files &files,
                                               const std::filesystem::path &file,
                                               const std::optional<std::string> &configuration,
                                               const std::string &platform);

} // namespace ksbox::build
