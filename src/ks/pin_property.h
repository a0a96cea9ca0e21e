// The static members of KSPROPSETID_Pin out of one KSPIN_DESCRIPTOR
// (@doc NF:ks.KsPinPropertyHandler).
#pragma once

#include "abi/windows.h"

namespace ksbox::ks {

/// DATAFLOW, DATARANGES, CONSTRAINEDDATARANGES, INTERFACES, MEDIUMS, COMMUNICATION, CATEGORY, NAME.
/// Sets IoStatus.Information. STATUS_NOT_FOUND for others, and for a category or name the pin
/// factory does not have [inferred].
NTSTATUS pin_property(PIRP irp, ULONG id, void *data, const KSPIN_DESCRIPTOR &descriptor);

} // namespace ksbox::ks
