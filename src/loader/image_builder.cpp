// Maps, relocates, binds, patches and protects an image.
#include "loader/image_builder.h"

#include "base/assert.h"
#include "base/sanitizer.h"
#include "loader/jump_thunk.h"
#include "loader/shared_data_patch.h"
#include "loader/symbolizer_server.h"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>

namespace ksbox::loader {

namespace {

constexpr std::size_t page_size = 0x1000;
constexpr std::size_t image_alignment = 0x10000; // Windows's allocation granularity

std::size_t whole_pages(std::size_t bytes) {
    return (bytes + page_size - 1) & -page_size;
}

// The value the linker leaves in the cookie of an x64 image that nobody has initialised.
constexpr std::uint64_t linker_cookie = 0x00002b992ddfa232;
constexpr std::uint64_t cookie_mask = 0x0000ffffffffffff;

constexpr std::size_t guard_thunks = 2; // the check and the dispatch

constexpr unsigned can_read = 1, can_write = 2, can_execute = 4;

Protection protection_of(unsigned access) {
    if (access & can_execute)
        return access & can_write ? Protection::read_write_execute : Protection::read_execute;
    if (access & can_write)
        return Protection::read_write;
    return access & can_read ? Protection::read : Protection::none;
}

} // namespace

ImageBuilder::ImageBuilder(const PeFile &file, ImageMemory &memory, SymbolResolver &resolver,
                           LoadOptions options)
    : file_(file), resolver_(resolver), image_(new Image) {
    image_->memory_ = &memory;
    image_->options_ = std::move(options);
}

LoadResult<std::unique_ptr<Image>> ImageBuilder::build() {
    KS_ASSERT(image_->options_.missing);
    if (auto loadable = file_.check_loadable(); !loadable)
        return std::unexpected(std::move(loadable.error()));
    if (auto served = check_sanitizers(file_.imports()); !served)
        return std::unexpected(std::move(served.error()));
    if (auto reserved = reserve(); !reserved)
        return std::unexpected(std::move(reserved.error()));
    copy_facts();
    map();
    relocate();
    bind();
    set_cookie();
    set_guard();
    patch_shared_data();
    register_globals();
    if (auto protected_now = protect(); !protected_now)
        return std::unexpected(std::move(protected_now.error()));
    return std::move(image_);
}

LoadResult<void> ImageBuilder::reserve() {
    for (const ImportedModule &module : file_.imports()) {
        import_count_ += module.symbols.size();
        for (const ImportedSymbol &symbol : module.symbols)
            if (const auto table = resolver_.function_table(module.name, symbol.name);
                !table.names.empty())
                table_ = table;
    }
    image_->size_ = whole_pages(file_.headers().image_size);
    image_->thunks_size_ =
        whole_pages((import_count_ + table_.names.size() + guard_thunks) * thunk_size);
    image_->base_ = image_->memory_->reserve(image_->mapped_size(), image_alignment);
    if (!image_->base_)
        return refuse(LoadErrorKind::no_memory,
                      fmt::format("no room for an image of {} bytes", image_->size_));
    image_->thunks_ = image_->base_ + image_->size_;
    return {};
}

void ImageBuilder::copy_facts() {
    image_->entry_rva_ = file_.headers().entry_rva;
    image_->headers_size_ = file_.headers().headers_size;
    image_->sections_.assign(file_.sections().begin(), file_.sections().end());
    image_->functions_.assign(file_.functions().begin(), file_.functions().end());
    image_->exception_table_ = file_.headers().directories[pe::directory_exception];
    image_->pdb_ = file_.pdb();
    image_->exports_.assign(file_.exports().begin(), file_.exports().end());
    std::ranges::sort(image_->exports_, {}, [](const ExportedSymbol &symbol) {
        return std::pair(symbol.rva, symbol.ordinal);
    });
}

void ImageBuilder::map() {
    const auto bytes = file_.bytes();
    std::memcpy(image_->base_, bytes.data(), image_->headers_size_);
    for (const Section &section : image_->sections_)
        if (section.file_size) // the rest stays zero
            std::memcpy(image_->base_ + section.rva, bytes.data() + section.file_offset,
                        section.file_size);
}

void ImageBuilder::relocate() {
    const std::uint64_t delta =
        reinterpret_cast<std::uintptr_t>(image_->base_) - file_.headers().image_base;
    for (const Relocation &relocation : file_.relocations()) { // all DIR64: check_loadable
        std::uint64_t value;
        std::memcpy(&value, image_->base_ + relocation.rva, sizeof(value));
        value += delta;
        std::memcpy(image_->base_ + relocation.rva, &value, sizeof(value));
    }
}

void ImageBuilder::bind() {
    image_->missing_.reserve(import_count_); // thunks point at the records: they never move
    image_->sanitizer_calls_.reserve(import_count_);
    for (const ImportedModule &module : file_.imports()) {
        for (const ImportedSymbol &symbol : module.symbols) {
            const void *target = target_of(module, symbol);
            const auto address = reinterpret_cast<std::uint64_t>(target);
            std::memcpy(image_->base_ + symbol.slot_rva, &address, sizeof(address));
        }
    }
    image_->missing_functions_.reserve(table_.names.size());
    for (const char *name : table_.names)
        image_->function_table_.push_back(function_of(std::string(table_.module), name));
}

const void *ImageBuilder::function_of(const std::string &module, const char *name) {
    const void *target = resolver_.resolve(module, name);
    if (!target)
        return make_missing_thunk(image_->missing_functions_, module, name);
    std::uint64_t *counter = resolver_.call_counter(module, name);
    return counter ? make_counting_thunk(counter, target) : target;
}

const void *ImageBuilder::target_of(const ImportedModule &module, const ImportedSymbol &symbol) {
    if (is_sanitizer_module(module.name)) {
        const SanitizerCall call = host_sanitizer_call(symbol.name);
        return call.target
                   ? make_sanitizer_thunk(call)
                   : make_missing_thunk(image_->missing_, module.name, symbol.display_name());
    }
    const void *target = symbol.ordinal ? resolver_.resolve(module.name, *symbol.ordinal)
                                        : resolver_.resolve(module.name, symbol.name);
    if (!target)
        return make_missing_thunk(image_->missing_, module.name, symbol.display_name());
    std::uint64_t *counter =
        symbol.ordinal ? nullptr : resolver_.call_counter(module.name, symbol.name);
    return counter ? make_counting_thunk(counter, target) : target;
}

std::span<std::byte> ImageBuilder::new_thunk() {
    const std::size_t offset = thunk_count_++ * thunk_size;
    KS_ASSERT(offset + thunk_size <= image_->thunks_size_);
    return {image_->thunks_ + offset, thunk_size};
}

const void *ImageBuilder::make_sanitizer_thunk(const SanitizerCall &call) {
    const auto thunk = new_thunk();
    SanitizerCall &kept = image_->sanitizer_calls_.emplace_back(call);
    kept.image_base = image_->base_;
    kept.image_size = image_->size_;
    kept.image = image_.get();
    kept.report = image_->options_.sanitizer_report;
    write_sanitizer_thunk(thunk, kept);
    return thunk.data();
}

const void *ImageBuilder::make_missing_thunk(std::vector<ImportRecord> &records,
                                             const std::string &module, std::string name) {
    const auto thunk = new_thunk();
    const auto keep = [this](std::string text) {
        image_->strings_.push_back(std::make_unique<std::string>(std::move(text)));
        return image_->strings_.back()->c_str();
    };
    records.push_back({image_->options_.name.c_str(), keep(module), keep(std::move(name))});
    write_jump_thunk(thunk, ThunkRegister::rcx, &records.back(),
                     reinterpret_cast<const void *>(image_->options_.missing));
    return thunk.data();
}

const void *ImageBuilder::make_counting_thunk(std::uint64_t *counter, const void *target) {
    const auto thunk = new_thunk();
    write_counting_thunk(thunk, counter, target);
    return thunk.data();
}

void ImageBuilder::register_globals() {
    if (image_->sanitizer_calls_.empty())
        return;
    for (const Section &section : image_->sections_)
        if (section.name == ".ASAN")
            image_->sanitized_globals_ = {image_->base_ + section.rva, section.size};
    register_sanitized_globals(image_->sanitized_globals_, {image_->base_, image_->size_});
    remember_sanitized_image(*image_);
    if (KSBOX_TSAN)
        start_symbolizer_server();
}

void ImageBuilder::set_cookie() {
    const auto &config = file_.load_config();
    if (!config || !config->security_cookie)
        return;
    const std::uint64_t rva = config->security_cookie - file_.headers().image_base;
    image_->cookie_ = reinterpret_cast<std::uint64_t *>(image_->base_ + rva);
    std::uint64_t cookie = image_->options_.security_cookie & cookie_mask;
    // The linker's own value would make the driver's start-up code refuse to run.
    if (cookie == 0 || cookie == linker_cookie)
        cookie = linker_cookie + 1;
    std::memcpy(image_->cookie_, &cookie, sizeof(cookie));
}

void ImageBuilder::set_guard() {
    const auto &config = file_.load_config();
    if (!config)
        return;
    if (config->has_guard_table())
        image_->guard_targets_ = config->guard_targets;
    if (!image_->options_.guard.is_target)
        return;
    image_->guard_record_ = {image_.get(), image_->options_.guard};
    // An image that is built for XFG has a hash of the type before each function, and calls with
    // the one it expects in r10: ksbox checks the target alone.
    for (const auto kind : {GuardThunk::check, GuardThunk::dispatch}) {
        const bool check = kind == GuardThunk::check;
        const std::array pointers = {
            check ? config->guard_check_pointer : config->guard_dispatch_pointer,
            check ? config->xfg_check_pointer : config->xfg_dispatch_pointer,
            check ? 0 : config->xfg_table_dispatch_pointer};
        if (std::ranges::all_of(pointers, [](std::uint64_t pointer) { return pointer == 0; }))
            continue;
        const auto thunk = new_thunk();
        write_guard_thunk(thunk, kind, image_->guard_record_);
        const auto address = reinterpret_cast<std::uint64_t>(thunk.data());
        for (const std::uint64_t pointer : pointers)
            if (pointer)
                std::memcpy(image_->base_ + (pointer - file_.headers().image_base), &address,
                            sizeof(address));
    }
}

void ImageBuilder::patch_shared_data() {
    if (!image_->options_.user_shared_data)
        return;
    for (const Section &section : image_->sections_)
        if (section.executable())
            redirect_shared_data(std::span(image_->base_ + section.rva, section.size),
                                 image_->options_.user_shared_data);
}

unsigned ImageBuilder::access_of(const Section &section) {
    const unsigned write = section.writable() ? can_write : 0;
    if (!section.executable())
        return can_read | write;
    if (write && section.discardable()) // an old INIT section claims everything
        return can_read | can_execute;
    if (write)
        image_->remarks_.push_back(fmt::format("section {} is writable and executable; Windows "
                                               "with memory integrity refuses such a driver",
                                               section.name));
    return can_read | can_execute | write;
}

/// Page by page, since sections that are aligned to less than a page share some.
std::vector<unsigned> ImageBuilder::access_of_pages() {
    std::vector<unsigned> pages(image_->size_ / page_size, 0);
    const auto allow = [&](std::size_t begin, std::size_t size, unsigned access) {
        for (std::size_t page = begin / page_size; page * page_size < begin + size; ++page)
            pages[page] |= access;
    };
    allow(0, image_->headers_size_, can_read);
    for (const Section &section : image_->sections_)
        allow(section.rva, section.size, access_of(section));
    return pages;
}

LoadResult<void> ImageBuilder::protect() {
    ImageMemory &memory = *image_->memory_;
    const std::vector<unsigned> pages = access_of_pages();
    bool done = memory.protect(image_->thunks_, image_->thunks_size_, Protection::read_execute);
    for (std::size_t first = 0; first < pages.size();) {
        std::size_t end = first + 1;
        while (end < pages.size() && pages[end] == pages[first])
            ++end;
        done = done && memory.protect(image_->base_ + first * page_size, (end - first) * page_size,
                                      protection_of(pages[first]));
        first = end;
    }
    if (!done)
        return refuse(LoadErrorKind::no_memory, "the host refuses executable memory");
    return {};
}

} // namespace ksbox::loader
