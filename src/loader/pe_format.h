// The on-disk structures of a PE file, as published in Microsoft's "PE Format" page, in our own
// names. All fields are little endian; the structures are copied out of the file, never overlaid.
// @doc win32/debug/pe-format
#pragma once

#include <array>
#include <cstdint>

namespace ksbox::loader::pe {

constexpr std::uint16_t dos_magic = 0x5a4d;    // "MZ"
constexpr std::uint32_t nt_signature = 0x4550; // "PE\0\0"
constexpr std::uint16_t pe32_magic = 0x10b;
constexpr std::uint16_t pe32_plus_magic = 0x20b;
constexpr std::uint32_t lfanew_offset = 0x3c;

constexpr std::uint16_t machine_i386 = 0x14c;
constexpr std::uint16_t machine_arm = 0x1c0;
constexpr std::uint16_t machine_armnt = 0x1c4;
constexpr std::uint16_t machine_ia64 = 0x200;
constexpr std::uint16_t machine_amd64 = 0x8664;
constexpr std::uint16_t machine_arm64 = 0xaa64;

constexpr std::uint16_t file_relocations_stripped = 0x0001;
constexpr std::uint16_t file_executable = 0x0002;
constexpr std::uint16_t file_dll = 0x2000;

constexpr std::uint16_t subsystem_native = 1;

constexpr std::uint16_t dll_guard_cf = 0x4000;

constexpr std::uint32_t section_code = 0x00000020;
constexpr std::uint32_t section_discardable = 0x02000000;
constexpr std::uint32_t section_execute = 0x20000000;
constexpr std::uint32_t section_read = 0x40000000;
constexpr std::uint32_t section_write = 0x80000000;

enum DirectoryIndex : unsigned {
    directory_export = 0,
    directory_import = 1,
    directory_resource = 2,
    directory_exception = 3,
    directory_security = 4,
    directory_relocation = 5,
    directory_debug = 6,
    directory_load_config = 10,
    directory_delay_import = 13,
    directory_clr = 14,
    directory_count = 16,
};

// GuardFlags: the top four bits say how many bytes follow each address of a guard table.
constexpr std::uint32_t guard_table_present = 0x400;
constexpr unsigned guard_entry_extra_shift = 28;
constexpr std::uint8_t guard_entry_suppressed = 0x01; // in the first extra byte: not to be called

constexpr std::uint16_t relocation_absolute = 0;
constexpr std::uint16_t relocation_highlow = 3;
constexpr std::uint16_t relocation_dir64 = 10;

struct FileHeader {
    std::uint16_t machine, section_count;
    std::uint32_t timestamp, symbol_table, symbol_count;
    std::uint16_t optional_header_size, characteristics;
};
static_assert(sizeof(FileHeader) == 20);

struct DataDirectory {
    std::uint32_t rva, size;
};

/// The optional header up to the data directories: PE32+ has no base_of_data and wide sizes.
#pragma pack(push, 4)
struct OptionalHeader64 {
    std::uint16_t magic;
    std::uint8_t linker_major, linker_minor;
    std::uint32_t code_size, initialized_size, uninitialized_size, entry_rva, code_base;
    std::uint64_t image_base;
    std::uint32_t section_alignment, file_alignment;
    std::uint16_t os_major, os_minor, image_major, image_minor, subsystem_major, subsystem_minor;
    std::uint32_t win32_version, image_size, headers_size, checksum;
    std::uint16_t subsystem, dll_characteristics;
    std::uint64_t stack_reserve, stack_commit, heap_reserve, heap_commit;
    std::uint32_t loader_flags, directory_count;
};
static_assert(sizeof(OptionalHeader64) == 112);

struct OptionalHeader32 {
    std::uint16_t magic;
    std::uint8_t linker_major, linker_minor;
    std::uint32_t code_size, initialized_size, uninitialized_size, entry_rva, code_base, data_base;
    std::uint32_t image_base;
    std::uint32_t section_alignment, file_alignment;
    std::uint16_t os_major, os_minor, image_major, image_minor, subsystem_major, subsystem_minor;
    std::uint32_t win32_version, image_size, headers_size, checksum;
    std::uint16_t subsystem, dll_characteristics;
    std::uint32_t stack_reserve, stack_commit, heap_reserve, heap_commit;
    std::uint32_t loader_flags, directory_count;
};
static_assert(sizeof(OptionalHeader32) == 96);
#pragma pack(pop)

struct SectionHeader {
    std::array<char, 8> name;
    std::uint32_t virtual_size, rva, file_size, file_offset, relocations, line_numbers;
    std::uint16_t relocation_count, line_number_count;
    std::uint32_t characteristics;
};
static_assert(sizeof(SectionHeader) == 40);

struct ImportDescriptor {
    std::uint32_t lookup_rva, timestamp, forwarder_chain, name_rva, address_rva;
};

struct ExportDirectory {
    std::uint32_t characteristics, timestamp;
    std::uint16_t major, minor;
    std::uint32_t name_rva, ordinal_base, function_count, name_count;
    std::uint32_t functions_rva, names_rva, name_ordinals_rva;
};
static_assert(sizeof(ExportDirectory) == 40);

struct RelocationBlock {
    std::uint32_t page_rva, size;
};

/// An entry of .pdata; `unwind_rva` leads to the prologue's unwind codes.
/// @doc cpp/build/exception-handling-x64
struct RuntimeFunction {
    std::uint32_t begin_rva, end_rva, unwind_rva;
};
static_assert(sizeof(RuntimeFunction) == 12);

} // namespace ksbox::loader::pe
