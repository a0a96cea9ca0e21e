// What endpoints are called after the categories of their bridge pins.
// @doc audio/pin-category-property
#include <algorithm>
#include <cctype>
#include <string_view>

#include "ksbox/endpoint.h"
#include "ksbox/guid_names.h"

namespace ksbox {

namespace {

constexpr Guid hdmi = *Guid::parse("D1B9CC2A-F519-417F-91C9-55FA65481001");
constexpr Guid display_port = *Guid::parse("E47E4031-3EA6-418D-8F9B-B73843CCBA97");

struct KnownName {
    std::string_view symbol, name;
};
// Those whose names are not just the words of the symbol.
constexpr KnownName known_names[] = {
    {"KSNODETYPE_SPEAKER", "Speakers"},
    {"KSNODETYPE_SPDIF_INTERFACE", "Digital Audio (S/PDIF)"},
    {"KSNODETYPE_DAT_IO_DIGITAL_AUDIO_TAPE", "Digital Audio Tape"},
    {"KSNODETYPE_DCC_IO_DIGITAL_COMPACT_CASSETTE", "Digital Compact Cassette"},
    {"KSNODETYPE_SPEAKERPHONE_NO_ECHO_REDUCTION", "Speakerphone"},
};
// Abbreviations stay as they are.
constexpr std::string_view abbreviations[] = {"CD", "DVD", "DSS", "TV", "VCR", "1394", "DA", "DV"};

constexpr std::string_view prefix = "KSNODETYPE_";

// "CD_PLAYER" becomes "CD Player".
std::string words_of(std::string_view symbol) {
    std::string text;
    while (!symbol.empty()) {
        const std::size_t end = std::min(symbol.find('_'), symbol.size());
        std::string word(symbol.substr(0, end));
        symbol.remove_prefix(std::min(end + 1, symbol.size()));
        if (std::ranges::find(abbreviations, word) == std::end(abbreviations))
            std::transform(word.begin() + 1, word.end(), word.begin() + 1,
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        text += (text.empty() ? "" : " ") + word;
    }
    return text;
}

} // namespace

std::string endpoint_name(const Guid &category, DataFlow data_flow) {
    if (category == hdmi)
        return "Digital Audio (HDMI)";
    if (category == display_port)
        return "Digital Audio (DisplayPort)";
    const std::string_view symbol = guid_symbol(category, prefix);
    if (symbol == "KSNODETYPE_LINE_CONNECTOR")
        return data_flow == DataFlow::in ? "Line Out" : "Line In";
    for (const KnownName &known : known_names)
        if (known.symbol == symbol)
            return std::string(known.name);
    return symbol.starts_with(prefix) ? words_of(symbol.substr(prefix.size())) : std::string();
}

} // namespace ksbox
