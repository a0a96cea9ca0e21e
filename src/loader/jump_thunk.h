// The few bytes of code that stand in for an import.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace ksbox::loader {

constexpr std::size_t thunk_size = 32;

enum class ThunkRegister : unsigned char { rcx, r10 };

/// Writes position-independent code that puts `value` into a register and jumps to `target`. It
/// pushes nothing, so the target returns to the thunk's caller; of the registers it changes rax
/// too.
void write_jump_thunk(std::span<std::byte> to, ThunkRegister where, const void *value,
                      const void *target);

/// Writes code that adds one to `*counter`, atomically, and jumps to `target`. It pushes nothing
/// and changes r11 and the flags only, which no import expects to find.
void write_counting_thunk(std::span<std::byte> to, std::uint64_t *counter, const void *target);

} // namespace ksbox::loader
