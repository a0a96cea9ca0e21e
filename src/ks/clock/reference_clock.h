// IKsReferenceClock objects, as minidrivers get them. @doc NN:ks.IKsReferenceClock
#pragma once

#include "abi/windows.h"
#include "base/result.h"

namespace ksbox::ks {

class DefaultClock;

/// On a clock's file object, by its direct calls. STATUS_INSUFFICIENT_RESOURCES.
Result<PIKSREFERENCECLOCK> reference_clock_on(PFILE_OBJECT file,
                                              const KSCLOCK_FUNCTIONTABLE &functions);
/// On a clock of this class driver.
Result<PIKSREFERENCECLOCK> reference_clock_on(DefaultClock &clock);

} // namespace ksbox::ks
