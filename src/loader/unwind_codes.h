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
constexpr unsigned unwind_operation_epilogue = 6; // version 2

/// One two-byte slot: an offset in the low byte, operation and argument in the nibbles above.
[[nodiscard]] inline std::uint16_t unwind_slot(const UnwindInfo &info, unsigned index) {
    std::uint16_t value;
    std::memcpy(&value, info.codes + index * 2, sizeof(value));
    return value;
}

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

/// A frame on its way to its caller.
struct FrameUnwind {
    const UnwindEnvironment &environment;
    const Image &image;
    const pe::RuntimeFunction &function;
    const UnwindInfo &info; ///< of `function` itself, not what it is chained to
    Context &context;
    SavedRegisters *saved; ///< null: nobody asks

    [[nodiscard]] std::uint32_t rva() const {
        return image.rva_of(reinterpret_cast<const void *>(context.rip));
    }
};

/// If rip is inside an epilogue of the function, runs the rest of it on the context (up to and
/// including the return) and says true. `done` is false when the stack ran out on the way.
/// Version 2 records say where epilogues are; without, the instructions tell.
[[nodiscard]] bool unwind_epilogue(const FrameUnwind &frame, bool &done);

} // namespace ksbox::loader
