// Units of eight bytes: where KS puts what follows something else (FILE_QUAD_ALIGNMENT).
#pragma once

#include <concepts>

namespace ksbox {

/// The next multiple of 8; `bytes` itself if it is one.
template <std::unsigned_integral T> constexpr T quad_aligned(T bytes) {
    return (bytes + 7) & ~T(7);
}

/// How many 64-bit integers hold so many bytes: for memory that is aligned for structures.
template <std::unsigned_integral T> constexpr T quads(T bytes) {
    return (bytes + 7) / 8;
}

static_assert(quad_aligned(0u) == 0 && quad_aligned(1u) == 8 && quad_aligned(8u) == 8);
static_assert(quads(0u) == 0 && quads(1u) == 1 && quads(8u) == 1 && quads(9u) == 2);

} // namespace ksbox
