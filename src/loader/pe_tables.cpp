// Imports, exports, relocations, .pdata and the PDB reference of a PE file.
#include "loader/pe_tables.h"

#include <algorithm>
#include <fmt/format.h>
#include <tuple>

namespace ksbox::loader {

namespace {

// Bounds on what a hostile file can make us allocate, far above any real driver.
constexpr std::size_t longest_name = 2048;
constexpr std::size_t most_symbols = 16384;
constexpr std::size_t most_pdata_entries = 1u << 20;

} // namespace

void PeTables::read_all() {
    read_imports();
    read_delay_imports();
    read_exports();
    read_relocations();
    if (file_.headers_.machine == pe::machine_amd64)
        read_functions(); // other machines lay .pdata out differently
    if (file_.headers_.pe32_plus)
        read_load_config();
    read_debug();
    read_version();
}

std::optional<std::string> PeTables::read_string(std::uint32_t rva) const {
    auto bytes = file_.from(rva);
    bytes = bytes.first(std::min(bytes.size(), longest_name));
    const auto *begin = reinterpret_cast<const char *>(bytes.data());
    const void *end = bytes.empty() ? nullptr : std::memchr(begin, 0, bytes.size());
    if (!end)
        return std::nullopt;
    std::string text(begin, static_cast<const char *>(end));
    std::ranges::replace_if(text, [](char c) { return c < ' ' || c > '~'; }, '?');
    return text;
}

bool PeTables::read_import_symbols(ImportedModule &module, std::uint32_t lookup,
                                   std::uint32_t slot) {
    const bool wide = file_.headers_.pe32_plus;
    const std::uint32_t width = wide ? 8 : 4;
    for (std::uint64_t i = 0; module.symbols.size() < most_symbols; ++i) {
        const auto entry = wide ? read<std::uint64_t>(lookup + i * width)
                                : read<std::uint32_t>(lookup + i * width).transform([](auto low) {
                                      return std::uint64_t{low};
                                  });
        const std::uint64_t slot_rva = slot + i * width;
        if (!entry)
            return false;
        if (*entry == 0)
            return true;
        if (slot_rva + width > file_.headers_.image_size)
            return false;
        ImportedSymbol symbol;
        symbol.slot_rva = static_cast<std::uint32_t>(slot_rva);
        if (*entry >> (width * 8 - 1)) {
            symbol.ordinal = static_cast<std::uint16_t>(*entry);
        } else {
            auto name = read_string(static_cast<std::uint32_t>(*entry & 0x7fffffff) + 2);
            if (!name || name->empty())
                return false;
            symbol.name = std::move(*name);
        }
        module.symbols.push_back(std::move(symbol));
    }
    return false;
}

void PeTables::read_imports() {
    const auto &table = directory(pe::directory_import);
    if (table.rva == 0 || table.size == 0)
        return;
    for (std::uint64_t i = 0;; ++i) {
        const auto descriptor =
            read<pe::ImportDescriptor>(table.rva + i * sizeof(pe::ImportDescriptor));
        if (!descriptor || file_.imports_.size() > most_modules)
            return damaged("its import table runs out of the image");
        if (descriptor->name_rva == 0 || descriptor->address_rva == 0)
            return;
        auto name = read_string(descriptor->name_rva);
        if (!name || name->empty())
            return damaged("an imported module has no readable name");
        ImportedModule module;
        module.name = std::move(*name);
        // Old linkers leave the lookup table out; the address table then holds the names.
        const std::uint32_t lookup =
            descriptor->lookup_rva ? descriptor->lookup_rva : descriptor->address_rva;
        const bool complete = read_import_symbols(module, lookup, descriptor->address_rva);
        if (!complete)
            damaged(fmt::format("the imports from {} are unreadable", module.name));
        file_.imports_.push_back(std::move(module));
        if (!complete)
            return;
    }
}

void PeTables::read_exports() {
    const auto &table = directory(pe::directory_export);
    if (table.rva == 0 || table.size == 0)
        return;
    const auto header = read<pe::ExportDirectory>(table.rva);
    if (!header)
        return damaged("its export table lies outside the image");
    if (header->function_count > most_symbols * 4 || header->name_count > most_symbols * 4)
        return damaged("its export table claims too many functions");
    std::vector<ExportedSymbol> by_index(header->function_count);
    for (std::uint32_t i = 0; i < header->function_count; ++i) {
        const auto rva = read<std::uint32_t>(header->functions_rva + std::uint64_t{i} * 4);
        if (!rva)
            return damaged("its export addresses lie outside the image");
        if (*rva >= file_.headers_.image_size)
            return damaged("an export lies outside the image");
        by_index[i].ordinal = header->ordinal_base + i;
        by_index[i].rva = *rva;
        // An address inside the export table itself is the name of a forwarder.
        if (*rva >= table.rva && *rva - table.rva < table.size)
            by_index[i].forwarder = read_string(*rva).value_or("?");
    }
    std::vector<ExportedSymbol> aliases;
    for (std::uint32_t i = 0; i < header->name_count; ++i) {
        const auto name_rva = read<std::uint32_t>(header->names_rva + std::uint64_t{i} * 4);
        const auto index = read<std::uint16_t>(header->name_ordinals_rva + std::uint64_t{i} * 2);
        auto name = name_rva ? read_string(*name_rva) : std::nullopt;
        if (!name || !index || *index >= by_index.size())
            return damaged("its export names lie outside the image");
        ExportedSymbol &target = by_index[*index];
        if (target.name.empty()) {
            target.name = std::move(*name);
        } else {
            aliases.push_back(target);
            aliases.back().name = std::move(*name);
        }
    }
    std::erase_if(by_index, [](const ExportedSymbol &symbol) { return symbol.rva == 0; });
    std::ranges::move(aliases, std::back_inserter(by_index));
    file_.exports_ = std::move(by_index);
}

void PeTables::read_relocations() {
    const auto &table = directory(pe::directory_relocation);
    std::uint64_t at = table.rva;
    const std::uint64_t end = at + table.size;
    while (table.size && at + sizeof(pe::RelocationBlock) <= end) {
        const auto block = read<pe::RelocationBlock>(at);
        if (!block)
            return damaged("its relocations lie outside the image");
        if (block->size == 0 && block->page_rva == 0)
            return; // padding at the table's end
        if (block->size < sizeof(*block) || block->size % 2 || at + block->size > end)
            return damaged(fmt::format("the relocation block at {:#x} has a wrong size", at));
        const auto bytes = file_.at(static_cast<std::uint32_t>(at), block->size);
        if (!bytes)
            return damaged("its relocations lie outside the image");
        for (std::uint32_t i = sizeof(*block); i < block->size; i += 2) {
            std::uint16_t entry;
            std::memcpy(&entry, bytes->data() + i, sizeof entry);
            const auto type = static_cast<std::uint16_t>(entry >> 12);
            const std::uint64_t rva = std::uint64_t{block->page_rva} + (entry & 0xfff);
            if (type == pe::relocation_absolute)
                continue;
            if (rva + 8 > file_.headers_.image_size)
                return damaged(fmt::format("a relocation at {:#x} lies outside the image", rva));
            file_.relocations_.push_back({static_cast<std::uint32_t>(rva), type});
        }
        at += block->size;
    }
}

void PeTables::read_functions() {
    const auto &table = directory(pe::directory_exception);
    const std::size_t count = table.size / sizeof(pe::RuntimeFunction);
    if (count == 0)
        return;
    if (count > most_pdata_entries ||
        !file_.at(table.rva, static_cast<std::uint32_t>(count * sizeof(pe::RuntimeFunction))))
        return damaged("its exception table lies outside the image");
    for (std::size_t i = 0; i < count; ++i) {
        const auto entry = *read<pe::RuntimeFunction>(table.rva + i * sizeof(pe::RuntimeFunction));
        if (entry.begin_rva == 0 && entry.end_rva == 0)
            continue; // some linkers pad the table
        if (entry.begin_rva >= entry.end_rva || entry.end_rva > file_.headers_.image_size)
            return damaged("its exception table is not a list of functions");
        file_.functions_.push_back(entry);
    }
    // As the format demands; a part that is chained to a function may lie within it.
    std::ranges::sort(file_.functions_, {}, [](const pe::RuntimeFunction &entry) {
        return std::tuple(entry.begin_rva, entry.end_rva, entry.unwind_rva);
    });
}

void PeTables::read_debug() {
    const auto &table = directory(pe::directory_debug);
    const std::size_t count =
        std::min<std::size_t>(table.size / sizeof(pe::DebugDirectory), most_modules);
    for (std::size_t i = 0; i < count; ++i) {
        const auto entry = read<pe::DebugDirectory>(table.rva + i * sizeof(pe::DebugDirectory));
        if (!entry)
            return damaged_fact("its debug directory lies outside the image");
        if (entry->type != pe::debug_type_codeview || entry->rva == 0 || entry->size < 24)
            continue;
        if (read<std::uint32_t>(entry->rva) != pe::codeview_rsds)
            continue;
        const auto guid = read<std::array<std::uint8_t, 16>>(entry->rva + std::uint64_t{4});
        const auto age = read<std::uint32_t>(entry->rva + std::uint64_t{20});
        auto path = read_string(entry->rva + 24);
        if (!guid || !age || !path)
            return damaged_fact("its reference to a PDB is unreadable");
        file_.pdb_ = PdbReference{std::move(*path), *guid, *age};
        return;
    }
}

} // namespace ksbox::loader
