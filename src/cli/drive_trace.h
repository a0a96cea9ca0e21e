// The trace of a run, looked through while it grows: events in their order.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace ksbox::cli {

class DriveTrace {
  public:
    explicit DriveTrace(std::filesystem::path file) : file_(std::move(file)) {}

    /// Each event is a line that has all of its words; they stand in this order, behind what the
    /// last call found. Empty: so it is, else what is missing. Throws BadInput: no file.
    std::string why_not_in_order(const std::vector<std::string> &events);

  private:
    std::filesystem::path file_;
    std::streamoff behind_ = 0;
};

} // namespace ksbox::cli
