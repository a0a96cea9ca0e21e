// What pins, nodes and endpoints are called after their pin category or node type where nobody
// gave them another name. @doc audio/friendly-names-for-audio-endpoint-devices
#pragma once

#include <string>

#include "base/guid.h"

namespace ksbox {

/// "Speakers" for KSNODETYPE_SPEAKER, "Volume" for KSNODETYPE_VOLUME; "" for a GUID that the
/// headers name neither a node type nor a category nor a name of a video pin. The pages name few of
/// them; the rest are the words of the symbol [inferred].
std::string standard_name(const Guid &guid);

} // namespace ksbox
