// What people call a GUID: KSCATEGORY_CAPTURE, PCM, YUY2. For reports, JSON and command lines.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "ksbox/guid.h"

namespace ksbox {

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
