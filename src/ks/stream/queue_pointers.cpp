// What stream pointers do: lock, unlock, advance, clone, delete, time out.
#include "ks/stream/frame_mappings.h"
#include "ks/stream/queue.h"

#include <algorithm>
#include <utility>

#include "ks/pin.h"
#include "nt/call_driver.h"

namespace ksbox::ks {

/// Points at the frame (or nothing) with fresh offsets. Reference counts are the caller's.
void Queue::set_frame(StreamPointer &pointer, Frame *frame) {
    const bool was_available = leading_->frame != nullptr;
    pointer.frame = frame;
    KSSTREAM_POINTER &abi = pointer.abi;
    abi.StreamHeader = frame ? frame->header : nullptr;
    abi.OffsetIn = {};
    abi.OffsetOut = {};
    if (frame && !options_.generate_mappings) {
        KSSTREAM_POINTER_OFFSET &offset = pointer.offset();
        offset.Data = static_cast<PUCHAR>(frame->header->Data);
        offset.Count = options_.input ? frame->header->DataUsed : frame->header->FrameExtent;
        offset.Remaining = offset.Count;
    }
    const bool available = leading_->frame != nullptr;
    if (&pointer == leading_ && available != was_available)
        listener_.frames_available(available);
}

/// Leaves the current frame for `to` (a newer one, or null for the end of the queue). Unlocks.
void Queue::move(StreamPointer &pointer, Frame *to) {
    note_change();
    Frame *const from = pointer.frame;
    // Neither edge may point at what the other one gave up: a trailing edge that overtakes the
    // leading one takes it along.
    if (pointer.kind == StreamPointerKind::trailing_edge && leading_->frame == from)
        move(*leading_, to);
    if (to && pointer.kind == StreamPointerKind::clone)
        ++to->references;
    if (!from) {
        set_frame(pointer, to);
        return;
    }
    note_data_used(pointer);
    const bool was_locked = pointer.locked;
    pointer.locked = false;
    if (was_locked)
        --from->owner->locks;
    StreamIrp &irp = *from->owner;
    set_frame(pointer, to);
    if (--from->references == 0)
        complete_frame(*from);
    if (was_locked && irp.queue == this && !irp.finished && irp.locks == 0)
        release_lock(irp);
}

/// A minidriver that counts with offsets has its DataUsed kept here; one that writes the header
/// itself is believed. Mappings say nothing about bytes, so there the header is the minidriver's.
/// @observed: the KSSTREAM_HEADER page says the reverse of what avshws explains and does.
void Queue::note_data_used(const StreamPointer &pointer) {
    if (options_.input || options_.generate_mappings || !pointer.frame)
        return;
    Frame &frame = *pointer.frame;
    const ULONG used = pointer.abi.OffsetOut.Count - pointer.abi.OffsetOut.Remaining;
    if (used && frame.header->DataUsed == frame.data_used_seen)
        frame.header->DataUsed = std::max<ULONG>(frame.header->DataUsed, used);
    frame.data_used_seen = frame.header->DataUsed;
}

bool Queue::acquire_irp(StreamIrp &irp) {
    if (irp.acquired)
        return true;
    irp.acquired = IoSetCancelRoutine(irp.irp, nullptr) != nullptr;
    return irp.acquired;
}

/// The last lock on the IRP went: it may be cancelled again, and what came meanwhile takes effect.
void Queue::release_lock(StreamIrp &irp) {
    if (irp.flush_pending)
        cancel(irp, STATUS_CANCELLED);
    else if (irp.cancelable)
        arm_cancel(irp);
}

NTSTATUS Queue::lock(StreamPointer &pointer) {
    Guard guard(*this);
    if (pointer.locked)
        return STATUS_SUCCESS;
    if (!pointer.frame || pointer.cancelled || !acquire_irp(*pointer.frame->owner))
        return STATUS_DEVICE_NOT_READY;
    StreamIrp &irp = *pointer.frame->owner;
    if (options_.generate_mappings)
        if (const auto mapped = map(pointer); !mapped) {
            if (irp.locks == 0)
                release_lock(irp);
            return mapped.error().value();
        }
    ++irp.locks;
    pointer.locked = true;
    return STATUS_SUCCESS;
}

Result<void> Queue::map(StreamPointer &pointer) {
    Frame &frame = *pointer.frame;
    const ULONG bytes = options_.input ? frame.header->DataUsed : frame.header->FrameExtent;
    if (!frame.mdl || bytes == 0)
        return {};
    if (!frame.mappings)
        frame.mappings =
            KS_TRY(FrameMappings::create(pin_.device(), frame.mdl, bytes, options_.input));
    KSSTREAM_POINTER_OFFSET &offset = pointer.offset();
    if (!offset.Mappings) {
        offset.Mappings = frame.mappings->table();
        offset.Count = offset.Remaining = frame.mappings->count();
    }
    return {};
}

void Queue::unlock(StreamPointer &pointer) {
    Guard guard(*this);
    if (!pointer.locked)
        return;
    note_data_used(pointer);
    pointer.locked = false;
    StreamIrp &irp = *pointer.frame->owner;
    if (--irp.locks == 0)
        release_lock(irp);
}

NTSTATUS Queue::advance(StreamPointer &pointer) {
    Guard guard(*this);
    return advance_locked(pointer);
}

/// An unlocked pointer always succeeds: only a lock can tell whether there is a frame.
NTSTATUS Queue::advance_locked(StreamPointer &pointer) {
    const bool was_locked = pointer.locked;
    if (pointer.cancelled) // never one that is locked
        return STATUS_SUCCESS;
    move(pointer, pointer.frame ? pointer.frame->next : nullptr);
    return was_locked ? lock(pointer) : STATUS_SUCCESS;
}

/// True when nothing of the frame remains. Precondition: locked.
bool Queue::use_offsets(StreamPointer &pointer, ULONG in_used, ULONG out_used) {
    if (in_used || out_used)
        note_change();
    const auto step = [&](KSSTREAM_POINTER_OFFSET &offset, ULONG used) {
        used = std::min(used, offset.Remaining);
        const ULONG unit = pointer.frame->mappings ? pointer.frame->mappings->stride() : 1;
        if (offset.Data)
            offset.Data += std::size_t(used) * unit;
        offset.Remaining -= used;
    };
    step(pointer.abi.OffsetIn, in_used);
    step(pointer.abi.OffsetOut, out_used);
    note_data_used(pointer);
    return pointer.offset().Remaining == 0;
}

NTSTATUS Queue::advance_offsets(StreamPointer &pointer, ULONG in_used, ULONG out_used, bool eject) {
    Guard guard(*this);
    if (!pointer.locked)
        return STATUS_DEVICE_NOT_READY;
    const bool used_up = use_offsets(pointer, in_used, out_used);
    return eject || used_up ? advance_locked(pointer) : STATUS_SUCCESS;
}

void Queue::eject_and_unlock(StreamPointer &pointer) {
    Guard guard(*this);
    if (!pointer.cancelled)
        move(pointer, pointer.frame ? pointer.frame->next : nullptr);
}

void Queue::advance_offsets_and_unlock(StreamPointer &pointer, ULONG in_used, ULONG out_used,
                                       bool eject) {
    Guard guard(*this);
    if (!pointer.locked)
        return;
    if (use_offsets(pointer, in_used, out_used) || eject)
        eject_and_unlock(pointer);
    else
        unlock(pointer);
}

NTSTATUS Queue::clone(StreamPointer &source, PFNKSSTREAMPOINTER cancel_callback,
                      ULONG context_bytes, StreamPointer **result) {
    StreamPointer *const clone =
        StreamPointer::allocate(*this, StreamPointerKind::clone, context_bytes);
    if (!clone)
        return STATUS_INSUFFICIENT_RESOURCES;
    Guard guard(*this);
    if (!source.frame) {
        StreamPointer::free(clone);
        return STATUS_DEVICE_NOT_READY;
    }
    note_change();
    clone->cancel_callback = cancel_callback;
    clone->frame = source.frame;
    clone->cancelled = source.cancelled;
    clone->locked = source.locked;
    clone->abi.StreamHeader = source.abi.StreamHeader;
    clone->abi.OffsetIn = source.abi.OffsetIn;
    clone->abi.OffsetOut = source.abi.OffsetOut;
    ++source.frame->references;
    if (clone->locked)
        ++source.frame->owner->locks;
    clone->previous = last_clone_;
    (last_clone_ ? last_clone_->next : first_clone_) = clone;
    last_clone_ = clone;
    *result = clone;
    return STATUS_SUCCESS;
}

void Queue::remove(StreamPointer &clone) {
    Guard guard(*this);
    if (&clone == in_cancel_callback_ && quirks_.clone_delete_in_cancel)
        return;
    (clone.previous ? clone.previous->next : first_clone_) = clone.next;
    (clone.next ? clone.next->previous : last_clone_) = clone.previous;
    clone.deleted = true;
    const bool dpc_coming =
        (clone.timeout_armed && !KeCancelTimer(&clone.timer)) || clone.timeout_stale;
    if (clone.frame)
        move(clone, nullptr);
    if (!dpc_coming)
        StreamPointer::free(&clone);
}

NTSTATUS Queue::set_status(StreamPointer &pointer, NTSTATUS status) {
    Guard guard(*this);
    if (!pointer.frame)
        return STATUS_DEVICE_NOT_READY;
    pointer.frame->owner->status = status;
    return STATUS_SUCCESS;
}

void Queue::schedule_timeout(StreamPointer &pointer, PFNKSSTREAMPOINTER callback,
                             ULONGLONG interval_100ns) {
    Guard guard(*this);
    had_timeouts_ = true;
    if (pointer.timeout_armed && !KeCancelTimer(&pointer.timer))
        pointer.timeout_stale = true;
    pointer.timeout_callback = callback;
    pointer.timeout_armed = true;
    LARGE_INTEGER due;
    due.QuadPart = -static_cast<LONGLONG>(interval_100ns);
    KeSetTimer(&pointer.timer, due, &pointer.timer_dpc);
}

void Queue::cancel_timeout(StreamPointer &pointer) {
    Guard guard(*this);
    pointer.timeout_callback = nullptr;
    if (pointer.timeout_armed && KeCancelTimer(&pointer.timer))
        pointer.timeout_armed = false;
}

void NTAPI Queue::timeout_dpc(PKDPC, PVOID context, PVOID, PVOID) {
    auto *pointer = static_cast<StreamPointer *>(context);
    PFNKSSTREAMPOINTER callback = nullptr;
    {
        Guard guard(*pointer->queue);
        if (pointer->deleted) {
            StreamPointer::free(pointer);
            return;
        }
        // A DPC that its timer's replacement overtook: not ours, unless the new one is due too.
        if (std::exchange(pointer->timeout_stale, false) && !KeReadStateTimer(&pointer->timer))
            return;
        pointer->timeout_armed = false;
        std::swap(callback, pointer->timeout_callback);
    }
    if (callback)
        call_driver("AVStrMiniTimeoutCallback", &pointer->abi, callback, &pointer->abi);
}

StreamPointer *Queue::first_clone() {
    Guard guard(*this);
    return first_clone_;
}

StreamPointer *Queue::next_clone(StreamPointer &pointer) {
    Guard guard(*this);
    return pointer.kind == StreamPointerKind::clone ? pointer.next : nullptr;
}

} // namespace ksbox::ks
