// What calls on a box throw. Codes are those of the call's own documentation: an NTSTATUS, an
// HRESULT (KsCreatePin2 and its family) or a Win32 code (KsCreatePin).
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

namespace ksbox {

class Error : public std::runtime_error {
  public:
    Error(std::uint32_t code, const std::string &message) : runtime_error(message), code_(code) {}
    std::uint32_t code() const { return code_; }

  private:
    std::uint32_t code_;
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
