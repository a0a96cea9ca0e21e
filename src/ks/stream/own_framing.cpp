#include "mixer/framing.h"

namespace ksbox::mixer {

NTSTATUS choose_frame_bytes(PKSPIN pin, ULONG bytes) {
    constexpr ULONG tag = 'xiMK';
    NTSTATUS status = _KsEdit(
        pin->Bag, reinterpret_cast<PVOID *>(const_cast<PKSPIN_DESCRIPTOR_EX *>(&pin->Descriptor)),
        sizeof *pin->Descriptor, sizeof *pin->Descriptor, tag);
    if (!NT_SUCCESS(status))
        return status;
    auto &descriptor = const_cast<KSPIN_DESCRIPTOR_EX &>(*pin->Descriptor);
    status = _KsEdit(pin->Bag,
                     reinterpret_cast<PVOID *>(
                         const_cast<PKSALLOCATOR_FRAMING_EX *>(&descriptor.AllocatorFraming)),
                     sizeof *descriptor.AllocatorFraming, sizeof *descriptor.AllocatorFraming, tag);
    if (!NT_SUCCESS(status))
        return status;
    auto &framing = const_cast<KSALLOCATOR_FRAMING_EX &>(*descriptor.AllocatorFraming);
    framing.FramingItem[0].FramingRange.Range.MaxFrameSize = bytes;
    return STATUS_SUCCESS;
}

} // namespace ksbox::mixer
