// Why a caller's data ranges and a pin factory's have no format in common, for refusals.
#pragma once

#include <span>
#include <string>

#include "ks/data_range.h"
#include "ksbox/reason.h"

namespace ksbox::ks {

/// After intersect() has ended with STATUS_NO_MATCH: a line for each of the pin factory's ranges
/// (the first 16), about the caller's range that comes closest to it. `has_handler`: pairs whose
/// GUIDs and attributes agree were the driver's to judge.
Reason explain_no_intersection(ULONG pin_id, std::span<const ClientFormat> callers,
                               std::span<const PinRange> pins, bool has_handler);

/// The handler ended the search with another error: "the driver's IntersectHandler returned … for
/// range 1 of the caller's and range 2 of pin factory 0".
std::string explain_handler(NTSTATUS status, ULONG pin_id, std::span<const ClientFormat> callers,
                            const ClientFormat &caller, std::span<const PinRange> pins,
                            const PinRange &pin);

} // namespace ksbox::ks
