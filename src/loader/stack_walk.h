// The list of return addresses for a report. Prefers .pdata; crosses the runtime's own frames by
// their frame pointers, and the exception dispatcher's by what it left on the stack.
#pragma once

#include "loader/unwind.h"

namespace ksbox::loader {

struct WalkedFrame {
    std::uint64_t address = 0;
    const Image *image = nullptr; ///< null for a host frame
};

/// Fills `frames` from the innermost frame out and returns how many there are. Starts at
/// `context`, which is driver code or host code built with frame pointers. Allocates nothing and
/// does not fault, whatever the stack looks like.
std::size_t walk_stack(const UnwindEnvironment &environment, const Context &context,
                       std::span<WalkedFrame> frames);

} // namespace ksbox::loader
