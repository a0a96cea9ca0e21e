// A pin's queue of frames, with its edges and clones. Streaming IRPs come in by insert() and leave,
// in the order in which they were finished, to the queue's receiver (or home, when flushed or
// cancelled). @doc stream/leading-and-trailing-edge-stream-pointers
#pragma once

#include <atomic>
#include <cstdint>

#include "abi/windows.h"
#include "base/result.h"
#include "ks/quirks.h"
#include "ks/stream/stream_irp.h"
#include "ks/stream/stream_pointer.h"

namespace ksbox::ke {
class Thread;
}

namespace ksbox::ks {

class Pin;

/// Told about what matters for processing, with the queue's lock held (DISPATCH_LEVEL).
class QueueListener {
  public:
    virtual ~QueueListener() = default;
    /// The leading edge has got a frame, or has none left.
    virtual void frames_available(bool available) = 0;
    /// A frame leaves the queue with its final header.
    virtual void frame_leaves(const Frame &frame) = 0;
};

class Queue {
  public:
    struct Options {
        bool input;                  ///< frames carry data to consume (OffsetIn)
        bool distinct_trailing_edge; ///< KSPIN_FLAG_DISTINCT_TRAILING_EDGE
        bool enforce_fifo;           ///< KSPIN_FLAG_ENFORCE_FIFO
        bool generate_mappings;      ///< KSPIN_FLAG_GENERATE_MAPPINGS
    };
    /// STATUS_INSUFFICIENT_RESOURCES.
    static Result<std::unique_ptr<Queue>> create(Pin &pin, const Options &options,
                                                 QueueListener &listener);
    ~Queue();
    Queue(const Queue &) = delete;
    Queue &operator=(const Queue &) = delete;

    /// Where finished IRPs go; null: home.
    void set_receiver(StreamIrpReceiver *receiver);
    /// Takes the IRP in at the new end. True when nothing was at or ahead of the leading edge
    /// before. IRQL <= DISPATCH_LEVEL.
    bool insert(StreamIrp &irp);
    /// Sends every IRP home, cancelled, at once or when its last stream pointer is unlocked.
    /// `stopping`: a client's reads that hold data already succeed with it.
    void flush(bool stopping);
    /// Cancels the IRPs with a frame that says KSSTREAM_HEADER_OPTIONSF_FLUSHONPAUSE, as flush().
    void flush_stale();
    bool empty();
    /// Deletes the clones that the minidriver has left behind; their number.
    unsigned abandon_clones();

    // Stream pointers. IRQL <= DISPATCH_LEVEL. Statuses as the exports document them.
    StreamPointer &leading_edge() { return *leading_; }
    StreamPointer *trailing_edge() { return trailing_; }
    NTSTATUS lock(StreamPointer &pointer);
    void unlock(StreamPointer &pointer);
    /// To the next frame; a locked pointer is locked again there.
    NTSTATUS advance(StreamPointer &pointer);
    NTSTATUS advance_offsets(StreamPointer &pointer, ULONG in_used, ULONG out_used, bool eject);
    void eject_and_unlock(StreamPointer &pointer);
    void advance_offsets_and_unlock(StreamPointer &pointer, ULONG in_used, ULONG out_used,
                                    bool eject);
    NTSTATUS clone(StreamPointer &source, PFNKSSTREAMPOINTER cancel_callback, ULONG context_bytes,
                   StreamPointer **result);
    void remove(StreamPointer &clone);
    NTSTATUS set_status(StreamPointer &pointer, NTSTATUS status);
    void schedule_timeout(StreamPointer &pointer, PFNKSSTREAMPOINTER callback,
                          ULONGLONG interval_100ns);
    void cancel_timeout(StreamPointer &pointer);
    StreamPointer *first_clone();
    StreamPointer *next_clone(StreamPointer &pointer);
    /// Frames in the queue: those that an edge has still to pass, and those that a clone keeps.
    unsigned frame_count();
    /// Bytes at and ahead of the leading edge: to consume, or to fill.
    LONG available_bytes();

    Pin &pin() { return pin_; }
    const Options &options() const { return options_; }
    /// Grows with every change: processing that leaves the queue alone made no progress.
    std::uint64_t changes() const { return __atomic_load_n(&changes_, __ATOMIC_RELAXED); }

  private:
    /// Holds the lock; reentered by cancel callbacks. As the outermost goes, finished IRPs leave.
    class Guard {
      public:
        explicit Guard(Queue &queue);
        ~Guard();

      private:
        Queue &queue_;
        KIRQL irql_ = 0;
        bool nested_;
    };

    Queue(Pin &pin, const Options &options, QueueListener &listener);

    /// Lock held; changes() is read without it.
    void note_change() { __atomic_store_n(&changes_, changes_ + 1, __ATOMIC_RELAXED); }

    // queue.cpp
    void attach_waiting(Frame &frame);
    void complete_frame(Frame &frame);
    void unlist(Frame &frame);
    void finish(StreamIrp &irp);
    void leave(StreamIrp &irp);
    void deliver();

    // queue_pointers.cpp
    void set_frame(StreamPointer &pointer, Frame *frame);
    void move(StreamPointer &pointer, Frame *to);
    NTSTATUS advance_locked(StreamPointer &pointer);
    bool use_offsets(StreamPointer &pointer, ULONG in_used, ULONG out_used);
    Result<void> map(StreamPointer &pointer);
    void note_data_used(const StreamPointer &pointer);
    bool acquire_irp(StreamIrp &irp);
    void release_lock(StreamIrp &irp);
    friend struct StreamPointer;
    static void NTAPI timeout_dpc(PKDPC dpc, PVOID context, PVOID, PVOID);

    // queue_cancel.cpp
    void arm_cancel(StreamIrp &irp);
    void cancel(StreamIrp &irp, NTSTATUS status);
    void detach_clones(StreamIrp &irp);
    static bool references_left(const StreamIrp &irp);
    template <typename F> void flush_irps(bool stopping, F which);
    static void NTAPI cancel_routine(PDEVICE_OBJECT device, PIRP irp);

    Pin &pin_;
    const Options options_;
    QueueListener &listener_;
    StreamIrpReceiver *receiver_ = nullptr;

    KSPIN_LOCK lock_ = 0;
    /// Holder of the lock; read without it only to learn whether that is oneself.
    std::atomic<ke::Thread *> owner_ = nullptr;

    StreamPointer *leading_ = nullptr;
    StreamPointer *trailing_ = nullptr;
    StreamPointer *first_clone_ = nullptr;
    StreamPointer *last_clone_ = nullptr;
    Frame *first_ = nullptr; ///< oldest
    Frame *last_ = nullptr;
    StreamIrp *first_irp_ = nullptr;
    StreamIrp *last_irp_ = nullptr;
    StreamIrp *leaving_ = nullptr; ///< finished, not delivered yet; linked by `next`
    StreamIrp *last_leaving_ = nullptr;
    bool delivering_ = false;
    bool had_timeouts_ = false;                   ///< their DPCs may be under way
    StreamPointer *in_cancel_callback_ = nullptr; ///< the clone whose callback runs
    const Quirks &quirks_;
    std::uint64_t changes_ = 0;
};

} // namespace ksbox::ks
