// The pool: small blocks in slabs of one page, larger ones as page runs between guard pages.
#include "nt/mm/pool.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <map>

#include <fmt/format.h>

#include "base/assert.h"
#include "nt/ke/host_lock.h"
#include "nt/mm/guarded_pool.h"
#include "nt/mm/memory.h"
#include "nt/mm/memory_state.h"
#include "nt/mm/poison.h"
#include "nt/mm/pool_fill.h"
#include "nt/mm/pool_misuse.h"
#include "nt/mm/pool_slab.h"

namespace ksbox::mm {
namespace {

constexpr std::size_t chunk_pages = 16;
/// What a machine of a few gigabytes gives. A client's or driver's absurd number ends here, and not
/// in the memory of the host.
constexpr std::size_t most_bytes = std::size_t(1) << 30;
constexpr std::uint32_t protected_tag = 0x8000'0000; // PROTECTED_POOL

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

struct Pool::State {
    State(Memory &memory, std::uint64_t seed, std::function<void(const PoolMisuse &)> misused,
          std::function<PoolStack()> stack_here)
        : memory(memory), misused(std::move(misused)), stack_here(std::move(stack_here)),
          base(layout::system_window + memory.slot() * layout::system_slot_bytes +
               layout::pool_offset),
          // Addresses that are not canonical: using one as a pointer faults.
          fresh_fill((seed * 0x9e37'79b9'7f4a'7c15 >> 8) | 0x7b00'0000'0000'0000),
          freed_fill((seed * 0xd1b5'4a32'd192'ed03 >> 8) | 0xdd00'0000'0000'0000) {}

    void *allocate_guarded(PoolBlock facts, bool zero, std::optional<PoolGuard> side);
    bool free_guarded(void *address, std::uint32_t tag);
    Block *block_at(std::uintptr_t address);
    bool take(std::size_t bytes);
    void give_back(std::size_t bytes);
    bool refill(PoolKind kind, std::size_t size_class);
    std::byte *new_page(PoolKind kind);
    template <typename Commit>
    void *allocate_run(PoolKind kind, std::size_t bytes, std::uint32_t tag, const void *caller,
                       bool zero, Commit commit);
    void *record_run(std::byte *pages, PoolKind kind, std::size_t bytes, std::uint32_t tag,
                     const void *caller, bool zero);
    PoolMisuse judge_free(const void *address, std::uint32_t tag);
    template <typename Visit> void visit_live(Visit visit) const;

    Memory &memory;
    const std::function<void(const PoolMisuse &)> misused;
    std::function<void(const PoolMisuse &, const void *)> remarked;
    const std::function<PoolStack()> stack_here;
    const std::uintptr_t base;
    const std::uint64_t fresh_fill, freed_fill;
    mutable ke::HostLock lock;
    std::array<std::array<FreeList, class_bytes.size()>, 3> free_lists;
    std::array<std::vector<std::byte *>, 3> spare_pages;
    std::vector<std::unique_ptr<Slab>> slabs; ///< by page number in the region
    std::map<std::uintptr_t, Block> runs;
    PoolGuard guard = PoolGuard::off;
    std::optional<GuardedPool> guarded;
    std::optional<PoolMisuse> stopped_for;
    std::uint64_t sequence = 0;
    std::size_t taken = 0;                        ///< bytes of whole pages
    std::atomic<std::uint64_t> until_failure = 0; ///< allocations, the failing one included
    std::optional<PoolBlock> failed;
};

Pool::Pool(Memory &memory, std::uint64_t seed, std::function<void(const PoolMisuse &)> misused,
           std::function<PoolStack()> stack_here)
    : state_(std::make_unique<State>(memory, seed, std::move(misused), std::move(stack_here))) {}

void Pool::set_guard(PoolGuard guard) {
    state_->guard = guard;
    if (guard != PoolGuard::off)
        state_->guarded.emplace(state_->memory, state_->fresh_fill);
}

/// Pages for so many bytes, if there are so many. Called with the lock held.
bool Pool::State::take(std::size_t bytes) {
    const std::size_t pages = round_to_pages(bytes);
    if (pages < bytes || taken > most_bytes || pages > most_bytes - taken)
        return false;
    taken += pages;
    return true;
}
void Pool::State::give_back(std::size_t bytes) {
    taken -= round_to_pages(bytes);
}

void Pool::fail(std::uint64_t number) {
    ke::HostLockGuard locked(state_->lock);
    state_->until_failure = number;
    state_->failed.reset();
}

std::optional<PoolBlock> Pool::failed() const {
    ke::HostLockGuard locked(state_->lock);
    return state_->failed;
}

bool Pool::fails_now(PoolKind kind, std::size_t bytes, std::uint32_t tag, const void *caller) {
    if (state_->until_failure.load(std::memory_order_relaxed) == 0) [[likely]]
        return false;
    ke::HostLockGuard locked(state_->lock);
    if (state_->until_failure == 0 || --state_->until_failure > 0)
        return false;
    state_->failed = PoolBlock{nullptr, bytes, tag, kind, caller, state_->sequence, {}};
    return true;
}

void Pool::remember_stop(const PoolMisuse &misuse) {
    ke::HostLockGuard locked(state_->lock);
    if (!state_->stopped_for)
        state_->stopped_for = misuse;
}

const PoolMisuse *Pool::stopped_for() const {
    ke::HostLockGuard locked(state_->lock);
    return state_->stopped_for ? &*state_->stopped_for : nullptr;
}

Pool::~Pool() = default;

std::byte *Pool::State::new_page(PoolKind kind) {
    auto &spare = spare_pages[static_cast<std::size_t>(kind)];
    if (spare.empty()) {
        if (!take(chunk_pages * layout::page_bytes))
            return nullptr;
        auto chunk = memory.commit(Region::pool, chunk_pages * layout::page_bytes);
        if (!chunk) {
            give_back(chunk_pages * layout::page_bytes);
            return nullptr;
        }
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

void *Pool::State::allocate_guarded(PoolBlock facts, bool zero, std::optional<PoolGuard> side) {
    facts.allocated = stack_here();
    ke::HostLockGuard locked(lock);
    facts.sequence = ++sequence;
    return guarded->allocate(std::move(facts), side.value_or(guard) == PoolGuard::before, zero);
}

/// False when the block is not of the guarded pool.
bool Pool::State::free_guarded(void *address, std::uint32_t tag) {
    PoolStack stack = stack_here();
    GuardedPool::Outcome outcome;
    {
        ke::HostLockGuard guard(lock);
        outcome = guarded->free(address, tag, std::move(stack));
    }
    if (outcome.misuse)
        misused(*outcome.misuse);
    return outcome.known;
}

void *Pool::allocate_filled(PoolKind kind, std::size_t bytes, std::uint32_t tag, const void *caller,
                            Fill fill, std::optional<PoolGuard> side) {
    State &state = *state_;
    if (fails_now(kind, bytes, tag, caller))
        return nullptr;
    if (state.guarded) [[unlikely]] {
        PoolBlock facts{nullptr, bytes, tag, kind, caller, 0, {}};
        if (void *block = state.allocate_guarded(std::move(facts), fill == Fill::zero, side))
            return block;
    }
    if (bytes > largest_class)
        return state.allocate_run(kind, bytes, tag, caller, fill != Fill::seeded,
                                  [&] { return state.memory.commit(Region::pool, bytes, 1); });
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
        state.misused(written_after_free(*block, state.freed_fill));
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

/// A block of whole pages, which `commit` finds.
template <typename Commit>
void *Pool::State::allocate_run(PoolKind kind, std::size_t bytes, std::uint32_t tag,
                                const void *caller, bool zero, Commit commit) {
    {
        ke::HostLockGuard guard(lock);
        if (!take(bytes))
            return nullptr;
    }
    if (auto pages = commit())
        return record_run(*pages, kind, bytes, tag, caller, zero);
    ke::HostLockGuard guard(lock);
    give_back(bytes);
    return nullptr;
}

/// Makes a block of committed pages.
void *Pool::State::record_run(std::byte *pages, PoolKind kind, std::size_t bytes, std::uint32_t tag,
                              const void *caller, bool zero) {
    const std::size_t rounded = round_to_pages(bytes);
    if (kind == PoolKind::nonpaged_execute)
        (void)memory.protect(pages, rounded, Protection::read_write_execute);
    memory.label(pages, fmt::format("pool block {} of {} bytes", tag_text(tag), bytes));
    if (!zero)
        fill_words(pages, bytes, fresh_fill);
    std::memset(pages + bytes, red_zone_fill, rounded - bytes);
    poison(pages + bytes, rounded - bytes);
    ke::HostLockGuard guard(lock);
    runs[number(pages)] =
        Block{pages, nullptr, caller, nullptr, ++sequence, bytes, tag, kind, BlockState::live};
    return pages;
}

void *Pool::allocate_essential(PoolKind kind, std::size_t bytes, std::uint32_t tag,
                               const void *caller) {
    auto pages = state_->memory.commit(Region::pool, bytes, 1);
    if (!pages)
        return nullptr; // the host has none
    {
        ke::HostLockGuard guard(state_->lock);
        state_->taken += round_to_pages(bytes);
    }
    return state_->record_run(*pages, kind, bytes, tag, caller, true);
}

void *Pool::allocate_contiguous(std::size_t bytes, const PhysicalLimits &limits,
                                const void *caller) {
    if (fails_now(PoolKind::contiguous, bytes, contiguous_tag, caller))
        return nullptr;
    return state_->allocate_run(PoolKind::contiguous, bytes, contiguous_tag, caller, false,
                                [&] { return state_->memory.commit_contiguous(bytes, limits, 1); });
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

/// Why the address cannot be freed with this tag. Called with the lock held.
PoolMisuse Pool::State::judge_free(const void *address, std::uint32_t tag) {
    const Block *block = block_at(number(address));
    if (auto run = runs.find(number(address)); run != runs.end())
        block = &run->second;
    return wrong_free(address, tag, block);
}

void Pool::free(void *address, std::uint32_t tag, const void *caller) {
    State &state = *state_;
    if (state.guarded && state.free_guarded(address, tag))
        return;
    std::optional<PoolMisuse> misuse, remark;
    bool is_run = false;
    {
        ke::HostLockGuard guard(state.lock);
        Block *block = state.block_at(number(address));
        auto run = state.runs.end();
        if (block == nullptr && (run = state.runs.find(number(address))) != state.runs.end())
            block = &run->second;
        const bool live =
            block != nullptr && block->address == address && block->state == BlockState::live;
        const bool contiguous = live && block->kind == PoolKind::contiguous;
        const bool other_tag = live && block->tag != tag && (tag != 0 || contiguous);
        // [observed: drivers that ship free with other tags than they allocate with, and only the
        // verifier minds, unless the tag is protected.]
        const bool minded = other_tag && (contiguous || ((block->tag | tag) & protected_tag));
        if (other_tag && !minded) [[unlikely]]
            remark = state.judge_free(address, tag);
        if (!live || minded) {
            misuse = state.judge_free(address, tag);
        } else if (run != state.runs.end()) {
            is_run = true;
            const std::size_t rounded = round_to_pages(block->bytes);
            unpoison(block->address, rounded);
            misuse = written_behind(*block, rounded - block->bytes);
            if (!misuse) {
                state.give_back(rounded);
                state.runs.erase(run);
            }
        } else {
            const std::size_t size_class = class_table[(block->bytes + 15) / 16];
            const std::size_t capacity = class_bytes[size_class];
            unpoison(block->address, capacity + red_zone_bytes);
            const std::size_t behind = capacity + red_zone_bytes - block->bytes;
            if (first_other(block->address + block->bytes, behind, std::byte(red_zone_fill)))
                [[unlikely]] {
                misuse = written_behind(*block, behind);
            } else {
                block->state = BlockState::freed;
                block->freed_by = caller;
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
    if (remark && !misuse && state.remarked)
        state.remarked(*remark, caller);
}

void Pool::set_remarked(std::function<void(const PoolMisuse &, const void *)> remarked) {
    state_->remarked = std::move(remarked);
}

template <typename Visit> void Pool::State::visit_live(Visit visit) const {
    for (const auto &slab : slabs)
        for (std::size_t i = 0; slab && i < slab->count; ++i)
            if (slab->blocks[i].state == BlockState::live)
                visit(slab->blocks[i]);
    for (const auto &[address, block] : runs)
        visit(block);
}

std::optional<PoolBlock> Pool::find(const void *address) const {
    ke::HostLockGuard guard(state_->lock);
    const std::uintptr_t at = number(address);
    if (const GuardedBlock *block = state_->guarded ? state_->guarded->near(at) : nullptr)
        return block->live && at - number(block->facts.address) < block->facts.bytes
                   ? std::optional(block->facts)
                   : std::nullopt;
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

std::optional<PoolMisuse> Pool::judge_access(const void *address, bool write,
                                             std::uint64_t instruction, bool by_driver) const {
    if (!state_->guarded)
        return std::nullopt;
    ke::HostLockGuard guard(state_->lock);
    return state_->guarded->judge_access(number(address), write, instruction, by_driver);
}

std::string Pool::describe(const void *address) const {
    ke::HostLockGuard guard(state_->lock);
    const std::uintptr_t at = number(address);
    if (const GuardedBlock *block = state_->guarded ? state_->guarded->near(at) : nullptr)
        return place_in_block(at, block->facts, !block->live);
    const Block *block = state_->block_at(at);
    if (block == nullptr || block->state == BlockState::fresh)
        return "";
    return place_in_block(at, facts_of(*block), block->state == BlockState::freed);
}

std::optional<Pool::History> Pool::history(const void *address) const {
    ke::HostLockGuard guard(state_->lock);
    if (const GuardedBlock *block =
            state_->guarded ? state_->guarded->near(number(address)) : nullptr)
        return History{block->facts.allocated, block->freed};
    const Block *block = state_->block_at(number(address));
    if (block == nullptr || block->state == BlockState::fresh)
        return std::nullopt;
    return History{stack_of(block->caller),
                   block->state == BlockState::freed ? stack_of(block->freed_by) : PoolStack{}};
}

std::vector<PoolBlock> Pool::outstanding(const void *begin, const void *end) const {
    std::vector<PoolBlock> blocks;
    {
        ke::HostLockGuard guard(state_->lock);
        state_->visit_live([&](const Block &block) {
            if (number(block.caller) >= number(begin) && number(block.caller) < number(end))
                blocks.push_back(facts_of(block));
        });
        if (state_->guarded)
            for (const auto &[pages, block] : state_->guarded->blocks())
                if (block.live && number(block.facts.caller) >= number(begin) &&
                    number(block.facts.caller) < number(end))
                    blocks.push_back(block.facts);
    }
    std::sort(blocks.begin(), blocks.end(),
              [](const auto &a, const auto &b) { return a.sequence < b.sequence; });
    return blocks;
}

} // namespace ksbox::mm
