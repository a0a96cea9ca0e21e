// The arithmetic of allocator framings.
#include "ks/stream/framing.h"

#include <algorithm>
#include <string>

#include "ks/refusal.h"

namespace ksbox::ks {

namespace {

struct Wish {
    ULONG frames = 0;
    ULONG min = 0;
    ULONG max = 0; ///< 0: no limit
    ULONG stepping = 0;
    ULONG alignment_mask = 0;
};

Wish wish_of(const KSALLOCATOR_FRAMING_EX *framing) {
    if (!framing || framing->CountItems == 0)
        return {};
    const KS_FRAMING_ITEM &item = framing->FramingItem[0];
    Wish wish;
    wish.frames = item.Frames;
    wish.alignment_mask = item.FileAlignment;
    // The optimal range, within the physical one where that is narrower.
    const KS_FRAMING_RANGE &optimal = item.FramingRange.Range;
    wish.min = std::max(optimal.MinFrameSize, item.PhysicalRange.MinFrameSize);
    wish.max = optimal.MaxFrameSize;
    if (item.PhysicalRange.MaxFrameSize && item.PhysicalRange.MaxFrameSize != ~0u)
        wish.max = wish.max ? std::min(wish.max, item.PhysicalRange.MaxFrameSize)
                            : item.PhysicalRange.MaxFrameSize;
    if (wish.max == ~0u)
        wish.max = 0;
    wish.stepping = optimal.Stepping;
    return wish;
}

ULONG tighter(ULONG a, ULONG b) {
    if (!a || !b)
        return std::max(a, b);
    return std::min(a, b);
}

} // namespace

Result<FrameSetup> negotiate_framing(const KSALLOCATOR_FRAMING_EX *a,
                                     const KSALLOCATOR_FRAMING_EX *b, ULONG sample_bytes) {
    const Wish first = wish_of(a), second = wish_of(b);
    const ULONG mask = std::max(first.alignment_mask, second.alignment_mask);
    if (mask & (mask + 1))
        return refuse(STATUS_INVALID_PARAMETER, "the allocator framing's FileAlignment is " +
                                                    std::to_string(mask) +
                                                    ", which is no power of two less 1");
    FrameSetup setup;
    setup.frames = std::max<ULONG>(first.frames + second.frames, 2);
    setup.alignment = std::max<ULONG>(mask + 1, 16);
    const ULONG min = std::max(first.min, second.min);
    const ULONG max = tighter(first.max, second.max);
    setup.bytes = std::max(min, max);
    if (setup.bytes == 0)
        setup.bytes = std::max<ULONG>(sample_bytes, PAGE_SIZE);
    if (const ULONG step = std::max(first.stepping, second.stepping); step > 1 && min < setup.bytes)
        setup.bytes = min + (setup.bytes - min) / step * step;
    return setup;
}

} // namespace ksbox::ks
