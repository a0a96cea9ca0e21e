#include "nt/mm/pool_misuse.h"

#include <cstring>

#include <fmt/format.h>

#include "nt/mm/layout.h"
#include "nt/mm/pool_fill.h"

namespace ksbox::mm {
namespace {

constexpr std::uint32_t bad_pool_header = 0x19;
constexpr std::uint32_t bad_pool_caller = 0xc2;

std::uintptr_t number(const void *address) {
    return reinterpret_cast<std::uintptr_t>(address);
}

} // namespace

PoolStack stack_of(const void *caller) {
    return caller == nullptr ? PoolStack{} : PoolStack{number(caller)};
}

std::string tag_text(std::uint32_t tag) {
    std::string text = "'";
    for (unsigned i = 0; i < 4; ++i) {
        const char c = static_cast<char>(tag >> (8 * i));
        text += c >= 0x20 && c < 0x7f ? c : '.';
    }
    return text + "'";
}

std::string name_of(std::uint32_t tag, std::size_t bytes) {
    return fmt::format("pool block {} of {} bytes", tag_text(tag), bytes);
}

std::string place_in_block(std::uintptr_t address, const PoolBlock &block, bool freed) {
    const std::uintptr_t begin = number(block.address);
    const std::string name = (freed ? "freed " : "") + name_of(block.tag, block.bytes);
    if (address < begin)
        return fmt::format("{} bytes before {}", begin - address, name);
    if (address - begin < block.bytes)
        return fmt::format("{} bytes into {}", address - begin, name);
    return fmt::format("{} bytes behind {}", address - begin - block.bytes, name);
}

PoolBlock facts_of(const Block &block) {
    return {block.address,  block.bytes,           block.tag, block.kind, block.caller,
            block.sequence, stack_of(block.caller)};
}

PoolMisuse written_after_free(const Block &block, std::uint64_t freed_fill) {
    std::size_t at = 0;
    while (std::memcmp(block.address + at, &freed_fill, 8) == 0)
        at += 8;
    return PoolMisuse{bad_pool_header,
                      {0xf, number(block.address), number(block.address + at), block.tag},
                      fmt::format("a pool block was written after it was freed: {} of {} bytes, "
                                  "about byte {}",
                                  tag_text(block.tag), block.bytes, at),
                      stack_of(block.caller),
                      stack_of(block.freed_by)};
}

std::optional<PoolMisuse> written_behind(const Block &block, std::size_t behind) {
    const std::byte *end = block.address + block.bytes;
    const auto at = first_other(end, behind, std::byte(red_zone_fill));
    if (!at)
        return std::nullopt;
    return PoolMisuse{
        bad_pool_header,
        {0x21, number(block.address), block.bytes, std::to_integer<std::uint64_t>(end[*at])},
        "bytes were written behind " + name_of(block.tag, block.bytes),
        stack_of(block.caller),
        {}};
}

PoolMisuse wrong_free(const void *address, std::uint32_t tag, const Block *block) {
    const std::uint64_t at = number(address);
    if (at < layout::system_range_start)
        return {bad_pool_caller,
                {0x40, at, layout::system_range_start, 0},
                "pool memory was freed at a user-mode address",
                {},
                {}};
    if (block == nullptr || block->address != address || block->state == BlockState::fresh)
        return {bad_pool_caller,
                {0x46, at, 0, 0},
                "an address was freed that is no pool block",
                {},
                {}};
    const std::string name = name_of(block->tag, block->bytes);
    if (block->state == BlockState::freed)
        return {bad_pool_caller,
                {0x07, 0, block->tag, at},
                name + " was freed twice",
                stack_of(block->caller),
                stack_of(block->freed_by)};
    return {bad_pool_caller,
            {0x0a, at, block->tag, tag},
            fmt::format("{} was freed with the tag {}", name, tag_text(tag)),
            stack_of(block->caller),
            {}};
}

} // namespace ksbox::mm
