// What a loaded image answers, and its unload.
#include "loader/image.h"

#include "loader/image_builder.h"
#include "loader/jump_thunk.h"

#include <algorithm>

namespace ksbox::loader {

LoadResult<std::unique_ptr<Image>> Image::load(const PeFile &file, ImageMemory &memory,
                                               SymbolResolver &resolver, LoadOptions options) {
    return ImageBuilder(file, memory, resolver, std::move(options)).build();
}

Image::~Image() {
    if (!sanitizer_calls_.empty()) {
        forget_sanitized_image(*this);
        unregister_sanitized_globals(sanitized_globals_, std::span(base_, size_));
    }
    if (base_)
        memory_->release(base_, mapped_size());
}

const ExportedSymbol *Image::find_symbol(std::string_view name) const {
    const auto found = std::ranges::find(exports_, name, &ExportedSymbol::name);
    return found == exports_.end() || name.empty() ? nullptr : &*found;
}

const ExportedSymbol *Image::find_symbol(std::uint32_t ordinal) const {
    const auto found = std::ranges::find(exports_, ordinal, &ExportedSymbol::ordinal);
    return found == exports_.end() ? nullptr : &*found;
}

void *Image::find_export(std::string_view name) const {
    const ExportedSymbol *symbol = find_symbol(name);
    return symbol && symbol->forwarder.empty() ? base_ + symbol->rva : nullptr;
}

void *Image::find_export_ordinal(std::uint32_t ordinal) const {
    const ExportedSymbol *symbol = find_symbol(ordinal);
    return symbol && symbol->forwarder.empty() ? base_ + symbol->rva : nullptr;
}

const std::byte *Image::readable(std::uint32_t rva, std::uint32_t size) const {
    const std::uint64_t end = std::uint64_t{rva} + size;
    if (end <= headers_size_)
        return base_ + rva;
    for (const Section &section : sections_)
        if (section.contains(rva) && end <= std::uint64_t{section.rva} + section.size)
            return base_ + rva;
    return nullptr;
}

bool Image::may_be_called(const void *address) const {
    const std::uint32_t rva = rva_of(address);
    if (guard_targets_)
        return std::ranges::binary_search(*guard_targets_, rva);
    return std::ranges::any_of(sections_, [rva](const Section &section) {
        return section.executable() && section.contains(rva);
    });
}

bool Image::is_thunk(const void *address) const {
    const std::uint64_t offset =
        reinterpret_cast<std::uintptr_t>(address) - reinterpret_cast<std::uintptr_t>(thunks_);
    return thunks_ && offset < thunks_size_ && offset % thunk_size == 0;
}

// Not checked itself: a damaged image may describe its own tables as the red zone of a global.
__attribute__((no_sanitize("address"))) const pe::RuntimeFunction *
Image::mapped_entry(const pe::RuntimeFunction &entry) const {
    const std::byte *table = readable(exception_table_.rva, exception_table_.size);
    if (!table || exception_table_.rva % alignof(pe::RuntimeFunction))
        return nullptr;
    const auto *mapped = reinterpret_cast<const pe::RuntimeFunction *>(table);
    const std::size_t count = exception_table_.size / sizeof(entry);
    // A table with gaps has the entry further on, one that is not sorted anywhere.
    const auto index = static_cast<std::size_t>(&entry - functions_.data());
    for (std::size_t i = 0; i < count; ++i) {
        const pe::RuntimeFunction *candidate = mapped + (index + i) % count;
        if (candidate->begin_rva == entry.begin_rva && candidate->end_rva == entry.end_rva)
            return candidate;
    }
    return nullptr;
}

ImageLocation Image::locate(const void *address) const {
    ImageLocation location;
    location.rva = rva_of(address);
    if (location.rva < headers_size_)
        location.section = "header";
    for (const Section &section : sections_)
        if (section.contains(location.rva))
            location.section = section.name;
    auto above = std::ranges::upper_bound(exports_, location.rva, {}, &ExportedSymbol::rva);
    while (above != exports_.begin()) {
        --above;
        if (!above->forwarder.empty() || above->name.empty())
            continue;
        location.export_name = above->name;
        location.export_offset = location.rva - above->rva;
        break;
    }
    return location;
}

} // namespace ksbox::loader
