// States and time of music streams.
#include "portcls/music_stream.h"

#include "ks/pin.h"
#include "ks/stream/pin_stream.h"
#include "portcls/music_objects.h"

namespace ksbox::portcls {

MusicStream::MusicStream(KSPIN &pin, bool capture)
    : pin_(pin), queue_(ks::PinStream::of(ks::Pin::from(&pin)).queue()), capture_(capture),
      format_(music_format(*pin.ConnectionFormat)), work_(&pin, [this] { work(); }),
      stream_group_(ks::Pin::from(&pin).kernel, [this] { work_.run(); }),
      port_group_(ks::Pin::from(&pin).kernel, [this] { work_.run(); }) {
    KeInitializeTimer(&timer_);
    KeInitializeDpc(&timer_dpc_, timer_dpc, this);
}

MusicStream::~MusicStream() {
    if (!runs_driver_code())
        return;
    stream_group_.leave();
    port_group_.leave();
    KeCancelTimer(&timer_);
    KeRemoveQueueDpc(&timer_dpc_);
    KeFlushQueuedDpcs(); // one may have begun
}

NTSTATUS MusicStream::initialize(const MakeDevice &make_device, IServiceGroup *port_group) {
    if (!work_.valid())
        return STATUS_INSUFFICIENT_RESOURCES;
    auto made = make_device([this](std::span<const UCHAR> bytes, LONGLONG clock_100ns, bool whole) {
        receive(bytes, clock_100ns, whole);
    });
    if (!made)
        return made.error().value();
    device_ = std::move(*made);
    NTSTATUS status = stream_group_.join(device_->group());
    // What is asked of all streams comes by the port's group.
    if (NT_SUCCESS(status) && port_group != device_->group())
        status = port_group_.join(port_group);
    return status;
}

LONGLONG MusicStream::now_100ns() const {
    return state_ == KSSTATE_RUN ? before_ + master_clock_100ns() - started_ : before_;
}

NTSTATUS MusicStream::set_state(KSSTATE to, KSSTATE from) {
    const OneAtATime::Pause pause(work_);
    const NTSTATUS status = device_->set_state(to);
    if (!NT_SUCCESS(status) && to > from)
        return status;
    const LONGLONG now = now_100ns();
    state_ = to;
    before_ = to == KSSTATE_STOP ? 0 : now;
    started_ = master_clock_100ns();
    if (to == KSSTATE_STOP) {
        messages_.clear();
        parser_.reset();
    }
    work_.run(); // as transfers go on: what has waited for RUN
    return status;
}

NTSTATUS MusicStream::set_format(KSDATAFORMAT &format) {
    const OneAtATime::Pause pause(work_);
    const NTSTATUS status = device_->set_format(format);
    if (NT_SUCCESS(status))
        format_ = music_format(format);
    return status;
}

NTSTATUS MusicStream::process() {
    work_.run();
    return STATUS_PENDING;
}

void MusicStream::reset() {
    const OneAtATime::Pause pause(work_);
    rest_.clear();
}

void MusicStream::work() {
    if (!capture_) {
        if (state_ == KSSTATE_RUN)
            sequence();
        return;
    }
    // Also in STOP: "if the hardware is trying to produce data, that data should be thrown away".
    device_->poll();
    while (state_ >= KSSTATE_PAUSE && !messages_.empty() && fill_frame()) {
    }
}

void NTAPI MusicStream::timer_dpc(PKDPC, PVOID context, PVOID, PVOID) {
    static_cast<MusicStream *>(context)->work_.run();
}

void MusicStream::wake_after(LONGLONG time_100ns) {
    LARGE_INTEGER due;
    due.QuadPart = -std::max<LONGLONG>(time_100ns, 1);
    KeSetTimer(&timer_, due, &timer_dpc_);
}

} // namespace ksbox::portcls
