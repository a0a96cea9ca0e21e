// One process's handles: an array indexed by value/4, with the free slots in the order they were
// freed. Has no lock of its own: the object manager's covers all tables.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "nt/ob/object_manager.h"

namespace ksbox::ob {

class HandleTable {
  public:
    /// The value, a multiple of 4 (never 0); nothing when the table is full.
    std::optional<std::uint32_t> insert(const ObjectManager::HandleEntry &entry);
    const ObjectManager::HandleEntry *find(std::uint64_t value) const;
    std::optional<ObjectManager::HandleEntry> remove(std::uint64_t value);
    /// The lowest open handle at or above `from`, or else the lowest of all; nothing when all are
    /// closed.
    std::optional<std::uint32_t> first(std::uint32_t from) const;
    std::size_t size() const { return used_; }
    /// How many of the handles name the object.
    std::uint32_t count(const void *body) const;

  private:
    /// As on Windows: 16 million handles a process.
    static constexpr std::size_t most = std::size_t(1) << 24;
    std::vector<ObjectManager::HandleEntry> slots_{{nullptr, 0, 0}};
    std::vector<std::uint32_t> free_;
    std::size_t used_ = 0;
};

} // namespace ksbox::ob
