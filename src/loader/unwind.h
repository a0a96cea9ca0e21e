// Unwinding one frame of driver code by its .pdata: prologue codes, epilogues, chained entries.
// Everything it reads from the stack is checked against the stack's limits, and everything from an
// image against its sections, so that a ruined stack ends a walk instead of faulting in it.
// @doc cpp/build/exception-handling-x64
#pragma once

#include "loader/image_index.h"
#include "loader/machine_context.h"

#include <optional>

namespace ksbox::loader {

/// Where an unwind or a walk takes place. The box makes one for its current thread.
struct UnwindEnvironment {
    const ImageIndex *images = nullptr;
    /// Usable bytes of the stack that the driver code runs on: [stack_low, stack_high).
    std::uint64_t stack_low = 0, stack_high = 0;
    /// The leaf memory functions (memcpy …) given to drivers: host code without a frame, which
    /// keeps the caller's rdi in r10 and its rsi in r11. A fault in them is the caller's.
    std::uint64_t memory_leaf_begin = 0, memory_leaf_end = 0;

    [[nodiscard]] bool on_stack(std::uint64_t address, std::size_t bytes) const {
        return address >= stack_low && address <= stack_high && stack_high - address >= bytes;
    }
};

enum class HandlerKind : std::uint8_t { none = 0, exception = 1, termination = 2 };

/// One unwound frame of driver code.
struct UnwoundFrame {
    const Image *image = nullptr;                  ///< null in a memory leaf
    const pe::RuntimeFunction *function = nullptr; ///< null for a leaf
    std::uint64_t establisher = 0;
    LanguageHandler handler = nullptr; ///< only if the frame has one of the kind asked for
    const void *handler_data = nullptr;
};

/// Takes `context` from a frame to its caller: rip, rsp and the nonvolatile registers. Nothing if
/// rip is neither in an image nor in a memory leaf, or the unwind data or stack is no good; the
/// context is then unspecified.
[[nodiscard]] std::optional<UnwoundFrame> unwind_frame(const UnwindEnvironment &environment,
                                                       Context &context, HandlerKind kind);

/// The same for one function whose entry is given, as RtlVirtualUnwind does it: `context.rip` is in
/// `image`, whatever `entry` is for. The addresses of restored registers go to `saved`, if given.
[[nodiscard]] std::optional<UnwoundFrame> unwind_function(const UnwindEnvironment &environment,
                                                          const Image &image,
                                                          const pe::RuntimeFunction &entry,
                                                          Context &context, HandlerKind kind,
                                                          SavedRegisters *saved = nullptr);

/// Whether a fault at `rip` is the driver's own: in an image, or in a leaf that works for it.
[[nodiscard]] bool is_driver_code(const UnwindEnvironment &environment, std::uint64_t rip);

/// Undoes a call through a bad pointer: if rip is where no code is and the return address on the
/// stack is a driver's, pops it and says true. Only meant for the innermost frame.
[[nodiscard]] bool unwind_wild_call(const UnwindEnvironment &environment, Context &context);

} // namespace ksbox::loader
