// The pool: tagged allocations in the box's pool region at addresses the seed fixes, filled from
// the seed, with a list of what is outstanding (by tag and by owner image) for leak reports.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/result.h"

namespace ksbox {
class Kernel;
}

namespace ksbox::mm {

enum class PoolKind : std::uint8_t { nonpaged, nonpaged_execute, paged };

struct PoolBlock {
    void *address;
    std::size_t bytes;
    std::uint32_t tag;
    PoolKind kind;
    const void *caller; ///< return address of the allocating export, in the driver
    std::uint64_t sequence;
};

class Pool {
  public:
    explicit Pool(Kernel &kernel);
    ~Pool();

    /// 16-byte aligned (page aligned from 4096 bytes on, as on Windows); null when exhausted.
    void *allocate(PoolKind kind, std::size_t bytes, std::uint32_t tag, const void *caller,
                   bool zero);
    /// Bug check BAD_POOL_CALLER (0xC2) for an address that is not an allocation, a double free or
    /// (when `tag` is not 0) another tag.
    void free(void *address, std::uint32_t tag, const void *caller);
    std::optional<PoolBlock> find(const void *address) const;
    /// What is outstanding whose caller lies in [begin, end), oldest first.
    std::vector<PoolBlock> outstanding(const void *begin, const void *end) const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace ksbox::mm
