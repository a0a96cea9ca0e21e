// The buffers of IOCTL_KS_PROPERTY, METHOD and ENABLE_EVENT requests (METHOD_NEITHER), captured:
// one system buffer with the data first and an aligned copy of the request behind it.
#pragma once

#include "abi/windows.h"
#include "base/result.h"

namespace ksbox::ks {

/// Which way the data buffer goes.
enum class DataUse : std::uint8_t { none, in, out, in_out };

struct Request {
    PIRP irp;
    KSIDENTIFIER *identifier; ///< with what follows it, request_bytes in all
    ULONG request_bytes;
    void *data; ///< null when data_bytes is 0
    ULONG data_bytes;
};

/// The first sizeof(KSIDENTIFIER) bytes of the input buffer. STATUS_INVALID_BUFFER_SIZE when it is
/// shorter, STATUS_ACCESS_VIOLATION for a bad address.
Result<KSIDENTIFIER> peek_identifier(PIRP irp);
/// Any prefix of the input buffer; same errors.
Result<void> peek_request(PIRP irp, void *copy, ULONG bytes);

/// Makes the system buffer, or takes over one that an earlier call left in the IRP (a driver may
/// try several tables). The I/O manager frees it, and copies data back by the IRP's flags, when the
/// IRP completes; not so with an allocator. STATUS_INSUFFICIENT_RESOURCES, STATUS_ACCESS_VIOLATION.
Result<Request> capture_request(PIRP irp, DataUse use, PFNKSALLOCATOR allocator);

/// The captured request of an IRP whose handler runs.
KSIDENTIFIER *captured_identifier(PIRP irp);

/// Copies from (to) memory that the requestor named: a user-mode requestor's must be the client's.
/// STATUS_ACCESS_VIOLATION.
Result<void> copy_from_requestor(KPROCESSOR_MODE mode, void *to, const void *from,
                                 std::size_t bytes);
Result<void> probe_for_write(KPROCESSOR_MODE mode, const void *address, std::size_t bytes);

} // namespace ksbox::ks
