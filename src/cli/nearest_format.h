// Which of the formats that pins take loses least of a sound.
#pragma once

#include <span>
#include <vector>

#include "cli/pins.h"

namespace ksbox::cli {

/// Whether the range's limits hold it, by its valid bits.
bool holds(const DataRange &range, const AudioFormat &format);

/// One for each of the pins' ranges of samples, nearest to `wanted` in rate, channels and bits;
/// that which loses least of it first. The pins may still refuse them.
std::vector<AudioFormat> nearest_formats(const AudioFormat &wanted, std::span<const FoundPin> pins);

} // namespace ksbox::cli
