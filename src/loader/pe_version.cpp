// The version resource of a PE file: numbers, and the strings people recognise a driver by.
// @doc win32/menurc/vs-versioninfo
#include "loader/pe_tables.h"

#include <algorithm>

namespace ksbox::loader {

namespace {

constexpr std::uint32_t subdirectory = 0x80000000u;

/// A node of the version tree: length, value length, type, a UTF-16 key, then aligned value and
/// children. Values are copied out bounds-checked; a wrong length ends the walk.
struct VersionNode {
    std::u16string key;
    std::span<const std::byte> value;
    std::span<const std::byte> children;
    std::size_t total = 0;
};

std::uint16_t half(std::span<const std::byte> bytes, std::size_t at) {
    std::uint16_t value;
    std::memcpy(&value, bytes.data() + at, sizeof(value));
    return value;
}

std::optional<VersionNode> parse_node(std::span<const std::byte> bytes) {
    if (bytes.size() < 6)
        return std::nullopt;
    VersionNode node;
    node.total = half(bytes, 0);
    const bool text = half(bytes, 4) == 1;
    std::size_t value_size = half(bytes, 2) * (text ? std::size_t{2} : std::size_t{1});
    if (node.total < 6 || node.total > bytes.size())
        return std::nullopt;
    bytes = bytes.first(node.total);
    std::size_t at = 6;
    for (;; at += 2) {
        if (at + 2 > bytes.size())
            return std::nullopt;
        const char16_t c = half(bytes, at);
        if (c == 0)
            break;
        node.key += c;
    }
    at = (at + 2 + 3) & ~std::size_t{3};
    if (at > bytes.size())
        return node;
    value_size = std::min(value_size, bytes.size() - at);
    node.value = bytes.subspan(at, value_size);
    at = std::min((at + value_size + 3) & ~std::size_t{3}, bytes.size());
    node.children = bytes.subspan(at);
    return node;
}

template <typename Visitor> void each_child(std::span<const std::byte> children, Visitor &&visit) {
    while (auto node = parse_node(children)) {
        visit(*node);
        const auto step = std::min((node->total + 3) & ~std::size_t{3}, children.size());
        children = children.subspan(step);
    }
}

std::string to_utf8(std::span<const std::byte> text) {
    std::string out;
    for (std::size_t at = 0; at + 2 <= text.size(); at += 2) {
        const std::uint16_t c = half(text, at);
        if (c == 0)
            break;
        if (c < 0x20 || (c >= 0xd800 && c <= 0xdfff)) {
            out += '?';
        } else if (c < 0x80) {
            out += static_cast<char>(c);
        } else if (c < 0x800) {
            out += static_cast<char>(0xc0 | c >> 6);
            out += static_cast<char>(0x80 | (c & 0x3f));
        } else {
            out += static_cast<char>(0xe0 | c >> 12);
            out += static_cast<char>(0x80 | (c >> 6 & 0x3f));
            out += static_cast<char>(0x80 | (c & 0x3f));
        }
    }
    return out;
}

std::array<std::uint16_t, 4> version_numbers(std::uint32_t high, std::uint32_t low) {
    return {static_cast<std::uint16_t>(high >> 16), static_cast<std::uint16_t>(high),
            static_cast<std::uint16_t>(low >> 16), static_cast<std::uint16_t>(low)};
}

} // namespace

void PeTables::read_version_strings(std::span<const std::byte> block, VersionFacts &facts) {
    each_child(block, [&](const VersionNode &info) {
        if (info.key != u"StringFileInfo")
            return;
        each_child(info.children, [&](const VersionNode &language) {
            each_child(language.children, [&](const VersionNode &entry) {
                std::string *to = entry.key == u"CompanyName"       ? &facts.company
                                  : entry.key == u"FileDescription" ? &facts.description
                                  : entry.key == u"ProductName"     ? &facts.product
                                                                    : nullptr;
                if (to && to->empty())
                    *to = to_utf8(entry.value);
            });
        });
    });
}

void PeTables::read_version() {
    const auto &table = directory(pe::directory_resource);
    if (table.rva == 0 || table.size == 0)
        return;
    // Three levels: type, name, language. The first language found is as good as any here.
    std::uint64_t at = table.rva;
    for (int level = 0;; ++level) {
        const auto header = read<pe::ResourceDirectory>(at);
        if (!header)
            return damaged_fact("its resources lie outside the image");
        const unsigned count = header->name_count + header->id_count;
        std::optional<pe::ResourceEntry> chosen;
        for (unsigned i = 0; i < count && !chosen; ++i) {
            const auto entry = read<pe::ResourceEntry>(at + sizeof(pe::ResourceDirectory) +
                                                       i * sizeof(pe::ResourceEntry));
            if (!entry)
                return damaged_fact("its resources lie outside the image");
            if (level > 0 || entry->id == pe::resource_type_version)
                chosen = entry;
        }
        if (!chosen)
            return; // no version resource
        at = std::uint64_t{table.rva} + (chosen->offset & ~subdirectory);
        if (!(chosen->offset & subdirectory))
            break;
        if (level == 3)
            return damaged_fact("its resources are nested too deeply");
    }
    const auto data = read<pe::ResourceData>(at);
    const auto block = data ? file_.at(data->rva, data->size) : std::nullopt;
    const auto root = block ? parse_node(*block) : std::nullopt;
    pe::FixedVersion fixed{};
    if (!root || root->value.size() < sizeof(fixed))
        return damaged_fact("its version resource is unreadable");
    std::memcpy(&fixed, root->value.data(), sizeof(fixed));
    if (fixed.signature != pe::version_signature)
        return damaged_fact("its version resource is unreadable");
    VersionFacts facts;
    facts.file_version = version_numbers(fixed.file_high, fixed.file_low);
    facts.product_version = version_numbers(fixed.product_high, fixed.product_low);
    read_version_strings(root->children, facts);
    file_.version_ = std::move(facts);
}

} // namespace ksbox::loader
