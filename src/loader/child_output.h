// Runs helper programs, found through PATH.
#pragma once

#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace ksbox::loader {

/// Starts `arguments[0]`: standard input and output as given (input -1: /dev/null),
/// standard error to /dev/null, no signal blocked. Nothing when it cannot be started.
[[nodiscard]] std::optional<pid_t> start_child(const std::vector<std::string> &arguments, int input,
                                               int output);

/// Standard output of a program. Nothing when it cannot be started, fails, says more than
/// `most_bytes`, or is silent for longer than `timeout_ms`.
[[nodiscard]] std::optional<std::string> child_output(const std::vector<std::string> &arguments,
                                                      int timeout_ms,
                                                      std::size_t most_bytes = 4u << 20);

} // namespace ksbox::loader
