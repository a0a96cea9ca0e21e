// A box with the sample drivers for stress, and what it holds: nothing may stay behind.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "stress/worker.h"
#include "support/traced_box.h"

namespace ksbox::stress {

/// How long a test in real time shall last: KSBOX_STRESS_SECONDS, or 2.
unsigned stress_seconds();

/// The pool's blocks but for threads: what drivers and the runtime allocated, and all objects,
/// which handles, requests and references keep.
struct Holdings {
    std::size_t pool_blocks = 0;
    std::size_t pool_bytes = 0;
    bool operator==(const Holdings &) const = default;
};
void PrintTo(const Holdings &holdings, std::ostream *stream);
Holdings holdings_of(Box &box);
/// The newest blocks of the pool, one a line.
std::string newest_blocks(Box &box, std::size_t count);

class Stress : public testing::InBothModes {
  protected:
    Stress();
    /// Unloads all drivers; each must have left nothing.
    void expect_clean_unload();
    /// Real time: until the time is over. Simulated: so often.
    std::function<bool()> more(unsigned times);

    Box box{mode()};
    std::vector<Driver *> drivers;
    std::vector<FilterKind> kinds; ///< of all filters
    std::string gain;              ///< its path
};

} // namespace ksbox::stress
