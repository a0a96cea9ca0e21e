// How a request's buffers hang on its IRP: buffered, direct, neither.
#pragma once

#include "abi/windows.h"

#include "base/result.h"
#include "nt/kernel.h"
#include "nt/ob/object_attributes.h"

namespace ksbox::io {

struct ControlBuffers {
    ULONG code;
    const void *input;
    ULONG input_bytes;
    void *output;
    ULONG output_bytes;
    KPROCESSOR_MODE mode;
};

/// For client requests the output range has been probed already; the input is captured here.
/// STATUS_INSUFFICIENT_RESOURCES, STATUS_ACCESS_VIOLATION: call discard_irp() then.
Result<void> attach_control_buffers(Kernel &kernel, PIRP irp, IO_STACK_LOCATION &stack,
                                    const ControlBuffers &buffers);
/// For reads and writes, by DO_BUFFERED_IO and DO_DIRECT_IO of the device.
Result<void> attach_transfer_buffer(Kernel &kernel, PIRP irp, ULONG device_flags, bool read,
                                    void *buffer, ULONG bytes, KPROCESSOR_MODE mode);
/// Frees an IRP that was never sent, with what hangs on it.
void discard_irp(Kernel &kernel, PIRP irp);

} // namespace ksbox::io
