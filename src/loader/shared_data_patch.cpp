// Finds the immediates by their distinctive upper bytes and the opcode before them.
#include "loader/shared_data_patch.h"

#include <cstdint>
#include <cstring>

namespace ksbox::loader {

namespace {

constexpr std::uint64_t windows_page = 0xfffff78000000000;
constexpr std::uint64_t page_bytes = 0x1000;

/// Where AddressSanitizer looks whether an address may be touched. In instrumented drivers the
/// compiler folds that of a constant address into an immediate of its own.
constexpr std::uint64_t shadow_of(std::uint64_t address) {
    constexpr std::uint64_t mapping_offset = 0x7fff8000;
    return (address >> 3) + mapping_offset;
}

/// What an immediate that names the page, or its shadow, becomes; any other stays.
std::uint64_t redirected(std::uint64_t value, std::uint64_t page) {
    if (value - windows_page < page_bytes)
        return value - windows_page + page;
    if (value - shadow_of(windows_page) < page_bytes / 8)
        return value - shadow_of(windows_page) + shadow_of(page);
    return value;
}

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
        const std::uint64_t to = redirected(value, reinterpret_cast<std::uintptr_t>(page));
        if (to == value)
            continue;
        if (!takes_immediate(static_cast<std::uint8_t>(code[at - 2]),
                             static_cast<std::uint8_t>(code[at - 1])))
            continue;
        std::memcpy(code.data() + at, &to, sizeof(to));
        at += sizeof(to) - 1;
        ++changed;
    }
    return changed;
}

} // namespace ksbox::loader
