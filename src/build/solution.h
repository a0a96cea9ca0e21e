// A solution file (.sln): its projects, in an order in which each comes behind those it depends on.
// @doc visualstudio/extensibility/internals/solution-dot-sln-file
#pragma once

#include <expected>
#include <filesystem>
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

/// Only projects, no folders. Refused: what cannot be read, what is no solution, a project or
/// section without its end, projects that wait for each other.
std::expected<std::vector<SolutionProject>, Message>
read_solution(const Files &files, const std::filesystem::path &file,
              const std::string &configuration, const std::string &platform);

} // namespace ksbox::build
