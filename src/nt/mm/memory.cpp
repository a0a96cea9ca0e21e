// A box's pages: slots, commit, views and release. Which addresses mean what is asked in
// memory_query.cpp.
#include "nt/mm/memory.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "abi/windows.h"

#include "base/assert.h"
#include "base/sanitizer.h"
#include "nt/mm/memory_state.h"
#include "nt/mm/poison.h"

namespace ksbox::mm {
namespace {

constexpr std::uint64_t file_bytes = physical_base + layout::pool_bytes + layout::images_bytes +
                                     layout::stacks_bytes + layout::client_slot_bytes;

void *as_pointer(std::uintptr_t address) {
    return reinterpret_cast<void *>(address);
}

bool claim(std::uintptr_t address, std::size_t bytes) {
    void *got = mmap(as_pointer(address), bytes, PROT_NONE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
    if (got == MAP_FAILED)
        return false;
    if (got == as_pointer(address))
        return true;
    munmap(got, bytes); // a kernel that does not know the flag takes the address as a hint
    return false;
}

int create_file() {
    // MFD_EXEC (kernel 6.3): image pages become executable by protect().
    constexpr unsigned executable = 0x0010;
    int file = memfd_create("ksbox-memory", MFD_CLOEXEC | executable);
    if (file < 0 && errno == EINVAL)
        file = memfd_create("ksbox-memory", MFD_CLOEXEC);
    if (file >= 0 && ftruncate(file, static_cast<off_t>(file_bytes)) != 0) {
        close(file);
        file = -1;
    }
    return file;
}

} // namespace

int host_protection(Protection protection) {
    switch (protection) {
    case Protection::none:
        return PROT_NONE;
    case Protection::read:
        return PROT_READ;
    case Protection::read_write:
        return PROT_READ | PROT_WRITE;
    case Protection::read_execute:
        return PROT_READ | PROT_EXEC;
    case Protection::read_write_execute:
        return PROT_READ | PROT_WRITE | PROT_EXEC;
    }
    return PROT_NONE;
}

Memory::State::State(unsigned slot)
    : slot(slot), client(client_slot(slot), layout::client_slot_bytes),
      images(system_slot(slot) + layout::images_offset, layout::images_bytes),
      pool(system_slot(slot) + layout::pool_offset, layout::pool_bytes),
      stacks(system_slot(slot) + layout::stacks_offset, layout::stacks_bytes),
      views(system_slot(slot) + layout::views_offset, layout::views_bytes) {}

RegionPlan Memory::State::plan(Region region) const {
    const std::uintptr_t system = system_slot(slot);
    constexpr std::uint64_t pool_file = physical_base;
    constexpr std::uint64_t images_file = pool_file + layout::pool_bytes;
    constexpr std::uint64_t stacks_file = images_file + layout::images_bytes;
    constexpr std::uint64_t client_file = stacks_file + layout::stacks_bytes;
    switch (region) {
    case Region::client:
        return {client_slot(slot), layout::client_slot_bytes, client_file};
    case Region::images:
        return {system + layout::images_offset, layout::images_bytes, images_file};
    case Region::pool:
        return {system + layout::pool_offset, layout::pool_bytes, pool_file};
    case Region::stacks:
        return {system + layout::stacks_offset, layout::stacks_bytes, stacks_file};
    case Region::views:
        break;
    }
    return {system + layout::views_offset, layout::views_bytes, 0};
}

RangeAllocator &Memory::State::allocator(const Range &range) {
    if (range.in_client)
        return client;
    switch (range.region) {
    case Region::client:
        return client;
    case Region::images:
        return images;
    case Region::pool:
        return pool;
    case Region::stacks:
        return stacks;
    case Region::views:
        break;
    }
    return views;
}

Memory::Memory(unsigned slot) : slot_(slot), state_(std::make_unique<State>(slot)) {}

Result<std::unique_ptr<Memory>> Memory::create() {
    const int file = create_file();
    if (file < 0)
        return fail(STATUS_INSUFFICIENT_RESOURCES);
    for (unsigned slot = 0; slot < layout::slots; ++slot) {
        if (!claim(client_slot(slot), layout::client_slot_bytes))
            continue;
        if (!claim(system_slot(slot), layout::system_slot_bytes)) {
            munmap(as_pointer(client_slot(slot)), layout::client_slot_bytes);
            continue;
        }
        std::unique_ptr<Memory> memory(new Memory(slot));
        memory->state_->file = file;
#if KSBOX_ASAN
        // Frozen threads of a stopped box keep what their frames point at, as live ones do.
        __lsan_register_root_region(as_pointer(system_slot(slot)), layout::system_slot_bytes);
#endif
        return memory;
    }
    close(file);
    return fail(STATUS_INSUFFICIENT_RESOURCES);
}

Memory::~Memory() {
#if KSBOX_ASAN
    if (abandoned_)
        return;
    for (const auto &[begin, range] : state_->ranges)
        unpoison(as_pointer(begin), range.bytes);
    __lsan_unregister_root_region(as_pointer(system_slot(slot_)), layout::system_slot_bytes);
#endif
    munmap(as_pointer(client_slot(slot_)), layout::client_slot_bytes);
    munmap(as_pointer(system_slot(slot_)), layout::system_slot_bytes);
    close(state_->file);
}

bool Memory::State::map_pages(std::uintptr_t address, std::span<const Pfn> pages,
                              Protection protection) {
    for (std::size_t first = 0; first < pages.size();) {
        std::size_t count = 1;
        while (first + count < pages.size() && pages[first + count] == pages[first] + count)
            ++count;
        void *at = as_pointer(address + first * layout::page_bytes);
        const off_t offset = static_cast<off_t>(pages[first] * layout::page_bytes);
        if (mmap(at, count * layout::page_bytes, host_protection(protection),
                 MAP_SHARED | MAP_FIXED, file, offset) == MAP_FAILED)
            return false;
        first += count;
    }
    return true;
}

Result<std::byte *> Memory::State::commit(Region region, std::size_t bytes, std::size_t guard_pages,
                                          const PhysicalLimits &limits) {
    KS_ASSERT(region != Region::views);
    if (bytes == 0 || bytes > layout::system_slot_bytes || limits.alignment == 0)
        return fail(STATUS_INVALID_PARAMETER);
    const RegionPlan where = plan(region);
    Range range;
    range.bytes = round_to_pages(bytes);
    range.margin = guard_pages * layout::page_bytes;
    range.region = region;
    const auto to_virtual = [&](std::uint64_t physical, std::uintptr_t otherwise) {
        if (physical < where.file_offset)
            return where.base;
        const std::uint64_t offset = physical - where.file_offset;
        return offset >= where.bytes ? otherwise : where.base + offset;
    };
    RangeAllocator::Constraint constraint;
    constraint.lowest = to_virtual(limits.lowest, UINTPTR_MAX - layout::page_bytes);
    constraint.highest =
        limits.highest < where.file_offset ? 0 : to_virtual(limits.highest, UINTPTR_MAX);
    constraint.alignment = std::max<std::size_t>(limits.alignment, layout::page_bytes);
    constraint.boundary = limits.boundary;
    constraint.origin = where.base - where.file_offset;
    constraint.margin = range.margin;
    const auto begin = allocator(range).take(range.bytes, constraint);
    if (!begin)
        return fail(STATUS_INSUFFICIENT_RESOURCES);
    range.begin = *begin;
    const std::uint64_t offset = where.file_offset + (*begin - where.base);
    if (mmap(as_pointer(*begin), range.bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, file,
             static_cast<off_t>(offset)) == MAP_FAILED) {
        allocator(range).give(*begin - range.margin, range.bytes + 2 * range.margin);
        return fail(STATUS_INSUFFICIENT_RESOURCES);
    }
    unpoison(as_pointer(*begin), range.bytes);
    ranges.emplace(*begin, std::move(range));
    return static_cast<std::byte *>(as_pointer(*begin));
}

Result<std::byte *> Memory::commit(Region region, std::size_t bytes, std::size_t guard_pages) {
    ke::HostLockGuard guard(state_->lock);
    return state_->commit(region, bytes, guard_pages, PhysicalLimits{});
}

Result<std::byte *> Memory::commit_contiguous(std::size_t bytes, const PhysicalLimits &limits,
                                              std::size_t guard_pages) {
    ke::HostLockGuard guard(state_->lock);
    return state_->commit(Region::pool, bytes, guard_pages, limits);
}

void Memory::State::close(const Range &range) {
    unpoison(as_pointer(range.begin), range.bytes);
    // Past libc, where ThreadSanitizer would take it for a write to all of the range: a driver that
    // uses it at the same time is stopped and named for the fault, if it comes too late.
    const long closed = syscall(SYS_mmap, as_pointer(range.begin), range.bytes, PROT_NONE,
                                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
    KS_ASSERT(closed != -1);
}

void Memory::State::drop(std::map<std::uintptr_t, Range>::iterator at) {
    Range &range = at->second;
    if (range.kind != RangeKind::view && range.kind != RangeKind::reserved) {
        const int dropped =
            fallocate(file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
                      static_cast<off_t>(physical(range)), static_cast<off_t>(range.bytes));
        KS_ASSERT(dropped == 0);
    }
    if (!range.reuse) {
        range.kind = RangeKind::retired;
        return;
    }
    allocator(range).give(range.begin - range.margin, range.bytes + 2 * range.margin);
    forget(at);
}

void Memory::State::forget(std::map<std::uintptr_t, Range>::iterator range) {
    hits.fill({});
    ranges.erase(range);
}

void Memory::State::release(Range &range, bool reuse) {
    if (reuse && keep_view(range))
        return;
    close(range);
    range.reuse = reuse;
    range.protection = Protection::none;
    range.page_protection.clear();
    if (range.pins != 0 && range.kind == RangeKind::committed)
        range.kind = RangeKind::pinned;
    else
        drop(ranges.find(range.begin));
}

void Memory::release(std::byte *address, bool reuse) {
    if (abandoned_)
        return; // frozen frames stay as they are
    ke::HostLockGuard guard(state_->lock);
    auto found = state_->ranges.find(reinterpret_cast<std::uintptr_t>(address));
    KS_ASSERT(found != state_->ranges.end());
    Range &range = found->second;
    KS_ASSERT(range.kind != RangeKind::pinned && range.kind != RangeKind::retired &&
              range.kind != RangeKind::kept);
    state_->release(range, reuse);
}

void Memory::recycle(std::byte *address) {
    if (abandoned_)
        return;
    ke::HostLockGuard guard(state_->lock);
    auto found = state_->ranges.find(reinterpret_cast<std::uintptr_t>(address));
    KS_ASSERT(found != state_->ranges.end());
    Range &range = found->second;
    KS_ASSERT(!range.reuse);
    range.reuse = true;
    if (range.kind != RangeKind::retired)
        return; // pages that an MDL holds: given back when the last one lets go
    state_->allocator(range).give(range.begin - range.margin, range.bytes + 2 * range.margin);
    state_->forget(found);
}

bool Memory::State::pin(std::uintptr_t begin, std::size_t bytes) {
    const std::uintptr_t end = begin + bytes;
    for (std::uintptr_t at = begin; at < end;) {
        const Range *range = containing(at);
        if (range == nullptr ||
            (range->kind != RangeKind::committed && range->kind != RangeKind::view))
            return false;
        at = range->end();
    }
    for (std::uintptr_t at = begin; at < end;) {
        Range *range = containing(at);
        if (range->pins++ == 0)
            ++pinned;
        at = range->end();
    }
    return true;
}

bool Memory::pin(const void *address, std::size_t bytes) {
    ke::HostLockGuard guard(state_->lock);
    return state_->pin(reinterpret_cast<std::uintptr_t>(address), bytes);
}

bool Memory::lock_pages(const void *address, std::size_t bytes, bool write, std::span<Pfn> pages) {
    const auto begin = reinterpret_cast<std::uintptr_t>(address);
    ke::HostLockGuard guard(state_->lock);
    if (!state_->accessible(begin, bytes, write))
        return false;
    std::uintptr_t at = begin & ~(layout::page_bytes - 1);
    for (Pfn &page : pages) {
        const auto found = state_->page_at(at);
        if (!found)
            return false;
        page = *found;
        at += layout::page_bytes;
    }
    return state_->pin(begin, bytes);
}

void Memory::unpin(const void *address, std::size_t bytes) {
    ke::HostLockGuard guard(state_->lock);
    const auto begin = reinterpret_cast<std::uintptr_t>(address);
    for (std::uintptr_t at = begin; at < begin + bytes;) {
        Range *range = state_->containing(at);
        if (range == nullptr)
            return; // a view that was unmapped before its MDL was unlocked
        at = range->end();
        if (range->pins == 0)
            continue;
        if (--range->pins != 0)
            continue;
        --state_->pinned;
        if (range->kind == RangeKind::pinned)
            state_->drop(state_->ranges.find(range->begin));
    }
}

std::size_t Memory::pinned_ranges() const {
    ke::HostLockGuard guard(state_->lock);
    return state_->pinned;
}

} // namespace ksbox::mm
