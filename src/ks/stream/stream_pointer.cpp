// Storage of stream pointers.
#include "ks/stream/stream_pointer.h"

#include <new>

#include "ks/pin.h"
#include "ks/stream/queue.h"
#include "nt/ke/bug_check.h"
#include "nt/mm/memory.h"

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
    auto *const result = CONTAINING_RECORD(pointer, StreamPointer, abi);
    std::uint64_t magic = 0;
    if (!pointer || !mm::guarded_copy(&magic, &result->magic, sizeof magic) ||
        magic != expected_magic || result->deleted)
        bug_check(0xC4, 0x8100C, reinterpret_cast<std::uint64_t>(pointer), 0, 0,
                  "a driver used something that is not a live stream pointer");
    return *result;
}

} // namespace ksbox::ks
