// The facts of a bug check as plain bytes in memory that two processes share, so that a parent can
// say what stopped a box even if the process that held it is gone.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace ksbox {

/// All zero until the box it was given to stops; see Box::publish_crash_to.
struct CrashRecord {
    alignas(16) std::array<std::byte, 8192> bytes{};

    /// The bug check's code; 0 while nothing has happened.
    std::uint32_t code() const;
    /// Code, reason, callback and thread in a few lines; "" while nothing has happened. Addresses
    /// are not symbolised: that takes the box itself (Box::report).
    std::string to_string() const;
};

/// Codes that no driver asked for: a limit of the box ran out.
inline constexpr std::uint32_t bug_check_timeout_code = 0xE000'0003;

} // namespace ksbox
