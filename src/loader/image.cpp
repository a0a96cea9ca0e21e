// What a loaded image answers, and its unload.
#include "loader/image.h"

#include "loader/image_builder.h"

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
    if (thunks_)
        memory_->release(thunks_, thunks_size_);
    if (base_)
        memory_->release(base_, size_);
}

void *Image::find_export(std::string_view name) const {
    for (const ExportedSymbol &symbol : exports_)
        if (symbol.name == name && symbol.forwarder.empty())
            return base_ + symbol.rva;
    return nullptr;
}

void *Image::find_export_ordinal(std::uint32_t ordinal) const {
    for (const ExportedSymbol &symbol : exports_)
        if (symbol.ordinal == ordinal && symbol.forwarder.empty())
            return base_ + symbol.rva;
    return nullptr;
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
