// KS_ASSERT guards the runtime's own invariants, in release too. Driver misbehaviour
// is a bug check or a finding, never an assertion.
#pragma once

namespace ksbox {

/// Writes the broken invariant to standard error and aborts the process (exit code 4 of the CLI).
[[noreturn]] void assertion_failed(const char *expression, const char *file, int line) noexcept;

} // namespace ksbox

#define KS_ASSERT(expression)                                                                      \
    ((expression) ? static_cast<void>(0)                                                           \
                  : ::ksbox::assertion_failed(#expression, __FILE__, __LINE__))
