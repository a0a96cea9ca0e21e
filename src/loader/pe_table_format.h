// More of the PE format: the tables that only pe_tables.cpp and pe_version.cpp read.
// @doc win32/debug/pe-format
#pragma once

#include <cstdint>

namespace ksbox::loader::pe {

constexpr std::uint32_t debug_type_codeview = 2;
constexpr std::uint32_t codeview_rsds = 0x53445352; // "RSDS"
constexpr std::uint32_t resource_type_version = 16;
constexpr std::uint32_t version_signature = 0xfeef04bd;

struct DebugDirectory {
    std::uint32_t characteristics, timestamp;
    std::uint16_t major, minor;
    std::uint32_t type, size, rva, file_offset;
};
static_assert(sizeof(DebugDirectory) == 28);

struct ResourceDirectory {
    std::uint32_t characteristics, timestamp;
    std::uint16_t major, minor, name_count, id_count;
};

struct ResourceEntry {
    std::uint32_t id, offset; // the top bit of offset: another directory
};

struct ResourceData {
    std::uint32_t rva, size, code_page, reserved;
};

struct FixedVersion {
    std::uint32_t signature, structure, file_high, file_low, product_high, product_low;
};

// Offsets into IMAGE_LOAD_CONFIG_DIRECTORY64, which grows with every Windows release.
constexpr std::uint32_t load_config_cookie = 0x58;
constexpr std::uint32_t load_config_guard_check = 0x70;
constexpr std::uint32_t load_config_guard_dispatch = 0x78;
constexpr std::uint32_t load_config_guard_table = 0x80;
constexpr std::uint32_t load_config_guard_count = 0x88;
constexpr std::uint32_t load_config_guard_flags = 0x90;
constexpr std::uint32_t load_config_chpe = 0xc8;
constexpr std::uint32_t load_config_xfg_check = 0x118;
constexpr std::uint32_t load_config_xfg_dispatch = 0x120;
constexpr std::uint32_t load_config_xfg_table_dispatch = 0x128;

/// An entry of the delay-load table, ended by an empty one.
struct DelayImportDescriptor {
    std::uint32_t attributes; // 1: the others are relative addresses
    std::uint32_t name_rva, module_rva, address_rva, lookup_rva, bound_rva, unload_rva, timestamp;
};
constexpr std::uint32_t delay_import_relative = 1;

} // namespace ksbox::loader::pe
