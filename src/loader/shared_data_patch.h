// Drivers read the clock and feature flags from KUSER_SHARED_DATA at an address that a Linux
// process cannot map. The loader rewrites the 64-bit immediates that name it.
#pragma once

#include <cstddef>
#include <span>

namespace ksbox::loader {

/// Makes `mov r64, imm64` and absolute `mov rax, [imm64]` instructions in `code` that refer to the
/// page at 0xFFFFF78000000000 refer to `page` instead. Returns how many were changed. Reads
/// through pointers kept in data are not found; they fault, and the trap code emulates them.
std::size_t redirect_shared_data(std::span<std::byte> code, const void *page);

} // namespace ksbox::loader
