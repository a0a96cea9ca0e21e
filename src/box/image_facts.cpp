// A driver's file in words: the loader's reading of it, joined with the export catalogue.
#include "ksbox/image.h"

#include <cerrno>
#include <cstring>

#include "base/read_file.h"
#include "box/export_catalogue.h"
#include "ksbox/error.h"
#include "loader/pe_file.h"
#include "loader/sanitizer_bindings.h"

namespace ksbox {

namespace {

FileBytes read_image(const std::filesystem::path &file) {
    auto content = read_file(file.string());
    if (!content)
        throw Error(
            0, file.string() + ": cannot be read: " +
                   (content.error() == EISDIR ? "it is a folder" : std::strerror(content.error())));
    return std::move(*content);
}

/// Instrumentation is served by this process's own sanitizer, if it has one.
ImportState state_of_sanitizer(const std::string &name) {
    return loader::host_sanitizer_call(name).target ? ImportState::done : ImportState::missing;
}

ImportState state_of(const Export *known) {
    if (known == nullptr)
        return ImportState::missing;
    switch (known->state) {
    case ExportState::done:
        return ImportState::done;
    case ExportState::partial:
        return ImportState::partial;
    case ExportState::stub:
        break;
    }
    return ImportState::stub;
}

void read_modules(const loader::PeFile &pe, ImageFacts &facts) {
    for (const loader::ImportedModule &module : pe.imports()) {
        ImageFacts::Module &made = facts.modules.emplace_back(module.name);
        for (const loader::ImportedSymbol &symbol : module.symbols) {
            if (loader::is_sanitizer_module(module.name)) {
                made.imports.push_back({symbol.name, state_of_sanitizer(symbol.name), ""});
                continue;
            }
            const Export *known =
                symbol.ordinal ? nullptr : box::export_catalogue().find(module.name, symbol.name);
            made.imports.push_back({symbol.display_name(), state_of(known),
                                    known == nullptr ? std::string() : known->page});
        }
    }
}

} // namespace

const char *to_string(ImportState state) {
    switch (state) {
    case ImportState::done:
        return "done";
    case ImportState::partial:
        return "partial";
    case ImportState::stub:
        return "stub";
    case ImportState::missing:
        break;
    }
    return "missing";
}

ImageFacts read_image_facts(const std::filesystem::path &file) {
    const FileBytes content = read_image(file);
    auto pe = loader::PeFile::parse(content.span());
    if (!pe)
        throw Error(0, file.string() + ": " + pe.error().message);
    const loader::PeHeaders &headers = pe->headers();
    ImageFacts facts;
    facts.file_name = file.filename().string();
    facts.machine = headers.machine_name();
    facts.subsystem = headers.subsystem_name();
    facts.dll = headers.is_dll();
    facts.pe32_plus = headers.pe32_plus;
    facts.is_signed = pe->carries_signature();
    facts.timestamp = headers.timestamp;
    facts.checksum = headers.checksum;
    facts.file_bytes = content.span().size();
    facts.image_bytes = headers.image_size;
    facts.preferred_base = headers.image_base;
    facts.entry_rva = headers.entry_rva;
    for (const loader::Section &section : pe->sections())
        facts.sections.push_back({section.name, section.rva, section.size, section.file_size,
                                  section.executable(), section.writable(), section.discardable()});
    read_modules(*pe, facts);
    facts.exports = pe->exports().size();
    if (pe->pdb()) {
        Guid guid;
        std::memcpy(&guid, pe->pdb()->guid.data(), sizeof guid);
        facts.pdb = {pe->pdb()->path, guid, pe->pdb()->age};
    }
    if (pe->version())
        facts.version = {pe->version()->file_version, pe->version()->product_version,
                         pe->version()->company, pe->version()->description,
                         pe->version()->product};
    for (const loader::Damage &damage : pe->damage())
        facts.damage.push_back(damage.sentence);
    if (auto loadable = pe->check_loadable(); !loadable)
        facts.refusal = loadable.error().message;
    else if (auto served = loader::check_sanitizers(pe->imports()); !served)
        facts.refusal = served.error().message;
    return facts;
}

} // namespace ksbox
