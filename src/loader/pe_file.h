// A bounds-checked reading of a PE file's bytes: what `ksbox inspect` prints and what Image maps.
// Any PE parses, whatever it was built for; check_loadable() then says whether ksbox runs it.
#pragma once

#include "loader/load_error.h"
#include "loader/pe_facts.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace ksbox::loader {

/// A parsed file. Borrows the bytes given to parse(): they must outlive it. Immutable.
class PeFile {
  public:
    /// Reads the headers and every table. Fails (not_pe, truncated, malformed) only when the
    /// headers or sections themselves cannot be trusted; a damaged table is listed in damage().
    [[nodiscard]] static LoadResult<PeFile> parse(std::span<const std::byte> bytes);

    /// Whether ksbox can run this file as a driver, and if not, why.
    [[nodiscard]] LoadResult<void> check_loadable() const;

    [[nodiscard]] const PeHeaders &headers() const { return headers_; }
    [[nodiscard]] std::span<const Section> sections() const { return sections_; }
    [[nodiscard]] std::span<const ImportedModule> imports() const { return imports_; }
    [[nodiscard]] std::span<const ExportedSymbol> exports() const { return exports_; }
    [[nodiscard]] std::span<const Relocation> relocations() const { return relocations_; }
    [[nodiscard]] std::span<const pe::RuntimeFunction> functions() const { return functions_; }
    [[nodiscard]] const std::optional<LoadConfig> &load_config() const { return load_config_; }
    [[nodiscard]] const std::optional<PdbReference> &pdb() const { return pdb_; }
    [[nodiscard]] const std::optional<VersionFacts> &version() const { return version_; }
    [[nodiscard]] std::span<const Damage> damage() const { return damage_; }
    [[nodiscard]] bool carries_signature() const { // Authenticode; its validity is not checked
        return headers_.directories[pe::directory_security].size != 0;
    }

    [[nodiscard]] std::span<const std::byte> bytes() const { return bytes_; }
    /// The file's bytes at an address of the image; nothing if any of them is not in the file.
    [[nodiscard]] std::optional<std::span<const std::byte>> at(std::uint32_t rva,
                                                               std::uint32_t size) const;
    /// From an address of the image on, as far as its section (or the headers) goes in the file;
    /// empty when that address is not in the file.
    [[nodiscard]] std::span<const std::byte> from(std::uint32_t rva) const;
    [[nodiscard]] const Section *section_at(std::uint32_t rva) const;

  private:
    friend class PeTables;
    PeFile() = default;

    std::span<const std::byte> bytes_;
    PeHeaders headers_;
    std::vector<Section> sections_;
    std::vector<ImportedModule> imports_;
    std::vector<ExportedSymbol> exports_;
    std::vector<Relocation> relocations_;
    std::vector<pe::RuntimeFunction> functions_;
    std::optional<LoadConfig> load_config_;
    std::optional<PdbReference> pdb_;
    std::optional<VersionFacts> version_;
    std::vector<Damage> damage_;
};

} // namespace ksbox::loader
