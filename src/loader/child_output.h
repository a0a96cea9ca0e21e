// Runs a helper program and collects what it prints.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace ksbox::loader {

/// `arguments[0]` is the program, looked up in PATH. Nothing if it cannot be started, fails, is
/// killed for running longer than `timeout_ms`, or prints more than a few megabytes. Its input and
/// standard error are /dev/null.
[[nodiscard]] std::optional<std::string> child_output(const std::vector<std::string> &arguments,
                                                      int timeout_ms);

} // namespace ksbox::loader
