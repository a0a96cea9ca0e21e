// --endpoint: pins by the names that people see in their sound settings.
#pragma once

#include <string>
#include <vector>

#include "cli/pins.h"
#include "ksbox/endpoint.h"

namespace CLI {
class App;
}

namespace ksbox::cli {

struct EndpointOptions {
    std::string name;                  ///< empty: none
    std::optional<std::string> volume; ///< "-6 dB"
    std::optional<std::string> mute;   ///< "on" or "off"
    bool given() const { return !name.empty(); }
};
/// --endpoint, --volume and --mute. `verb`: "play into".
void add_endpoint_options(CLI::App &command, EndpointOptions &options, const std::string &verb);

/// The one of that name or number, and data flow (none: either): the same name (case ignored), else
/// the beginning of one, else a part. Throws BadInput with the names that there are: none fits, or
/// several.
Endpoint find_endpoint(Session &session, std::optional<DataFlow> flow, const std::string &name);
/// The pins that clients stream through, opened.
std::vector<FoundPin> pins_of(Session &session, const Endpoint &endpoint);

/// Its pins, with volume and mute set as the options say.
std::vector<FoundPin> open_endpoint(Session &session, DataFlow flow,
                                    const EndpointOptions &options);

} // namespace ksbox::cli
