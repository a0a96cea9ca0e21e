// First fit over one part of the address space; see range_allocator.h.
#include "nt/mm/range_allocator.h"

#include <algorithm>
#include <iterator>

#include "base/assert.h"

namespace ksbox::mm {

std::optional<std::uintptr_t> RangeAllocator::take(std::size_t bytes,
                                                   const Constraint &constraint) {
    const auto align_up = [&](std::uintptr_t address, std::size_t to) {
        const std::uintptr_t rest = (address - constraint.origin) % to;
        return rest == 0 ? address : address + (to - rest);
    };
    const auto window = [&](std::uintptr_t address) {
        return (address - constraint.origin) / constraint.boundary;
    };
    if (constraint.boundary != 0 && bytes > constraint.boundary)
        return std::nullopt;
    for (auto gap = free_.begin(); gap != free_.end(); ++gap) {
        const std::uintptr_t end = gap->first + gap->second;
        std::uintptr_t begin = align_up(std::max(gap->first + constraint.margin, constraint.lowest),
                                        constraint.alignment);
        if (constraint.boundary != 0 && window(begin) != window(begin + bytes - 1))
            begin = align_up(begin, constraint.boundary);
        if (begin >= end || end - begin < bytes + constraint.margin)
            continue;
        if (begin + bytes - 1 > constraint.highest)
            return std::nullopt;
        carve(gap, begin - constraint.margin, bytes + 2 * constraint.margin);
        return begin;
    }
    return std::nullopt;
}

void RangeAllocator::carve(std::map<std::uintptr_t, std::size_t>::iterator gap,
                           std::uintptr_t begin, std::size_t bytes) {
    const std::uintptr_t end = gap->first + gap->second;
    const std::size_t before = begin - gap->first;
    const std::size_t after = end - (begin + bytes);
    if (after != 0)
        free_.emplace(begin + bytes, after);
    if (before != 0)
        gap->second = before;
    else
        free_.erase(gap);
}

void RangeAllocator::give(std::uintptr_t begin, std::size_t bytes) {
    auto next = free_.lower_bound(begin);
    KS_ASSERT(next == free_.end() || begin + bytes <= next->first);
    if (next != free_.begin()) {
        auto before = std::prev(next);
        KS_ASSERT(before->first + before->second <= begin);
        if (before->first + before->second == begin) {
            begin = before->first;
            bytes += before->second;
            free_.erase(before);
        }
    }
    if (next != free_.end() && begin + bytes == next->first) {
        bytes += next->second;
        free_.erase(next);
    }
    free_.emplace(begin, bytes);
}

std::size_t RangeAllocator::free_bytes() const {
    std::size_t total = 0;
    for (const auto &[begin, bytes] : free_)
        total += bytes;
    return total;
}

} // namespace ksbox::mm
