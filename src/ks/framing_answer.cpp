// Allocator framing for clients.
#include "ks/framing_answer.h"

#include "ks/sized_answer.h"

namespace ksbox::ks {

NTSTATUS answer_framing(PIRP irp, void *data, const KSALLOCATOR_FRAMING_EX *framing) {
    if (!framing || !framing->CountItems)
        return STATUS_NOT_FOUND;
    // The old structure has room for one way of framing: the first, which is preferred.
    const KS_FRAMING_ITEM &item = framing->FramingItem[0];
    KSALLOCATOR_FRAMING answer{};
    answer.OptionsFlags = item.MemoryFlags;
    answer.PoolType = NonPagedPool;
    answer.Frames = item.Frames;
    answer.FrameSize = item.FramingRange.Range.MaxFrameSize;
    answer.FileAlignment = item.FileAlignment;
    return answer_value(irp, data, &answer, sizeof answer);
}

NTSTATUS answer_framing_ex(PIRP irp, void *data, const KSALLOCATOR_FRAMING_EX *framing) {
    if (!framing || !framing->CountItems)
        return STATUS_NOT_FOUND;
    const std::size_t bytes = offsetof(KSALLOCATOR_FRAMING_EX, FramingItem) +
                              framing->CountItems * sizeof(KS_FRAMING_ITEM);
    return answer_value(irp, data, framing, static_cast<ULONG>(bytes));
}

} // namespace ksbox::ks
