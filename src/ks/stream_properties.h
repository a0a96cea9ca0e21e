// KSPROPSETID_Stream as AVStream answers it on standard-transport pins: master clock and allocator.
// @doc stream/kspropsetid-stream
#pragma once

#include "abi/windows.h"

namespace ksbox::ks {

/// Merged into every pin's automation table.
extern const KSPROPERTY_SET stream_property_set;

} // namespace ksbox::ks
