// One pass of a filter: process pins are filled in, Process is called, what it used is taken off
// the queues.
#include "ks/processing/filter_processor.h"

#include "ks/filter.h"
#include "ks/stream/pin_stream.h"
#include "nt/call_driver.h"

namespace ksbox::ks {

namespace {

/// What a sample without data may tell downstream.
constexpr ULONG carried_flags =
    KSSTREAM_HEADER_OPTIONSF_ENDOFSTREAM | KSSTREAM_HEADER_OPTIONSF_DATADISCONTINUITY |
    KSSTREAM_HEADER_OPTIONSF_TIMEDISCONTINUITY | KSSTREAM_HEADER_OPTIONSF_SPLICEPOINT;

} // namespace

std::uint64_t FilterProcessor::progress() const {
    std::uint64_t sum = 0;
    for (PinStream *stream : streams_)
        sum += stream->queue().changes();
    return sum;
}

NTSTATUS FilterProcessor::process() {
    if (!active() || !reserve_table(streams_.size()))
        return STATUS_PENDING;
    fill_table();
    for (PinStream *stream : streams_)
        pay_flags(*stream);
    if (!sees_empty_samples_)
        bypass_empty_samples();
    // What was just passed on may have been all there was; the threshold is one off input.
    if (gate_count(gate()) < 0)
        return STATUS_SUCCESS;
    bool complete = true;
    for (PinStream *stream : streams_) {
        prepare(*stream);
        complete = complete && (stream->process_pin->StreamPointer || !stream->requires_frame());
    }
    // A frame is being cancelled in this very moment: look again when it is gone.
    if (!complete) {
        for (PinStream *stream : streams_)
            stream->queue().unlock(stream->queue().leading_edge());
        return STATUS_SUCCESS;
    }
    const NTSTATUS status = call_driver("KSFILTER_DISPATCH.Process", filter_.abi_address(),
                                        filter_.dispatch()->Process, &filter_.abi(), table_);
    // Inputs first: the end of the stream on one of them reaches the frames that the outputs are
    // about to send.
    for (const bool inputs : {true, false})
        for (PinStream *stream : streams_)
            if (stream->input() == inputs)
                conclude(*stream);
    return status;
}

void FilterProcessor::prepare(PinStream &stream) {
    KSPROCESSPIN &process_pin = *stream.process_pin;
    PKSPIN const pin = process_pin.Pin;
    process_pin = {};
    process_pin.Pin = pin;
    // The splitter fills the frames of a branch; the minidriver only learns whose they are.
    if (PinStream *const source = stream.copy_source())
        process_pin.CopySource = source->process_pin;
    if (PinStream *const source = stream.delegate_branch())
        process_pin.DelegateBranch = source->process_pin;
    if (process_pin.CopySource || process_pin.DelegateBranch)
        return;
    StreamPointer &leading = stream.queue().leading_edge();
    if (!NT_SUCCESS(stream.queue().lock(leading)))
        return;
    process_pin.StreamPointer = &leading.abi;
    process_pin.Data = leading.offset().Data;
    process_pin.BytesAvailable = leading.offset().Remaining;
    if (stream.input())
        process_pin.Flags = leading.abi.StreamHeader->OptionsFlags;
}

void FilterProcessor::conclude(PinStream &stream) {
    KSPROCESSPIN &process_pin = *stream.process_pin;
    StreamPointer &leading = stream.queue().leading_edge();
    // A minidriver that moved or unlocked the pointer itself has done the rest too.
    if (!process_pin.StreamPointer || !leading.locked)
        return;
    const ULONG used = process_pin.BytesUsed;
    const bool ejects = process_pin.Terminate || used >= leading.offset().Remaining;
    const ULONG flags = leading.abi.StreamHeader->OptionsFlags;
    if (stream.input()) {
        stream.queue().advance_offsets(leading, used, 0, process_pin.Terminate);
        if (ejects && !sees_empty_samples_ && (flags & KSSTREAM_HEADER_OPTIONSF_ENDOFSTREAM))
            send_flags(KSSTREAM_HEADER_OPTIONSF_ENDOFSTREAM);
    } else {
        stream.queue().advance_offsets(leading, 0, used, process_pin.Terminate);
    }
    stream.queue().unlock(leading);
    process_pin.StreamPointer = nullptr;
    process_pin.Data = nullptr;
}

/// Samples that carry flags but no data go past the minidriver (NS:ks._KSFILTER_DESCRIPTOR,
/// KSFILTER_FLAG_RECEIVE_ZERO_LENGTH_SAMPLES).
void FilterProcessor::bypass_empty_samples() {
    for (PinStream *stream : streams_) {
        if (!stream->input())
            continue;
        Queue &queue = stream->queue();
        StreamPointer &leading = queue.leading_edge();
        while (NT_SUCCESS(queue.lock(leading))) {
            const KSSTREAM_HEADER &header = *leading.abi.StreamHeader;
            if (header.DataUsed || (header.OptionsFlags & KSSTREAM_HEADER_OPTIONSF_TYPECHANGED)) {
                queue.unlock(leading);
                break;
            }
            const ULONG flags = header.OptionsFlags & carried_flags;
            queue.unlock(leading);
            static_cast<void>(queue.advance(leading));
            if (flags)
                send_flags(flags);
        }
    }
}

/// On every output: with the frame it is filling, else with the next one it gets.
void FilterProcessor::send_flags(ULONG flags) {
    for (PinStream *stream : streams_) {
        if (stream->input() || stream->is_branch())
            continue;
        stream->owed_flags |= flags;
        KSPROCESSPIN &process_pin = *stream->process_pin;
        if (process_pin.StreamPointer) {
            process_pin.StreamPointer->StreamHeader->OptionsFlags |=
                std::exchange(stream->owed_flags, 0);
            process_pin.Terminate = TRUE;
        } else {
            pay_flags(*stream);
        }
    }
}

void FilterProcessor::pay_flags(PinStream &stream) {
    Queue &queue = stream.queue();
    StreamPointer &leading = queue.leading_edge();
    if (!stream.owed_flags || !NT_SUCCESS(queue.lock(leading)))
        return;
    leading.abi.StreamHeader->OptionsFlags |= std::exchange(stream.owed_flags, 0);
    queue.unlock(leading);
    static_cast<void>(queue.advance(leading));
}

bool FilterProcessor::update(KSPROCESSPIN &process_pin) {
    PinStream &stream = PinStream::of(Pin::from(process_pin.Pin));
    conclude(stream);
    if (!stream.open())
        return false;
    prepare(stream);
    return process_pin.StreamPointer ||
           stream.pin().has_flag(KSPIN_FLAG_FRAMES_NOT_REQUIRED_FOR_PROCESSING);
}

} // namespace ksbox::ks
