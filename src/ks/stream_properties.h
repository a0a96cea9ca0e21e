// KSPROPSETID_Stream as AVStream answers it on standard-transport pins: master clock and allocator.
// @doc stream/kspropsetid-stream
#pragma once

#include <span>

#include "abi/windows.h"

namespace ksbox::ks {

/// Merged into every pin's automation table.
std::span<const KSPROPERTY_SET> pin_stream_property_sets();

} // namespace ksbox::ks
