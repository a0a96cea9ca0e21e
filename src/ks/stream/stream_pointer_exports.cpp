// Stream pointers as drivers use them (stream/stream-pointers).
#include "ks/data_exports.h"
#include "ks/stream/pin_stream.h"

using namespace ksbox;
using namespace ksbox::ks;

namespace {

/// Null for pins without a queue.
Queue *queue_of(PKSPIN pin) {
    Pin &object = Pin::from(pin);
    return object.transport ? &PinStream::of(object).queue() : nullptr;
}

PKSSTREAM_POINTER edge(Queue &queue, StreamPointer *pointer, KSSTREAM_POINTER_STATE state) {
    if (!pointer)
        return nullptr;
    if (state == KSSTREAM_POINTER_STATE_LOCKED && !NT_SUCCESS(queue.lock(*pointer)))
        return nullptr;
    return &pointer->abi;
}

} // namespace

extern "C" {

PKSSTREAM_POINTER NTAPI KsPinGetLeadingEdgeStreamPointer(PKSPIN Pin, KSSTREAM_POINTER_STATE State) {
    Queue *const queue = queue_of(Pin);
    return queue ? edge(*queue, &queue->leading_edge(), State) : nullptr;
}

PKSSTREAM_POINTER NTAPI KsPinGetTrailingEdgeStreamPointer(PKSPIN Pin,
                                                          KSSTREAM_POINTER_STATE State) {
    Queue *const queue = queue_of(Pin);
    return queue ? edge(*queue, queue->trailing_edge(), State) : nullptr;
}

NTSTATUS NTAPI KsStreamPointerSetStatusCode(PKSSTREAM_POINTER StreamPointer, NTSTATUS Status) {
    auto &pointer = ks::StreamPointer::from(StreamPointer);
    return pointer.queue->set_status(pointer, Status);
}

NTSTATUS NTAPI KsStreamPointerLock(PKSSTREAM_POINTER StreamPointer) {
    auto &pointer = ks::StreamPointer::from(StreamPointer);
    return pointer.queue->lock(pointer);
}

void NTAPI KsStreamPointerUnlock(PKSSTREAM_POINTER StreamPointer, BOOLEAN Eject) {
    auto &pointer = ks::StreamPointer::from(StreamPointer);
    if (Eject)
        pointer.queue->eject_and_unlock(pointer);
    else
        pointer.queue->unlock(pointer);
}

void NTAPI KsStreamPointerAdvanceOffsetsAndUnlock(PKSSTREAM_POINTER StreamPointer, ULONG InUsed,
                                                  ULONG OutUsed, BOOLEAN Eject) {
    auto &pointer = ks::StreamPointer::from(StreamPointer);
    pointer.queue->advance_offsets_and_unlock(pointer, InUsed, OutUsed, Eject);
}

void NTAPI KsStreamPointerDelete(PKSSTREAM_POINTER StreamPointer) {
    auto &pointer = ks::StreamPointer::from(StreamPointer);
    // "Must be a clone stream pointer": the edges live as long as the queue.
    if (pointer.kind == StreamPointerKind::clone)
        pointer.queue->remove(pointer);
}

NTSTATUS NTAPI KsStreamPointerClone(PKSSTREAM_POINTER StreamPointer,
                                    PFNKSSTREAMPOINTER CancelCallback, ULONG ContextSize,
                                    PKSSTREAM_POINTER *CloneStreamPointer) {
    auto &pointer = ks::StreamPointer::from(StreamPointer);
    ks::StreamPointer *clone = nullptr;
    const NTSTATUS status = pointer.queue->clone(pointer, CancelCallback, ContextSize, &clone);
    if (NT_SUCCESS(status))
        *CloneStreamPointer = &clone->abi;
    return status;
}

NTSTATUS NTAPI KsStreamPointerAdvanceOffsets(PKSSTREAM_POINTER StreamPointer, ULONG InUsed,
                                             ULONG OutUsed, BOOLEAN Eject) {
    auto &pointer = ks::StreamPointer::from(StreamPointer);
    return pointer.queue->advance_offsets(pointer, InUsed, OutUsed, Eject);
}

NTSTATUS NTAPI KsStreamPointerAdvance(PKSSTREAM_POINTER StreamPointer) {
    auto &pointer = ks::StreamPointer::from(StreamPointer);
    return pointer.queue->advance(pointer);
}

PMDL NTAPI KsStreamPointerGetMdl(PKSSTREAM_POINTER StreamPointer) {
    auto &pointer = ks::StreamPointer::from(StreamPointer);
    return pointer.locked ? pointer.frame->mdl : nullptr;
}

PIRP NTAPI KsStreamPointerGetIrp(PKSSTREAM_POINTER StreamPointer, PBOOLEAN FirstFrameInIrp,
                                 PBOOLEAN LastFrameInIrp) {
    auto &pointer = ks::StreamPointer::from(StreamPointer);
    if (!pointer.locked)
        return nullptr;
    const Frame &frame = *pointer.frame;
    if (FirstFrameInIrp)
        *FirstFrameInIrp = frame.index == 0;
    if (LastFrameInIrp)
        *LastFrameInIrp = frame.index + 1 == frame.owner->frames.size();
    return frame.owner->irp;
}

void NTAPI KsStreamPointerScheduleTimeout(PKSSTREAM_POINTER StreamPointer,
                                          PFNKSSTREAMPOINTER Callback, ULONGLONG Interval) {
    auto &pointer = ks::StreamPointer::from(StreamPointer);
    pointer.queue->schedule_timeout(pointer, Callback, Interval);
}

void NTAPI KsStreamPointerCancelTimeout(PKSSTREAM_POINTER StreamPointer) {
    auto &pointer = ks::StreamPointer::from(StreamPointer);
    pointer.queue->cancel_timeout(pointer);
}

PKSSTREAM_POINTER NTAPI KsPinGetFirstCloneStreamPointer(PKSPIN Pin) {
    Queue *const queue = queue_of(Pin);
    ks::StreamPointer *const clone = queue ? queue->first_clone() : nullptr;
    return clone ? &clone->abi : nullptr;
}

PKSSTREAM_POINTER NTAPI KsStreamPointerGetNextClone(PKSSTREAM_POINTER StreamPointer) {
    auto &pointer = ks::StreamPointer::from(StreamPointer);
    ks::StreamPointer *const next = pointer.queue->next_clone(pointer);
    return next ? &next->abi : nullptr;
}

NTSTATUS NTAPI KsPinGetAvailableByteCount(PKSPIN Pin, PLONG InputDataBytes,
                                          PLONG OutputBufferBytes) {
    Queue *const queue = queue_of(Pin);
    if (!queue)
        return STATUS_UNSUCCESSFUL;
    const LONG bytes = queue->available_bytes();
    if (InputDataBytes)
        *InputDataBytes = queue->options().input ? bytes : 0;
    if (OutputBufferBytes)
        *OutputBufferBytes = queue->options().input ? 0 : bytes;
    return STATUS_SUCCESS;
}

} // extern "C"

