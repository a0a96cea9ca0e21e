// Rendering in time with the master clock.
#include "portcls/wave_sink.h"

#include <algorithm>

#include "abi/guid.h"
#include "base/stream_time.h"
#include "ks/pin.h"
#include "ks/stream/own_framing.h"
#include "ks/stream/pin_stream.h"
#include "portcls/adapter.h"
#include "portcls/interface_ids.h"
#include "portcls/wave_stream.h"

namespace ksbox::portcls {
namespace {

/// "A thread that wakes up approximately every 20 milliseconds"; here it is a timer.
constexpr LONG interval_ms = 20;
constexpr ULONG frames_on_their_way = 4; ///< between two pins; a frame for each interval
constexpr LONGLONG interval_100ns = interval_ms * 10'000LL;

} // namespace

WaveSink::WaveSink(KSPIN &pin, Adapter &adapter)
    : pin_(pin), adapter_(adapter), queue_(ks::PinStream::of(ks::Pin::from(&pin)).queue()),
      work_(&pin, [this] { work(); }),
      stream_group_(ks::Pin::from(&pin).kernel, [this] { work_.run(); }),
      port_group_(ks::Pin::from(&pin).kernel, [this] { work_.run(); }) {
    KeInitializeTimer(&timer_);
    KeInitializeDpc(&timer_dpc_, timer_dpc, this);
}

WaveSink::~WaveSink() {
    if (!runs_driver_code())
        return;
    stream_group_.leave();
    port_group_.leave();
    KeCancelTimer(&timer_);
    KeRemoveQueueDpc(&timer_dpc_);
    KeFlushQueuedDpcs(); // one may have begun
}

NTSTATUS WaveSink::initialize(IMiniportDMus &miniport, IServiceGroup *port_group) {
    if (!work_.valid())
        return STATUS_INSUFFICIENT_RESOURCES;
    const KSDATAFORMAT &format = *pin_.ConnectionFormat;
    const WAVEFORMATEX *wave = wave_format(format);
    if (!(format.SubFormat == KSDATAFORMAT_SUBTYPE_PCM) || !wave || !wave->nBlockAlign ||
        !wave->nSamplesPerSec) {
        adapter_.finding("IMiniportDMus: a wave pin has a format that is not PCM");
        return STATUS_NOT_SUPPORTED;
    }
    block_bytes_ = wave->nBlockAlign;
    rate_hz_ = wave->nSamplesPerSec;
    // Where another pin takes the waves, the frames are this pin's to make.
    NTSTATUS status = ks::choose_framing(
        &pin_, frames_on_their_way,
        std::max<ULONG>(1, static_cast<ULONG>(frames_in_time(interval_100ns, rate_hz_))) *
            block_bytes_);
    if (!NT_SUCCESS(status))
        return status;
    status =
        parts_.make(ks::Pin::from(&pin_).kernel, miniport, pin_, DMUS_STREAM_WAVE_SINK, group_);
    if (!NT_SUCCESS(status))
        return status;
    synth_ = ComPtr<ISynthSinkDMus>::query(parts_.stream(), IID_ISynthSinkDMus);
    if (!synth_) {
        adapter_.finding("IMiniportDMus::NewStream: the stream for DMUS_STREAM_WAVE_SINK has no "
                         "ISynthSinkDMus");
        return STATUS_NOT_SUPPORTED;
    }
    status = stream_group_.join(group_.get());
    if (NT_SUCCESS(status) && port_group != group_.get())
        status = port_group_.join(port_group);
    return status;
}

NTSTATUS WaveSink::set_state(KSSTATE to, KSSTATE from) {
    const OneAtATime::Pause pause(work_);
    const NTSTATUS status = call_method("IMXF.SetState", parts_.stream(), &IMXF::SetState, to);
    if (!NT_SUCCESS(status) && to > from)
        return status;
    state_ = to;
    if (from == KSSTATE_RUN) {
        KeCancelTimer(&timer_);
        before_ += time_of_frames(static_cast<ULONGLONG>(position_bytes_) / block_bytes_, rate_hz_);
    }
    if (to == KSSTATE_STOP)
        before_ = 0;
    if (to == KSSTATE_RUN) {
        // "The sample clock must be reset to zero at time rfTime": positions begin there too.
        position_bytes_ = 0;
        started_ = master_clock_100ns();
        synchronize(started_, true);
        LARGE_INTEGER due;
        due.QuadPart = -interval_100ns;
        KeSetTimerEx(&timer_, due, interval_ms, &timer_dpc_);
    }
    return status;
}

NTSTATUS WaveSink::process() {
    work_.run();
    return STATUS_PENDING;
}

void NTAPI WaveSink::timer_dpc(PKDPC, PVOID context, PVOID, PVOID) {
    static_cast<WaveSink *>(context)->work_.run();
}

/// "An opportunity to synchronize": one that it cannot take changes nothing [inferred].
void WaveSink::synchronize(LONGLONG now, bool start) {
    synchronized_ = now;
    call_method("ISynthSinkDMus.SyncToMaster", synth_.get(), &ISynthSinkDMus::SyncToMaster, now,
                BOOL(start));
}

/// The synthesizer's own count, so that drift between the clocks is its to correct. One that it
/// cannot tell, or that is more than a second off, is counted by the format [inferred].
LONGLONG WaveSink::due_samples(LONGLONG now) {
    const LONGLONG nominal =
        static_cast<LONGLONG>(frames_in_time(static_cast<ULONGLONG>(now - started_), rate_hz_));
    LONGLONG told = nominal;
    if (!NT_SUCCESS(call_method("ISynthSinkDMus.RefTimeToSample", synth_.get(),
                                &ISynthSinkDMus::RefTimeToSample, now, &told)))
        return nominal;
    if (told >= nominal - LONGLONG(rate_hz_) && told <= nominal + LONGLONG(rate_hz_))
        return told;
    if (!std::exchange(clock_reported_, true))
        adapter_.finding("ISynthSinkDMus::RefTimeToSample: the sample clock is more than a second "
                         "off the master clock");
    return nominal;
}

void WaveSink::work() {
    if (state_ != KSSTATE_RUN)
        return;
    const LONGLONG now = master_clock_100ns();
    if (now - synchronized_ >= interval_100ns)
        synchronize(now, false);
    const LONGLONG due_bytes = due_samples(now) * block_bytes_;
    while (due_bytes - position_bytes_ >= LONGLONG(block_bytes_) && fill_frame(due_bytes)) {
    }
}

/// The frame's stream time, by the synthesizer's clock.
void WaveSink::stamp(ks::StreamPointer &edge) {
    REFERENCE_TIME time = 0;
    if (!NT_SUCCESS(call_method("ISynthSinkDMus.SampleToRefTime", synth_.get(),
                                &ISynthSinkDMus::SampleToRefTime, position_bytes_ / block_bytes_,
                                &time)))
        return;
    KSSTREAM_HEADER &header = *edge.abi.StreamHeader;
    header.PresentationTime = {std::max<LONGLONG>(before_ + time - started_, 0), 1, 1};
    header.OptionsFlags |= KSSTREAM_HEADER_OPTIONSF_TIMEVALID;
}

/// Renders into the frame at the edge, which ends when no sample fits any more. What no client has
/// a frame for yet is rendered when it comes: a synthesizer leaves nothing out. False: there is no
/// frame.
bool WaveSink::fill_frame(LONGLONG due_bytes) {
    ks::StreamPointer &edge = queue_.leading_edge();
    if (!NT_SUCCESS(queue_.lock(edge)))
        return false;
    const KSSTREAM_POINTER_OFFSET &offset = edge.offset();
    const auto most =
        static_cast<ULONG>(std::min<LONGLONG>(offset.Remaining, due_bytes - position_bytes_));
    const ULONG count = most / block_bytes_ * block_bytes_;
    const bool ends = offset.Remaining - count < block_bytes_;
    if (offset.Remaining < block_bytes_)
        queue_.set_status(edge, STATUS_BUFFER_TOO_SMALL);
    else if (offset.Remaining == offset.Count)
        stamp(edge);
    if (count) // both in bytes, says the page
        call_method("ISynthSinkDMus.Render", synth_.get(), &ISynthSinkDMus::Render,
                    static_cast<PBYTE>(offset.Data), count, position_bytes_);
    position_bytes_ += count;
    queue_.advance_offsets_and_unlock(edge, 0, count, ends);
    return true;
}

} // namespace ksbox::portcls
