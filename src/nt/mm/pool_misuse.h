// What is wrong with a block or with the way it is used, as the bug checks that Windows documents.
// Private to the pool.
#pragma once

#include <optional>

#include "nt/mm/pool.h"
#include "nt/mm/pool_slab.h"

namespace ksbox::mm {

/// A freed block does not hold what free() left in it.
PoolMisuse written_after_free(const Block &block, std::uint64_t freed_fill);
/// The `behind` bytes after a live block must be its red zone.
std::optional<PoolMisuse> written_behind(const Block &block, std::size_t behind);
/// Why the address cannot be freed with this tag. `block`: the one that holds it, or null.
PoolMisuse wrong_free(const void *address, std::uint32_t tag, const Block *block);

PoolBlock facts_of(const Block &block);
/// Of the caller alone; empty when it is null.
PoolStack stack_of(const void *caller);

/// "'Tag1'" of 40 bytes, as reports say it.
std::string name_of(std::uint32_t tag, std::size_t bytes);
/// "7 bytes into freed pool block 'Tag1' of 40 bytes"
std::string place_in_block(std::uintptr_t address, const PoolBlock &block, bool freed);

} // namespace ksbox::mm
