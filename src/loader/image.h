// A driver in memory: mapped, relocated, bound and protected. Knows its sections, exports and
// function table; entering its code is the business of call_driver(), not of the loader.
#pragma once

#include "loader/guard.h"
#include "loader/image_memory.h"
#include "loader/pe_file.h"
#include "loader/sanitizer_bindings.h"
#include "loader/symbol_resolver.h"

#include <memory>
#include <string_view>

namespace ksbox::loader {

struct LoadOptions {
    std::string name; ///< how reports call the image: "cable.sys"
    /// Where the file and its PDB are; empty when there is none.
    std::string path;
    /// The value /GS functions check; the box derives it from its seed. Its top 16 bits are cut
    /// off, as Windows does, so that a string overflow cannot reproduce it.
    std::uint64_t security_cookie = 0;
    /// Called by the thunks of imports that resolve to null. Required.
    MissingImport missing = nullptr;
    /// Where code finds KUSER_SHARED_DATA in place of 0xFFFFF78000000000; null leaves the code
    /// alone, and its reads fault.
    const void *user_shared_data = nullptr;
    /// For images built with /guard:cf. Without, their checks do what the linker made of them.
    GuardHooks guard;
    /// For instrumented drivers; null prints the innermost frame to standard error.
    SanitizerReport sanitizer_report = nullptr;
};

/// What an address inside an image is, as far as the image itself can tell.
struct ImageLocation {
    std::uint32_t rva = 0;
    std::string_view section;     ///< "header" for the headers
    std::string_view export_name; ///< the nearest export at or below, empty if none
    std::uint32_t export_offset = 0;
};

/// Immutable after load(); any thread may read it. Destroying it is the unload: the range becomes
/// inaccessible through ImageMemory::release.
class Image {
  public:
    /// @errors everything PeFile::check_loadable() refuses, no_memory, sanitizer.
    [[nodiscard]] static LoadResult<std::unique_ptr<Image>>
    load(const PeFile &file, ImageMemory &memory, SymbolResolver &resolver, LoadOptions options);
    ~Image();
    Image(const Image &) = delete;
    Image &operator=(const Image &) = delete;

    [[nodiscard]] const std::string &name() const { return options_.name; }
    [[nodiscard]] const std::string &path() const { return options_.path; }
    [[nodiscard]] std::byte *base() const { return base_; }
    [[nodiscard]] std::size_t size() const { return size_; }
    /// The image and, behind it, the code that stands for imports.
    [[nodiscard]] std::size_t mapped_size() const { return size_ + thunks_size_; }
    [[nodiscard]] bool contains(const void *address) const {
        return reinterpret_cast<std::uintptr_t>(address) - reinterpret_cast<std::uintptr_t>(base_) <
               size_;
    }
    [[nodiscard]] std::uint32_t rva_of(const void *address) const {
        return static_cast<std::uint32_t>(static_cast<const std::byte *>(address) - base_);
    }

    /// DriverEntry, or the CRT's wrapper around it (ms_abi).
    [[nodiscard]] void *entry_point() const { return base_ + entry_rva_; }
    /// Null when the image exports no such name, or only forwards it.
    [[nodiscard]] void *find_export(std::string_view name) const;
    [[nodiscard]] void *find_export_ordinal(std::uint32_t ordinal) const;
    /// The export's own record, of a forwarded one too; null when there is none.
    [[nodiscard]] const ExportedSymbol *find_symbol(std::string_view name) const;
    [[nodiscard]] const ExportedSymbol *find_symbol(std::uint32_t ordinal) const;

    [[nodiscard]] std::span<const Section> sections() const { return sections_; }
    /// Sorted by address; the exception directory.
    [[nodiscard]] std::span<const pe::RuntimeFunction> functions() const { return functions_; }
    /// The same entry where the driver sees it; null if the image has its table no longer mapped
    /// so.
    [[nodiscard]] const pe::RuntimeFunction *mapped_entry(const pe::RuntimeFunction &entry) const;
    [[nodiscard]] const std::optional<PdbReference> &pdb() const { return pdb_; }
    /// The variable that /GS functions compare with; null when the image has none.
    [[nodiscard]] const std::uint64_t *security_cookie() const { return cookie_; }
    /// Whether control flow guard lets anyone call the address, which the image contains: in an
    /// image with a table of targets, if it is one; else if it can be executed.
    [[nodiscard]] bool may_be_called(const void *address) const;
    /// Whether the address is the code that stands for one of the imports.
    [[nodiscard]] bool is_thunk(const void *address) const;
    /// The imports that were bound to a trap.
    [[nodiscard]] std::span<const ImportRecord> missing_imports() const { return missing_; }
    /// The code for each name of the table that one of its imports hands out
    /// (SymbolResolver::function_table); empty when none does.
    [[nodiscard]] std::span<const void *const> function_table() const { return function_table_; }
    /// Things about the image that a report may want to mention, one sentence each.
    [[nodiscard]] std::span<const std::string> remarks() const { return remarks_; }

    /// The bytes at [rva, rva + size) if they are all in one section (or the headers), else null.
    [[nodiscard]] const std::byte *readable(std::uint32_t rva, std::uint32_t size) const;
    /// `address` must be contained.
    [[nodiscard]] ImageLocation locate(const void *address) const;

  private:
    friend class ImageBuilder;
    Image() = default;

    LoadOptions options_;
    ImageMemory *memory_ = nullptr;
    std::byte *base_ = nullptr;
    std::size_t size_ = 0;
    std::byte *thunks_ = nullptr;
    std::size_t thunks_size_ = 0;
    std::uint32_t entry_rva_ = 0;
    std::uint32_t headers_size_ = 0;
    std::vector<Section> sections_;
    std::vector<ExportedSymbol> exports_; // sorted by address
    std::vector<pe::RuntimeFunction> functions_;
    pe::DataDirectory exception_table_{};
    std::optional<PdbReference> pdb_;
    std::uint64_t *cookie_ = nullptr;
    std::vector<std::unique_ptr<std::string>> strings_; // what missing_ points at
    std::vector<ImportRecord> missing_;
    std::vector<const void *> function_table_;
    std::vector<ImportRecord> missing_functions_;             // of that table
    std::optional<std::vector<std::uint32_t>> guard_targets_; // sorted
    GuardRecord guard_record_{};
    std::vector<SanitizerCall> sanitizer_calls_;
    std::span<std::byte> sanitized_globals_;
    std::vector<std::string> remarks_;
};

} // namespace ksbox::loader
