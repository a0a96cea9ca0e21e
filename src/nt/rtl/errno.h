// The errno_t values that Microsoft's C library returns; the host's differ in part.
#pragma once

namespace ksbox::rtl {

inline constexpr int error_invalid = 22;   // EINVAL
inline constexpr int error_range = 34;     // ERANGE
inline constexpr int error_truncated = 80; // STRUNCATE

} // namespace ksbox::rtl
