#include "box/export_catalogue.h"

#include "ks/exports.h"
#include "loader/exports.h"
#include "nt/exports.h"

namespace ksbox::box {

ExportCatalogue::ExportCatalogue() {
    std::vector<Export> ntoskrnl = ntoskrnl_exports();
    add("ntoskrnl", ntoskrnl);
    add("ntoskrnl", loader::seh_exports());
    add("ks", ks::ks_exports());
}

// A later table's entry wins over an earlier stub of the same name.
void ExportCatalogue::add(std::string_view module, std::span<const Export> exports) {
    auto &table = modules_[std::string(module)];
    for (const Export &entry : exports) {
        auto [place, added] = table.try_emplace(entry.name, entry);
        if (!added && (place->second.state == ExportState::stub || entry.address != nullptr))
            place->second = entry;
    }
}

const Export *ExportCatalogue::find(std::string_view module, std::string_view name) const {
    auto table = modules_.find(module_of(module));
    if (table == modules_.end())
        return nullptr;
    auto entry = table->second.find(name);
    return entry == table->second.end() ? nullptr : &entry->second;
}

const ExportCatalogue &export_catalogue() {
    static const ExportCatalogue catalogue;
    return catalogue;
}

} // namespace ksbox::box
