// The few bytes of code that stand in for an import nobody provides.
#pragma once

#include <cstddef>
#include <span>

namespace ksbox::loader {

constexpr std::size_t trap_thunk_size = 32;

/// Writes position-independent code that jumps to `handler` (ms_abi) with `argument` as its only
/// argument. It pushes nothing: the handler's return address is the caller's.
void write_trap_thunk(std::span<std::byte> to, const void *argument, const void *handler);

} // namespace ksbox::loader
