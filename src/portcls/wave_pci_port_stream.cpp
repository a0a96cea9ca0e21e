// IPortWavePciStream and IPreFetchOffset.
#include "portcls/wave_pci_port_stream.h"

#include "abi/guid.h"

namespace ksbox::portcls {
namespace {

/// Published nowhere but in Microsoft's header: inferred.
constexpr GUID prefetch_offset_id = {
    0x7000f480, 0xed44, 0x4e8b, {0xb3, 0x8a, 0x41, 0x2f, 0x8d, 0x7a, 0x50, 0x4d}};

} // namespace

PciPortStream::PciPortStream(Kernel &kernel, WavePciStream &stream)
    : ComObject(kernel), stream_(stream) {
    ExInitializeRundownProtection(&calls_);
}

void PciPortStream::detach() {
    ExWaitForRundownProtectionRelease(&calls_);
}

template <typename F> NTSTATUS PciPortStream::with_stream(F call) {
    if (!ExAcquireRundownProtection(&calls_))
        return STATUS_INVALID_DEVICE_STATE; // the pin is closed. inferred
    const NTSTATUS status = call();
    ExReleaseRundownProtection(&calls_);
    return status;
}

NTSTATUS PciPortStream::GetMapping(PVOID tag, PPHYSICAL_ADDRESS physical, PVOID *address,
                                   PULONG bytes, PULONG flags) noexcept {
    if (!physical || !address || !bytes || !flags)
        return STATUS_INVALID_PARAMETER;
    return with_stream(
        [&] { return stream_.get_mapping(tag, *physical, *address, *bytes, *flags); });
}

NTSTATUS PciPortStream::ReleaseMapping(PVOID tag) noexcept {
    return with_stream([&] { return stream_.release_mapping(tag); });
}

NTSTATUS PciPortStream::TerminatePacket() noexcept {
    return with_stream([&] { return stream_.terminate_packet(); });
}

void PciPortStream::SetPreFetchOffset(ULONG bytes) noexcept {
    with_stream([&] {
        stream_.set_prefetch_offset(bytes);
        return STATUS_SUCCESS;
    });
}

IUnknown *PciPortStream::interface_of(const GUID &id) {
    if (id == IID_IPortWavePciStream)
        return static_cast<IPortWavePciStream *>(this);
    return id == prefetch_offset_id ? static_cast<IPreFetchOffset *>(this) : nullptr;
}

} // namespace ksbox::portcls
