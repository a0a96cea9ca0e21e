// What a project's items say to Microsoft's compiler and linker, as clang and lld take it.
// @doc cpp/build/reference/compiler-options, linker-options
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "build/files.h"
#include "build/message.h"
#include "build/project.h"

namespace ksbox::build {

/// For one configuration of a project.
struct Mode {
    bool checked = false; ///< a debug build: DBG=1, not optimised
    bool guard = false;   ///< /guard:cf
};
Mode mode_of(const Project &project);

struct Options {
    std::vector<std::string> arguments;
    std::vector<std::filesystem::path> include_folders;
    Messages left_out;
};

/// Of a ClCompile item (or one of ResourceCompile, whose metadata are of the same names). Folders
/// of the WDK are left out: the kit has its own.
Options compile_options(const Files &files, const Project &project, const Item &item);
/// Of the project's Link definition, without the libraries.
Options link_options(const Project &project);
/// The libraries that it links, as written.
std::vector<std::string> linked_libraries(const Project &project);

bool is_cplusplus(const Item &item);

} // namespace ksbox::build
