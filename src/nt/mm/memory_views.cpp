// Other mappings of a box's pages (MmMapLockedPages, MmMapIoSpace, WaveRT buffers), reserved
// mapping addresses, and protections.
#include <algorithm>
#include <sys/mman.h>
#include <utility>

#include "abi/windows.h"

#include "base/assert.h"
#include "base/sanitizer.h"
#include "nt/mm/memory_state.h"
#include "nt/mm/poison.h"

namespace ksbox::mm {
namespace {

void *as_pointer(std::uintptr_t address) {
    return reinterpret_cast<void *>(address);
}

constexpr Pfn first_page = physical_base / layout::page_bytes;
constexpr Pfn last_page = first_page + (layout::pool_bytes + layout::images_bytes +
                                        layout::stacks_bytes + layout::client_slot_bytes) /
                                           layout::page_bytes;

bool all_exist(std::span<const Pfn> pages) {
    for (Pfn page : pages)
        if (page < first_page || page >= last_page)
            return false;
    return true;
}

} // namespace

bool Memory::State::keep_view(Range &range) {
    if (KSBOX_ASAN || range.kind != RangeKind::view || range.pins != 0 ||
        !range.page_protection.empty())
        return false;
    if (kept == most_kept_views)
        drop_kept_views();
    Range *&head = kept_at(range.pages.front());
    range.kind = RangeKind::kept;
    range.next_kept = std::exchange(head, &range);
    ++kept;
    return true;
}

std::uintptr_t Memory::State::take_kept_view(std::span<const Pfn> pages, Protection protection,
                                             bool in_client) {
    for (Range **link = &kept_at(pages.front()); *link != nullptr; link = &(*link)->next_kept) {
        Range &range = **link;
        if (range.in_client != in_client || range.protection != protection ||
            !std::ranges::equal(range.pages, pages))
            continue;
        *link = std::exchange(range.next_kept, nullptr);
        range.kind = RangeKind::view;
        --kept;
        return range.begin;
    }
    return 0;
}

void Memory::State::drop_kept_views() {
    for (Range *&head : kept_views)
        while (head != nullptr) {
            Range &range = *std::exchange(head, head->next_kept);
            close(range);
            allocator(range).give(range.begin - range.margin, range.bytes + 2 * range.margin);
            forget(ranges.find(range.begin));
        }
    kept = 0;
}

Result<std::byte *> Memory::map(std::span<const Pfn> pages, bool to_client, Protection protection,
                                const Placement &where) {
    if (pages.empty() || !all_exist(pages))
        return fail(STATUS_INVALID_PARAMETER);
    const bool anywhere = where.at == nullptr && where.alignment == layout::page_bytes;
    ke::HostLockGuard guard(state_->lock);
    if (anywhere) {
        if (std::uintptr_t kept = state_->take_kept_view(pages, protection, to_client); kept != 0)
            return static_cast<std::byte *>(as_pointer(kept));
    } else {
        state_->drop_kept_views(); // they may hold the place that is asked for
    }
    Range range;
    range.bytes = pages.size() * layout::page_bytes;
    range.region = Region::views;
    range.kind = RangeKind::view;
    range.in_client = to_client;
    range.protection = protection;
    range.pages.assign(pages.begin(), pages.end());
    // A page of guard between views: an overrun faults instead of reaching the next one.
    range.margin = layout::page_bytes;
    RangeAllocator::Constraint constraint;
    constraint.margin = range.margin;
    constraint.alignment = where.alignment;
    if (where.at != nullptr) {
        constraint.lowest = reinterpret_cast<std::uintptr_t>(where.at);
        constraint.highest = constraint.lowest + range.bytes - 1;
    }
    const auto begin = state_->allocator(range).take(range.bytes, constraint);
    if (!begin)
        return fail(where.at ? STATUS_CONFLICTING_ADDRESSES : STATUS_INSUFFICIENT_RESOURCES);
    range.begin = *begin;
    if (!state_->map_pages(*begin, pages, protection)) {
        state_->close(range);
        state_->allocator(range).give(*begin - range.margin, range.bytes + 2 * range.margin);
        return fail(STATUS_INSUFFICIENT_RESOURCES);
    }
    unpoison(as_pointer(*begin), range.bytes);
    state_->ranges.emplace(*begin, std::move(range));
    return static_cast<std::byte *>(as_pointer(*begin));
}

bool Memory::unmap(const void *address) {
    if (abandoned_)
        return true; // frozen frames stay as they are
    ke::HostLockGuard guard(state_->lock);
    Range *range = state_->containing(reinterpret_cast<std::uintptr_t>(address));
    if (range == nullptr || range->kind != RangeKind::view)
        return false;
    state_->release(*range, true);
    return true;
}

Result<std::byte *> Memory::reserve(std::size_t bytes) {
    if (bytes == 0 || bytes > layout::views_bytes)
        return fail(STATUS_INVALID_PARAMETER);
    ke::HostLockGuard guard(state_->lock);
    Range range;
    range.bytes = round_to_pages(bytes);
    range.region = Region::views;
    range.kind = RangeKind::reserved;
    range.protection = Protection::none;
    range.margin = layout::page_bytes;
    range.pages.assign(range.bytes / layout::page_bytes, no_page);
    range.page_protection.assign(range.pages.size(), Protection::none);
    RangeAllocator::Constraint constraint;
    constraint.margin = range.margin;
    const auto begin = state_->views.take(range.bytes, constraint);
    if (!begin)
        return fail(STATUS_INSUFFICIENT_RESOURCES);
    range.begin = *begin;
    state_->ranges.emplace(*begin, std::move(range));
    return static_cast<std::byte *>(as_pointer(*begin));
}

Result<void> Memory::map_reserved(std::byte *address, std::size_t offset,
                                  std::span<const Pfn> pages, Protection protection) {
    ke::HostLockGuard guard(state_->lock);
    auto found = state_->ranges.find(reinterpret_cast<std::uintptr_t>(address));
    if (found == state_->ranges.end() || found->second.kind != RangeKind::reserved ||
        offset % layout::page_bytes != 0 || pages.empty() || !all_exist(pages))
        return fail(STATUS_INVALID_PARAMETER);
    Range &range = found->second;
    const std::size_t first = offset / layout::page_bytes;
    if (first > range.pages.size() || range.pages.size() - first < pages.size())
        return fail(STATUS_INVALID_PARAMETER);
    for (std::size_t i = 0; i < pages.size(); ++i)
        if (range.pages[first + i] != no_page)
            return fail(STATUS_INVALID_PARAMETER);
    if (!state_->map_pages(range.begin + offset, pages, protection))
        return fail(STATUS_INSUFFICIENT_RESOURCES);
    unpoison(as_pointer(range.begin + offset), pages.size() * layout::page_bytes);
    for (std::size_t i = 0; i < pages.size(); ++i) {
        range.pages[first + i] = pages[i];
        range.page_protection[first + i] = protection;
    }
    return {};
}

Result<void> Memory::unmap_reserved(std::byte *address, std::size_t offset, std::size_t pages) {
    ke::HostLockGuard guard(state_->lock);
    auto found = state_->ranges.find(reinterpret_cast<std::uintptr_t>(address));
    if (found == state_->ranges.end() || found->second.kind != RangeKind::reserved ||
        offset % layout::page_bytes != 0)
        return fail(STATUS_INVALID_PARAMETER);
    Range &range = found->second;
    const std::size_t first = offset / layout::page_bytes;
    if (first > range.pages.size() || range.pages.size() - first < pages)
        return fail(STATUS_INVALID_PARAMETER);
    for (std::size_t i = 0; i < pages; ++i)
        if (range.pages[first + i] == no_page)
            return fail(STATUS_INVALID_PARAMETER);
    Range part;
    part.begin = range.begin + offset;
    part.bytes = pages * layout::page_bytes;
    state_->close(part);
    for (std::size_t i = 0; i < pages; ++i) {
        range.pages[first + i] = no_page;
        range.page_protection[first + i] = Protection::none;
    }
    return {};
}

Result<void> Memory::protect(std::byte *address, std::size_t bytes, Protection protection) {
    ke::HostLockGuard guard(state_->lock);
    const auto begin = reinterpret_cast<std::uintptr_t>(address) & ~(layout::page_bytes - 1);
    const std::size_t length =
        round_to_pages(reinterpret_cast<std::uintptr_t>(address) - begin + bytes);
    Range *range = state_->containing(begin);
    if (range == nullptr || length == 0 || range->end() - begin < length ||
        (range->kind != RangeKind::committed && range->kind != RangeKind::view))
        return fail(STATUS_INVALID_PARAMETER);
    if (mprotect(as_pointer(begin), length, host_protection(protection)) != 0)
        return fail(STATUS_INVALID_PAGE_PROTECTION);
    if (begin == range->begin && length == range->bytes) {
        range->protection = protection;
        range->page_protection.clear();
        return {};
    }
    if (range->page_protection.empty())
        range->page_protection.assign(range->bytes / layout::page_bytes, range->protection);
    for (std::size_t page = 0; page < length / layout::page_bytes; ++page)
        range->page_protection[(begin - range->begin) / layout::page_bytes + page] = protection;
    return {};
}

} // namespace ksbox::mm
