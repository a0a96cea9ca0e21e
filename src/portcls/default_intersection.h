// The port driver's own data intersection, for miniports that answer STATUS_NOT_IMPLEMENTED: PCM,
// mono and stereo, the highest of each parameter. @doc audio/default-data-intersection-handlers
#pragma once

#include "abi/windows.h"

namespace ksbox::portcls {

/// Writes KSDATAFORMAT_WAVEFORMATEX, or KSDATAFORMAT_DSOUND if that is the ranges' specifier.
/// STATUS_NO_MATCH; STATUS_BUFFER_OVERFLOW (with `answered`) for a buffer of 0 bytes,
/// STATUS_BUFFER_TOO_SMALL for one that is too short. Any IRQL.
NTSTATUS default_intersection(const KSDATARANGE &caller, const KSDATARANGE &own, ULONG bytes,
                              void *data, ULONG &answered);

} // namespace ksbox::portcls
