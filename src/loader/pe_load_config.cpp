// The load configuration of a PE file with its table of call targets, and the delay-load imports.
#include "loader/pe_tables.h"

#include <algorithm>
#include <fmt/format.h>

namespace ksbox::loader {

namespace {

constexpr std::uint64_t most_guard_targets = 1u << 20;

/// Whether the image has an aligned 8-byte variable at an address that counts from its preferred
/// base.
bool holds_pointer(const PeFile &file, std::uint64_t address) {
    const std::uint64_t base = file.headers().image_base;
    if (address < base || address - base > UINT32_MAX || (address - base) % sizeof(address) != 0)
        return false;
    const auto rva = static_cast<std::uint32_t>(address - base);
    const Section *section = file.section_at(rva);
    return section && section->size - (rva - section->rva) >= sizeof(std::uint64_t);
}

} // namespace

void PeTables::read_load_config() {
    const auto &table = directory(pe::directory_load_config);
    if (table.rva == 0)
        return;
    // The directory's own first field says how much of it the linker knew about.
    const auto size = read<std::uint32_t>(table.rva);
    if (!size)
        return damaged("its load configuration lies outside the image");
    const auto field = [&]<typename T>(std::uint32_t offset, T &to) {
        if (*size >= offset + sizeof(T))
            to = read<T>(std::uint64_t{table.rva} + offset).value_or(T{});
    };
    LoadConfig config;
    field(pe::load_config_cookie, config.security_cookie);
    field(pe::load_config_guard_check, config.guard_check_pointer);
    field(pe::load_config_guard_dispatch, config.guard_dispatch_pointer);
    field(pe::load_config_guard_table, config.guard_function_table);
    field(pe::load_config_guard_count, config.guard_function_count);
    field(pe::load_config_guard_flags, config.guard_flags);
    field(pe::load_config_chpe, config.hybrid_metadata);
    field(pe::load_config_xfg_check, config.xfg_check_pointer);
    field(pe::load_config_xfg_dispatch, config.xfg_dispatch_pointer);
    field(pe::load_config_xfg_table_dispatch, config.xfg_table_dispatch_pointer);
    if (config.security_cookie && !holds_pointer(file_, config.security_cookie))
        return damaged("its security cookie lies outside the image");
    for (const std::uint64_t pointer :
         {config.guard_check_pointer, config.guard_dispatch_pointer, config.xfg_check_pointer,
          config.xfg_dispatch_pointer, config.xfg_table_dispatch_pointer})
        if (pointer && !holds_pointer(file_, pointer))
            return damaged("a guard pointer of its load configuration lies outside the image");
    if (config.has_guard_table() && !read_guard_targets(config))
        return damaged("its table of guarded call targets is no good");
    file_.load_config_ = std::move(config);
}

bool PeTables::read_guard_targets(LoadConfig &config) {
    const PeHeaders &headers = file_.headers_;
    const std::uint32_t stride = 4 + (config.guard_flags >> pe::guard_entry_extra_shift);
    if (config.guard_function_count == 0)
        return true;
    if (config.guard_function_count > most_guard_targets ||
        config.guard_function_table < headers.image_base ||
        config.guard_function_table - headers.image_base > UINT32_MAX)
        return false;
    const std::uint64_t table = config.guard_function_table - headers.image_base;
    for (std::uint64_t i = 0; i < config.guard_function_count; ++i) {
        const auto rva = read<std::uint32_t>(table + i * stride);
        const auto flags = stride > 4 ? read<std::uint8_t>(table + i * stride + 4) : std::uint8_t{};
        if (!rva || !flags)
            return false;
        if (!(*flags & pe::guard_entry_suppressed))
            config.guard_targets.push_back(*rva);
    }
    std::ranges::sort(config.guard_targets); // the linker has done so
    return true;
}

void PeTables::read_delay_imports() {
    const auto &table = directory(pe::directory_delay_import);
    if (table.rva == 0 || table.size == 0)
        return;
    for (std::uint64_t i = 0;; ++i) {
        const auto descriptor =
            read<pe::DelayImportDescriptor>(table.rva + i * sizeof(pe::DelayImportDescriptor));
        if (!descriptor || file_.imports_.size() > most_modules)
            return damaged("its delay-load table runs out of the image");
        if (descriptor->name_rva == 0)
            return;
        if (!(descriptor->attributes & pe::delay_import_relative))
            return damaged("its delay-load table is of the kind that x64 never had");
        auto name = read_string(descriptor->name_rva);
        if (!name || name->empty())
            return damaged("a delay-loaded module has no readable name");
        ImportedModule module;
        module.name = std::move(*name);
        module.delayed = true;
        if (!read_import_symbols(module, descriptor->lookup_rva, descriptor->address_rva))
            return damaged(fmt::format("the delayed imports from {} are unreadable", module.name));
        file_.imports_.push_back(std::move(module));
    }
}

} // namespace ksbox::loader
