#include "portcls/dmus_parts.h"

#include <algorithm>

namespace ksbox::portcls {

NTSTATUS DMusParts::make(Kernel &kernel, IMiniportDMus &miniport, KSPIN &pin, DMUS_STREAM_TYPE type,
                         ComPtr<IServiceGroup> &group) {
    allocator_ = make_com<MusicAllocator>(kernel);
    clock_ = make_com<MasterClock>(kernel);
    if (!allocator_ || !clock_)
        return STATUS_INSUFFICIENT_RESOURCES;
    ULONGLONG prefetch = 0;
    const NTSTATUS status = call_method(
        "IMiniportDMus.NewStream", &miniport, &IMiniportDMus::NewStream, stream_.receive(), nullptr,
        NonPagedPool, pin.Id, type, pin.ConnectionFormat, group.receive(),
        static_cast<PAllocatorMXF>(allocator_), static_cast<PMASTERCLOCK>(clock_), &prefetch);
    prefetch_ = static_cast<LONGLONG>(std::min<ULONGLONG>(prefetch, MAXLONGLONG));
    return NT_SUCCESS(status) && !stream_ ? STATUS_UNSUCCESSFUL : status;
}

void DMusParts::release() {
    stream_.reset();
    if (MasterClock *clock = std::exchange(clock_, nullptr))
        clock->Release();
    if (MusicAllocator *allocator = std::exchange(allocator_, nullptr))
        allocator->Release();
}

} // namespace ksbox::portcls
