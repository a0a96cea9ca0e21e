// What Memory keeps: the regions' plans and allocators, and the ranges that are in use. Private to
// memory*.cpp; every function of State is called with the lock held.
#pragma once

#include <array>
#include <map>
#include <string>
#include <vector>

#include "nt/ke/host_lock.h"
#include "nt/mm/layout.h"
#include "nt/mm/memory.h"
#include "nt/mm/range_allocator.h"

namespace ksbox::mm {

enum class RangeKind : std::uint8_t {
    committed,
    view,     ///< other mappings of pages that live elsewhere
    reserved, ///< address space for views, by map_reserved()
    kept,     ///< a view that was released: still mapped, for the next map() of its pages
    pinned,   ///< released while an MDL held its pages: inaccessible until the last unpin
    retired   ///< released without reuse (unloaded images): inaccessible until recycle()
};

struct Range {
    std::uintptr_t begin = 0;
    std::size_t bytes = 0;
    std::size_t margin = 0; ///< bytes of guard on each side
    Region region = Region::pool;
    RangeKind kind = RangeKind::committed;
    bool in_client = false;
    bool reuse = true;
    unsigned pins = 0;
    Protection protection = Protection::read_write;
    std::vector<Protection> page_protection; ///< one a page once they differ
    std::vector<Pfn> pages;                  ///< of views and reserved ranges; no_page: none
    Range *next_kept = nullptr;              ///< kept views whose first page has the same hash
    std::string label;

    std::uintptr_t end() const { return begin + bytes; }
    Protection protection_at(std::uintptr_t address) const {
        return page_protection.empty() ? protection
                                       : page_protection[(address - begin) / layout::page_bytes];
    }
};

inline constexpr Pfn no_page = ~Pfn(0);

/// A part of the address space and where its pages lie in the memfd. Region::views has none.
struct RegionPlan {
    std::uintptr_t base;
    std::size_t bytes;
    std::uint64_t file_offset;
};

struct Memory::State {
    explicit State(unsigned slot);

    RegionPlan plan(Region region) const;
    RangeAllocator &allocator(const Range &range);
    /// The range that holds the address, of whatever kind; null: none.
    Range *containing(std::uintptr_t address) {
        const std::uintptr_t page = address / layout::page_bytes;
        const Hit &hit = hits[page % hits.size()];
        return hit.page == page ? hit.range : find_containing(address);
    }
    Range *find_containing(std::uintptr_t address);
    bool accessible(std::uintptr_t begin, std::size_t bytes, bool write);
    bool pin(std::uintptr_t begin, std::size_t bytes);
    /// Takes a range out of `ranges`, and out of what refers to it.
    void forget(std::map<std::uintptr_t, Range>::iterator range);
    std::optional<Pfn> page_at(std::uintptr_t address);
    /// The physical address of a committed range's first byte.
    std::uint64_t physical(const Range &range) const;
    Result<std::byte *> commit(Region region, std::size_t bytes, std::size_t guard_pages,
                               const PhysicalLimits &limits);
    bool map_pages(std::uintptr_t address, std::span<const Pfn> pages, Protection protection);
    /// Memory::release(). Precondition: neither pinned nor retired nor kept.
    void release(Range &range, bool reuse);
    /// Makes the range's addresses inaccessible.
    void close(const Range &range);
    /// Drops a closed range's pages, and unless it is retired gives its addresses back.
    void drop(std::map<std::uintptr_t, Range>::iterator range);

    /// Keeps a released view's mapping for the next map() of the same pages: an I/O buffer that
    /// goes round maps without system calls. Not under AddressSanitizer, which is to see late uses.
    bool keep_view(Range &range);
    /// A kept view of exactly these pages, in use again; 0: none.
    std::uintptr_t take_kept_view(std::span<const Pfn> pages, Protection protection,
                                  bool in_client);
    void drop_kept_views();

    mutable ke::HostLock lock;
    const unsigned slot;
    int file = -1;
    RangeAllocator client, images, pool, stacks, views;
    std::map<std::uintptr_t, Range> ranges; ///< by first usable byte
    std::size_t pinned = 0;
    /// Kept views by first page; at most `most_kept_views`.
    static constexpr std::size_t most_kept_views = 64;
    std::array<Range *, most_kept_views> kept_views{};
    std::size_t kept = 0;
    Range *&kept_at(Pfn first) { return kept_views[first % kept_views.size()]; }
    /// Pages that were asked about lately: most questions are about the same few buffers.
    struct Hit {
        std::uintptr_t page = 0; ///< 0: empty
        Range *range = nullptr;
    };
    std::array<Hit, 256> hits{};
};

/// Physical memory starts at 1 MiB, pool first: its low addresses are below 4 GiB, for devices with
/// 32-bit DMA. No page has the number 0.
inline constexpr std::uint64_t physical_base = std::uint64_t(1) << 20;

int host_protection(Protection protection);
std::uintptr_t client_slot(unsigned slot);
std::uintptr_t system_slot(unsigned slot);
inline std::size_t round_to_pages(std::size_t bytes) {
    return (bytes + layout::page_bytes - 1) & ~(layout::page_bytes - 1);
}

} // namespace ksbox::mm
