// Home of the streaming IRPs that clients send: they are captured and probed on the way in, and
// completed to the client on the way out. @doc NI:ks.IOCTL_KS_WRITE_STREAM,
// NI:ks.IOCTL_KS_READ_STREAM
#pragma once

#include "abi/windows.h"
#include "ks/stream/stream_irp.h"

namespace ksbox::ks {

class PinStream;

class ClientHome final : public StreamIrpReceiver {
  public:
    explicit ClientHome(PinStream &stream) : stream_(stream) {}

    /// Takes the IRP into the pin's queue: STATUS_PENDING. Or completes it and returns its status:
    /// that of KsProbeStreamIrp, STATUS_INVALID_DEVICE_REQUEST for the wrong direction; that of the
    /// format change which the IRP carries in place of data (STATUS_DEVICE_BUSY while frames of the
    /// old format are queued: the order of both is not kept otherwise).
    NTSTATUS submit(PIRP irp);
    /// Completes it. A read tells how long its list of headers is, a write how many bytes went.
    void receive(StreamIrp &irp) override;

  private:
    NTSTATUS change_format(PIRP irp, StreamIrp &request);

    PinStream &stream_;
};

} // namespace ksbox::ks
