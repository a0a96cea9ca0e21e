// What calls on a box throw. Codes are those of the call's own documentation: an NTSTATUS, an
// HRESULT (KsCreatePin2 and its family) or a Win32 code (KsCreatePin).
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "ksbox/reason.h"

namespace ksbox {

class Error : public std::runtime_error {
  public:
    Error(std::uint32_t code, const std::string &message, Reason reason = {})
        : runtime_error(reason.empty() ? message : message + ": " + reason.sentence), code_(code),
          reason_(std::move(reason)) {}
    std::uint32_t code() const { return code_; }
    /// Which rule refused, in one sentence with both values; it is part of what(). Empty when
    /// nobody said more than the code.
    const std::string &reason() const { return reason_.sentence; }
    /// One line for each candidate that did not fit, as the data ranges of a pin factory.
    const std::vector<std::string> &details() const { return reason_.details; }

  private:
    std::uint32_t code_;
    Reason reason_;
};

/// The box has stopped on a bug check: this and every later call on it throws. what() is one line;
/// report() is the whole report.
class BoxStopped : public Error {
  public:
    BoxStopped(std::uint32_t bug_check, const std::string &message, std::string report)
        : Error(bug_check, message), report_(std::move(report)) {}
    const std::string &report() const { return report_; }

  private:
    std::string report_;
};

} // namespace ksbox
