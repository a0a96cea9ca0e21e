// The pool: small blocks in slabs of one page, larger ones as page runs between guard pages.
#include "nt/mm/pool.h"

#include <algorithm>
#include <array>
#include <map>

#include <fmt/format.h>

#include "base/assert.h"
#include "nt/ke/host_lock.h"
#include "nt/mm/memory.h"
#include "nt/mm/poison.h"
#include "nt/mm/pool_fill.h"
#include "nt/mm/pool_slab.h"

namespace ksbox::mm {
namespace {

constexpr std::size_t chunk_pages = 16;
constexpr auto red_fill = std::byte(red_zone_fill);
constexpr std::uint32_t bad_pool_header = 0x19;
constexpr std::uint32_t bad_pool_caller = 0xc2;

std::uintptr_t number(const void *address) {
    return reinterpret_cast<std::uintptr_t>(address);
}

/// Last in, first out is fast; first in, first out keeps a freed block poisoned the longest.
struct FreeList {
    Block *head = nullptr;
    Block *tail = nullptr;

    void put(Block &block) {
        if (head == nullptr) {
            block.next = nullptr;
            head = tail = &block;
        } else if (KSBOX_ASAN) {
            block.next = nullptr;
            tail->next = &block;
            tail = &block;
        } else {
            block.next = head;
            head = &block;
        }
    }
    Block *take() {
        Block *block = head;
        if (block != nullptr)
            head = block->next;
        return block;
    }
};

} // namespace

std::string tag_text(std::uint32_t tag) {
    std::string text = "'";
    for (unsigned i = 0; i < 4; ++i) {
        const char c = static_cast<char>(tag >> (8 * i));
        text += c >= 0x20 && c < 0x7f ? c : '.';
    }
    return text + "'";
}

struct Pool::State {
    State(Memory &memory, std::uint64_t seed, std::function<void(const PoolMisuse &)> misused)
        : memory(memory), misused(std::move(misused)),
          base(layout::system_window + memory.slot() * layout::system_slot_bytes +
               layout::pool_offset),
          // Addresses that are not canonical: using one as a pointer faults.
          fresh_fill((seed * 0x9e37'79b9'7f4a'7c15 >> 8) | 0x7b00'0000'0000'0000),
          freed_fill((seed * 0xd1b5'4a32'd192'ed03 >> 8) | 0xdd00'0000'0000'0000) {}

    Block *block_at(std::uintptr_t address);
    bool refill(PoolKind kind, std::size_t size_class);
    std::byte *new_page(PoolKind kind);
    void *record_run(std::byte *pages, PoolKind kind, std::size_t bytes, std::uint32_t tag,
                     const void *caller, bool zero);
    PoolMisuse judge_free(const void *address, std::uint32_t tag);
    std::optional<PoolMisuse> check_zones(const Block &block, std::size_t behind) const;
    static bool zones_hold(const Block &block, std::size_t behind) {
        return !first_other(block.address + block.bytes, behind, red_fill);
    }
    PoolMisuse late_write(const Block &block) const;
    template <typename Visit> void visit_live(Visit visit) const;

    Memory &memory;
    const std::function<void(const PoolMisuse &)> misused;
    const std::uintptr_t base;
    const std::uint64_t fresh_fill, freed_fill;
    mutable ke::HostLock lock;
    std::array<std::array<FreeList, class_bytes.size()>, 3> free_lists;
    std::array<std::vector<std::byte *>, 3> spare_pages;
    std::vector<std::unique_ptr<Slab>> slabs; ///< by page number in the region
    std::map<std::uintptr_t, Block> runs;
    std::uint64_t sequence = 0;
};

Pool::Pool(Memory &memory, std::uint64_t seed, std::function<void(const PoolMisuse &)> misused)
    : state_(std::make_unique<State>(memory, seed, std::move(misused))) {}

Pool::~Pool() = default;

std::byte *Pool::State::new_page(PoolKind kind) {
    auto &spare = spare_pages[static_cast<std::size_t>(kind)];
    if (spare.empty()) {
        auto chunk = memory.commit(Region::pool, chunk_pages * layout::page_bytes);
        if (!chunk)
            return nullptr;
        // A host that forbids such pages still gives a pool; running code from it then faults.
        if (kind == PoolKind::nonpaged_execute)
            (void)memory.protect(*chunk, chunk_pages * layout::page_bytes,
                                 Protection::read_write_execute);
        for (std::size_t page = chunk_pages; page-- > 0;)
            spare.push_back(*chunk + page * layout::page_bytes);
    }
    std::byte *page = spare.back();
    spare.pop_back();
    return page;
}

bool Pool::State::refill(PoolKind kind, std::size_t size_class) {
    std::byte *page = new_page(kind);
    if (page == nullptr)
        return false;
    auto slab = std::make_unique<Slab>();
    slab->stride = static_cast<std::uint16_t>(class_bytes[size_class] + red_zone_bytes);
    slab->count = static_cast<std::uint16_t>((layout::page_bytes - red_zone_bytes) / slab->stride);
    slab->blocks = std::make_unique<Block[]>(slab->count);
    std::memset(page, red_zone_fill, layout::page_bytes);
    auto &list = free_lists[static_cast<std::size_t>(kind)][size_class];
    for (std::size_t n = slab->count; n-- > 0;) {
        // In both orders of the list the lowest address is handed out first.
        const std::size_t i = KSBOX_ASAN ? slab->count - 1 - n : n;
        Block &block = slab->blocks[i];
        block.address = page + red_zone_bytes + i * slab->stride;
        block.kind = kind;
        list.put(block);
    }
    poison(page, layout::page_bytes);
    const std::size_t index = (number(page) - base) / layout::page_bytes;
    if (slabs.size() <= index)
        slabs.resize(index + 1);
    slabs[index] = std::move(slab);
    return true;
}

/// A freed block does not hold what free() left in it.
PoolMisuse Pool::State::late_write(const Block &block) const {
    std::size_t at = 0;
    while (std::memcmp(block.address + at, &freed_fill, 8) == 0)
        at += 8;
    return PoolMisuse{bad_pool_header,
                      {0xf, number(block.address), number(block.address + at), block.tag},
                      fmt::format("a pool block was written after it was freed: {} of {} bytes, "
                                  "about byte {}",
                                  tag_text(block.tag), block.bytes, at)};
}

void *Pool::allocate_filled(PoolKind kind, std::size_t bytes, std::uint32_t tag, const void *caller,
                            Fill fill) {
    State &state = *state_;
    if (bytes > largest_class) {
        auto pages = state.memory.commit(Region::pool, bytes, 1);
        return pages ? state.record_run(*pages, kind, bytes, tag, caller, fill != Fill::seeded)
                     : nullptr;
    }
    const std::size_t size_class = class_table[(bytes + 15) / 16];
    const std::size_t capacity = class_bytes[size_class];
    bool is_whole;
    Block *block;
    {
        ke::HostLockGuard guard(state.lock);
        auto &list = state.free_lists[static_cast<std::size_t>(kind)][size_class];
        if (list.head == nullptr && !state.refill(kind, size_class))
            return nullptr;
        block = list.take();
        unpoison(block->address, capacity + red_zone_bytes);
        is_whole = block->state != BlockState::freed ||
                   holds_words(block->address, capacity, state.freed_fill);
        if (is_whole) {
            block->bytes = bytes;
            block->tag = tag;
            block->caller = caller;
            block->sequence = ++state.sequence;
            block->state = BlockState::live;
        }
    }
    if (!is_whole) {
        state.misused(state.late_write(*block));
        return nullptr;
    }
    if (fill == Fill::zero)
        std::memset(block->address, 0, bytes);
    else if (fill == Fill::seeded)
        fill_words(block->address, bytes, state.fresh_fill);
    std::memset(block->address + bytes, red_zone_fill, capacity - bytes);
    poison(block->address + bytes, capacity + red_zone_bytes - bytes);
    return block->address;
}

/// Makes a block of committed pages.
void *Pool::State::record_run(std::byte *pages, PoolKind kind, std::size_t bytes, std::uint32_t tag,
                              const void *caller, bool zero) {
    const std::size_t rounded = (bytes + layout::page_bytes - 1) & ~(layout::page_bytes - 1);
    if (kind == PoolKind::nonpaged_execute)
        (void)memory.protect(pages, rounded, Protection::read_write_execute);
    memory.label(pages, fmt::format("pool block {} of {} bytes", tag_text(tag), bytes));
    if (!zero)
        fill_words(pages, bytes, fresh_fill);
    std::memset(pages + bytes, red_zone_fill, rounded - bytes);
    poison(pages + bytes, rounded - bytes);
    ke::HostLockGuard guard(lock);
    runs[number(pages)] =
        Block{pages, nullptr, caller, ++sequence, bytes, tag, kind, BlockState::live};
    return pages;
}

void *Pool::allocate_contiguous(std::size_t bytes, const PhysicalLimits &limits,
                                const void *caller) {
    auto pages = state_->memory.commit_contiguous(bytes, limits, 1);
    if (!pages)
        return nullptr;
    return state_->record_run(*pages, PoolKind::contiguous, bytes, contiguous_tag, caller, false);
}

/// The slab block whose span (with the red zone behind it) holds the address, in any state.
Block *Pool::State::block_at(std::uintptr_t address) {
    const std::size_t page = (address - base) / layout::page_bytes;
    const std::size_t offset = address % layout::page_bytes;
    if (address < base || page >= slabs.size() || !slabs[page] || offset < red_zone_bytes)
        return nullptr;
    const Slab &slab = *slabs[page];
    const std::size_t index = (offset - red_zone_bytes) / slab.stride;
    return index < slab.count ? &slab.blocks[index] : nullptr;
}

/// Red zones of a live block, unpoisoned by the caller.
std::optional<PoolMisuse> Pool::State::check_zones(const Block &block, std::size_t behind) const {
    const auto found = [&](const std::byte *where, const char *what) {
        std::uint64_t value = 0;
        std::memcpy(&value, where, 1);
        return PoolMisuse{bad_pool_header,
                          {0x21, number(block.address), block.bytes, value},
                          fmt::format("{} {} of {} bytes", what, tag_text(block.tag), block.bytes)};
    };
    const std::byte *end = block.address + block.bytes;
    if (auto at = first_other(end, behind, red_fill))
        return found(end + *at, "bytes were written behind pool block");
    return std::nullopt;
}

/// Why the address cannot be freed with this tag. Called with the lock held.
PoolMisuse Pool::State::judge_free(const void *address, std::uint32_t tag) {
    const std::uint64_t at = number(address);
    if (at < layout::system_range_start)
        return {bad_pool_caller,
                {0x40, at, layout::system_range_start, 0},
                "pool memory was freed at a user-mode address"};
    const Block *block = block_at(at);
    if (auto run = runs.find(at); run != runs.end())
        block = &run->second;
    if (block == nullptr || block->address != address || block->state == BlockState::fresh)
        return {bad_pool_caller, {0x46, at, 0, 0}, "an address was freed that is no pool block"};
    if (block->state == BlockState::freed)
        return {bad_pool_caller,
                {0x07, 0, block->tag, at},
                fmt::format("pool block {} of {} bytes was freed twice", tag_text(block->tag),
                            block->bytes)};
    return {bad_pool_caller,
            {0x0a, at, block->tag, tag},
            fmt::format("pool block {} of {} bytes was freed with the tag {}", tag_text(block->tag),
                        block->bytes, tag_text(tag))};
}

void Pool::free(void *address, std::uint32_t tag, const void *) {
    State &state = *state_;
    std::optional<PoolMisuse> misuse;
    bool is_run = false;
    {
        ke::HostLockGuard guard(state.lock);
        Block *block = state.block_at(number(address));
        auto run = state.runs.end();
        if (block == nullptr && (run = state.runs.find(number(address))) != state.runs.end())
            block = &run->second;
        if (block == nullptr || block->address != address || block->state != BlockState::live ||
            ((tag != 0 || block->kind == PoolKind::contiguous) && block->tag != tag)) {
            misuse = state.judge_free(address, tag);
        } else if (run != state.runs.end()) {
            is_run = true;
            const std::size_t rounded =
                (block->bytes + layout::page_bytes - 1) & ~(layout::page_bytes - 1);
            unpoison(block->address, rounded);
            misuse = state.check_zones(*block, rounded - block->bytes);
            if (!misuse)
                state.runs.erase(run);
        } else {
            const std::size_t size_class = class_table[(block->bytes + 15) / 16];
            const std::size_t capacity = class_bytes[size_class];
            unpoison(block->address, capacity + red_zone_bytes);
            const std::size_t behind = capacity + red_zone_bytes - block->bytes;
            if (!state.zones_hold(*block, behind)) [[unlikely]] {
                misuse = state.check_zones(*block, behind);
            } else {
                block->state = BlockState::freed;
                fill_words(block->address, capacity, state.freed_fill);
                state.free_lists[static_cast<std::size_t>(block->kind)][size_class].put(*block);
            }
            poison(block->address, capacity + red_zone_bytes);
        }
    }
    if (misuse)
        state.misused(*misuse);
    else if (is_run)
        state.memory.release(static_cast<std::byte *>(address));
}

template <typename Visit> void Pool::State::visit_live(Visit visit) const {
    for (const auto &slab : slabs)
        for (std::size_t i = 0; slab && i < slab->count; ++i)
            if (slab->blocks[i].state == BlockState::live)
                visit(slab->blocks[i]);
    for (const auto &[address, block] : runs)
        visit(block);
}

namespace {
PoolBlock facts_of(const Block &block) {
    return {block.address, block.bytes, block.tag, block.kind, block.caller, block.sequence};
}
} // namespace

std::optional<PoolBlock> Pool::find(const void *address) const {
    ke::HostLockGuard guard(state_->lock);
    const std::uintptr_t at = number(address);
    const Block *block = state_->block_at(at);
    if (block == nullptr) {
        auto next = state_->runs.upper_bound(at);
        if (next == state_->runs.begin())
            return std::nullopt;
        block = &std::prev(next)->second;
    }
    if (block->state != BlockState::live || at - number(block->address) >= block->bytes)
        return std::nullopt;
    return facts_of(*block);
}

std::string Pool::describe(const void *address) const {
    ke::HostLockGuard guard(state_->lock);
    const std::uintptr_t at = number(address);
    const Block *block = state_->block_at(at);
    if (block == nullptr || block->state == BlockState::fresh)
        return "";
    const std::size_t offset = at - number(block->address);
    return fmt::format(
        "{} {}{} pool block {} of {} bytes", offset < block->bytes ? offset : offset - block->bytes,
        offset < block->bytes ? "bytes into" : "bytes behind",
        block->state == BlockState::freed ? " freed" : "", tag_text(block->tag), block->bytes);
}

std::vector<PoolBlock> Pool::outstanding(const void *begin, const void *end) const {
    std::vector<PoolBlock> blocks;
    {
        ke::HostLockGuard guard(state_->lock);
        state_->visit_live([&](const Block &block) {
            if (number(block.caller) >= number(begin) && number(block.caller) < number(end))
                blocks.push_back(facts_of(block));
        });
    }
    std::sort(blocks.begin(), blocks.end(),
              [](const auto &a, const auto &b) { return a.sequence < b.sequence; });
    return blocks;
}

} // namespace ksbox::mm
