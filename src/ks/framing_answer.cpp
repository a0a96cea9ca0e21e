// Allocator framing for clients.
#include "ks/framing_answer.h"

#include "ks/data_range.h"
#include "ks/sized_answer.h"

namespace ksbox::ks {
namespace {

/// What the old structure's flags can say; the rest of KS_FRAMING_ITEM.Flags is for pipes.
constexpr ULONG requirements =
    KSALLOCATOR_REQUIREMENTF_INPLACE_MODIFIER | KSALLOCATOR_REQUIREMENTF_SYSTEM_MEMORY |
    KSALLOCATOR_REQUIREMENTF_FRAME_INTEGRITY | KSALLOCATOR_REQUIREMENTF_MUST_ALLOCATE |
    KSALLOCATOR_REQUIREMENTF_PREFERENCES_ONLY;

} // namespace

NTSTATUS answer_framing(PIRP irp, void *data, const KSALLOCATOR_FRAMING_EX *framing) {
    if (!framing || !framing->CountItems)
        return STATUS_NOT_FOUND;
    // The old structure has room for one way of framing: the first, which is preferred.
    const KS_FRAMING_ITEM &item = framing->FramingItem[0];
    KSALLOCATOR_FRAMING answer{};
    answer.RequirementsFlags = (item.Flags | item.MemoryFlags) & requirements;
    answer.PoolType = NonPagedPool;
    if (same_guid(item.MemoryType, KSMEMORY_TYPE_KERNEL_PAGED)) {
        answer.PoolType = PagedPool;
        answer.RequirementsFlags |= KSALLOCATOR_REQUIREMENTF_SYSTEM_MEMORY;
    } else if (same_guid(item.MemoryType, KSMEMORY_TYPE_KERNEL_NONPAGED)) {
        answer.RequirementsFlags |= KSALLOCATOR_REQUIREMENTF_SYSTEM_MEMORY;
    }
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
