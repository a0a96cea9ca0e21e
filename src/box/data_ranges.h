// Why a format and data ranges have nothing in common.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "ksbox/facts.h"
#include "ksbox/format.h"

namespace ksbox::box {

/// Which field of `format` lies outside the range that comes nearest to it, with both values: "rate
/// 4000 Hz is not in 8000 to 192000 Hz"; empty when some range takes every field, or for formats
/// without fields of their own.
std::string why_out_of_range(const DataFormat &format, std::span<const DataRange> ranges);

} // namespace ksbox::box
