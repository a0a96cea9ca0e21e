// Parts of inspect's JSON that the graph's has, too.
#pragma once

#include <nlohmann/json.hpp>

#include "cli/inspect.h"

namespace ksbox::cli {

using Json = nlohmann::ordered_json;

/// {"name": …, "guid": …}
Json guid_json(const Guid &guid, const char *prefix);
Json jack_json(const JackFacts &jack);
/// docs/inspect-json.md: devices[].filters[].
Json filter_json(const FilterReport &filter);

} // namespace ksbox::cli
