// The guarded pool, after Driver Verifier's special pool: each block has pages of its own between
// inaccessible ones, freed blocks stay inaccessible for a while, and call stacks are kept.
// Private to pool.cpp, which calls every function with the pool's lock held.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "nt/mm/pool.h"

namespace ksbox::mm {

class Memory;

struct GuardedBlock {
    PoolBlock facts;
    std::byte *pages = nullptr;
    std::size_t page_bytes = 0; ///< of `pages`, whole pages
    bool live = true;
    PoolStack freed;

    std::byte *end() const { return static_cast<std::byte *>(facts.address) + facts.bytes; }
};

class GuardedPool {
  public:
    /// Freed blocks are kept inaccessible until there are more than so many, of more pages than
    /// that together.
    static constexpr std::size_t most_freed_blocks = 65'536;
    static constexpr std::size_t most_freed_bytes = std::size_t(256) << 20;
    /// A live block costs two mappings, of which a process has 65530 unless told otherwise.
    static constexpr std::size_t most_live_blocks = 20'000;

    GuardedPool(Memory &memory, std::uint64_t fresh_fill)
        : memory_(memory), fresh_fill_(fresh_fill) {}

    /// `facts` without the address; null when there is no room: the ordinary pool serves then, as
    /// on Windows. Blocks of a page and more begin on a page, smaller ones are aligned to 16 bytes
    /// at the end of their page, or `at_start`.
    void *allocate(PoolBlock facts, bool at_start, bool zero);

    struct Outcome {
        bool known = false; ///< the address is of this pool
        std::optional<PoolMisuse> misuse;
    };
    Outcome free(void *address, std::uint32_t tag, PoolStack stack);

    /// The block, live or freed, whose pages or guard pages hold the address.
    const GuardedBlock *near(std::uintptr_t address) const;
    /// What a driver's (or the system's) access that faulted did to a block; nothing if it is none
    /// of this pool's.
    std::optional<PoolMisuse> judge_access(std::uintptr_t address, bool write,
                                           std::uint64_t instruction, bool by_driver) const;
    const std::map<std::uintptr_t, GuardedBlock> &blocks() const { return blocks_; }

  private:
    std::optional<PoolMisuse> check_slack(const GuardedBlock &block) const;
    void retire(GuardedBlock &block, PoolStack stack);
    void forget_oldest();

    Memory &memory_;
    const std::uint64_t fresh_fill_;
    std::map<std::uintptr_t, GuardedBlock> blocks_; ///< by first page
    std::deque<std::uintptr_t> freed_;              ///< oldest first
    std::size_t freed_bytes_ = 0;
    std::size_t live_ = 0;
};

} // namespace ksbox::mm
