// Between KS's formats and the mixer's: which WAVEFORMATEXs the mixer takes, and what it agrees on
// with a data range.
#pragma once

#include "abi/windows.h"
#include "base/result.h"
#include "mixer/sample_format.h"

namespace ksbox::mixer {

/// Of a KSDATAFORMAT with its WAVEFORMATEX or WAVEFORMATEXTENSIBLE. STATUS_NO_MATCH for what the
/// mixer cannot take, with a sentence (ks/refusal.h).
Result<SampleFormat> read_format(const KSDATAFORMAT &format);

/// PCM and IEEE float; in all that the mixer can.
inline constexpr ULONG data_range_count = 2;
extern const PKSDATARANGE data_ranges[data_range_count];

/// PFNKSINTERSECTHANDLEREX: the highest of each parameter that both ranges hold.
NTSTATUS NTAPI intersect(PVOID context, PIRP irp, PKSP_PIN pin, PKSDATARANGE caller_range,
                         PKSDATARANGE own_range, ULONG bytes, PVOID data, PULONG answered);

} // namespace ksbox::mixer
