// Client IRPs: in and out.
#include "ks/stream/client_home.h"
#include "base/quad.h"
#include "ks/object_name.h"
#include "ks/refusal.h"

#include "ks/data_range.h"
#include "ks/stream/pin_stream.h"

namespace ksbox::ks {

namespace {

NTSTATUS complete(PIRP irp, NTSTATUS status, ULONG_PTR information = 0) {
    irp->IoStatus.Status = status;
    irp->IoStatus.Information = information;
    IoCompleteRequest(irp, IO_NO_INCREMENT);
    return status;
}

/// Bytes of the headers that KsProbeStreamIrp has captured.
ULONG captured_bytes(const IO_STACK_LOCATION &location) {
    const auto &parameters = location.Parameters.DeviceIoControl;
    return parameters.OutputBufferLength ? parameters.OutputBufferLength
                                         : parameters.InputBufferLength;
}

} // namespace

NTSTATUS ClientHome::submit(PIRP irp) {
    const IO_STACK_LOCATION &location = *IoGetCurrentIrpStackLocation(irp);
    const bool write = location.Parameters.DeviceIoControl.IoControlCode == IOCTL_KS_WRITE_STREAM;
    if (write != stream_.input())
        return complete(irp, refused(irp, STATUS_INVALID_DEVICE_REQUEST,
                                     write ? "IOCTL_KS_WRITE_STREAM, and data flow out of the pin"
                                           : "IOCTL_KS_READ_STREAM, and data flow into the pin"));
    ULONG flags = KSPROBE_ALLOCATEMDL | KSPROBE_PROBEANDLOCK | KSPROBE_SYSTEMADDRESS;
    if (write)
        flags |= KSPROBE_STREAMWRITE | KSPROBE_ALLOWFORMATCHANGE;
    NTSTATUS status = KsProbeStreamIrp(irp, flags, 0);
    if (!NT_SUCCESS(status))
        return complete(irp, status);
    auto made = StreamIrp::create(irp, captured_bytes(location), true, *this);
    if (!made)
        return complete(irp, made.error().value());
    if (write &&
        ((*made)->frames.front().header->OptionsFlags & KSSTREAM_HEADER_OPTIONSF_TYPECHANGED))
        return change_format(irp, **made);
    IoMarkIrpPending(irp);
    stream_.receive(*made->release());
    return STATUS_PENDING;
}

/// Never reaches the queue: the minidriver learns of it by its SetDataFormat.
NTSTATUS ClientHome::change_format(PIRP irp, StreamIrp &request) {
    const KSSTREAM_HEADER &header = *request.frames.front().header;
    const ULONG bytes = header.DataUsed;
    NTSTATUS status = STATUS_SUCCESS;
    if (!stream_.queue().empty()) {
        status = refused(irp, STATUS_DEVICE_BUSY,
                         "the format changes in the stream, and the pin still has frames");
    } else {
        std::vector<std::uint64_t> copy(quads(bytes));
        std::memcpy(copy.data(), header.Data, bytes);
        const auto format = read_format(std::as_bytes(std::span(copy)));
        MutexGuard guard(stream_.pin().control());
        const auto changed =
            format ? stream_.pin().change_data_format(*format) : std::unexpected(format.error());
        if (!changed)
            status = changed.error().value();
    }
    request.restore_headers();
    return complete(irp, status, NT_SUCCESS(status) ? bytes : 0);
}

void ClientHome::receive(StreamIrp &irp) {
    const std::unique_ptr<StreamIrp> owned(&irp);
    PIRP const client_irp = irp.irp;
    const ULONG bytes = stream_.input() ? irp.data_used() : irp.header_bytes();
    irp.restore_headers();
    complete(client_irp, irp.status, NT_ERROR(irp.status) ? 0 : bytes);
}

} // namespace ksbox::ks
