// Carries a circuit's frames to and from a connected pin that is not AVStream's, by IoCallDriver
// (stream/avstream-pipes-and-circuits, second example).
#pragma once

#include <functional>
#include <vector>

#include "abi/windows.h"
#include "ks/stream/stream_irp.h"

namespace ksbox::ks {

class IrpForwarder final : public StreamIrpReceiver {
  public:
    /// `file`: the connected pin; `read`: ask it for data instead of giving it some; `next` gets
    /// the IRP when the connected pin has completed it; `read_failed` is called before an IRP that
    /// could not be read goes home, where it would only be sent again.
    IrpForwarder(PFILE_OBJECT file, bool read, StreamIrpReceiver &next,
                 std::function<void()> read_failed = {});
    ~IrpForwarder() override;

    void receive(StreamIrp &irp) override;
    /// Cancels what the connected pin holds. IRQL <= DISPATCH_LEVEL.
    void cancel_all();

  private:
    static NTSTATUS NTAPI completed(PDEVICE_OBJECT device, PIRP irp, PVOID context);

    const PFILE_OBJECT file_;
    const PDEVICE_OBJECT device_;
    const bool read_;
    StreamIrpReceiver &next_;
    const std::function<void()> read_failed_;
    KSPIN_LOCK lock_ = 0;
    std::vector<StreamIrp *> out_;
};

} // namespace ksbox::ks
