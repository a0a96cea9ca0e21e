// Why a pin factory's data ranges do not take a format, range by range and field by field, for
// refusals. Explains the rules of data_range.h; decides nothing.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "ks/data_range.h"
#include "ksbox/reason.h"

namespace ksbox::ks {

/// Which of the ranges it is, counted from 1, "range 2 of pin factory 1"; by its address.
std::string range_name(const KSPIN_DESCRIPTOR &descriptor, ULONG pin_id, const KSDATARANGE *range);

/// Why none of a pin factory's ranges takes the format: the closest range's sentence, and, where
/// there are several ranges, a line for each.
Reason explain_no_match(ULONG pin_id, std::span<const PinRange> ranges, const ClientFormat &format);

/// What the range says of the format's values where they lie outside of it: "the range takes 8000
/// to 48000 Hz, the format has 96000 Hz". KS does not compare them; a driver that refused may have.
/// Empty when they lie inside or the range has no such values.
std::string observation(const KSDATARANGE &range, const KSDATAFORMAT &format);

/// The same of the pin factory's first range whose GUIDs agree; empty when one of them has them
/// all.
std::string observation(const KSPIN_DESCRIPTOR &descriptor, const KSDATAFORMAT &format);

/// Why read_format() refuses the bytes.
std::string explain_bad_format(std::span<const std::byte> bytes);

/// Which required attribute one side has and the other has not; empty: attributes_agree().
std::string missing_attribute(const KSATTRIBUTE_LIST *pin, const KSMULTIPLE_ITEM *client);

} // namespace ksbox::ks
