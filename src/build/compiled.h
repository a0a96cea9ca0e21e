// Whether an object is what its command would make again: the same command, and nothing that it
// read is newer.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "build/process.h"

namespace ksbox::build {

bool is_compiled(const std::filesystem::path &object, const Arguments &command);
void set_compiled(const std::filesystem::path &object, const Arguments &command);
void forget_compiled(const std::filesystem::path &object);

/// The files that a make rule (clang's -MD) names behind its colon.
std::vector<std::string> prerequisites(const std::string &rule);

} // namespace ksbox::build
