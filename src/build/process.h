// Runs compilers and linkers, several at a time.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace ksbox::build {

using Arguments = std::vector<std::string>;

/// Runs the commands, `jobs` at a time, and calls `finished` in their order: which one, its exit
/// code (128 and the signal for a death by signal, 127: it could not be started) and all it wrote.
void run_all(const std::vector<Arguments> &commands, unsigned jobs,
             const std::function<void(std::size_t, int code, const std::string &output)> &finished);

/// One command.
int run_one(const Arguments &command, std::string &output);

/// How many processors there are for this process.
unsigned processor_count();

} // namespace ksbox::build
