#include "nt/mm/guarded_pool.h"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include "nt/mm/layout.h"
#include "nt/mm/memory.h"
#include "nt/mm/poison.h"
#include "nt/mm/pool_fill.h"
#include "nt/mm/pool_misuse.h"

namespace ksbox::mm {
namespace {

constexpr auto slack_fill = std::byte(red_zone_fill);

// @doc debugger/bug-check-0xc1, 0xcc, 0xcd, 0xd5, 0xd6: "driver" where a driver did it itself.
constexpr std::uint32_t special_pool_corruption = 0xc1;
constexpr std::uint32_t system_used_freed_pool = 0xcc;
constexpr std::uint32_t system_beyond_allocation = 0xcd;
constexpr std::uint32_t driver_used_freed_pool = 0xd5;
constexpr std::uint32_t driver_beyond_allocation = 0xd6;
constexpr std::uint64_t bytes_nearby = 0x23;
constexpr std::uint64_t bytes_behind_end = 0x24;
constexpr std::uint32_t bad_pool_caller = 0xc2;

std::uintptr_t number(const void *address) {
    return reinterpret_cast<std::uintptr_t>(address);
}

} // namespace

void *GuardedPool::allocate(PoolBlock facts, bool at_start, bool zero) {
    if (live_ >= most_live_blocks)
        return nullptr;
    const std::size_t bytes = std::max<std::size_t>((facts.bytes + 15) & ~std::size_t(15), 16);
    const std::size_t page_bytes = (bytes + layout::page_bytes - 1) & ~(layout::page_bytes - 1);
    auto pages = memory_.commit(Region::pool, page_bytes, 1);
    // The blocks that were freed longest ago make room.
    while (!pages && !freed_.empty()) {
        forget_oldest();
        pages = memory_.commit(Region::pool, page_bytes, 1);
    }
    if (!pages)
        return nullptr;
    if (facts.kind == PoolKind::nonpaged_execute)
        (void)memory_.protect(*pages, page_bytes, Protection::read_write_execute);
    memory_.label(*pages, name_of(facts.tag, facts.bytes));
    const bool small = bytes < layout::page_bytes;
    std::byte *block = *pages + (small && !at_start ? page_bytes - bytes : 0);
    std::byte *end = block + facts.bytes;
    std::memset(*pages, red_zone_fill, static_cast<std::size_t>(block - *pages));
    if (zero)
        std::memset(block, 0, facts.bytes);
    else
        fill_words(block, facts.bytes, fresh_fill_);
    std::memset(end, red_zone_fill, static_cast<std::size_t>(*pages + page_bytes - end));
    poison(*pages, static_cast<std::size_t>(block - *pages));
    poison(end, static_cast<std::size_t>(*pages + page_bytes - end));
    facts.address = block;
    blocks_[number(*pages)] = GuardedBlock{std::move(facts), *pages, page_bytes, true, {}};
    ++live_;
    return block;
}

const GuardedBlock *GuardedPool::near(std::uintptr_t address) const {
    // Behind the last byte of a block, its guard page; before the first, that of the next block.
    auto next = blocks_.upper_bound(address);
    if (next != blocks_.begin()) {
        const GuardedBlock &block = std::prev(next)->second;
        if (address < number(block.pages) + block.page_bytes + layout::page_bytes)
            return &block;
    }
    if (next != blocks_.end() && address >= next->first - layout::page_bytes)
        return &next->second;
    return nullptr;
}

/// The bytes of its pages around a live block, whose poison the caller has taken away.
std::optional<PoolMisuse> GuardedPool::check_slack(const GuardedBlock &block) const {
    const auto corrupted = [&](const std::byte *where, std::uint64_t which) {
        return PoolMisuse{special_pool_corruption,
                          {number(block.facts.address), number(where), 0, which},
                          "bytes were written " + place_in_block(number(where), block.facts, false),
                          block.facts.allocated,
                          {}};
    };
    const std::byte *begin = static_cast<const std::byte *>(block.facts.address);
    const std::byte *pages_end = block.pages + block.page_bytes;
    if (auto at =
            first_other(block.end(), static_cast<std::size_t>(pages_end - block.end()), slack_fill))
        return corrupted(block.end() + *at, bytes_behind_end);
    // The last byte before the block is the likeliest to have been meant for it.
    for (const std::byte *at = begin; at-- > block.pages;)
        if (*at != slack_fill)
            return corrupted(at, bytes_nearby);
    return std::nullopt;
}

GuardedPool::Outcome GuardedPool::free(void *address, std::uint32_t tag, PoolStack stack) {
    const GuardedBlock *known = near(number(address));
    if (known == nullptr || known->facts.address != address)
        return {};
    GuardedBlock &block = blocks_.at(number(known->pages));
    const auto misused = [&](std::uint64_t p1, std::uint64_t p2, std::uint64_t p3, std::uint64_t p4,
                             std::string reason) {
        return Outcome{true, PoolMisuse{bad_pool_caller,
                                        {p1, p2, p3, p4},
                                        std::move(reason),
                                        block.facts.allocated,
                                        block.freed}};
    };
    if (!block.live)
        return misused(0x07, 0, block.facts.tag, number(address),
                       name_of(block.facts.tag, block.facts.bytes) + " was freed twice");
    if (tag != 0 && tag != block.facts.tag)
        return misused(0x0a, number(address), block.facts.tag, tag,
                       fmt::format("{} was freed with the tag {}",
                                   name_of(block.facts.tag, block.facts.bytes), tag_text(tag)));
    unpoison(block.pages, block.page_bytes);
    if (auto misuse = check_slack(block))
        return {true, std::move(misuse)};
    retire(block, std::move(stack));
    return {true, std::nullopt};
}

/// Takes the access and the pages away; the addresses stay taken until forget_oldest().
void GuardedPool::retire(GuardedBlock &block, PoolStack stack) {
    memory_.release(block.pages, false);
    memory_.label(block.pages, "freed " + name_of(block.facts.tag, block.facts.bytes));
    block.live = false;
    block.freed = std::move(stack);
    --live_;
    freed_.push_back(number(block.pages));
    freed_bytes_ += block.page_bytes;
    while (freed_.size() > most_freed_blocks || freed_bytes_ > most_freed_bytes)
        forget_oldest();
}

void GuardedPool::forget_oldest() {
    const auto found = blocks_.find(freed_.front());
    freed_.pop_front();
    freed_bytes_ -= found->second.page_bytes;
    memory_.recycle(found->second.pages);
    blocks_.erase(found);
}

std::optional<PoolMisuse> GuardedPool::judge_access(std::uintptr_t address, bool write,
                                                    std::uint64_t instruction,
                                                    bool by_driver) const {
    const GuardedBlock *block = near(address);
    if (block == nullptr)
        return std::nullopt;
    const std::uint32_t code = block->live
                                   ? by_driver ? driver_beyond_allocation : system_beyond_allocation
                               : by_driver ? driver_used_freed_pool
                                           : system_used_freed_pool;
    return PoolMisuse{code,
                      {address, write, instruction, 0},
                      fmt::format("{} {:#x}, {}", write ? "write to" : "read of", address,
                                  place_in_block(address, block->facts, !block->live)),
                      block->facts.allocated,
                      block->freed};
}

} // namespace ksbox::mm
