// File objects of clocks: what IRP_MJ_CREATE with KSNAME_Clock makes, and KSPROPSETID_Clock on it.
// @doc stream/kspropsetid-clock
#pragma once

#include "abi/windows.h"
#include "base/result.h"

namespace ksbox::ks {

class DefaultClock;

/// Makes the create IRP's file object one of the clock's. STATUS_INSUFFICIENT_RESOURCES.
NTSTATUS create_clock_file(PIRP irp, DefaultClock &clock);

/// The direct calls into any clock's file object, asked for with KSPROPERTY_CLOCK_FUNCTIONTABLE.
/// PASSIVE_LEVEL. The property's status.
Result<KSCLOCK_FUNCTIONTABLE> clock_functions(PFILE_OBJECT clock_file);

} // namespace ksbox::ks
