// Cancellation and flushing of queued IRPs, against locks and clones
// (stream/stream-pointers-and-irp-cancellation).
#include "ks/stream/frame_mappings.h"
#include "ks/stream/queue.h"

#include <algorithm>
#include <utility>

#include "ks/pin.h"
#include "nt/call_driver.h"
#include "nt/io/cancel_flag.h"

namespace ksbox::ks {

/// From now on the client may cancel. An IRP that was cancelled before goes at once.
void Queue::arm_cancel(StreamIrp &irp) {
    irp.acquired = false;
    IoSetCancelRoutine(irp.irp, &cancel_routine);
    if (io::is_cancelled(irp.irp) && IoSetCancelRoutine(irp.irp, nullptr)) {
        irp.acquired = true;
        cancel(irp, STATUS_CANCELLED);
    }
}

void NTAPI Queue::cancel_routine(PDEVICE_OBJECT, PIRP irp) {
    // Nobody but this routine can finish the IRP now: the cancel routine is gone, so it cannot be
    // acquired any more.
    IoReleaseCancelSpinLock(irp->CancelIrql);
    StreamIrp &stream_irp = StreamIrp::of(irp);
    Queue &queue = *stream_irp.queue;
    Guard guard(queue);
    stream_irp.acquired = true;
    queue.cancel(stream_irp, STATUS_CANCELLED);
}

/// Takes the IRP's frames off the queue. It goes home when no clone with a cancel callback holds
/// one of them any more. Precondition: acquired, no locks.
void Queue::cancel(StreamIrp &irp, NTSTATUS status) {
    note_change();
    const bool all_done = irp.frames_left == 0;
    if (!all_done)
        irp.status = status;
    irp.cancelling = true;
    // Edges go to the next frame of another IRP; their references go with them.
    for (StreamPointer *edge : {leading_, trailing_}) {
        if (!edge || !edge->frame || edge->frame->owner != &irp)
            continue;
        note_data_used(*edge);
        Frame *next = edge->frame;
        while (next && next->owner == &irp)
            next = next->next;
        set_frame(*edge, next);
    }
    for (Frame &frame : irp.frames) {
        if (!frame.listed)
            continue;
        unlist(frame);
        frame.references = 0; // what clones hold is counted anew below
        listener_.frame_leaves(frame);
    }
    detach_clones(irp);
    if (!irp.finished && !references_left(irp))
        finish(irp);
}

/// Clones without a cancel callback lose their frame; the others are asked to go. A callback may
/// delete any clone, so the list is searched anew after each.
void Queue::detach_clones(StreamIrp &irp) {
    for (StreamPointer *clone = first_clone_; clone; clone = clone->next) {
        if (!clone->frame || clone->frame->owner != &irp)
            continue;
        note_data_used(*clone);
        if (clone->cancel_callback)
            ++clone->frame->references;
    }
    for (StreamPointer *clone = first_clone_; clone;) {
        if (!clone->frame || clone->frame->owner != &irp || clone->cancelled) {
            clone = clone->next;
            continue;
        }
        clone->cancelled = true;
        if (!clone->cancel_callback) {
            set_frame(*clone, nullptr);
            clone = clone->next;
            continue;
        }
        StreamPointer *const outer = std::exchange(in_cancel_callback_, clone);
        call_driver("AVStrMiniCancelCallback", &clone->abi, clone->cancel_callback, &clone->abi);
        in_cancel_callback_ = outer;
        clone = first_clone_;
    }
}

bool Queue::references_left(const StreamIrp &irp) {
    for (const Frame &frame : irp.frames)
        if (frame.references)
            return true;
    return false;
}

unsigned Queue::abandon_clones() {
    unsigned count = 0;
    for (StreamPointer *clone; (clone = first_clone()); ++count)
        remove(*clone);
    for (StreamPointer *edge : {leading_, trailing_})
        if (edge)
            unlock(*edge);
    return count;
}

template <typename F> void Queue::flush_irps(bool stopping, F which) {
    Guard guard(*this);
    for (StreamIrp *irp = first_irp_; irp;) {
        StreamIrp *const next = irp->next;
        if (irp->cancelling || !which(*irp)) {
            irp = next;
            continue;
        }
        if (irp->locks) {
            irp->flush_pending = true;
        } else if (acquire_irp(*irp)) {
            const bool holds_data =
                stopping && irp->cancelable && !options_.input && irp->data_used() > 0;
            cancel(*irp, holds_data ? STATUS_SUCCESS : STATUS_CANCELLED);
            // Callbacks may have taken any IRP along.
            irp = first_irp_;
            continue;
        }
        irp = next;
    }
}

void Queue::flush(bool stopping) {
    flush_irps(stopping, [](const StreamIrp &) { return true; });
}

void Queue::flush_stale() {
    flush_irps(false, [](const StreamIrp &irp) {
        return std::ranges::any_of(irp.frames,
                                   [](const Frame &frame) { return frame.stale_in_pause; });
    });
}

} // namespace ksbox::ks
