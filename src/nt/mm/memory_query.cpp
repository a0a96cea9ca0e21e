// What an address of a box is: whose, with which page behind it, and whether it can be touched.
#include <algorithm>
#include <iterator>

#include "base/assert.h"
#include "nt/mm/memory_state.h"

namespace ksbox::mm {
namespace {

std::uintptr_t number(const void *address) {
    return reinterpret_cast<std::uintptr_t>(address);
}

} // namespace

Range *Memory::State::find_containing(std::uintptr_t address) {
    auto next = ranges.upper_bound(address);
    if (next == ranges.begin())
        return nullptr;
    Range &range = std::prev(next)->second;
    if (address >= range.end())
        return nullptr;
    const std::uintptr_t page = address / layout::page_bytes;
    hits[page % hits.size()] = {page, &range};
    return &range;
}

std::uint64_t Memory::State::physical(const Range &range) const {
    const RegionPlan where = plan(range.region);
    return where.file_offset + (range.begin - where.base);
}

std::optional<Pfn> Memory::State::page_at(std::uintptr_t address) {
    const Range *range = containing(address);
    if (range == nullptr)
        return std::nullopt;
    const std::size_t page = (address - range->begin) / layout::page_bytes;
    switch (range->kind) {
    case RangeKind::committed:
        return physical(*range) / layout::page_bytes + page;
    case RangeKind::view:
    case RangeKind::reserved:
        if (range->pages[page] != no_page)
            return range->pages[page];
        return std::nullopt;
    case RangeKind::kept:
    case RangeKind::pinned:
    case RangeKind::retired:
        break;
    }
    return std::nullopt;
}

std::optional<Pfn> Memory::pfn_of(const void *address) const {
    ke::HostLockGuard guard(state_->lock);
    return state_->page_at(number(address));
}

std::byte *Memory::address_of(Pfn page) const {
    const std::uint64_t physical = page * layout::page_bytes;
    ke::HostLockGuard guard(state_->lock);
    for (Region region : {Region::pool, Region::client, Region::images, Region::stacks}) {
        const RegionPlan where = state_->plan(region);
        if (physical < where.file_offset || physical - where.file_offset >= where.bytes)
            continue;
        const std::uintptr_t address = where.base + (physical - where.file_offset);
        const Range *range = state_->containing(address);
        if (range != nullptr && range->kind == RangeKind::committed)
            return reinterpret_cast<std::byte *>(address);
    }
    return nullptr;
}

bool Memory::accessible(const void *address, std::size_t bytes, bool write) const {
    ke::HostLockGuard guard(state_->lock);
    return state_->accessible(number(address), bytes, write);
}

bool Memory::State::accessible(std::uintptr_t begin, std::size_t bytes, bool write) {
    const std::uintptr_t end = begin + bytes;
    if (end < begin)
        return false;
    for (std::uintptr_t at = begin; at < end;) {
        const Range *range = containing(at);
        if (range == nullptr || range->kind == RangeKind::kept)
            return false;
        const std::uintptr_t stop = std::min(end, range->end());
        const bool uniform = range->page_protection.empty();
        while (at < stop) {
            const Protection protection = range->protection_at(at);
            if (protection == Protection::none)
                return false;
            if (write && protection != Protection::read_write &&
                protection != Protection::read_write_execute)
                return false;
            at = uniform ? stop : (at & ~(layout::page_bytes - 1)) + layout::page_bytes;
        }
    }
    return true;
}

std::optional<std::span<std::byte>> Memory::range_of(const void *address) const {
    ke::HostLockGuard guard(state_->lock);
    const Range *range = state_->containing(number(address));
    if (range == nullptr || (range->kind != RangeKind::committed && range->kind != RangeKind::view))
        return std::nullopt;
    return std::span(reinterpret_cast<std::byte *>(range->begin), range->bytes);
}

std::optional<std::span<std::byte>> Memory::view_of(const void *address) const {
    ke::HostLockGuard guard(state_->lock);
    const Range *range = state_->containing(number(address));
    if (range == nullptr || range->kind != RangeKind::view)
        return std::nullopt;
    return std::span(reinterpret_cast<std::byte *>(range->begin), range->bytes);
}

std::optional<Memory::Reservation> Memory::reservation(const void *address) const {
    ke::HostLockGuard guard(state_->lock);
    const auto found = state_->ranges.find(number(address));
    if (found == state_->ranges.end() || found->second.kind != RangeKind::reserved)
        return std::nullopt;
    const Range &range = found->second;
    const auto mapped = std::count_if(range.pages.begin(), range.pages.end(),
                                      [](Pfn page) { return page != no_page; });
    return Reservation{range.label, static_cast<std::size_t>(mapped)};
}

void Memory::label(std::byte *address, std::string text) {
    ke::HostLockGuard guard(state_->lock);
    Range *range = state_->containing(number(address));
    KS_ASSERT(range != nullptr);
    range->label = std::move(text);
}

std::string Memory::describe(const void *address) const {
    const std::uintptr_t at = number(address);
    ke::HostLockGuard guard(state_->lock);
    const auto name = [](const Range &range) {
        static constexpr const char *regions[] = {"client memory", "image", "pool", "stack",
                                                  "mapped view"};
        return range.label.empty() ? std::string(regions[static_cast<unsigned>(range.region)])
                                   : range.label;
    };
    if (const Range *range = state_->containing(at)) {
        switch (range->kind) {
        case RangeKind::committed:
        case RangeKind::view:
            return name(*range);
        case RangeKind::reserved:
            return "reserved mapping " + name(*range);
        case RangeKind::kept:
            return "unmapped";
        case RangeKind::pinned:
            return "released " + name(*range) + " (its pages are still locked)";
        case RangeKind::retired:
            return "unloaded " + name(*range);
        }
    }
    auto next = state_->ranges.upper_bound(at);
    if (next != state_->ranges.begin()) {
        const Range &below = std::prev(next)->second;
        if (at - below.end() < below.margin && below.kind != RangeKind::kept)
            return "guard page of " + name(below);
    }
    if (next != state_->ranges.end() && next->second.begin - at <= next->second.margin &&
        next->second.kind != RangeKind::kept)
        return "guard page of " + name(next->second);
    return "unmapped";
}

} // namespace ksbox::mm
