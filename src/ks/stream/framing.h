// Allocator framing: what frames the two ends of a pipe can agree on.
// @doc NS:ks.KSALLOCATOR_FRAMING_EX
#pragma once

#include "abi/windows.h"
#include "base/result.h"

namespace ksbox::ks {

struct FrameSetup {
    ULONG frames;    ///< circulating in the pipe
    ULONG bytes;     ///< of one frame
    ULONG alignment; ///< of a frame's first byte: a power of two, at least 16
};

/// Frames that suit both ends; a null framing has no wishes. The total is what both want together,
/// so that each end can hold its share. `sample_bytes` (KSDATAFORMAT.SampleSize, 0: unknown) is the
/// least size when nobody names one. Where the size ranges do not meet, the larger minimum wins:
/// framings may be ignored (NS:ks._KSPIN_DESCRIPTOR_EX, remarks), frames that are too small may
/// not. STATUS_INVALID_PARAMETER for an alignment that is no power of two minus one.
Result<FrameSetup> negotiate_framing(const KSALLOCATOR_FRAMING_EX *a,
                                     const KSALLOCATOR_FRAMING_EX *b, ULONG sample_bytes);

} // namespace ksbox::ks
