// Control flow guard in a box: which addresses outside of an image its guarded calls may go to, and
// the bug check for those that they may not.
#pragma once

#include <cstdint>
#include <vector>

#include "loader/guard.h"

namespace ksbox::box {

/// The code of this process that was not loaded by a box, as of now. Whatever hands functions of
/// the runtime to drivers is linked into it from the start.
class HostCode {
  public:
    HostCode();
    void add(std::uint64_t begin, std::uint64_t size) { ranges_.push_back({begin, size}); }
    bool contains(std::uint64_t address) const;

  private:
    struct Range {
        std::uint64_t begin, size;
    };
    std::vector<Range> ranges_;
};

/// For the images of whatever box the current thread is of.
loader::GuardHooks guard_hooks();

} // namespace ksbox::box
