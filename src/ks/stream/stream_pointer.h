// A stream pointer: what a driver holds as KSSTREAM_POINTER. Leading edge, trailing edge and clones
// are the same object (stream/introduction-to-stream-pointers).
#pragma once

#include "abi/windows.h"
#include "base/result.h"

namespace ksbox::ks {

struct Frame;
class Queue;

enum class StreamPointerKind : std::uint8_t { leading_edge, trailing_edge, clone };

/// Lives in nonpaged pool, because drivers see the end of it; a clone's context follows it
/// directly. Guarded by its queue's lock.
struct StreamPointer {
    static constexpr std::uint64_t expected_magic = 0x7265746e'696f5053ULL;

    std::uint64_t magic;
    Queue *queue;
    StreamPointerKind kind;
    bool locked;
    bool cancelled;          ///< a clone whose frame went away; it never gets another
    bool deleted;            ///< only its timeout's DPC still knows it
    bool timeout_armed;      ///< the timer is set, or its DPC is on its way
    bool timeout_stale;      ///< a DPC of a timeout that was replaced is still on its way
    Frame *frame;            ///< null: at the end of the queue (or cancelled)
    StreamPointer *previous; ///< clones, in the order of cloning
    StreamPointer *next;
    PFNKSSTREAMPOINTER cancel_callback;
    PFNKSSTREAMPOINTER timeout_callback;
    KTIMER timer;
    KDPC timer_dpc;
    alignas(16) KSSTREAM_POINTER abi;

    /// Null, when storage is short. IRQL <= DISPATCH_LEVEL.
    static StreamPointer *allocate(Queue &queue, StreamPointerKind kind, ULONG context_bytes);
    static void free(StreamPointer *pointer);
    /// Bug check 0xC4 / 0x8100C for anything that is not a live stream pointer.
    static StreamPointer &from(PKSSTREAM_POINTER pointer);

    /// Where the pin's data is: OffsetIn of an input, OffsetOut of an output.
    KSSTREAM_POINTER_OFFSET &offset() { return *abi.Offset; }
};

} // namespace ksbox::ks
