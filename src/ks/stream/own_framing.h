// Allocator framing of the pins that this project makes itself: whatever the other side likes, in
// frames whose size is known only with the format.
#pragma once

#include "abi/static_guid.h"
#include "abi/windows.h"

namespace ksbox::ks {

constexpr KSALLOCATOR_FRAMING_EX any_frames(ULONG frames_on_their_way, ULONG bytes = 64 * 1024) {
    KSALLOCATOR_FRAMING_EX framing{};
    framing.CountItems = 1;
    framing.OutputCompression = {1, 1, 0};
    KS_FRAMING_ITEM &item = framing.FramingItem[0];
    constexpr GUID nonpaged = static_guid(STATIC_KSMEMORY_TYPE_KERNEL_NONPAGED);
    item.MemoryType = nonpaged;
    item.Flags = KSALLOCATOR_REQUIREMENTF_SYSTEM_MEMORY | KSALLOCATOR_REQUIREMENTF_PREFERENCES_ONLY;
    item.Frames = frames_on_their_way;
    item.FileAlignment = FILE_QUAD_ALIGNMENT;
    item.PhysicalRange = {0, ULONG(-1), 1};
    item.FramingRange.Range = {0, bytes, 1};
    return framing;
}

/// For the pin's Create: any_frames(), or what the other side makes of it, as this pin's framing;
/// the copy is the pin's. STATUS_INSUFFICIENT_RESOURCES. PASSIVE_LEVEL.
NTSTATUS choose_framing(PKSPIN pin, ULONG frames_on_their_way, ULONG bytes);

} // namespace ksbox::ks
