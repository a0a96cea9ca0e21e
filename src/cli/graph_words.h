// Formats, ranges and names as short as a picture wants them.
#pragma once

#include <string>

#include "ksbox/facts.h"
#include "ksbox/format.h"

namespace ksbox::cli {

/// "PCM 48 kHz stereo 16 bit", "YUY2 640×480 30 fps".
std::string short_text(const DataFormat &format);
/// "PCM 8–192 kHz, 16–32 bit, up to 8 channels".
std::string short_text(const DataRange &range);
/// "Line connector" for KSNODETYPE_LINE_CONNECTOR; empty for a GUID that nobody has named.
std::string plain_name(const Guid &guid, const char *prefix);
/// "STOP".
const char *state_word(PinState state);

} // namespace ksbox::cli
