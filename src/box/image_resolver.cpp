#include "box/image_resolver.h"

#include <algorithm>
#include <charconv>

#include "box/export_catalogue.h"
#include "kmdf/exports.h"
#include "nt/exports.h"

namespace ksbox::box {

namespace {
constexpr unsigned longest_chain = 8; // of forwarders; a circle of them ends here
}

const void *ImageResolver::resolve(std::string_view module, std::string_view name) {
    if (const Export *entry = export_catalogue().find(module, name)) {
        if (const void *own = entry->is_data ? kernel_.box_data(name) : nullptr)
            return own;
        return entry->address;
    }
    loader::Image *image = find_image_(module);
    return image == nullptr ? nullptr : take(image, image->find_symbol(name));
}

const void *ImageResolver::resolve(std::string_view module, std::uint16_t ordinal) {
    loader::Image *image = find_image_(module);
    return image == nullptr ? nullptr : take(image, image->find_symbol(ordinal));
}

std::uint64_t *ImageResolver::call_counter(std::string_view module, std::string_view name) {
    const Export *entry = counts_ == nullptr ? nullptr : export_catalogue().find(module, name);
    return entry == nullptr || entry->is_data ? nullptr : counts_->counter(name);
}

loader::SymbolResolver::FunctionTable ImageResolver::function_table(std::string_view module,
                                                                    std::string_view name) {
    if (name != "WdfVersionBind" || export_catalogue().find(module, name) == nullptr)
        return {};
    return {"wdf01000.sys", kmdf::function_names()};
}

const void *ImageResolver::take(loader::Image *image, const loader::ExportedSymbol *symbol) {
    if (symbol == nullptr)
        return nullptr;
    if (!symbol->forwarder.empty())
        return follow(symbol->forwarder);
    if (std::ranges::find(used_, image) == used_.end())
        used_.push_back(image);
    return image->base() + symbol->rva;
}

// "module.function" or "module.#ordinal", the module without its extension.
const void *ImageResolver::follow(std::string_view forwarder) {
    const auto dot = forwarder.rfind('.');
    if (dot == forwarder.npos || depth_ == longest_chain)
        return nullptr;
    const std::string_view name = forwarder.substr(dot + 1);
    std::uint16_t ordinal = 0;
    const bool by_ordinal =
        name.starts_with('#') &&
        std::from_chars(name.data() + 1, name.data() + name.size(), ordinal).ec == std::errc();
    const void *found = nullptr;
    ++depth_;
    for (const char *extension : {".sys", ".exe", ".dll"}) {
        const std::string module = std::string(forwarder.substr(0, dot)) + extension;
        found = by_ordinal ? resolve(module, ordinal) : resolve(module, name);
        if (found != nullptr)
            break;
    }
    --depth_;
    return found;
}

} // namespace ksbox::box
