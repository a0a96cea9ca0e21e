// KSPROPERTY_CONNECTION_ALLOCATORFRAMING and _EX out of a pin factory's framing (I10).
#pragma once

#include "abi/windows.h"

namespace ksbox::ks {

/// STATUS_NOT_FOUND without framing: the pin does not support the property.
NTSTATUS answer_framing(PIRP irp, void *data, const KSALLOCATOR_FRAMING_EX *framing);
NTSTATUS answer_framing_ex(PIRP irp, void *data, const KSALLOCATOR_FRAMING_EX *framing);

} // namespace ksbox::ks
