// Frame injection: a minidriver puts frames of its own into the circuit and gets them back
// (stream/frame-injection).
#pragma once

#include "abi/windows.h"
#include "ks/stream/stream_irp.h"

namespace ksbox::ks {

class PinStream;

class Injector final : public StreamIrpReceiver {
  public:
    Injector(PinStream &stream, PFNKSPINFRAMERETURN frame_return)
        : stream_(stream), frame_return_(frame_return) {}

    struct Frame {
        PVOID data;
        ULONG size;
        PMDL mdl; ///< null: one is made for `data`, which is nonpaged
        const KSSTREAM_HEADER *header;
        PVOID context;
    };
    /// Sends the frame to whoever comes next in the circuit. IRQL <= DISPATCH_LEVEL.
    /// STATUS_INVALID_DEVICE_STATE without a circuit, STATUS_INSUFFICIENT_RESOURCES.
    NTSTATUS submit(const Frame &frame);
    /// The frame has come round: calls AVStrMiniFrameReturn.
    void receive(StreamIrp &irp) override;

    /// Where frames go; null: no circuit. PASSIVE_LEVEL.
    void set_next(StreamIrpReceiver *next);

  private:
    struct Item;
    PinStream &stream_;
    const PFNKSPINFRAMERETURN frame_return_;
    KSPIN_LOCK lock_ = 0;
    StreamIrpReceiver *next_ = nullptr;
};

} // namespace ksbox::ks
