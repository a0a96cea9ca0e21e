// Reads what the data directories lead to, into a PeFile. Each reader either fills its part or adds
// one sentence to the file's damage list; none trusts a count, an address or a string.
#pragma once

#include "loader/pe_file.h"
#include "loader/pe_table_format.h"

#include <cstring>
#include <string_view>

namespace ksbox::loader {

/// Bounds what a hostile file can make us allocate, far above any real driver.
constexpr std::size_t most_modules = 256;

class PeTables {
  public:
    explicit PeTables(PeFile &file) : file_(file) {}
    void read_all();

  private:
    void read_imports();
    void read_delay_imports(); // pe_load_config.cpp
    void read_exports();
    void read_relocations();
    void read_functions();
    void read_load_config(); // pe_load_config.cpp
    bool read_guard_targets(LoadConfig &config);
    void read_debug();
    void read_version(); // pe_version.cpp

    bool read_import_symbols(ImportedModule &module, std::uint32_t lookup, std::uint32_t slot);
    void read_version_strings(std::span<const std::byte> block, VersionFacts &facts);

    [[nodiscard]] const pe::DataDirectory &directory(unsigned index) const {
        return file_.headers_.directories[index];
    }
    template <typename T> [[nodiscard]] std::optional<T> read(std::uint64_t rva) const {
        if (rva > UINT32_MAX)
            return std::nullopt;
        const auto bytes = file_.at(static_cast<std::uint32_t>(rva), sizeof(T));
        if (!bytes)
            return std::nullopt;
        T value;
        std::memcpy(&value, bytes->data(), sizeof(T));
        return value;
    }
    /// A printable zero-terminated string of at most a few thousand characters.
    [[nodiscard]] std::optional<std::string> read_string(std::uint32_t rva) const;
    void damaged(std::string_view sentence) {
        file_.damage_.push_back({std::string(sentence), true});
    }
    void damaged_fact(std::string_view sentence) { // nothing a driver needs to run
        file_.damage_.push_back({std::string(sentence), false});
    }

    PeFile &file_;
};

} // namespace ksbox::loader
