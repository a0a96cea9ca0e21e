// What people call a GUID: KSCATEGORY_CAPTURE, PCM, YUY2. For reports, JSON and command lines.
// Usable without the Windows headers.
#pragma once

#include "base/guid.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace ksbox {

/// One well-known GUID and its C name.
struct GuidName {
    std::string_view symbol;
    Guid value;
};

/// Every GUID the Windows headers and the supplement name, sorted by symbol.
std::span<const GuidName> known_guids();

/// The C name, "KSDATAFORMAT_SUBTYPE_PCM"; "" when the GUID is not well known. Where several names
/// share the value, the first that starts with `prefix` wins ("KSCATEGORY_", "PINNAME_", …).
std::string_view guid_symbol(const Guid &guid, std::string_view prefix = {});

/// The name people use: a data format's without its prefix (PCM, AUDIO, YUY2, WAVEFORMATEX), other
/// symbols whole, FourCC and wave-format subtypes by their code, and "{…}" for the rest.
std::string guid_name(const Guid &guid, std::string_view prefix = {});

/// The reverse of guid_name and guid_symbol, case ignored; also takes "{…}". `prefix` is tried in
/// front of a short name first ("PCM" with "KSDATAFORMAT_SUBTYPE_").
std::optional<Guid> guid_by_name(std::string_view name, std::string_view prefix = {});

} // namespace ksbox
