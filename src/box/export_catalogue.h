// Everything that drivers can import, by module and name: the executive's tables, the loader's
// exception exports, ks.sys's. What the coverage page, inspect and import binding read.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "abi/export.h"

namespace ksbox::box {

class ExportCatalogue {
  public:
    /// Immutable once made; one serves any number of boxes.
    ExportCatalogue();

    /// Null for a name (or module) that is not known at all. `module` is spelled as in an import.
    const Export *find(std::string_view module, std::string_view name) const;
    /// "ntoskrnl", "ks" …: sorted tables, made for the caller.
    std::map<std::string, std::map<std::string, Export, std::less<>>> modules() const;

  private:
    /// A hash table: every process fills one with two thousand names, and looks up a few hundred.
    class Table {
      public:
        explicit Table(std::string_view module) : module_(module) {}
        std::string_view module() const { return module_; }
        std::span<const Export> entries() const { return entries_; }
        const Export *find(std::string_view name) const;
        /// Entries of later tables win, but for stubs.
        void add(std::span<const Export> exports);

      private:
        /// Of the entry's number plus one; of zero when there is no such name.
        std::size_t slot_of(std::string_view name) const;
        void rehash(std::size_t slots);

        std::string_view module_;
        std::vector<Export> entries_;
        std::vector<std::uint16_t> slots_; ///< a power of two, at least half of them zero
    };
    std::vector<Table> tables_;
};

/// The catalogue of this build.
const ExportCatalogue &export_catalogue();

} // namespace ksbox::box
