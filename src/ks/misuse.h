// What a driver hands to KS must be what it claims to be. Where it is not, Windows reads what lies
// there and goes wrong later; here the box stops at once, with the address and one sentence.
#pragma once

#include <cstdint>

namespace ksbox::ks {

/// Bug check 0xC4 (DRIVER_VERIFIER_DETECTED_VIOLATION). Rules from 0x81000 on are ksbox's own.
enum class Rule : std::uint32_t {
    foreign_object = 0x81000,    ///< an address that is not, or no longer, what it should be
    control_of_device = 0x8100A, ///< KsAcquireControl is for filters and pins
    processing_mutex = 0x8100B,  ///< acquired from within Process
    stream_pointer = 0x8100C     ///< not a live one
};
[[noreturn]] void misuse(Rule rule, const void *subject, const char *sentence);

/// Whether the eight bytes at any address but null can be read and are `expected`.
bool has_magic(const void *address, std::uint64_t expected);

} // namespace ksbox::ks
