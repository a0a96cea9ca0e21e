// A streaming IRP inside AVStream: its stream headers as frames. The same object travels through
// queues whether a client sent the IRP or a pipe's requester made it (then no driver ever sees it
// through IoCallDriver).
#pragma once

#include <memory>
#include <span>

#include "abi/windows.h"
#include "base/result.h"

namespace ksbox::ks {

class FrameMappings;
class Queue;
class StreamIrp;

/// One stream header with its data buffer. The members below `queue state` belong to the queue that
/// holds the frame and are guarded by its lock.
struct Frame {
    StreamIrp *owner = nullptr;
    KSSTREAM_HEADER *header = nullptr; ///< in the IRP's system buffer
    PMDL mdl = nullptr;                ///< null when the header carries no data
    void *sent_data = nullptr;         ///< header->Data as the sender gave it
    ULONG index = 0;

    // Queue state.
    Frame *previous = nullptr;
    Frame *next = nullptr;
    bool listed = false;
    ULONG references = 0;     ///< stream pointers on it, and the edges that have not passed it yet
    ULONG data_used_seen = 0; ///< header->DataUsed as AVStream last left it
    /// KSSTREAM_HEADER_OPTIONSF_FLUSHONPAUSE when it came; its header is the minidriver's by now.
    bool stale_in_pause = false;
    std::unique_ptr<FrameMappings> mappings;

    Frame();
    Frame(Frame &&) noexcept;
    ~Frame();
};

/// Who takes a streaming IRP over when it leaves a queue: the next queue of the circuit, the
/// requester, the client.
class StreamIrpReceiver {
  public:
    virtual ~StreamIrpReceiver() = default;
    /// Takes the IRP over. IRQL <= DISPATCH_LEVEL, no queue lock held.
    virtual void receive(StreamIrp &irp) = 0;
};

class StreamIrp {
  public:
    /// Over a probed IRP (KsProbeStreamIrp): headers in the system buffer, MDLs in order. Data
    /// pointers of the headers become system addresses. `home` gets the IRP when it has been
    /// everywhere. STATUS_INSUFFICIENT_RESOURCES when a buffer cannot be mapped.
    static Result<std::unique_ptr<StreamIrp>> create(PIRP irp, ULONG header_bytes, bool cancelable,
                                                     StreamIrpReceiver &home);
    ~StreamIrp();
    StreamIrp(const StreamIrp &) = delete;
    StreamIrp &operator=(const StreamIrp &) = delete;

    /// The one behind a client's IRP that a queue holds.
    static StreamIrp &of(PIRP irp);

    /// Gives the headers their senders' Data pointers back, before the IRP is completed.
    void restore_headers();
    /// Bytes valid (DataUsed) over all frames.
    ULONG data_used() const;
    /// Sum of the headers' sizes.
    ULONG header_bytes() const;

    const PIRP irp;
    const bool cancelable; ///< a client may cancel it: a cancel routine guards it while queued
    StreamIrpReceiver &home;
    std::span<Frame> frames;
    NTSTATUS status = STATUS_SUCCESS; ///< KsStreamPointerSetStatusCode, cancellation

    // Guarded by the lock of the queue it is in.
    Queue *queue = nullptr;
    StreamIrp *previous = nullptr;
    StreamIrp *next = nullptr;
    ULONG frames_left = 0; ///< frames whose reference count is not 0 yet
    ULONG locks = 0;       ///< locked stream pointers on its frames
    bool acquired = true;  ///< no cancel routine is set: it cannot be cancelled just now
    bool flush_pending = false;
    bool cancelling = false;
    bool finished = false;

  private:
    StreamIrp(PIRP irp, bool cancelable, StreamIrpReceiver &home);

    Frame single_; ///< the only frame, as a rule
    std::unique_ptr<Frame[]> several_;
};

} // namespace ksbox::ks
