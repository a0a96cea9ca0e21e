#include "abi/guid_names.h"

#include "abi/guid.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace ksbox {
namespace {

/// In order of preference where several names share one value: KS first, DirectShow last.
const GuidName guids[] = {
#define KSBOX_GUID_STRUCT(text, name) {#name, *Guid::parse(text)},
#define KSBOX_GUID_NAME(name)
#include "guid_list.inc"
#undef KSBOX_GUID_STRUCT
#undef KSBOX_GUID_NAME
#define KSBOX_EXTRA_GUID(name, text) {#name, *Guid::parse(text)},
#include "abi/guid_supplement.inc"
    // Of wdk/include/ksbox/ks_pin.h.
    {"KSATTRIBUTEID_AUDIOSIGNALPROCESSING_MODE",
     *Guid::parse("E1F89EB5-5F46-419B-967B-FF6770B98401")},
    {"AUDIO_SIGNALPROCESSINGMODE_DEFAULT", *Guid::parse("C18E2F7E-933D-4965-B7D1-1EEF228D2AF3")},
#define KSBOX_GUID_STRUCT(text, name)
#define KSBOX_GUID_NAME(name) {#name, to_guid(name)},
#include "guid_list.inc"
#define OUR_GUID_ENTRY(name, l, w1, w2, b1, b2, b3, b4, b5, b6, b7, b8)                            \
    {#name, {l, w1, w2, {b1, b2, b3, b4, b5, b6, b7, b8}}},
#include <uuids.h>
};

/// Prefixes nobody says aloud.
constexpr std::array format_prefixes = {
    std::string_view("KSDATAFORMAT_SUBTYPE_"), std::string_view("KSDATAFORMAT_TYPE_"),
    std::string_view("KSDATAFORMAT_SPECIFIER_"), std::string_view("MEDIASUBTYPE_"),
    std::string_view("MEDIATYPE_")};

/// xxxxxxxx-0000-0010-8000-00AA00389B71: the family whose first word is a FourCC or a wave format.
constexpr Guid base = *Guid::parse("00000000-0000-0010-8000-00AA00389B71");

bool in_base_family(Guid guid) {
    guid.data1 = 0;
    return guid == base;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
    return std::ranges::equal(
        a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

std::optional<Guid> by_symbol(std::string_view symbol) {
    for (const GuidName &known : guids)
        if (equal_ignoring_case(known.symbol, symbol))
            return known.value;
    return std::nullopt;
}

std::string family_name(std::uint32_t code) {
    std::string text;
    for (int shift = 0; shift < 32; shift += 8)
        text += static_cast<char>(code >> shift);
    while (text.size() > 3 && text.back() == ' ')
        text.pop_back();
    if (std::ranges::all_of(text, [](unsigned char c) { return std::isalnum(c) || c == ' '; }))
        return text;
    return fmt::format("WAVE_FORMAT_0x{:04X}", code);
}

} // namespace

std::span<const GuidName> known_guids() {
    return guids;
}

std::string_view guid_symbol(const Guid &guid, std::string_view prefix) {
    std::string_view first;
    for (const GuidName &known : guids) {
        if (known.value != guid)
            continue;
        if (known.symbol.starts_with(prefix))
            return known.symbol;
        if (first.empty())
            first = known.symbol;
    }
    return first;
}

std::string guid_name(const Guid &guid, std::string_view prefix) {
    const std::string_view symbol = guid_symbol(guid, prefix);
    for (std::string_view known : format_prefixes)
        if (symbol.starts_with(known))
            return std::string(symbol.substr(known.size()));
    if (!symbol.empty())
        return std::string(symbol);
    return in_base_family(guid) ? family_name(guid.data1) : guid.to_string();
}

std::optional<Guid> guid_by_name(std::string_view name, std::string_view prefix) {
    if (auto guid = Guid::parse(name))
        return guid;
    if (auto guid = by_symbol(std::string(prefix) + std::string(name)))
        return guid;
    if (auto guid = by_symbol(name))
        return guid;
    for (std::string_view known : format_prefixes)
        if (auto guid = by_symbol(std::string(known) + std::string(name)))
            return guid;
    return std::nullopt;
}

} // namespace ksbox
