// Data ranges of one pin that cover the same formats: which of them answers depends on their order
// alone. @doc audio/data-intersection (of the audio ranges: "overlap")
#pragma once

#include <string>
#include <vector>

#include "abi/windows.h"

namespace ksbox::ks {

/// One of a pin factory's ranges in memory of ours.
struct LookedAtRange {
    ULONG index;                  ///< its entry in the table
    std::vector<std::byte> bytes; ///< FormatSize, at least a KSDATARANGE
    const void *attributes;       ///< its list, in the driver; null without

    const KSDATARANGE &head() const { return *reinterpret_cast<const KSDATARANGE *>(bytes.data()); }
};

/// A sentence for each two that overlap: audio ranges by their bits per sample and sample
/// frequencies (every one begins at one channel), others where they are equal. Ranges with
/// different attributes are different.
std::vector<std::string> overlapping(const std::vector<LookedAtRange> &ranges);

} // namespace ksbox::ks
