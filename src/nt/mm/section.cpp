// Sections and views; see section.h.
#include "nt/mm/section.h"

#include <algorithm>

#include "nt/mm/layout.h"
#include "nt/mm/memory_state.h"
#include "nt/mm/page_protection.h"
#include "nt/mm/section_file.h"
#include "nt/ob/object_manager.h"
#include "nt/ps/process.h"
#include "nt/unimplemented.h"

namespace ksbox::mm {

/// Body of ObjectType::section.
struct Section {
    std::byte *pages; ///< committed, and inaccessible but through views
    std::uint64_t bytes;
    ULONG protection;
    PFILE_OBJECT file; ///< referenced; null: none
    std::uint64_t file_bytes;
};

namespace {

constexpr std::uint64_t largest = layout::pool_bytes / 2;
constexpr std::uint64_t granularity = 65'536;
constexpr ULONG no_cache = PAGE_NOCACHE | PAGE_WRITECOMBINE;

Section &section_of(void *body) {
    return *static_cast<Section *>(body);
}

bool writes(ULONG protection) {
    const ULONG access = protection & ~no_cache;
    return access == PAGE_READWRITE || access == PAGE_EXECUTE_READWRITE;
}

bool executes(ULONG protection) {
    const ULONG access = protection & ~no_cache;
    return access == PAGE_EXECUTE || access == PAGE_EXECUTE_READ ||
           access == PAGE_EXECUTE_READWRITE;
}

void *system_or(void *process) {
    return ps::is_system_process(process) ? nullptr : process;
}

} // namespace

Views::Views(Kernel &kernel) : kernel_(kernel) {
    auto operations = kernel.objects().operations(ob::ObjectType::section);
    operations.remove = remove_section;
    operations.passive_remove = true;
    operations.mapping = {STANDARD_RIGHTS_READ | SECTION_QUERY | SECTION_MAP_READ,
                          STANDARD_RIGHTS_WRITE | SECTION_MAP_WRITE,
                          STANDARD_RIGHTS_EXECUTE | SECTION_MAP_EXECUTE, SECTION_ALL_ACCESS};
    kernel.objects().define_type(ob::ObjectType::section, operations);
}

void Views::remove_section(Kernel &kernel, void *body) {
    const Section &section = section_of(body);
    if (section.pages != nullptr)
        kernel.memory().release(section.pages);
    if (section.file != nullptr)
        kernel.objects().dereference(section.file);
}

Result<void *> Views::create(const SectionRequest &request) {
    if (request.attributes & SEC_IMAGE)
        unimplemented("a section was asked for of an image (SEC_IMAGE)");
    const ULONG access = request.protection & ~no_cache;
    if (access != PAGE_WRITECOPY && (!protection_from(access) || access == PAGE_NOACCESS))
        return fail(STATUS_INVALID_PAGE_PROTECTION);
    std::uint64_t bytes = request.bytes;
    std::uint64_t file_bytes = 0;
    if (request.file != nullptr) {
        file_bytes = KS_TRY(file_size(request.file));
        if (bytes == 0 && file_bytes == 0)
            return fail(STATUS_MAPPED_FILE_SIZE_ZERO);
        if (bytes > file_bytes) {
            if (!writes(access))
                return fail(STATUS_SECTION_TOO_BIG);
            KS_CHECK(set_file_size(request.file, bytes));
            file_bytes = bytes;
        }
        bytes = bytes == 0 ? file_bytes : bytes;
    } else if (bytes == 0) {
        return fail(STATUS_INVALID_PARAMETER_4);
    }
    if (bytes > largest)
        return fail(STATUS_SECTION_TOO_BIG);
    auto &memory = kernel_.memory();
    std::byte *pages = KS_TRY(memory.commit(Region::pool, bytes, 1));
    memory.label(pages, "section");
    if (request.file != nullptr)
        if (auto read = read_file(request.file, pages, std::min(bytes, file_bytes)); !read) {
            memory.release(pages);
            return fail(read.error());
        }
    auto body = kernel_.objects().allocate(ob::ObjectType::section, sizeof(Section));
    if (!body || !memory.protect(pages, round_to_pages(bytes), Protection::none)) {
        memory.release(pages);
        if (body)
            kernel_.objects().dereference(*body);
        return fail(STATUS_INSUFFICIENT_RESOURCES);
    }
    if (request.file != nullptr)
        kernel_.objects().reference(request.file);
    section_of(*body) = {pages, round_to_pages(bytes), access, request.file,
                         std::min(bytes, file_bytes)};
    return *body;
}

Result<std::byte *> Views::map(void *body, ViewRequest &request) {
    Section &section = section_of(body);
    const ULONG access = request.protection & ~no_cache;
    if (access == PAGE_WRITECOPY || access == PAGE_EXECUTE_WRITECOPY)
        unimplemented("a view was asked for that copies on write (PAGE_WRITECOPY)");
    const auto protection = protection_from(access);
    if (!protection)
        return fail(STATUS_INVALID_PAGE_PROTECTION);
    if ((writes(access) && !writes(section.protection)) ||
        (executes(access) && !executes(section.protection)))
        return fail(STATUS_SECTION_PROTECTION);
    request.offset -= request.offset % granularity;
    if (request.offset >= section.bytes)
        return fail(STATUS_INVALID_VIEW_SIZE);
    if (request.bytes == 0)
        request.bytes = section.bytes - request.offset;
    request.bytes = round_to_pages(request.bytes);
    if (request.bytes == 0 || request.bytes > section.bytes - request.offset)
        return fail(STATUS_INVALID_VIEW_SIZE);

    auto &memory = kernel_.memory();
    std::vector<Pfn> pfns(request.bytes / layout::page_bytes);
    const Pfn first = *memory.pfn_of(section.pages + request.offset);
    for (std::size_t i = 0; i < pfns.size(); ++i)
        pfns[i] = first + i;
    Memory::Placement where;
    where.alignment = granularity;
    where.at = request.at - reinterpret_cast<std::uintptr_t>(request.at) % granularity;
    void *process = system_or(request.process);
    std::byte *view = KS_TRY(memory.map(pfns, process != nullptr, *protection, where));
    memory.label(view, "view of a section");
    kernel_.objects().reference(body);
    ke::HostLockGuard guard(lock_);
    views_.push_back({process, view, request.bytes, body});
    return view;
}

/// The file gets what was written before the pages can go.
void Views::drop(const View &view) {
    Section &section = section_of(view.section);
    auto &memory = kernel_.memory();
    if (section.file != nullptr && writes(section.protection) &&
        memory.accessible(view.base, 1, true)) {
        const std::uint64_t offset =
            (*memory.pfn_of(view.base) - *memory.pfn_of(section.pages)) * layout::page_bytes;
        if (offset < section.file_bytes)
            (void)write_file(section.file, view.base, offset,
                             std::min<std::uint64_t>(view.bytes, section.file_bytes - offset));
    }
    memory.release(view.base);
    kernel_.objects().dereference(view.section);
}

Result<void> Views::unmap(void *process, const void *address) {
    process = system_or(process);
    View found;
    {
        ke::HostLockGuard guard(lock_);
        const auto view = std::ranges::find_if(views_, [&](const View &each) {
            return each.process == process && address >= each.base &&
                   address < each.base + each.bytes;
        });
        if (view == views_.end())
            return fail(STATUS_NOT_MAPPED_VIEW);
        const auto begin = reinterpret_cast<std::uintptr_t>(view->base);
        for (const Secured &range : secured_)
            if (range.begin < begin + view->bytes && begin < range.begin + range.bytes)
                return fail(STATUS_INVALID_PAGE_PROTECTION);
        found = *view;
        views_.erase(view);
    }
    drop(found);
    return {};
}

void Views::unmap_all(void *process) {
    std::vector<View> gone;
    {
        ke::HostLockGuard guard(lock_);
        std::erase_if(secured_, [&](const Secured &range) { return range.process == process; });
        for (const View &view : views_)
            if (view.process == process)
                gone.push_back(view);
        std::erase_if(views_, [&](const View &view) { return view.process == process; });
    }
    for (const View &view : gone)
        drop(view);
}

void *Views::secure(void *process, const void *address, std::size_t bytes, bool writable) {
    auto &memory = kernel_.memory();
    if (bytes == 0 || !memory.is_client(address, bytes) ||
        !memory.accessible(address, bytes, writable))
        return nullptr;
    ke::HostLockGuard guard(lock_);
    void *handle = reinterpret_cast<void *>(next_secured_++ << 4);
    secured_.push_back(
        {handle, system_or(process), reinterpret_cast<std::uintptr_t>(address), bytes});
    return handle;
}

bool Views::unsecure(void *handle) {
    ke::HostLockGuard guard(lock_);
    return std::erase_if(secured_, [&](const Secured &range) { return range.handle == handle; });
}

bool Views::secured(const void *address, std::size_t bytes) {
    const auto begin = reinterpret_cast<std::uintptr_t>(address);
    ke::HostLockGuard guard(lock_);
    return std::ranges::any_of(secured_, [&](const Secured &range) {
        return range.begin < begin + bytes && begin < range.begin + range.bytes;
    });
}

} // namespace ksbox::mm
