// Bug checks for calls that Driver Verifier stops: DRIVER_VERIFIER_DETECTED_VIOLATION with the
// parameters its page lists. Only violations that Windows would not survive either.
#pragma once

#include <cstdint>
#include <string_view>

#include "nt/ke/bug_check.h"

namespace ksbox::mm {

[[noreturn]] inline void violation(std::uint64_t kind, std::uint64_t p2, std::uint64_t p3,
                                   std::uint64_t p4, std::string_view reason) noexcept {
    bug_check(0xc4, kind, p2, p3, p4, reason);
}

} // namespace ksbox::mm
