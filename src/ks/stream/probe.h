// Captures and checks the stream headers of an IOCTL_KS_READ_STREAM or WRITE_STREAM.
// @doc NF:ks.KsProbeStreamIrp
#pragma once

#include <span>

#include "abi/windows.h"
#include "base/result.h"

namespace ksbox::ks {

/// Where a streaming IRP's sender keeps its headers: the output buffer, as clients in the field
/// pass them (@observed), or the input buffer, as the ioctl pages say.
struct SentHeaders {
    void *address;
    ULONG bytes;
};
SentHeaders sent_headers(const IRP &irp);

/// The rules of NS:ks.KSSTREAM_HEADER over a captured list. STATUS_INVALID_BUFFER_SIZE: a Size
/// that is too small, unaligned, beyond the end, or not `header_bytes` (0: any); more data used
/// than the frame has. STATUS_INVALID_PARAMETER: a format change where none is allowed or not
/// alone, a read that says it holds data.
Result<void> check_headers(std::span<const std::byte> headers, ULONG probe_flags,
                           ULONG header_bytes);

} // namespace ksbox::ks
