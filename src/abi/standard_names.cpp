// Standard names of node types and categories.
#include "abi/standard_names.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

#include "abi/guid_names.h"

namespace ksbox {
namespace {

struct KnownName {
    std::string_view symbol, name;
};
// Those whose names are not just the words of the symbol.
constexpr KnownName known_names[] = {
    {"KSNODETYPE_SPEAKER", "Speakers"},
    {"KSNODETYPE_LINE_CONNECTOR", "Line"},
    {"KSNODETYPE_SPDIF_INTERFACE", "Digital Audio (S/PDIF)"},
    {"KSNODETYPE_HDMI_INTERFACE", "Digital Audio (HDMI)"},
    {"KSNODETYPE_DISPLAYPORT_INTERFACE", "Digital Audio (DisplayPort)"},
    {"KSNODETYPE_DAT_IO_DIGITAL_AUDIO_TAPE", "Digital Audio Tape"},
    {"KSNODETYPE_DCC_IO_DIGITAL_COMPACT_CASSETTE", "Digital Compact Cassette"},
    {"KSNODETYPE_SPEAKERPHONE_NO_ECHO_REDUCTION", "Speakerphone"},
    {"KSNODETYPE_DEV_SPECIFIC", "Device Specific"},
    {"KSNODETYPE_PEAKMETER", "Peak Meter"},
    {"KSNODETYPE_SRC", "Sample Rate Converter"},
    {"KSNODETYPE_SUPERMIX", "Super Mix"},
    {"KSNODETYPE_SWMIDI", "Software MIDI"},
    {"KSNODETYPE_SWSYNTH", "Software Synthesizer"},
    {"KSCATEGORY_COMMUNICATIONSTRANSFORM", "Communications Transform"},
    {"KSCATEGORY_DATACOMPRESSOR", "Data Compressor"},
    {"KSCATEGORY_DATADECOMPRESSOR", "Data Decompressor"},
    {"KSCATEGORY_DATATRANSFORM", "Data Transform"},
    {"KSCATEGORY_FILESYSTEM", "File System"},
    {"KSCATEGORY_INTERFACETRANSFORM", "Interface Transform"},
    {"KSCATEGORY_MEDIUMTRANSFORM", "Medium Transform"},
    {"KSCATEGORY_SYSAUDIO", "System Audio"},
    {"KSCATEGORY_TVAUDIO", "TV Audio"},
    {"KSCATEGORY_TVTUNER", "TV Tuner"},
    {"KSCATEGORY_VBICODEC", "VBI Codec"},
    {"PINNAME_VIDEO_ANALOGVIDEOIN", "Analog Video In"},
    {"PINNAME_VIDEO_VIDEOPORT", "Video Port"},
    {"PINNAME_VIDEO_VIDEOPORT_VBI", "Video Port VBI"},
};
// Categories by which components of the system find each other: no pin or node is of them.
constexpr std::string_view nameless[] = {"KSCATEGORY_PREFERRED_", "KSCATEGORY_WDMAUD",
                                         "KSCATEGORY_ESCALANTE_"};
// Abbreviations stay as they are.
constexpr std::string_view abbreviations[] = {"1394", "3D",  "ADC", "AGC", "CC",  "CD",   "DA",
                                              "DAC",  "DRM", "DSS", "DV",  "DVD", "EDS",  "GFX",
                                              "MTT",  "TV",  "VBI", "VCR", "VP",  "NABTS"};
/// In order of preference where names of several kinds share a value.
constexpr std::array prefixes = {std::string_view("KSNODETYPE_"), std::string_view("KSCATEGORY_"),
                                 std::string_view("PINNAME_")};

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

std::string name_of(std::string_view symbol) {
    for (const std::string_view start : nameless)
        if (symbol.starts_with(start))
            return {};
    for (const KnownName &known : known_names)
        if (known.symbol == symbol)
            return std::string(known.name);
    for (const std::string_view prefix : prefixes)
        if (symbol.starts_with(prefix))
            return words_of(symbol.substr(prefix.size()));
    return {};
}

} // namespace

std::string standard_name(const Guid &guid) {
    for (const std::string_view prefix : prefixes)
        if (const std::string_view symbol = guid_symbol(guid, prefix); symbol.starts_with(prefix))
            return name_of(symbol);
    return {};
}

} // namespace ksbox
