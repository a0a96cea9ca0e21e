#include "box/export_catalogue.h"

#include <algorithm>
#include <bit>
#include <functional>

#include "base/assert.h"
#include "kmdf/exports.h"
#include "ks/exports.h"
#include "loader/exports.h"
#include "nt/exports.h"
#include "nt/se/exports.h"
#include "nt/stubs.h"
#include "portcls/drmk_exports.h"
#include "portcls/exports.h"
#include "wsk/exports.h"

namespace ksbox::box {

std::size_t ExportCatalogue::Table::slot_of(std::string_view name) const {
    std::size_t slot = std::hash<std::string_view>{}(name);
    while (true) {
        slot &= slots_.size() - 1;
        if (slots_[slot] == 0 || entries_[slots_[slot] - 1].name == name)
            return slot;
        ++slot;
    }
}

void ExportCatalogue::Table::rehash(std::size_t slots) {
    slots_.assign(slots, 0);
    for (std::size_t i = 0; i < entries_.size(); ++i)
        slots_[slot_of(entries_[i].name)] = static_cast<std::uint16_t>(i + 1);
}

const Export *ExportCatalogue::Table::find(std::string_view name) const {
    const std::uint16_t number = slots_[slot_of(name)];
    return number == 0 ? nullptr : &entries_[number - 1];
}

void ExportCatalogue::Table::add(std::span<const Export> exports) {
    const std::size_t most = entries_.size() + exports.size();
    KS_ASSERT(most < 0xffff);
    entries_.reserve(most);
    if (slots_.size() < 2 * most)
        rehash(std::bit_ceil(2 * most));
    for (const Export &entry : exports) {
        std::uint16_t &number = slots_[slot_of(entry.name)];
        if (number == 0) {
            entries_.push_back(entry);
            number = static_cast<std::uint16_t>(entries_.size());
            continue;
        }
        if (entry.address != nullptr)
            entries_[number - 1] = entry;
    }
}

ExportCatalogue::ExportCatalogue()
    : tables_{Table("ntoskrnl"), Table("ks"),       Table("portcls"), Table("drmk"),
              Table("wdfldr"),   Table("wdf01000"), Table("ksecdd"),  Table("netio")} {
    tables_[0].add(implemented_exports());
    tables_[0].add(stubs_besides({})); // one for every name: what is there stays
    tables_[0].add(loader::seh_exports());
    tables_[1].add(ks::ks_exports());
    tables_[2].add(portcls::portcls_exports());
    tables_[3].add(portcls::drmk_exports());
    tables_[4].add(kmdf::loader_exports());
    tables_[5].add(kmdf::framework_exports());
    tables_[6].add(se::ksecdd_exports());
    tables_[7].add(wsk::netio_exports());
}

const Export *ExportCatalogue::find(std::string_view module, std::string_view name) const {
    const auto table = std::ranges::find(tables_, module_of(module), &Table::module);
    return table == tables_.end() ? nullptr : table->find(name);
}

std::map<std::string, std::map<std::string, Export, std::less<>>> ExportCatalogue::modules() const {
    std::map<std::string, std::map<std::string, Export, std::less<>>> sorted;
    for (const Table &table : tables_)
        for (const Export &entry : table.entries())
            sorted[std::string(table.module())].emplace(entry.name, entry);
    return sorted;
}

const ExportCatalogue &export_catalogue() {
    static const ExportCatalogue catalogue;
    return catalogue;
}

} // namespace ksbox::box
