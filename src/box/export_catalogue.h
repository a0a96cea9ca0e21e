// Everything that drivers can import, by module and name: the executive's tables, the loader's
// exception exports, ks.sys's. What the coverage page, inspect and import binding read.
#pragma once

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
    /// "ntoskrnl", "ks" …: sorted tables.
    const std::map<std::string, std::map<std::string, Export, std::less<>>, std::less<>> &
    modules() const {
        return modules_;
    }

  private:
    void add(std::string_view module, std::span<const Export> exports);
    std::map<std::string, std::map<std::string, Export, std::less<>>, std::less<>> modules_;
};

/// The catalogue of this build.
const ExportCatalogue &export_catalogue();

} // namespace ksbox::box
