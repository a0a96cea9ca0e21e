#include "ks/stream/own_framing.h"

namespace ksbox::ks {

NTSTATUS choose_framing(PKSPIN pin, ULONG frames_on_their_way, ULONG bytes) {
    constexpr ULONG tag = 'rFsK';
    NTSTATUS status = _KsEdit(
        pin->Bag, reinterpret_cast<PVOID *>(const_cast<PKSPIN_DESCRIPTOR_EX *>(&pin->Descriptor)),
        sizeof *pin->Descriptor, sizeof *pin->Descriptor, tag);
    if (!NT_SUCCESS(status))
        return status;
    const KSALLOCATOR_FRAMING_EX chosen = any_frames(frames_on_their_way, bytes);
    auto *copy = const_cast<PKSALLOCATOR_FRAMING_EX>(&chosen);
    status = _KsEdit(pin->Bag, reinterpret_cast<PVOID *>(&copy), sizeof chosen, sizeof chosen, tag);
    if (NT_SUCCESS(status))
        const_cast<KSPIN_DESCRIPTOR_EX &>(*pin->Descriptor).AllocatorFraming = copy;
    return status;
}

} // namespace ksbox::ks
