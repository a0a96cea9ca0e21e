// The pool: tagged allocations in the box's pool region at addresses the seed fixes, filled from
// the seed, with a list of what is outstanding (by tag and by owner image) for leak reports.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace ksbox {
class Kernel;
} // namespace ksbox
struct _CONTEXT;

namespace ksbox::mm {

enum class PoolKind : std::uint8_t {
    nonpaged,
    nonpaged_execute,
    paged,
    contiguous ///< MmAllocateContiguousMemory; freed by its own call only
};

inline constexpr std::uint32_t contiguous_tag = 0x6d43'6d4d; ///< 'MmCm'
inline constexpr std::uint32_t mapping_tag = 0x6c4d'6d4d;    ///< 'MmMl', of low resources alone

/// Return addresses, innermost first, of those who allocated or freed a block: all of them in the
/// guarded pool, else the caller alone.
using PoolStack = std::vector<std::uint64_t>;

struct PoolBlock {
    void *address;
    std::size_t bytes;
    std::uint32_t tag;
    PoolKind kind;
    const void *caller; ///< return address of the allocating export, in the driver
    std::uint64_t sequence;
    PoolStack allocated;
};

/// What is wrong with a request or with a block, as the bug check that Windows documents for it.
struct PoolMisuse {
    std::uint32_t code; ///< BAD_POOL_HEADER (0x19), BAD_POOL_CALLER (0xC2), or special pool's
    std::uint64_t parameters[4];
    std::string reason;
    PoolStack allocated, freed; ///< of the block concerned; empty: unknown, or not yet freed
};

/// Where blocks meet inaccessible pages: nowhere, or with their end, or with their beginning.
enum class PoolGuard : std::uint8_t { off, behind, before };

class Memory;
struct PhysicalLimits;

class Pool {
  public:
    /// Misuse is a bug check of the kernel's box.
    explicit Pool(Kernel &kernel);
    /// `misused` is told instead, with no lock held; when it returns, a wrong free has no effect.
    /// `stack_here`: of the current thread, for blocks of the guarded pool.
    Pool(Memory &memory, std::uint64_t seed, std::function<void(const PoolMisuse &)> misused,
         std::function<PoolStack()> stack_here = {});
    ~Pool();

    /// How blocks are allocated from now on; called before the first driver is loaded.
    void set_guard(PoolGuard guard);

    /// Low resources simulation: the allocation of this number from now on (1: the next), whoever
    /// asks for it, gets null; 0: none does.
    void fail(std::uint64_t number);
    /// Whether a mapping of locked pages, which counts among the allocations, is to fail.
    bool fails_mapping(std::size_t bytes, const void *caller) {
        return fails_now(PoolKind::nonpaged, bytes, mapping_tag, caller);
    }
    /// The request that fail() made fail, its address null; nothing as long as it has not come.
    std::optional<PoolBlock> failed() const;

    /// 16-byte aligned (page aligned from 4096 bytes on, as on Windows); null when exhausted.
    /// `side` places the block in a guarded pool otherwise than the rest.
    void *allocate(PoolKind kind, std::size_t bytes, std::uint32_t tag, const void *caller,
                   bool zero, std::optional<PoolGuard> side = std::nullopt) {
        return allocate_filled(kind, bytes, tag, caller, zero ? Fill::zero : Fill::seeded, side);
    }
    /// As allocate(), for a caller that writes every byte itself before anybody else sees one.
    void *allocate_blank(PoolKind kind, std::size_t bytes, std::uint32_t tag, const void *caller) {
        return allocate_filled(kind, bytes, tag, caller, Fill::none, std::nullopt);
    }
    /// As allocate_blank(), in whole pages and however much there is already: for what cannot be
    /// refused to the kernel itself. fail() does not see it.
    void *allocate_essential(PoolKind kind, std::size_t bytes, std::uint32_t tag,
                             const void *caller);
    /// Whole pages, physically contiguous within the limits, filled from the seed; a block of kind
    /// contiguous with contiguous_tag, which free() must be given.
    void *allocate_contiguous(std::size_t bytes, const PhysicalLimits &limits, const void *caller);
    /// Bug check BAD_POOL_CALLER (0xC2) for an address that is not an allocation, a double free or,
    /// in the guarded pool and for protected tags and contiguous memory, another tag (0: any);
    /// BAD_POOL_HEADER (0x19) when the bytes around the block were written. A write to a freed
    /// block is found when its bytes are handed out again.
    void free(void *address, std::uint32_t tag, const void *caller);
    /// Told, with the caller, what a free did wrong that only the verifier minds: another tag.
    void set_remarked(std::function<void(const PoolMisuse &, const void *)> remarked);
    /// The live block that contains the address.
    std::optional<PoolBlock> find(const void *address) const;
    /// What an access that faulted did to a block of the guarded pool; nothing if it is of none.
    std::optional<PoolMisuse> judge_access(const void *address, bool write,
                                           std::uint64_t instruction, bool by_driver) const;
    /// Stops the kernel's box for a misuse. `context`: of the access that faulted; null for a call.
    [[noreturn]] void stop(Kernel &kernel, const PoolMisuse &misuse,
                           const _CONTEXT *context = nullptr);
    /// What stop() was called for first; null: it was not.
    const PoolMisuse *stopped_for() const;
    /// Who allocated, and freed, the block that an address belongs to, in any state; for reports.
    struct History {
        PoolStack allocated, freed;
    };
    std::optional<History> history(const void *address) const;
    /// For reports: "in 'gaTx', 24 bytes into a block of 100", "freed block …", or "".
    std::string describe(const void *address) const;
    /// What is outstanding whose caller lies in [begin, end), oldest first.
    std::vector<PoolBlock> outstanding(const void *begin, const void *end) const;

  private:
    enum class Fill : std::uint8_t { zero, seeded, none };
    void *allocate_filled(PoolKind kind, std::size_t bytes, std::uint32_t tag, const void *caller,
                          Fill fill, std::optional<PoolGuard> side);
    void remember_stop(const PoolMisuse &misuse);
    bool fails_now(PoolKind kind, std::size_t bytes, std::uint32_t tag, const void *caller);

    struct State;
    std::unique_ptr<State> state_;
};

/// A tag as people write it: 0x31676154 is 'Tag1'.
std::string tag_text(std::uint32_t tag);

} // namespace ksbox::mm