std::span<const Export> ksbox::ks::stream_pointer_exports() {
    static const Export table[] = {
        KS_DATA_EXPORT(done, KsPinGetLeadingEdgeStreamPointer),
        KS_DATA_EXPORT(done, KsPinGetTrailingEdgeStreamPointer),
        KS_DATA_EXPORT(done, KsStreamPointerSetStatusCode),
        KS_DATA_EXPORT(done, KsStreamPointerLock),
        KS_DATA_EXPORT(done, KsStreamPointerUnlock),
        KS_DATA_EXPORT(done, KsStreamPointerAdvanceOffsetsAndUnlock),
        KS_DATA_EXPORT(done, KsStreamPointerDelete),
        KS_DATA_EXPORT(done, KsStreamPointerClone),
        KS_DATA_EXPORT(done, KsStreamPointerAdvanceOffsets),
        KS_DATA_EXPORT(done, KsStreamPointerAdvance),
        KS_DATA_EXPORT(done, KsStreamPointerGetMdl),
        KS_DATA_EXPORT(done, KsStreamPointerGetIrp),
        KS_DATA_EXPORT(done, KsStreamPointerScheduleTimeout),
        KS_DATA_EXPORT(done, KsStreamPointerCancelTimeout),
        KS_DATA_EXPORT(done, KsPinGetFirstCloneStreamPointer),
        KS_DATA_EXPORT(done, KsStreamPointerGetNextClone),
        KS_DATA_EXPORT(done, KsPinGetAvailableByteCount),
    };
    return table;
}
