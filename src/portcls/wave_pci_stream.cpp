// States, positions and properties of WavePci streams.
#include "portcls/wave_pci_stream.h"

#include "ks/pin.h"
#include "ks/stream/pin_stream.h"
#include "nt/spin_guard.h"
#include "portcls/wave_pci_port_stream.h"

namespace ksbox::portcls {

WavePciStream::WavePciStream(KSPIN &pin, bool capture)
    : pin_(pin), queue_(ks::PinStream::of(ks::Pin::from(&pin)).queue()), capture_(capture),
      looped_(is_looped(pin)), membership_(ks::Pin::from(&pin).kernel, [this] { serve(); }) {}

WavePciStream::~WavePciStream() {
    membership_.leave();
    if (!port_stream_)
        return;
    if (runs_driver_code())
        port_stream_->detach();
    stream_.reset();
    port_stream_->Release();
}

NTSTATUS WavePciStream::initialize(IMiniportWavePci &miniport) {
    port_stream_ = make_com<PciPortStream>(ks::Pin::from(&pin_).kernel, *this);
    if (!port_stream_)
        return STATUS_INSUFFICIENT_RESOURCES;
    // "The port driver never uses the DmaChannel pointer, and it never calls Release on it."
    IDmaChannel *channel = nullptr;
    ComPtr<IServiceGroup> group;
    const NTSTATUS status = call_method(
        "IMiniportWavePci.NewStream", &miniport, &IMiniportWavePci::NewStream, stream_.receive(),
        nullptr, NonPagedPool, static_cast<IPortWavePciStream *>(port_stream_), pin_.Id,
        BOOLEAN(capture_), pin_.ConnectionFormat, &channel, group.receive());
    if (!NT_SUCCESS(status))
        return status;
    if (!stream_)
        return STATUS_UNSUCCESSFUL;
    // Without a group the port has a timer of its own, for position events, which nobody can
    // enable since Windows Vista.
    return membership_.join(group.get());
}

NTSTATUS WavePciStream::set_state(KSSTATE to, KSSTATE from) {
    // The miniport may ask for mappings meanwhile.
    if (to > from)
        state_ = to;
    const NTSTATUS status = call_method("IMiniportWavePciStream.SetState", stream_.get(),
                                        &IMiniportWavePciStream::SetState, to);
    state_ = NT_SUCCESS(status) || to < from ? to : from;
    if (to == KSSTATE_STOP) {
        SpinGuard guard(lock_);
        mapped_bytes_ = released_bytes_ = 0;
        loop_bytes_ = 0;
    }
    return status;
}

NTSTATUS WavePciStream::set_format(KSDATAFORMAT &format) {
    return call_method("IMiniportWavePciStream.SetFormat", stream_.get(),
                       &IMiniportWavePciStream::SetFormat, &format);
}

NTSTATUS WavePciStream::process() {
    if (refused_.exchange(false))
        call_method("IMiniportWavePciStream.MappingAvailable", stream_.get(),
                    &IMiniportWavePciStream::MappingAvailable);
    return STATUS_PENDING;
}

/// "The Notify method calls the Service method only on streams that are running."
void WavePciStream::serve() {
    if (state_ == KSSTATE_RUN)
        call_method("IMiniportWavePciStream.Service", stream_.get(),
                    &IMiniportWavePciStream::Service);
}

NTSTATUS WavePciStream::position(KSAUDIO_POSITION &position) {
    ULONGLONG at = 0;
    const NTSTATUS status = call_method("IMiniportWavePciStream.GetPosition", stream_.get(),
                                        &IMiniportWavePciStream::GetPosition, &at);
    if (!NT_SUCCESS(status))
        return status;
    const ULONG prefetch = prefetch_offset_;
    SpinGuard guard(lock_);
    ULONGLONG write = capture_ ? released_bytes_ : mapped_bytes_;
    if (!capture_ && prefetch != ULONG(-1))
        write = at + prefetch;
    position = {at, write};
    if (looped_ && loop_bytes_)
        position = {at % loop_bytes_, write % loop_bytes_};
    return STATUS_SUCCESS;
}

NTSTATUS WavePciStream::set_position(const KSAUDIO_POSITION &) {
    // The mappings that the miniport has are in order, and none of its methods moves it.
    return STATUS_INVALID_DEVICE_REQUEST;
}

NTSTATUS WavePciStream::framing(KSALLOCATOR_FRAMING &framing) {
    return call_method("IMiniportWavePciStream.GetAllocatorFraming", stream_.get(),
                       &IMiniportWavePciStream::GetAllocatorFraming, &framing);
}

} // namespace ksbox::portcls
