// Finds the immediates by their distinctive upper bytes and the opcode before them.
#include "loader/shared_data_patch.h"

#include <cstdint>
#include <cstring>

namespace ksbox::loader {

namespace {

constexpr std::uint64_t windows_page = 0xfffff78000000000;
constexpr std::uint64_t page_bytes = 0x1000;

/// Whether the two bytes before an 8-byte immediate are an instruction that takes one.
bool takes_immediate(std::uint8_t prefix, std::uint8_t opcode) {
    const bool rex_w = (prefix & 0xf8) == 0x48;
    const bool move_immediate = rex_w && (opcode & 0xf8) == 0xb8; // mov r64, imm64
    const bool move_absolute = (opcode & 0xfe) == 0xa0;           // mov al/eax/rax, [imm64]
    return move_immediate || move_absolute;
}

} // namespace

std::size_t redirect_shared_data(std::span<std::byte> code, const void *page) {
    std::size_t changed = 0;
    for (std::size_t at = 2; at + sizeof(std::uint64_t) <= code.size(); ++at) {
        std::uint64_t value;
        std::memcpy(&value, code.data() + at, sizeof(value));
        if (value - windows_page >= page_bytes)
            continue;
        if (!takes_immediate(static_cast<std::uint8_t>(code[at - 2]),
                             static_cast<std::uint8_t>(code[at - 1])))
            continue;
        value = value - windows_page + reinterpret_cast<std::uintptr_t>(page);
        std::memcpy(code.data() + at, &value, sizeof(value));
        at += sizeof(value) - 1;
        ++changed;
    }
    return changed;
}

} // namespace ksbox::loader
