#include "mixer/pins.h"

#include <iterator>

#include "ks/stream/own_framing.h"
#include "mixer/driver.h"
#include "mixer/mix.h"
#include "mixer/wave_format.h"

namespace ksbox::mixer {
namespace {

constexpr ULONG frames_on_their_way = 8;

Stream *stream_of(PKSPIN pin) {
    return static_cast<Stream *>(pin->Context);
}

NTSTATUS status_of(const Result<void> &result) {
    return result ? STATUS_SUCCESS : result.error().value();
}

NTSTATUS NTAPI create_sink(PKSPIN pin, PIRP) {
    const auto format = read_format(*pin->ConnectionFormat);
    if (!format)
        return format.error().value();
    PKSFILTER const filter = KsPinGetParentFilter(pin);
    auto stream = std::make_unique<Stream>(*format);
    const Change change(filter);
    const auto added = mix_of(filter).add(*stream);
    if (added)
        pin->Context = stream.release();
    return status_of(added);
}

NTSTATUS NTAPI close_sink(PKSPIN pin, PIRP) {
    const std::unique_ptr<Stream> stream(stream_of(pin));
    PKSFILTER const filter = KsPinGetParentFilter(pin);
    const Change change(filter);
    mix_of(filter).remove(*stream);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI set_sink_state(PKSPIN pin, KSSTATE to, KSSTATE) {
    const Change change(KsPinGetParentFilter(pin));
    stream_of(pin)->set_running(to == KSSTATE_RUN);
    if (to == KSSTATE_STOP)
        stream_of(pin)->reset();
    return STATUS_SUCCESS;
}

void NTAPI reset_sink(PKSPIN pin) {
    const Change change(KsPinGetParentFilter(pin));
    stream_of(pin)->reset();
}

/// Frames of one block each, which is known now.
NTSTATUS choose_framing(PKSPIN pin, const SampleFormat &format) {
    return ks::choose_framing(pin, frames_on_their_way,
                              static_cast<ULONG>(Mix::block_frames(format) * format.frame_bytes()));
}

/// One that asks for its frames makes them, too.
NTSTATUS NTAPI create_pulling_sink(PKSPIN pin, PIRP irp) {
    const NTSTATUS status = create_sink(pin, irp);
    if (!NT_SUCCESS(status))
        return status;
    const NTSTATUS chosen = choose_framing(pin, stream_of(pin)->format());
    if (!NT_SUCCESS(chosen))
        close_sink(pin, irp);
    return chosen;
}

NTSTATUS NTAPI create_source(PKSPIN pin, PIRP) {
    const auto format = read_format(*pin->ConnectionFormat);
    if (!format)
        return format.error().value();
    if (const NTSTATUS status = choose_framing(pin, *format); !NT_SUCCESS(status))
        return status;
    PKSFILTER const filter = KsPinGetParentFilter(pin);
    const Change change(filter);
    return status_of(mix_of(filter).begin(*format));
}

NTSTATUS NTAPI close_source(PKSPIN pin, PIRP) {
    PKSFILTER const filter = KsPinGetParentFilter(pin);
    const Change change(filter);
    mix_of(filter).end();
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI set_source_state(PKSPIN pin, KSSTATE to, KSSTATE) {
    PKSFILTER const filter = KsPinGetParentFilter(pin);
    const Change change(filter);
    if (to == KSSTATE_STOP)
        mix_of(filter).drop_block();
    return STATUS_SUCCESS;
}

// A pin's format is fixed: Create says why it takes none.
const KSPIN_DISPATCH sink_dispatch = {create_sink, close_sink, nullptr,
                                      reset_sink,  nullptr,    set_sink_state};
const KSPIN_DISPATCH pulling_sink_dispatch = {create_pulling_sink, close_sink, nullptr,
                                              reset_sink,          nullptr,    set_sink_state};
const KSPIN_DISPATCH source_dispatch = {create_source, close_source, nullptr,
                                        nullptr,       nullptr,      set_source_state};

/// The source's is made to measure when its format is known.
constexpr KSALLOCATOR_FRAMING_EX framing = ks::any_frames(frames_on_their_way);

constexpr KSPIN_DESCRIPTOR_EX pin(const KSPIN_DISPATCH &dispatch, KSPIN_DATAFLOW flow,
                                  KSPIN_COMMUNICATION communication, ULONG flags, ULONG instances) {
    KSPIN_DESCRIPTOR_EX described{};
    described.Dispatch = &dispatch;
    described.PinDescriptor.DataRangesCount = data_range_count;
    described.PinDescriptor.DataRanges = data_ranges;
    described.PinDescriptor.DataFlow = flow;
    described.PinDescriptor.Communication = communication;
    described.PinDescriptor.Category = &KSCATEGORY_AUDIO;
    described.Flags =
        KSPIN_FLAG_FIXED_FORMAT | KSPIN_FLAG_INITIATE_PROCESSING_ON_EVERY_ARRIVAL | flags;
    described.InstancesPossible = instances;
    described.AllocatorFraming = &framing;
    described.IntersectHandler = intersect;
    return described;
}

} // namespace

constinit const KSPIN_DESCRIPTOR_EX pin_descriptors[pin_count] = {
    // One without frames keeps nobody waiting but as the mix decides.
    pin(sink_dispatch, KSPIN_DATAFLOW_IN, KSPIN_COMMUNICATION_SINK,
        KSPIN_FLAG_FRAMES_NOT_REQUIRED_FOR_PROCESSING, KSINSTANCE_INDETERMINATE),
    pin(source_dispatch, KSPIN_DATAFLOW_OUT, KSPIN_COMMUNICATION_BOTH, 0, 1),
};

constinit const KSPIN_DESCRIPTOR_EX capture_pin_descriptors[pin_count] = {
    pin(pulling_sink_dispatch, KSPIN_DATAFLOW_IN, KSPIN_COMMUNICATION_SOURCE,
        KSPIN_FLAG_FRAMES_NOT_REQUIRED_FOR_PROCESSING, 1),
    pin(source_dispatch, KSPIN_DATAFLOW_OUT, KSPIN_COMMUNICATION_SINK, 0, 1),
};

} // namespace ksbox::mixer
