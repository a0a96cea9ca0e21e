// Arrival of streaming IRPs in a queue, and how they leave it.
#include "ks/stream/queue.h"

#include "ks/alive.h"
#include "ks/pin.h"
#include "ks/stream/frame_mappings.h"
#include "nt/ke/thread.h"

namespace ksbox::ks {

Queue::Guard::Guard(Queue &queue)
    : queue_(queue),
      nested_(queue.owner_.load(std::memory_order_relaxed) == &ke::current_thread()) {
    if (nested_)
        return;
    irql_ = KeAcquireSpinLockRaiseToDpc(&queue_.lock_);
    queue_.owner_.store(&ke::current_thread(), std::memory_order_relaxed);
}

Queue::Guard::~Guard() {
    if (nested_)
        return;
    // Whoever is delivering already takes ours along: IRPs leave one at a time and in order.
    const bool deliver = queue_.leaving_ && !queue_.delivering_;
    if (deliver)
        queue_.delivering_ = true;
    queue_.owner_.store(nullptr, std::memory_order_relaxed);
    KeReleaseSpinLock(&queue_.lock_, irql_);
    if (deliver)
        queue_.deliver();
}

Queue::Queue(Pin &pin, const Options &options, QueueListener &listener)
    : pin_(pin), options_(options), listener_(listener), quirks_(Quirks::of(pin.kernel)) {}

Result<std::unique_ptr<Queue>> Queue::create(Pin &pin, const Options &options,
                                             QueueListener &listener) {
    std::unique_ptr<Queue> queue(new Queue(pin, options, listener));
    queue->leading_ = StreamPointer::allocate(*queue, StreamPointerKind::leading_edge, 0);
    if (options.distinct_trailing_edge)
        queue->trailing_ = StreamPointer::allocate(*queue, StreamPointerKind::trailing_edge, 0);
    if (!queue->leading_ || (options.distinct_trailing_edge && !queue->trailing_))
        return fail(STATUS_INSUFFICIENT_RESOURCES);
    return queue;
}

Queue::~Queue() {
    abandon_clones();
    for (StreamPointer *edge : {leading_, trailing_})
        if (edge)
            cancel_timeout(*edge);
    // A timeout's DPC uses the queue until it returns, whatever it has set free meanwhile.
    if (had_timeouts_ && alive(pin_.kernel))
        KeFlushQueuedDpcs();
    for (StreamPointer *edge : {leading_, trailing_})
        if (edge)
            StreamPointer::free(edge);
}

void Queue::set_receiver(StreamIrpReceiver *receiver) {
    Guard guard(*this);
    receiver_ = receiver;
}

bool Queue::empty() {
    Guard guard(*this);
    return !first_irp_ && !leaving_ && !delivering_;
}

bool Queue::insert(StreamIrp &irp) {
    Guard guard(*this);
    note_change();
    const bool was_dry = !leading_->frame;
    irp.queue = this;
    irp.status = STATUS_SUCCESS;
    irp.locks = 0;
    irp.acquired = true;
    irp.flush_pending = irp.cancelling = irp.finished = false;
    irp.frames_left = static_cast<ULONG>(irp.frames.size());
    irp.next = nullptr;
    irp.previous = last_irp_;
    (last_irp_ ? last_irp_->next : first_irp_) = &irp;
    last_irp_ = &irp;
    for (Frame &frame : irp.frames) {
        frame.listed = true;
        frame.references = trailing_ ? 2 : 1;
        frame.data_used_seen = frame.header->DataUsed;
        frame.stale_in_pause = frame.header->OptionsFlags & KSSTREAM_HEADER_OPTIONSF_FLUSHONPAUSE;
        frame.next = nullptr;
        frame.previous = last_;
        (last_ ? last_->next : first_) = &frame;
        last_ = &frame;
    }
    attach_waiting(irp.frames.front());
    if (irp.cancelable)
        arm_cancel(irp);
    return was_dry;
}

/// Pointers that had run off the end now point at the first new frame.
void Queue::attach_waiting(Frame &frame) {
    for (StreamPointer *edge : {leading_, trailing_})
        if (edge && !edge->frame)
            set_frame(*edge, &frame);
    for (StreamPointer *clone = first_clone_; clone; clone = clone->next)
        if (!clone->frame && !clone->cancelled) {
            ++frame.references;
            set_frame(*clone, &frame);
        }
}

/// The last reference is gone: the frame leaves, and with the last one of its IRP, the IRP.
void Queue::complete_frame(Frame &frame) {
    StreamIrp &irp = *frame.owner;
    if (frame.listed) {
        unlist(frame);
        --irp.frames_left;
        listener_.frame_leaves(frame);
    }
    frame.mappings.reset();
    if (irp.cancelling ? !references_left(irp) : irp.frames_left == 0)
        finish(irp);
}

void Queue::unlist(Frame &frame) {
    (frame.previous ? frame.previous->next : first_) = frame.next;
    (frame.next ? frame.next->previous : last_) = frame.previous;
    frame.listed = false;
}

void Queue::finish(StreamIrp &irp) {
    // A cancel routine that is on its way owns the IRP: it will find it done and send it home.
    if (!irp.cancelling && !acquire_irp(irp))
        return;
    irp.finished = true;
    if (!options_.enforce_fifo || irp.cancelling)
        leave(irp);
    // A cancelled IRP, too, was what later ones have waited for.
    while (options_.enforce_fifo && first_irp_ && first_irp_->finished)
        leave(*first_irp_);
}

void Queue::leave(StreamIrp &irp) {
    note_change();
    (irp.previous ? irp.previous->next : first_irp_) = irp.next;
    (irp.next ? irp.next->previous : last_irp_) = irp.previous;
    irp.next = irp.previous = nullptr;
    (last_leaving_ ? last_leaving_->next : leaving_) = &irp;
    last_leaving_ = &irp;
}

/// Precondition: delivering_ set by this thread, lock not held.
void Queue::deliver() {
    for (;;) {
        StreamIrp *irp;
        StreamIrpReceiver *receiver;
        {
            const KIRQL irql = KeAcquireSpinLockRaiseToDpc(&lock_);
            irp = leaving_;
            if (irp) {
                leaving_ = irp->next;
                if (!leaving_)
                    last_leaving_ = nullptr;
                irp->next = nullptr;
                irp->queue = nullptr;
            } else {
                delivering_ = false;
            }
            receiver = receiver_;
            KeReleaseSpinLock(&lock_, irql);
        }
        if (!irp)
            return;
        if (receiver && !irp->cancelling)
            receiver->receive(*irp);
        else
            irp->home.receive(*irp);
    }
}

unsigned Queue::frame_count() {
    Guard guard(*this);
    unsigned frames = 0;
    for (const Frame *frame = first_; frame; frame = frame->next)
        ++frames;
    return frames;
}

LONG Queue::available_bytes() {
    Guard guard(*this);
    LONG bytes = 0;
    for (Frame *frame = leading_->frame; frame; frame = frame->next) {
        const ULONG all = options_.input ? frame->header->DataUsed : frame->header->FrameExtent;
        const bool partly = frame == leading_->frame && !options_.generate_mappings;
        bytes += static_cast<LONG>(partly ? leading_->offset().Remaining : all);
    }
    return bytes;
}

} // namespace ksbox::ks
