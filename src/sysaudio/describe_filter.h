// Asking an open filter for what the search wants to know.
#pragma once

#include "base/result.h"
#include "sysaudio/filter_facts.h"
#include "sysaudio/kernel_file.h"

namespace ksbox::io {
struct Interface;
}

namespace ksbox::sysaudio {

/// Opens the filter behind an interface of KSCATEGORY_AUDIO, asks, and closes it. PASSIVE_LEVEL.
/// The status with which it does not open.
Result<FilterFacts> describe_filter(const io::Interface &interface);
/// The same of one that is known by its link only: a topology filter at the end of a wire.
Result<FilterFacts> describe_filter(std::u16string_view link);

} // namespace ksbox::sysaudio
