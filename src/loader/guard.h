// Control flow guard: images built with /guard:cf ask before each indirect call whether its target
// is the start of a function that may be called so. The loader puts its own check behind the
// pointers that the load configuration names; code built without them is not affected.
// @doc win32 secbp/pe-metadata, secbp/control-flow-guard
#pragma once

#include "loader/machine_context.h"

#include <cstddef>
#include <span>

namespace ksbox::loader {

class Image;

/// What the box knows and the image does not. Both are called on the driver's stack, at any IRQL.
struct GuardHooks {
    /// Whether an address outside of `caller` may be called: another image's function (which the
    /// box asks Image::may_be_called) or one of the host.
    bool (*is_target)(const Image &caller, std::uint64_t address) noexcept = nullptr;
    /// The call is refused; does not return. `driver` is the caller, just after the call.
    void (*failed)(const Image &caller, const Context &driver,
                   std::uint64_t target) noexcept = nullptr;
};

/// One per guarded image; never moves. guard_call.S has it in r11.
struct GuardRecord {
    const Image *image;
    GuardHooks hooks;
};

enum class GuardThunk {
    check,    ///< target in rcx: returns if it is valid
    dispatch, ///< target in rax: goes on there if it is valid
};

/// Writes the code that an image's guard pointer is made to point at (thunk_size bytes).
void write_guard_thunk(std::span<std::byte> to, GuardThunk kind, const GuardRecord &record);

} // namespace ksbox::loader
