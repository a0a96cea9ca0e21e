// Binds the imports of instrumented drivers (from ksbox_sanitizer.sys, which is no file) to the
// sanitizer runtime of this process, across calling conventions.
#pragma once

#include "loader/load_error.h"
#include "loader/machine_context.h"
#include "loader/pe_file.h"

#include <span>
#include <string_view>

namespace ksbox::loader {

class Image;

/// Tells that a sanitizer is about to report an error in driver code of `image`; `driver` holds
/// the frame's rip, rsp and nonvolatile registers. Runs on the faulting stack with the sanitizer's
/// locks held: print, do not call back into the driver.
using SanitizerReport = void (*)(const Image &image, const Context &driver) noexcept;

/// How a call crosses over.
enum class SanitizerCallKind : std::uint64_t {
    plain,
    with_caller,    ///< one argument; the target takes the driver's address as a second
    function_entry, ///< the argument is an address, marked as the driver's if it is
    inside_entry,   ///< between __tsan_func_entry and _exit, so that stacks show the driver
};

/// What a thunk does to the address in the first argument before the runtime, which does it with
/// its locks held: a driver's bad pointer is to fault here.
enum class SanitizerTouch : std::uint64_t { none, read, write };

/// What a sanitizer thunk hands to the assembly that crosses over (sanitizer_call.S counts on the
/// offsets). One per import; never moves.
struct SanitizerCall {
    const void *target; ///< the host runtime's function (System V)
    SanitizerCallKind kind;
    const std::byte *image_base;
    std::size_t image_size;
    const void *function_entry, *function_exit; ///< of the host's ThreadSanitizer
    SanitizerTouch touch;
    const Image *image;
    SanitizerReport report; ///< null: the loader prints the innermost frame itself
};

[[nodiscard]] bool is_sanitizer_module(std::string_view module);

/// How to call the host runtime's function of that name; a null target if this process has none.
[[nodiscard]] SanitizerCall host_sanitizer_call(std::string_view name);

/// Refuses a driver whose instrumentation this process cannot serve, and says which build can.
[[nodiscard]] LoadResult<void> check_sanitizers(std::span<const ImportedModule> imports);

/// Code that stands for one import: `call` in r10, then on to ksbox_sanitizer_call.
void write_sanitizer_thunk(std::span<std::byte> to, const SanitizerCall &call);

/// Lets reports name the driver code of an instrumented image, until it is forgotten.
void remember_sanitized_image(const Image &image);
void forget_sanitized_image(const Image &image);

/// The red zones around an instrumented image's globals. `section` is its .ASAN section in memory;
/// what it says of memory outside of the image is ignored.
void register_sanitized_globals(std::span<std::byte> section, std::span<const std::byte> image);
/// Also clears what the image left in the shadow of [base, base + size).
void unregister_sanitized_globals(std::span<std::byte> section, std::span<std::byte> image);

} // namespace ksbox::loader
