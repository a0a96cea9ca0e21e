// KSDATARANGE arrays, as properties give them, into facts.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "ksbox/facts.h"

namespace ksbox::box {

/// `list` is a KSMULTIPLE_ITEM with its ranges, each at a multiple of 8 bytes, the attribute lists
/// of ranges that have them left out. Ends at the first range that does not fit.
std::vector<DataRange> parse_data_ranges(std::span<const std::byte> list);

} // namespace ksbox::box
