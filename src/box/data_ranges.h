// KSDATARANGE arrays, as properties give them, into facts.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "ksbox/facts.h"
#include "ksbox/format.h"

namespace ksbox::box {

/// `list` is a KSMULTIPLE_ITEM with its ranges, each at a multiple of 8 bytes, the attribute lists
/// of ranges that have them left out. Ends at the first range that does not fit.
std::vector<DataRange> parse_data_ranges(std::span<const std::byte> list);

/// Which field of `format` lies outside the range that comes nearest to it, with both values: "rate
/// 4000 Hz is not in 8000 to 192000 Hz"; empty when some range takes every field, or for formats
/// without fields of their own.
std::string why_out_of_range(const DataFormat &format, std::span<const DataRange> ranges);

} // namespace ksbox::box
