// ksbox build: a project, a folder or a solution becomes .sys and .pdb files.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "build/message.h"

namespace ksbox::build {

struct Request {
    std::filesystem::path input;              ///< .vcxproj, .sln, or the folder of one
    std::filesystem::path output;             ///< made where it is not there
    std::optional<std::string> configuration; ///< Debug, or the first for x64, unless given
    std::vector<std::string> sanitizers;      ///< "address", "undefined", "thread"
    std::vector<std::string> definitions;     ///< "NAME" or "NAME=VALUE", for every source
    bool coverage = false;
};

/// Where the words go.
struct Listener {
    std::function<void(const std::string &)> done;        ///< one thing that was made
    std::function<void(const Message &)> note;            ///< what was left out, or skipped
    std::function<void(const Message &)> failure;         ///< why something was not made
    std::function<void(const std::string &)> diagnostics; ///< what compilers and linkers wrote
};

/// Whether all that was asked for was made.
bool build(const Request &request, const Listener &listener);

} // namespace ksbox::build
