// How a command ends when it does not end well; process.cpp turns each into a line and a code.
#pragma once

#include <stdexcept>

#include "ksbox/error.h"

namespace ksbox::cli {

enum ExitCode : int {
    exit_done = 0,
    exit_finding = 1,
    exit_bad_input = 2,
    exit_crash = 3,
    exit_own_fault = 4,
    exit_signal_base = 128 ///< plus the signal that interrupted the command
};

/// The user's arguments or files are at fault: exit code 2.
class BadInput : public std::runtime_error {
    using runtime_error::runtime_error;
};

/// The driver did something it should not have, short of crashing: exit code 1.
class Finding : public std::runtime_error {
    using runtime_error::runtime_error;
};

/// STATUS_INSUFFICIENT_RESOURCES: no answer to any question. Who takes an Error for an answer asks
/// this first.
inline bool is_want_of_memory(const Error &error) {
    return error.code() == 0xC000'009A;
}

} // namespace ksbox::cli
