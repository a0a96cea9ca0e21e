// Follows the pointers of .xcase through the file, by the image's preferred base.
#include "exports/case_table.h"

#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <utility>

#include "loader/pe_file.h"

namespace ksbox::exports {

namespace {

/// EXPORT_CASE_RECORD as x64 lays it out.
struct Record {
    std::uint64_t exports, file, run;
    std::uint32_t line, stop_code, target, reserved;
    std::uint64_t says;
};

class Reader {
  public:
    explicit Reader(const loader::PeFile &pe) : pe_(pe) {}

    std::vector<ExportCase> cases() const {
        std::vector<ExportCase> found;
        for (const loader::Section &section : pe_.sections())
            if (section.name == ".xcase")
                for (std::uint32_t at = 0; at + 8 <= section.file_size; at += 8)
                    if (const auto address = value<std::uint64_t>(section.rva + at)) // else padding
                        found.push_back(one(address, std::uint32_t(found.size())));
        return found;
    }

  private:
    template <typename T> T value(std::uint64_t rva) const {
        const auto bytes = pe_.at(std::uint32_t(rva), sizeof(T));
        if (!bytes)
            throw std::runtime_error("the table of export cases points out of the file");
        T read;
        std::memcpy(&read, bytes->data(), sizeof read);
        return read;
    }
    std::uint64_t rva_of(std::uint64_t address) const { return address - pe_.headers().image_base; }
    std::string text(std::uint64_t address) const {
        std::string read;
        for (std::uint64_t rva = rva_of(address); const char c = value<char>(rva); ++rva)
            read += c;
        return read;
    }
    ExportCase one(std::uint64_t address, std::uint32_t number) const {
        const auto record = value<Record>(rva_of(address));
        ExportCase made{.number = number,
                        .file = text(record.file),
                        .line = record.line,
                        .exports = {},
                        .stop_code = record.stop_code,
                        .says = text(record.says),
                        .target = record.target};
        std::string name;
        for (const char c : text(record.exports) + ",") {
            if (c == ',')
                made.exports.push_back(std::exchange(name, {}));
            else if (c != ' ')
                name += c;
        }
        return made;
    }

    const loader::PeFile &pe_;
};

} // namespace

CaseTable read_case_table(const std::filesystem::path &driver) {
    std::ifstream stream(driver, std::ios::binary);
    const std::vector<char> content{std::istreambuf_iterator<char>(stream), {}};
    const auto pe = loader::PeFile::parse(std::as_bytes(std::span(content)));
    if (!pe)
        throw std::runtime_error(driver.string() + ": " + pe.error().message);
    CaseTable table{.driver = driver, .cases = Reader(*pe).cases(), .imports = {}};
    for (const loader::ImportedModule &module : pe->imports())
        for (const loader::ImportedSymbol &symbol : module.symbols)
            table.imports.insert(symbol.name);
    return table;
}

} // namespace ksbox::exports
