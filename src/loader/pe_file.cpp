// Headers and sections of a PE file, and the verdict whether ksbox runs it. The tables that the
// data directories lead to are read in pe_tables.cpp.
#include "loader/pe_file.h"

#include "loader/pe_tables.h"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>

namespace ksbox::loader {

namespace {

/// Larger images than any driver; bounds what a hostile file can make us reserve.
constexpr std::uint32_t largest_image = 512u << 20;
constexpr unsigned most_sections = 96; // the limit Windows's loader had until Vista
constexpr std::uint32_t page_size = 0x1000;

template <typename T>
std::optional<T> read(std::span<const std::byte> bytes, std::uint64_t offset) {
    if (offset > bytes.size() || bytes.size() - offset < sizeof(T))
        return std::nullopt;
    T value;
    std::memcpy(&value, bytes.data() + offset, sizeof(T));
    return value;
}

template <typename Header> void take_optional_header(PeHeaders &to, const Header &from) {
    to.subsystem = from.subsystem;
    to.dll_characteristics = from.dll_characteristics;
    to.checksum = from.checksum;
    to.image_base = from.image_base;
    to.image_size = from.image_size;
    to.headers_size = from.headers_size;
    to.section_alignment = from.section_alignment;
    to.entry_rva = from.entry_rva;
}

std::unexpected<LoadError> truncated(std::string_view part) {
    return refuse(LoadErrorKind::truncated,
                  fmt::format("truncated: the file ends inside {}", part));
}

struct HeaderLayout {
    PeHeaders headers;
    std::uint64_t section_table_offset;
    unsigned section_count;
};

/// Reads the optional header at `offset` (either width) and the data directories behind it.
template <typename Header>
LoadResult<void> read_optional_header(std::span<const std::byte> bytes, std::uint64_t offset,
                                      std::uint16_t declared_size, PeHeaders &headers) {
    const auto optional = read<Header>(bytes, offset);
    if (!optional)
        return truncated("its headers");
    if (declared_size < sizeof(Header))
        return refuse(LoadErrorKind::malformed, "malformed: its optional header is too short");
    take_optional_header(headers, *optional);
    const auto room = (declared_size - sizeof(Header)) / sizeof(pe::DataDirectory);
    const auto count = std::min<std::size_t>(
        {optional->directory_count, room, static_cast<std::size_t>(pe::directory_count)});
    for (std::size_t i = 0; i < count; ++i) {
        const auto directory =
            read<pe::DataDirectory>(bytes, offset + sizeof(Header) + i * sizeof(pe::DataDirectory));
        if (!directory)
            return truncated("its headers");
        headers.directories[i] = *directory;
    }
    return {};
}

LoadResult<HeaderLayout> read_headers(std::span<const std::byte> bytes) {
    if (bytes.empty())
        return refuse(LoadErrorKind::not_pe, "not a PE file: it is empty");
    const auto dos = read<std::uint16_t>(bytes, 0);
    if (!dos || *dos != pe::dos_magic)
        return refuse(LoadErrorKind::not_pe, "not a PE file: it does not begin with MZ");
    const auto nt_offset = read<std::uint32_t>(bytes, pe::lfanew_offset);
    if (!nt_offset)
        return truncated("its headers");
    const auto signature = read<std::uint32_t>(bytes, *nt_offset);
    if (!signature)
        return truncated("its headers");
    if (*signature != pe::nt_signature)
        return refuse(LoadErrorKind::not_pe,
                      "not a PE file: it begins with MZ but has no PE signature");
    const std::uint64_t file_header_offset = std::uint64_t{*nt_offset} + sizeof(std::uint32_t);
    const auto file_header = read<pe::FileHeader>(bytes, file_header_offset);
    const std::uint64_t optional_offset = file_header_offset + sizeof(pe::FileHeader);
    const auto magic = read<std::uint16_t>(bytes, optional_offset);
    if (!file_header || !magic)
        return truncated("its headers");

    HeaderLayout layout{};
    PeHeaders &headers = layout.headers;
    headers.machine = file_header->machine;
    headers.characteristics = file_header->characteristics;
    headers.timestamp = file_header->timestamp;
    headers.pe32_plus = *magic == pe::pe32_plus_magic;
    LoadResult<void> done;
    if (headers.pe32_plus)
        done = read_optional_header<pe::OptionalHeader64>(
            bytes, optional_offset, file_header->optional_header_size, headers);
    else if (*magic == pe::pe32_magic)
        done = read_optional_header<pe::OptionalHeader32>(
            bytes, optional_offset, file_header->optional_header_size, headers);
    else
        return refuse(LoadErrorKind::malformed,
                      fmt::format("malformed: unknown optional header magic {:#x}", *magic));
    if (!done)
        return std::unexpected(done.error());
    layout.section_table_offset = optional_offset + file_header->optional_header_size;
    layout.section_count = file_header->section_count;
    return layout;
}

LoadResult<std::vector<Section>> read_sections(std::span<const std::byte> bytes,
                                               const HeaderLayout &layout) {
    if (layout.section_count > most_sections)
        return refuse(LoadErrorKind::malformed,
                      fmt::format("malformed: it claims {} sections", layout.section_count));
    std::vector<Section> sections;
    for (unsigned i = 0; i < layout.section_count; ++i) {
        const auto header = read<pe::SectionHeader>(bytes, layout.section_table_offset +
                                                               i * sizeof(pe::SectionHeader));
        if (!header)
            return truncated("its section table");
        Section section;
        const auto end = std::ranges::find(header->name, '\0');
        for (const char c : std::span(header->name.begin(), end)) // keep reports printable
            section.name += c >= ' ' && c <= '~' ? c : '?';
        section.rva = header->rva;
        section.size = header->virtual_size ? header->virtual_size : header->file_size;
        section.file_offset = header->file_offset;
        section.file_size = header->file_offset ? std::min(section.size, header->file_size) : 0;
        section.characteristics = header->characteristics;
        const std::uint64_t file_end = std::uint64_t{section.file_offset} + section.file_size;
        if (section.file_size && file_end > bytes.size())
            return refuse(LoadErrorKind::truncated,
                          fmt::format("truncated: section {} ends at byte {} of a file of {} bytes",
                                      section.name, file_end, bytes.size()));
        const std::uint64_t end_rva = std::uint64_t{section.rva} + section.size;
        if (end_rva > layout.headers.image_size)
            return refuse(
                LoadErrorKind::malformed,
                fmt::format("malformed: section {} ends beyond the image's size", section.name));
        sections.push_back(std::move(section));
    }
    return sections;
}

/// Sections must be aligned as the header says, in order and disjoint: what the Windows loader
/// insists on too. Alignments of less than a page are those of an image that is mapped as it lies
/// in the file.
LoadResult<void> check_layout(const PeFile &file) {
    const PeHeaders &headers = file.headers();
    if (headers.section_alignment == 0 ||
        (headers.section_alignment & (headers.section_alignment - 1)))
        return refuse(LoadErrorKind::malformed,
                      fmt::format("malformed: its sections are aligned to {} bytes",
                                  headers.section_alignment));
    const std::uint64_t alignment = std::min(headers.section_alignment, page_size);
    if (headers.image_size > largest_image)
        return refuse(LoadErrorKind::unsupported,
                      fmt::format("its image is {} MB large; ksbox maps at most {} MB",
                                  headers.image_size >> 20, largest_image >> 20));
    if (headers.headers_size > file.bytes().size() || headers.headers_size > headers.image_size)
        return refuse(LoadErrorKind::malformed,
                      "malformed: its headers are larger than the file or the image");
    std::uint64_t end = headers.headers_size;
    for (const Section &section : file.sections()) {
        if (section.rva % alignment)
            return refuse(LoadErrorKind::malformed,
                          fmt::format("malformed: section {} is not aligned as the header says",
                                      section.name));
        if (section.rva < end)
            return refuse(
                LoadErrorKind::malformed,
                fmt::format("malformed: section {} overlaps what comes before it", section.name));
        end = (std::uint64_t{section.rva} + section.size + alignment - 1) & -alignment;
    }
    if (file.sections().empty())
        return refuse(LoadErrorKind::malformed, "malformed: it has no sections");
    return {};
}

bool imports_from(const PeFile &file, std::string_view module) {
    return std::ranges::any_of(file.imports(), [&](const ImportedModule &imported) {
        return std::ranges::equal(imported.name, module, [](char a, char b) {
            return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b;
        });
    });
}

} // namespace

std::string PeHeaders::machine_name() const {
    switch (machine) {
    case pe::machine_amd64:
        return "x64";
    case pe::machine_i386:
        return "x86";
    case pe::machine_arm:
    case pe::machine_armnt:
        return "ARM";
    case pe::machine_arm64:
        return "ARM64";
    case pe::machine_ia64:
        return "Itanium";
    default:
        return fmt::format("machine {:#06x}", machine);
    }
}

std::string PeHeaders::subsystem_name() const {
    switch (subsystem) {
    case pe::subsystem_native:
        return "native";
    case 2:
        return "Windows GUI";
    case 3:
        return "Windows console";
    case 9:
        return "Windows CE";
    case 10:
        return "EFI application";
    case 11:
        return "EFI boot service driver";
    case 12:
        return "EFI runtime driver";
    case 16:
        return "Windows boot application";
    default:
        return fmt::format("subsystem {}", subsystem);
    }
}

std::string PdbReference::file_name() const {
    const auto slash = path.find_last_of("/\\");
    return slash == std::string::npos ? path : path.substr(slash + 1);
}

LoadResult<PeFile> PeFile::parse(std::span<const std::byte> bytes) {
    auto layout = read_headers(bytes);
    if (!layout)
        return std::unexpected(std::move(layout.error()));
    auto sections = read_sections(bytes, *layout);
    if (!sections)
        return std::unexpected(std::move(sections.error()));
    // The signature's directory alone holds a place in the file, usually its last bytes.
    const auto &signature = layout->headers.directories[pe::directory_security];
    if (signature.size && std::uint64_t{signature.rva} + signature.size > bytes.size())
        return truncated("its signature");
    PeFile file;
    file.bytes_ = bytes;
    file.headers_ = layout->headers;
    file.sections_ = std::move(*sections);
    PeTables(file).read_all();
    return file;
}

LoadResult<void> PeFile::check_loadable() const {
    using enum LoadErrorKind;
    if (headers_.machine != pe::machine_amd64)
        return refuse(wrong_machine,
                      fmt::format("built for {}; ksbox runs x64 drivers", headers_.machine_name()));
    if (!headers_.pe32_plus)
        return refuse(malformed, "malformed: an x64 image with 32-bit headers");
    if (headers_.subsystem != pe::subsystem_native)
        return refuse(not_a_driver,
                      fmt::format("a user-mode {} (subsystem {}); ksbox runs kernel-mode drivers",
                                  headers_.is_dll() ? "DLL" : "program",
                                  headers_.subsystem_name()));
    if (imports_from(*this, "ntdll.dll"))
        return refuse(not_a_driver,
                      "a native user-mode program (it imports ntdll.dll); ksbox runs kernel-mode "
                      "drivers");
    if (auto layout = check_layout(*this); !layout)
        return layout;
    for (const Damage &damage : damage_)
        if (damage.blocks_loading)
            return refuse(malformed, "malformed: " + damage.sentence);
    if (headers_.characteristics & pe::file_relocations_stripped)
        return refuse(unsupported, "linked without relocations, so it cannot be placed in memory");
    if (load_config_ && load_config_->hybrid_metadata)
        return refuse(wrong_machine,
                      "built for ARM64EC (x64 headers around ARM64 code); ksbox runs x64 drivers");
    for (const Relocation &relocation : relocations_)
        if (relocation.type != pe::relocation_dir64)
            return refuse(unsupported,
                          fmt::format("malformed: relocation type {} at {:#x} has no place in an "
                                      "x64 image",
                                      relocation.type, relocation.rva));
    const Section *entry = section_at(headers_.entry_rva);
    if (headers_.entry_rva == 0 || !entry)
        return refuse(unsupported, "it has no entry point");
    if (!entry->executable())
        return refuse(malformed, "malformed: its entry point is not in executable memory");
    return {};
}

const Section *PeFile::section_at(std::uint32_t rva) const {
    const auto found = std::ranges::find_if(
        sections_, [rva](const Section &section) { return section.contains(rva); });
    return found == sections_.end() ? nullptr : &*found;
}

std::span<const std::byte> PeFile::from(std::uint32_t rva) const {
    std::uint64_t offset = rva;
    std::uint64_t end = std::min<std::uint64_t>(headers_.headers_size, bytes_.size());
    if (const Section *section = section_at(rva)) {
        offset = std::uint64_t{section->file_offset} + (rva - section->rva);
        end = std::uint64_t{section->file_offset} + section->file_size;
    }
    return offset < end ? bytes_.subspan(offset, end - offset) : std::span<const std::byte>();
}

std::optional<std::span<const std::byte>> PeFile::at(std::uint32_t rva, std::uint32_t size) const {
    const auto rest = from(rva);
    return size <= rest.size() ? std::optional(rest.first(size)) : std::nullopt;
}

} // namespace ksbox::loader
