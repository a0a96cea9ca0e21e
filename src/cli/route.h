// ksbox route's two ways: through this client, where a driver is at an end, and pin to pin between
// filters of ksbox's own.
#pragma once

#include <vector>

#include "cli/commands.h"
#include "cli/pins.h"
#include "cli/route_end.h"

namespace ksbox::cli {

/// Until the user says otherwise.
constexpr double route_seconds = 1.0;

/// A file, tone or meter as a filter of the session's box: its pins. The tone ends after so many
/// sample frames, or never. Throws Error.
std::vector<FoundPin> add_end(Session &session, const End &end, bool is_source,
                              std::optional<std::uint64_t> tone_frames = {});
/// Prints what the meter has heard.
void print_meter(const FoundPin &meter);

/// From a file or tone into a file or meter: no driver, and no client reads or writes. Sound that
/// the file cannot hold as it is goes through the mixer.
int route_filters(const RouteOptions &options, const End &from, const End &to, Worker &worker);

} // namespace ksbox::cli
