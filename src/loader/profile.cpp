#include "loader/profile.h"

#include "loader/image.h"

#include <algorithm>
#include <cstring>
#include <span>

namespace ksbox::loader {

namespace {

// clang's include/profile/InstrProfData.inc: INSTR_PROF_RAW_HEADER and INSTR_PROF_DATA.
struct RawHeader {
    std::uint64_t magic, version, binary_ids_size, data_count, padding_before_counters,
        counter_count, padding_after_counters, bitmap_bytes, padding_after_bitmap, names_size,
        counters_delta, bitmap_delta, names_delta, vtable_count, vtable_names_size, last_value_kind;
};
static_assert(sizeof(RawHeader) == 128);

constexpr std::uint64_t raw_magic = 0xff6c'7072'6f66'7281; // "\xfflprofr\x81"
constexpr std::uint64_t raw_version = 10;
constexpr std::uint64_t last_value_kind = 2;
constexpr std::size_t data_record_bytes = 64;

std::span<const std::byte> section_named(const Image &image, std::string_view name) {
    for (const Section &section : image.sections())
        if (section.name == name)
            return {image.base() + section.rva, section.size};
    return {};
}

void append(std::vector<std::byte> &to, const void *from, std::size_t bytes) {
    const auto *first = static_cast<const std::byte *>(from);
    to.insert(to.end(), first, first + bytes);
}

/// The driver counts with atomic additions while this reads.
void append_counters(std::vector<std::byte> &to, std::span<const std::byte> counters) {
    const auto *words = reinterpret_cast<const std::uint64_t *>(counters.data());
    for (std::size_t i = 0; i < counters.size() / sizeof *words; ++i) {
        const std::uint64_t count = __atomic_load_n(&words[i], __ATOMIC_RELAXED);
        append(to, &count, sizeof count);
    }
}

} // namespace

std::optional<std::vector<std::byte>> raw_profile(const Image &image) {
    auto data = section_named(image, ".lprfd");
    const auto counters = section_named(image, ".lprfc");
    auto names = section_named(image, ".lprfn");
    if (data.empty() || counters.empty() || names.size() < 2)
        return std::nullopt;
    names = names.subspan(1); // the byte that marks the beginning (wdk/lib/coverage_sections.c)
    data = data.first(data.size() / data_record_bytes * data_record_bytes);
    RawHeader header{};
    header.magic = raw_magic;
    header.version = raw_version;
    header.data_count = data.size() / data_record_bytes;
    header.counter_count = counters.size() / sizeof(std::uint64_t);
    header.names_size = names.size();
    // Each record has the distance to its counters, of which a COFF relocation fills 32 bits.
    header.counters_delta = static_cast<std::uint32_t>(counters.data() - data.data());
    header.names_delta = reinterpret_cast<std::uint64_t>(names.data());
    header.last_value_kind = last_value_kind;
    std::vector<std::byte> file;
    append(file, &header, sizeof header);
    append(file, data.data(), data.size());
    append_counters(file, counters);
    append(file, names.data(), names.size());
    file.resize((file.size() + 7) & ~std::size_t(7));
    return file;
}

} // namespace ksbox::loader
