// What a PE file says about itself, table by table, in plain values. PeFile reads them.
#pragma once

#include "loader/pe_format.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ksbox::loader {

struct Section {
    std::string name;
    std::uint32_t rva = 0;
    std::uint32_t size = 0;        ///< bytes in memory
    std::uint32_t file_offset = 0; ///< bytes [file_offset, file_offset + file_size) are in the file
    std::uint32_t file_size = 0;   ///< never more than `size`; the rest of the section is zero
    std::uint32_t characteristics = 0;

    [[nodiscard]] bool executable() const { return characteristics & pe::section_execute; }
    [[nodiscard]] bool writable() const { return characteristics & pe::section_write; }
    [[nodiscard]] bool discardable() const { return characteristics & pe::section_discardable; }
    [[nodiscard]] bool contains(std::uint32_t address) const {
        return address >= rva && address - rva < size;
    }
};

struct ImportedSymbol {
    std::string name; ///< empty when by ordinal
    std::optional<std::uint16_t> ordinal;
    std::uint32_t slot_rva = 0; ///< where the bound address goes

    /// "IoCreateDevice", or "#12" for an ordinal.
    [[nodiscard]] std::string display_name() const {
        return ordinal ? "#" + std::to_string(*ordinal) : name;
    }
};

struct ImportedModule {
    std::string name;     ///< as spelled in the file: "ntoskrnl.exe"
    bool delayed = false; ///< to be bound at the first call; ksbox binds it at load
    std::vector<ImportedSymbol> symbols;
};

struct ExportedSymbol {
    std::string name; ///< empty when exported by ordinal alone
    std::uint32_t ordinal = 0;
    std::uint32_t rva = 0;
    std::string forwarder; ///< "other.function" when the export only forwards
};

struct Relocation {
    std::uint32_t rva;
    std::uint16_t type;
};

/// The parts of the load configuration that matter here; addresses are at the preferred base.
struct LoadConfig {
    std::uint64_t security_cookie = 0;
    std::uint64_t guard_check_pointer = 0;
    std::uint64_t guard_dispatch_pointer = 0;
    std::uint64_t xfg_check_pointer = 0;
    std::uint64_t xfg_dispatch_pointer = 0;
    std::uint64_t xfg_table_dispatch_pointer = 0;
    std::uint64_t guard_function_table = 0;
    std::uint64_t guard_function_count = 0;
    std::uint64_t hybrid_metadata = 0; ///< of an image with ARM64 code in it
    std::uint32_t guard_flags = 0;
    /// Relative addresses of the functions that may be called indirectly, sorted; meaningful when
    /// the image has a table at all.
    std::vector<std::uint32_t> guard_targets;
    [[nodiscard]] bool has_guard_table() const { return guard_flags & pe::guard_table_present; }
};

/// The CodeView record that ties the image to its PDB.
struct PdbReference {
    std::string path; ///< as the linker wrote it
    std::array<std::uint8_t, 16> guid{};
    std::uint32_t age = 0;

    [[nodiscard]] std::string file_name() const; ///< the part after the last slash of either kind
};

struct VersionFacts {
    std::array<std::uint16_t, 4> file_version{};
    std::array<std::uint16_t, 4> product_version{};
    std::string company, description, product; ///< UTF-8, empty when absent
};

/// A table that does not make sense. `blocks_loading` when a driver cannot run without it.
struct Damage {
    std::string sentence;
    bool blocks_loading = true;
};

struct PeHeaders {
    std::uint16_t machine = 0;
    std::uint16_t characteristics = 0;
    std::uint16_t subsystem = 0;
    std::uint16_t dll_characteristics = 0;
    bool pe32_plus = false;
    std::uint32_t timestamp = 0, checksum = 0;
    std::uint64_t image_base = 0;
    std::uint32_t image_size = 0, headers_size = 0, section_alignment = 0, entry_rva = 0;
    std::array<pe::DataDirectory, pe::directory_count> directories{};

    [[nodiscard]] bool is_dll() const { return characteristics & pe::file_dll; }
    [[nodiscard]] std::string machine_name() const;   ///< "x64", "x86", "ARM64", "machine 0x1234"
    [[nodiscard]] std::string subsystem_name() const; ///< "native", "Windows GUI", …
};

} // namespace ksbox::loader
