// Allocator framing of host drivers' pins: whatever the other side likes, in frames whose size is
// known only with the format.
#pragma once

#include "abi/windows.h"
#include "mixer/static_guid.h"

namespace ksbox::mixer {

constexpr KSALLOCATOR_FRAMING_EX any_frames(ULONG frames_on_their_way) {
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
    item.FramingRange.Range = {0, 64 * 1024, 1};
    return framing;
}

/// For the pin's Create: its frames have that size, or what the other side makes of it.
/// STATUS_INSUFFICIENT_RESOURCES.
NTSTATUS choose_frame_bytes(PKSPIN pin, ULONG bytes);

} // namespace ksbox::mixer
