// Storage of stream pointers.
#include "ks/stream/stream_pointer.h"

#include <new>

#include "ks/misuse.h"
#include "ks/pin.h"
#include "ks/stream/queue.h"

namespace ksbox::ks {

namespace {
constexpr ULONG pool_tag = 'tPsK';
} // namespace

StreamPointer *StreamPointer::allocate(Queue &queue, StreamPointerKind kind, ULONG context_bytes) {
    void *const memory =
        ExAllocatePoolWithTag(NonPagedPool, sizeof(StreamPointer) + context_bytes, pool_tag);
    if (!memory)
        return nullptr;
    std::memset(memory, 0, sizeof(StreamPointer) + context_bytes);
    auto *pointer = static_cast<StreamPointer *>(memory);
    pointer->magic = expected_magic;
    pointer->queue = &queue;
    pointer->kind = kind;
    pointer->abi.Pin = &queue.pin().abi();
    pointer->abi.Offset = queue.options().input ? &pointer->abi.OffsetIn : &pointer->abi.OffsetOut;
    // The context follows the KSSTREAM_POINTER directly, as KsStreamPointerClone promises.
    static_assert(sizeof(StreamPointer) == offsetof(StreamPointer, abi) + sizeof(KSSTREAM_POINTER));
    pointer->abi.Context = context_bytes ? pointer + 1 : nullptr;
    KeInitializeTimer(&pointer->timer);
    KeInitializeDpc(&pointer->timer_dpc, &Queue::timeout_dpc, pointer);
    return pointer;
}

void StreamPointer::free(StreamPointer *pointer) {
    pointer->magic = 0;
    ExFreePoolWithTag(pointer, pool_tag);
}

StreamPointer &StreamPointer::from(PKSSTREAM_POINTER pointer) {
    auto *const result = pointer ? CONTAINING_RECORD(pointer, StreamPointer, abi) : nullptr;
    if (!result || !has_magic(&result->magic, expected_magic) || result->deleted)
        misuse(Rule::stream_pointer, pointer,
               "a driver used something that is not a live stream pointer");
    return *result;
}

} // namespace ksbox::ks
