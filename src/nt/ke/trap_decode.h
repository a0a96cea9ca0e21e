// Which instruction was refused: the few that driver code legitimately contains and user mode
// cannot execute. Reads at most 15 bytes at the instruction; safe in a signal handler.
#pragma once

#include <cstdint>

namespace ksbox::ke {

enum class Refused : std::uint8_t {
    none,      ///< nothing special: an ordinary fault
    read_cr8,  ///< mov reg, cr8
    write_cr8, ///< mov cr8, reg
    rdtsc,
    rdtscp,
    fast_fail,     ///< int 29h
    assertion,     ///< int 2ch
    debug_service, ///< int 2dh
    privileged,    ///< hlt, cli, in, rdmsr …: `name` says which
};

struct RefusedInstruction {
    Refused what = Refused::none;
    unsigned gpr = 0;    ///< x64 number of the general register involved
    unsigned length = 0; ///< bytes
    const char *name = "";
};

RefusedInstruction decode_refused(const std::uint8_t *instruction);

/// The memory operand of the instruction at `instruction`: whether its base register alone selects
/// the page (so that changing it redirects the access), or an absolute 64-bit address.
struct MemoryOperand {
    bool valid = false;
    bool absolute = false; ///< mov al/ax/eax/rax, [moffs64]
    unsigned base = 0;     ///< x64 number of the base register
    unsigned bytes = 0;    ///< size of an absolute load
    unsigned length = 0;
};
MemoryOperand decode_memory_operand(const std::uint8_t *instruction);

} // namespace ksbox::ke
