// IRPs to a plain-KS peer.
#include "ks/stream/irp_forwarder.h"

#include <algorithm>

#include "nt/spin_guard.h"

namespace ksbox::ks {

IrpForwarder::IrpForwarder(PFILE_OBJECT file, bool read, StreamIrpReceiver &next,
                           std::function<void()> read_failed)
    : file_(file), device_(IoGetRelatedDeviceObject(file)), read_(read), next_(next),
      read_failed_(std::move(read_failed)) {}

IrpForwarder::~IrpForwarder() = default;

void IrpForwarder::receive(StreamIrp &irp) {
    {
        SpinGuard guard(lock_);
        out_.push_back(&irp);
    }
    PIO_STACK_LOCATION const location = IoGetNextIrpStackLocation(irp.irp);
    std::memset(static_cast<void *>(location), 0, sizeof *location);
    location->MajorFunction = IRP_MJ_DEVICE_CONTROL;
    location->FileObject = file_;
    location->Parameters.DeviceIoControl.IoControlCode =
        read_ ? IOCTL_KS_READ_STREAM : IOCTL_KS_WRITE_STREAM;
    location->Parameters.DeviceIoControl.OutputBufferLength = irp.header_bytes();
    irp.irp->Cancel = FALSE;
    irp.irp->IoStatus.Status = STATUS_NOT_SUPPORTED;
    IoSetCompletionRoutine(irp.irp, &completed, this, TRUE, TRUE, TRUE);
    IoCallDriver(device_, irp.irp);
}

NTSTATUS NTAPI IrpForwarder::completed(PDEVICE_OBJECT, PIRP irp, PVOID context) {
    auto &self = *static_cast<IrpForwarder *>(context);
    StreamIrp *stream_irp = nullptr;
    {
        SpinGuard guard(self.lock_);
        const auto found = std::ranges::find(self.out_, irp, &StreamIrp::irp);
        stream_irp = *found;
        self.out_.erase(found);
    }
    // The peer may have used the driver's words in the IRP.
    irp->Tail.Overlay.DriverContext[0] = stream_irp;
    stream_irp->status = irp->IoStatus.Status;
    if (!self.read_ || NT_SUCCESS(irp->IoStatus.Status)) {
        self.next_.receive(*stream_irp);
    } else {
        self.read_failed_();
        stream_irp->home.receive(*stream_irp);
    }
    return STATUS_MORE_PROCESSING_REQUIRED;
}

void IrpForwarder::cancel_all() {
    std::vector<PIRP> irps;
    {
        SpinGuard guard(lock_);
        for (StreamIrp *irp : out_)
            irps.push_back(irp->irp);
    }
    for (PIRP irp : irps)
        IoCancelIrp(irp);
}

} // namespace ksbox::ks
