// For the tests of exception handling: a stack environment for the test's own thread, and a
// SIGSEGV handler that does what the box's trap code does, on the interrupted stack.
#pragma once

#include "loader/raise_exports.h"
#include "loader/stack_walk.h"
#include "loader/test_support.h"

#include <functional>
#include <optional>

namespace ksbox::loader::test {

struct Unhandled {
    ExceptionRecord record;
    Context context;
    DispatchOutcome outcome;
    std::vector<WalkedFrame> stack; ///< walked before the stack was left
};

class SehHarness {
  public:
    SehHarness();
    ~SehHarness();

    /// Runs `body`, in which driver code may fault. The exception nobody handled, if any: the rest
    /// of the body is then skipped.
    std::optional<Unhandled> run(const std::function<void()> &body);

    ImageIndex &images() { return images_; }
    UnwindEnvironment environment() const;

  private:
    ImageIndex images_;
    std::uint64_t stack_low_ = 0, stack_high_ = 0;
};

/// A memory leaf as nt's memcpy is (unwind.h).
extern "C" KSBOX_MS_ABI void *ksbox_test_memcpy(void *to, const void *from, std::size_t bytes);

constexpr std::uint64_t test_user_probe_address = 0x7fff'ffff'0000;

} // namespace ksbox::loader::test
