// How often drivers called each import: a diagnostic for tests and coverage. Off unless
// DriverImages::count_calls() was called before a driver is loaded; then every import that is code
// goes through a few counting instructions.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "nt/ke/host_lock.h"

namespace ksbox::box {

class CallCounts {
  public:
    using Counts = std::map<std::string, std::uint64_t>;

    /// Where calls of that import are counted (atomically); stays put as long as this object.
    std::uint64_t *counter(std::string_view function);
    /// By function; those never bound are absent. Any thread, also after the box has stopped.
    Counts read() const;

  private:
    mutable ke::HostLock lock_;
    std::map<std::string, std::uint64_t, std::less<>> counters_;
};

} // namespace ksbox::box
