// Memory descriptor lists; see mdl.h.
#include "nt/mm/mdl.h"

#include <algorithm>

#include "base/assert.h"
#include "nt/mm/layout.h"
#include "nt/mm/pool.h"

namespace ksbox::mm {
namespace {

constexpr std::uint32_t mdl_tag = 0x206c'644d; // 'Mdl '
constexpr std::size_t longest = (std::size_t(4) << 30) - layout::page_bytes;
/// Pages come in runs of this many, so that one MDL does not exhaust the host's mappings.
constexpr std::size_t chunk_bytes = 16 * layout::page_bytes;

std::uintptr_t number(const void *address) {
    return reinterpret_cast<std::uintptr_t>(address);
}

std::size_t pages_of(const void *address, std::size_t length) {
    const std::size_t offset = number(address) % layout::page_bytes;
    return (offset + length + layout::page_bytes - 1) / layout::page_bytes;
}

void initialize(MDL &mdl, void *address, std::size_t length) {
    const std::size_t offset = number(address) % layout::page_bytes;
    mdl = MDL{};
    // Beyond 16 MiB the size does not fit the field; nothing may rely on it there.
    mdl.Size = static_cast<CSHORT>(std::min<std::size_t>(mdl_bytes(address, length), 0x7ff8));
    mdl.StartVa = reinterpret_cast<void *>(number(address) - offset); // any number a client wrote
    mdl.ByteOffset = static_cast<ULONG>(offset);
    mdl.ByteCount = static_cast<ULONG>(length);
}

Result<void> fill_pfns(const Memory &memory, MDL &mdl) {
    std::uintptr_t page = number(mdl.StartVa);
    for (Pfn &pfn : mdl_pfns(mdl)) {
        const auto found = memory.pfn_of(reinterpret_cast<const void *>(page));
        if (!found)
            return fail(STATUS_ACCESS_VIOLATION);
        pfn = *found;
        page += layout::page_bytes;
    }
    return {};
}

} // namespace

std::size_t mdl_pages(const MDL &mdl) {
    return (mdl.ByteOffset + std::size_t(mdl.ByteCount) + layout::page_bytes - 1) /
           layout::page_bytes;
}

std::span<Pfn> mdl_pfns(MDL &mdl) {
    return {reinterpret_cast<Pfn *>(&mdl + 1), mdl_pages(mdl)};
}

std::byte *mdl_address(const MDL &mdl) {
    return reinterpret_cast<std::byte *>(number(mdl.StartVa) + mdl.ByteOffset);
}

std::size_t mdl_bytes(const void *address, std::size_t length) {
    return sizeof(MDL) + sizeof(Pfn) * pages_of(address, length);
}

MDL *mdl_allocate(Pool &pool, void *address, std::size_t length, const void *caller) {
    if (length > longest)
        return nullptr;
    void *block =
        pool.allocate(PoolKind::nonpaged, mdl_bytes(address, length), mdl_tag, caller, false);
    auto *mdl = static_cast<MDL *>(block);
    if (mdl != nullptr)
        initialize(*mdl, address, length);
    return mdl;
}

void mdl_free(Memory &memory, Pool &pool, MDL *mdl, const void *caller) {
    if (mdl->MdlFlags & MDL_PARTIAL_HAS_BEEN_MAPPED)
        mdl_unmap(memory, *mdl, mdl->MappedSystemVa);
    pool.free(mdl, 0, caller);
}

Result<void> mdl_build_nonpaged(Memory &memory, MDL &mdl) {
    KS_CHECK(fill_pfns(memory, mdl));
    mdl.Process = nullptr;
    mdl.MappedSystemVa = mdl_address(mdl);
    mdl.MdlFlags |= MDL_SOURCE_IS_NONPAGED_POOL;
    return {};
}

Result<void> mdl_lock(Memory &memory, MDL &mdl, KPROCESSOR_MODE mode, LOCK_OPERATION operation,
                      void *process) {
    std::byte *address = mdl_address(mdl);
    const bool write = operation != IoReadAccess;
    if (mode != KernelMode && number(address) + mdl.ByteCount > layout::user_probe_address)
        return fail(STATUS_ACCESS_VIOLATION);
    if (!memory.lock_pages(address, mdl.ByteCount, write, mdl_pfns(mdl)))
        return fail(STATUS_ACCESS_VIOLATION);
    mdl.Process = number(address) < layout::user_probe_address
                      ? static_cast<struct _EPROCESS *>(process)
                      : nullptr;
    mdl.MdlFlags |= MDL_PAGES_LOCKED | (write ? MDL_WRITE_OPERATION : 0);
    return {};
}

void mdl_unlock(Memory &memory, MDL &mdl) {
    if (mdl.MdlFlags & MDL_MAPPED_TO_SYSTEM_VA)
        mdl_unmap(memory, mdl, mdl.MappedSystemVa);
    memory.unpin(mdl_address(mdl), mdl.ByteCount);
    mdl.MdlFlags &= ~(MDL_PAGES_LOCKED | MDL_WRITE_OPERATION);
    mdl.Process = nullptr;
}

Result<std::byte *> mdl_map_system(Memory &memory, MDL &mdl, Protection protection) {
    std::byte *view = KS_TRY(memory.map(mdl_pfns(mdl), false, protection));
    mdl.MappedSystemVa = view + mdl.ByteOffset;
    mdl.MdlFlags |= MDL_MAPPED_TO_SYSTEM_VA;
    if (mdl.MdlFlags & MDL_PARTIAL)
        mdl.MdlFlags |= MDL_PARTIAL_HAS_BEEN_MAPPED;
    return view + mdl.ByteOffset;
}

Result<std::byte *> mdl_map_client(Memory &memory, MDL &mdl, Protection protection, std::byte *at) {
    Memory::Placement where;
    where.at = at - number(at) % layout::page_bytes;
    return KS_TRY(memory.map(mdl_pfns(mdl), true, protection, where)) + mdl.ByteOffset;
}

Result<std::byte *> mdl_system_address(Memory &memory, MDL &mdl) {
    if (mdl.MdlFlags & (MDL_MAPPED_TO_SYSTEM_VA | MDL_SOURCE_IS_NONPAGED_POOL))
        return static_cast<std::byte *>(mdl.MappedSystemVa);
    return mdl_map_system(memory, mdl, Protection::read_write);
}

bool mdl_unmap(Memory &memory, MDL &mdl, void *address) {
    const bool of_client = number(address) < layout::user_probe_address;
    // The MDL may have been advanced since: the mapping begins where its range does.
    if (!memory.unmap(address))
        return false;
    if (!of_client) {
        mdl.MdlFlags &= ~(MDL_MAPPED_TO_SYSTEM_VA | MDL_PARTIAL_HAS_BEEN_MAPPED);
        mdl.MappedSystemVa = nullptr;
    }
    return true;
}

bool mdl_build_partial(const MDL &source, MDL &target, void *address, std::size_t length) {
    const std::byte *begin = mdl_address(source);
    auto *at = static_cast<std::byte *>(address);
    if (at < begin || at > begin + source.ByteCount)
        return false;
    const std::size_t offset = static_cast<std::size_t>(at - begin);
    if (length == 0)
        length = source.ByteCount - offset;
    if (length > source.ByteCount - offset)
        return false;
    const std::size_t in_page = number(at) % layout::page_bytes;
    target.Process = source.Process;
    target.StartVa = at - in_page;
    target.ByteOffset = static_cast<ULONG>(in_page);
    target.ByteCount = static_cast<ULONG>(length);
    target.MdlFlags &= MDL_ALLOCATED_FIXED_SIZE | MDL_ALLOCATED_MUST_SUCCEED;
    target.MdlFlags |= MDL_PARTIAL;
    target.MdlFlags |= source.MdlFlags & (MDL_SOURCE_IS_NONPAGED_POOL | MDL_MAPPED_TO_SYSTEM_VA |
                                          MDL_IO_SPACE | MDL_WRITE_OPERATION);
    target.MappedSystemVa = nullptr;
    if (source.MdlFlags & (MDL_MAPPED_TO_SYSTEM_VA | MDL_SOURCE_IS_NONPAGED_POOL)) {
        target.MappedSystemVa = static_cast<std::byte *>(source.MappedSystemVa) + offset;
        target.MdlFlags |= MDL_PARENT_MAPPED_SYSTEM_VA;
    }
    const std::size_t first = (source.ByteOffset + offset) / layout::page_bytes;
    const auto from = mdl_pfns(const_cast<MDL &>(source)).subspan(first, mdl_pages(target));
    std::copy(from.begin(), from.end(), mdl_pfns(target).begin());
    return true;
}

Result<void> mdl_advance(Memory &memory, MDL &mdl, std::size_t bytes) {
    if (bytes > mdl.ByteCount)
        return fail(STATUS_INVALID_PARAMETER_2);
    const std::byte *old_begin = mdl_address(mdl);
    const std::size_t old_count = mdl.ByteCount;
    const std::size_t skipped = (mdl.ByteOffset + bytes) / layout::page_bytes;
    const auto pfns = mdl_pfns(mdl);
    std::copy(pfns.begin() + static_cast<std::ptrdiff_t>(std::min(skipped, pfns.size())),
              pfns.end(), pfns.begin());
    mdl.StartVa = static_cast<std::byte *>(mdl.StartVa) + skipped * layout::page_bytes;
    mdl.ByteOffset = static_cast<ULONG>((mdl.ByteOffset + bytes) % layout::page_bytes);
    mdl.ByteCount -= static_cast<ULONG>(bytes);
    if (mdl.MdlFlags & (MDL_MAPPED_TO_SYSTEM_VA | MDL_SOURCE_IS_NONPAGED_POOL))
        mdl.MappedSystemVa = static_cast<std::byte *>(mdl.MappedSystemVa) + bytes;
    // Passed pages are unlocked at once (the page); those that remain stay held without a gap.
    if ((mdl.MdlFlags & MDL_PAGES_LOCKED) && skipped != 0) {
        (void)memory.pin(mdl_address(mdl), mdl.ByteCount);
        memory.unpin(old_begin, old_count);
    }
    return {};
}

MDL *mdl_allocate_pages(Memory &memory, Pool &pool, const PhysicalLimits &limits, std::size_t bytes,
                        bool contiguous, bool whole, const void *caller) {
    bytes = (bytes + layout::page_bytes - 1) & ~(layout::page_bytes - 1);
    if (bytes == 0 || bytes > longest)
        return nullptr;
    MDL *mdl = mdl_allocate(pool, nullptr, bytes, caller);
    if (mdl == nullptr)
        return nullptr;
    const auto pfns = mdl_pfns(*mdl);
    std::size_t got = 0;
    while (got < bytes) {
        const std::size_t chunk = contiguous ? bytes : std::min(chunk_bytes, bytes - got);
        auto pages = memory.commit_contiguous(chunk, limits);
        if (!pages)
            break;
        const Pfn first = *memory.pfn_of(*pages);
        memory.label(*pages, "pages of MmAllocatePagesForMdl");
        (void)memory.protect(*pages, chunk, Protection::none);
        for (std::size_t i = 0; i < chunk / layout::page_bytes; ++i)
            pfns[got / layout::page_bytes + i] = first + i;
        got += chunk;
    }
    mdl->ByteCount = static_cast<ULONG>(got);
    mdl->MdlFlags |= MDL_PAGES_LOCKED;
    if (got == 0 || (whole && got < bytes)) {
        mdl_free_pages(memory, *mdl);
        pool.free(mdl, 0, caller);
        return nullptr;
    }
    // No driver may take them for contiguous unless it asked: later runs come first.
    const auto used = pfns.first(got / layout::page_bytes);
    if (!contiguous) {
        const std::size_t run = chunk_bytes / layout::page_bytes;
        std::reverse(used.begin(), used.end());
        for (std::size_t i = used.size() % run; i <= used.size(); i += run)
            std::reverse(used.begin() + static_cast<std::ptrdiff_t>(i < run ? 0 : i - run),
                         used.begin() + static_cast<std::ptrdiff_t>(i));
    }
    return mdl;
}

void mdl_free_pages(Memory &memory, MDL &mdl) {
    if (mdl.MdlFlags & MDL_MAPPED_TO_SYSTEM_VA)
        mdl_unmap(memory, mdl, mdl.MappedSystemVa);
    for (Pfn pfn : mdl_pfns(mdl)) {
        std::byte *page = memory.address_of(pfn);
        if (page == nullptr)
            continue; // its run is released already, by its first page
        const auto range = memory.range_of(page);
        if (range && range->data() == page)
            memory.release(page);
    }
    mdl.MdlFlags &= ~MDL_PAGES_LOCKED;
    mdl.ByteCount = 0;
}

} // namespace ksbox::mm
