// What the formatting functions and those that send at once have in common.
#pragma once

#include "kmdf/io_target.h"
#include "kmdf/request.h"
#include "kmdf/transfer.h"

namespace ksbox::kmdf {

/// A control request: IRP_MJ_DEVICE_CONTROL or its internal brother.
NTSTATUS format_control(Request &request, IoTarget &target, UCHAR major, ULONG code,
                        const Part &input, const Part &output);
/// A read or a write at `offset`, null: 0.
NTSTATUS format_data(Request &request, IoTarget &target, bool read, const Part &part,
                     const LONGLONG *offset);
/// An internal control request with arguments that only the two drivers understand.
NTSTATUS format_others(Request &request, IoTarget &target, ULONG code, const Part &first,
                       const Part &second, const Part &fourth);

} // namespace ksbox::kmdf
