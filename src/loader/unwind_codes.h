// Shared between the parts of the unwinder: bounded reads, and UNWIND_INFO decoded.
#pragma once

#include "loader/unwind.h"

#include <cstring>

namespace ksbox::loader {

/// The fixed part of UNWIND_INFO, and where its codes are.
struct UnwindInfo {
    std::uint8_t version, flags, prologue_size, code_count, frame_register, frame_offset;
    const std::byte *codes; ///< code_count two-byte slots
    /// After the codes, aligned: the chained entry, or the handler's address and its data.
    const std::byte *tail;
};

constexpr std::uint8_t unwind_flag_chained = 4;

template <typename T>
[[nodiscard]] std::optional<T> read_image(const Image &image, std::uint64_t rva) {
    const std::byte *bytes =
        rva <= UINT32_MAX ? image.readable(static_cast<std::uint32_t>(rva), sizeof(T)) : nullptr;
    if (!bytes)
        return std::nullopt;
    T value;
    std::memcpy(&value, bytes, sizeof(T));
    return value;
}

template <typename T>
[[nodiscard]] bool read_stack(const UnwindEnvironment &environment, std::uint64_t address, T &to) {
    if (!environment.on_stack(address, sizeof(T)))
        return false;
    std::memcpy(&to, reinterpret_cast<const void *>(address), sizeof(T));
    return true;
}

/// rip = [rsp], rsp += 8.
[[nodiscard]] bool pop_return_address(const UnwindEnvironment &environment, Context &context);

/// If rip is inside an epilogue of `function`, runs the rest of it on `context` (up to and
/// including the return) and says true. `done` is false when the stack ran out on the way.
[[nodiscard]] bool unwind_epilogue(const UnwindEnvironment &environment, const Image &image,
                                   const pe::RuntimeFunction &function, const UnwindInfo &info,
                                   Context &context, bool &done);

} // namespace ksbox::loader
