// Events on their way: out of frames when they are due, into frames when they have come.
#include "portcls/music_stream.h"

#include "ks/stream/stream_irp.h"

namespace ksbox::portcls {
namespace {

/// A device that has taken nothing is asked again so much later [inferred].
constexpr LONGLONG retry_100ns = 10'000;

/// A client that gives due events as fast as they go holds up whoever's thread sends them: after so
/// many it goes on from the timer [inferred].
constexpr unsigned most_at_once = 1'000;

LONGLONG time_of(const KSSTREAM_HEADER &header) {
    const KSTIME &time = header.PresentationTime;
    return time.Denominator ? time.Time * time.Numerator / time.Denominator : time.Time;
}

} // namespace

// Rendering.

void MusicStream::sequence() {
    ks::StreamPointer &edge = queue_.leading_edge();
    for (unsigned sent = 0; send_rest() && NT_SUCCESS(queue_.lock(edge)); ++sent) {
        if (sent == most_at_once) {
            queue_.unlock(edge);
            wake_after(retry_100ns);
            return;
        }
        if (!next_event(edge, now_100ns()))
            return;
    }
}

/// The event at the locked edge, if it is due. False: not yet. Unlocks.
bool MusicStream::next_event(ks::StreamPointer &edge, LONGLONG now) {
    const KSSTREAM_HEADER &header = *edge.abi.StreamHeader;
    const KSSTREAM_POINTER_OFFSET &offset = edge.offset();
    const LONGLONG frame_time = time_of(header);
    if (offset.Data == header.Data)
        last_time_ = frame_time;
    if (!offset.Remaining) {
        queue_.eject_and_unlock(edge);
        return true;
    }
    const auto event = read_event(format_, {offset.Data, offset.Remaining},
                                  format_ == MusicFormat::midi ? last_time_ : frame_time);
    if (!event) {
        queue_.set_status(edge, STATUS_INVALID_PARAMETER);
        queue_.eject_and_unlock(edge);
        return true;
    }
    const LONGLONG early = event->time_100ns - now;
    if (early > device_->prefetch_100ns()) {
        queue_.unlock(edge);
        wake_after(early - device_->prefetch_100ns());
        return false;
    }
    last_time_ = event->time_100ns;
    rest_.assign(event->bytes.begin(), event->bytes.end());
    rest_time_ = event->time_100ns;
    rest_group_ = event->channel_group;
    const bool sent = send_rest();
    queue_.advance_offsets_and_unlock(edge, event->size, 0, false);
    return sent;
}

/// False: the device has not taken all of it; it is asked again later.
bool MusicStream::send_rest() {
    while (!rest_.empty()) {
        const auto sent = device_->send(rest_, clock_at(rest_time_), rest_group_);
        if (!sent) {
            rest_.clear();
            return true;
        }
        if (!*sent) {
            wake_after(retry_100ns);
            return false;
        }
        rest_.erase(rest_.begin(), rest_.begin() + *sent);
    }
    return true;
}

// Capturing.

void MusicStream::receive(std::span<const UCHAR> bytes, LONGLONG clock_100ns, bool whole) {
    if (state_ < KSSTATE_PAUSE)
        return;
    const LONGLONG time =
        clock_100ns ? std::max<LONGLONG>(before_ + clock_100ns - started_, 0) : now_100ns();
    if (whole) {
        keep(time, {bytes.begin(), bytes.end()});
        return;
    }
    for (const UCHAR byte : bytes)
        parser_.feed(byte, [&](std::vector<UCHAR> message) { keep(time, std::move(message)); });
}

void MusicStream::keep(LONGLONG time_100ns, std::vector<UCHAR> bytes) {
    if (!bytes.empty())
        messages_.push_back({time_100ns, std::move(bytes)});
}

/// As many messages as fit, and the frame ends: who plays along does not wait for a full one. A
/// message that is longer than a frame goes on in the next. False: there is no frame.
bool MusicStream::fill_frame() {
    ks::StreamPointer &edge = queue_.leading_edge();
    if (!NT_SUCCESS(queue_.lock(edge)))
        return false;
    const KSSTREAM_POINTER_OFFSET &offset = edge.offset();
    const ULONG head = event_header_bytes(format_);
    const LONGLONG frame_time = messages_.front().time_100ns;
    LONGLONG last = frame_time;
    ULONG used = 0;
    while (!messages_.empty() && offset.Remaining - used > head) {
        Message &message = messages_.front();
        const ULONG room = offset.Remaining - used;
        if (used && head + message.bytes.size() > room)
            break;
        MusicEvent event{};
        event.time_100ns = message.time_100ns;
        event.bytes = message.bytes;
        used += write_event(format_, {offset.Data + used, room}, event,
                            format_ == MusicFormat::midi ? last : frame_time);
        last = message.time_100ns;
        if (head + message.bytes.size() > room) {
            message.bytes.erase(message.bytes.begin(), message.bytes.begin() + (room - head));
            break;
        }
        messages_.pop_front();
    }
    if (!used)
        queue_.set_status(edge, STATUS_BUFFER_TOO_SMALL);
    KSSTREAM_HEADER &header = *edge.abi.StreamHeader;
    header.PresentationTime = {frame_time, 1, 1};
    header.OptionsFlags |= KSSTREAM_HEADER_OPTIONSF_TIMEVALID;
    queue_.advance_offsets_and_unlock(edge, 0, used, true);
    return true;
}

} // namespace ksbox::portcls
