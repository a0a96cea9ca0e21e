// States, positions and sizes of WaveCyclic streams.
#include "portcls/wave_cyclic_stream.h"

#include "ks/pin.h"
#include "ks/stream/pin_stream.h"
#include "portcls/wave_cyclic_transfer.h"

namespace ksbox::portcls {
namespace {

/// @doc NF:portcls.IMiniportWaveCyclicStream.SetNotificationFreq
constexpr ULONG notification_interval_ms = 10;
/// What allocator framing asks of a client: enough frames that one can be late [inferred].
constexpr ULONG frames_wanted = 8;

} // namespace

WaveCyclicStream::WaveCyclicStream(KSPIN &pin, Parts parts)
    : pin_(pin), queue_(ks::PinStream::of(ks::Pin::from(&pin)).queue()), looped_(is_looped(pin)),
      stream_(std::move(parts.stream)), buffer_(std::move(parts.channel)),
      group_(std::move(parts.group)), work_(&pin, [this] { service(); }),
      membership_(ks::Pin::from(&pin).kernel, [this] { work_.run(); }) {}

Result<std::unique_ptr<WaveCyclicStream>> WaveCyclicStream::create(KSPIN &pin, bool capture,
                                                                   Parts parts) {
    std::unique_ptr<WaveCyclicStream> made = capture ? make_cyclic_capture(pin, std::move(parts))
                                                     : make_cyclic_render(pin, std::move(parts));
    if (const NTSTATUS status = made->initialize(); !NT_SUCCESS(status))
        return fail(status);
    return made;
}

NTSTATUS WaveCyclicStream::initialize() {
    if (!work_.valid())
        return STATUS_INSUFFICIENT_RESOURCES;
    if (const NTSTATUS status = size_buffer(*pin_.ConnectionFormat); !NT_SUCCESS(status))
        return status;
    return membership_.join(group_.get());
}

NTSTATUS WaveCyclicStream::size_buffer(const KSDATAFORMAT &format) {
    ULONG bytes = 0;
    call_method("IMiniportWaveCyclicStream.SetNotificationFreq", stream_.get(),
                &IMiniportWaveCyclicStream::SetNotificationFreq, notification_interval_ms, &bytes);
    block_bytes_ = block_bytes(format);
    const NTSTATUS status = buffer_.size_for(bytes, block_bytes_);
    interval_bytes_ = bytes ? bytes : buffer_.bytes();
    return status;
}

void WaveCyclicStream::update_position() {
    ULONG offset = last_offset_;
    if (!NT_SUCCESS(call_method("IMiniportWaveCyclicStream.GetPosition", stream_.get(),
                                &IMiniportWaveCyclicStream::GetPosition, &offset)))
        return;
    const ULONG size = buffer_.bytes();
    offset %= size; // "the position never exceeds the buffer size"
    device_bytes_ += (offset + size - last_offset_) % size;
    last_offset_ = offset;
}

void WaveCyclicStream::service() {
    if (state_ < KSSTATE_PAUSE)
        return;
    if (state_ == KSSTATE_RUN)
        update_position();
    transfer();
}

NTSTATUS WaveCyclicStream::process() {
    work_.run();
    return STATUS_PENDING;
}

NTSTATUS WaveCyclicStream::set_state(KSSTATE to, KSSTATE from) {
    const OneAtATime::Pause pause(work_);
    if (from == KSSTATE_STOP)
        prepare();
    const NTSTATUS status = call_method("IMiniportWaveCyclicStream.SetState", stream_.get(),
                                        &IMiniportWaveCyclicStream::SetState, to);
    if (!NT_SUCCESS(status) && to > from)
        return status;
    if (from == KSSTATE_RUN) {
        // The position is frozen; what the device did until then still counts.
        const KIRQL irql = KfRaiseIrql(DISPATCH_LEVEL);
        service();
        KeLowerIrql(irql);
    }
    state_ = to;
    if (to == KSSTATE_STOP) {
        last_offset_ = 0;
        device_bytes_ = 0;
        rewind();
    }
    return status;
}

NTSTATUS WaveCyclicStream::set_format(KSDATAFORMAT &format) {
    const OneAtATime::Pause pause(work_);
    const NTSTATUS status = call_method("IMiniportWaveCyclicStream.SetFormat", stream_.get(),
                                        &IMiniportWaveCyclicStream::SetFormat, &format);
    return NT_SUCCESS(status) ? size_buffer(format) : status;
}

void WaveCyclicStream::reset() {
    const OneAtATime::Pause pause(work_);
    forget_frames();
}

NTSTATUS WaveCyclicStream::position(KSAUDIO_POSITION &position) {
    const OneAtATime::Pause pause(work_);
    if (state_ == KSSTATE_RUN) {
        const KIRQL irql = KfRaiseIrql(DISPATCH_LEVEL);
        update_position();
        KeLowerIrql(irql);
    }
    position = current_position();
    return STATUS_SUCCESS;
}

NTSTATUS WaveCyclicStream::set_position(const KSAUDIO_POSITION &position) {
    if (!looped_)
        return STATUS_INVALID_DEVICE_REQUEST;
    const OneAtATime::Pause pause(work_);
    move_to(position.PlayOffset);
    return STATUS_SUCCESS;
}

NTSTATUS WaveCyclicStream::framing(KSALLOCATOR_FRAMING &framing) {
    const OneAtATime::Pause pause(work_);
    framing = {};
    framing.RequirementsFlags =
        KSALLOCATOR_REQUIREMENTF_SYSTEM_MEMORY | KSALLOCATOR_REQUIREMENTF_PREFERENCES_ONLY;
    framing.PoolType = NonPagedPool;
    framing.Frames = frames_wanted;
    framing.FrameSize = interval_bytes_;
    framing.FileAlignment = FILE_BYTE_ALIGNMENT;
    return STATUS_SUCCESS;
}

} // namespace ksbox::portcls
