// First fit over one part of the address space: deterministic, lowest address first, so that a
// seed's run hands out the same addresses every time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>

namespace ksbox::mm {

class RangeAllocator {
  public:
    RangeAllocator(std::uintptr_t begin, std::size_t bytes) { free_.emplace(begin, bytes); }

    /// Where a range may lie. All in bytes; multiples of a page.
    struct Constraint {
        std::uintptr_t lowest = 0;
        std::uintptr_t highest = UINTPTR_MAX; ///< the last byte allowed
        std::size_t alignment = 4096;
        std::size_t boundary = 0;  ///< the range crosses no multiple of it; 0: any
        std::uintptr_t origin = 0; ///< alignment and boundary count from here
        std::size_t margin = 0;    ///< taken too, on both sides of the range
    };

    /// The lowest free range of `bytes` (without its margins), or nothing.
    std::optional<std::uintptr_t> take(std::size_t bytes, const Constraint &constraint);
    /// Returns a range that take() gave, or a part of one.
    void give(std::uintptr_t begin, std::size_t bytes);

    std::size_t free_bytes() const;

  private:
    void carve(std::map<std::uintptr_t, std::size_t>::iterator gap, std::uintptr_t begin,
               std::size_t bytes);

    std::map<std::uintptr_t, std::size_t> free_; ///< begin → bytes, never adjacent
};

} // namespace ksbox::mm
