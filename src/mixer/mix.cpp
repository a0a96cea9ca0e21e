#include "mixer/mix.h"

#include <algorithm>

#include "base/stream_time.h"

namespace ksbox::mixer {
namespace {

/// Music that is mastered to full scale stays as it is nearly everywhere.
constexpr float knee = 0.95F;

/// Whole frames between byte counts.
std::size_t frames_in(ULONG bytes, const SampleFormat &format) {
    return bytes / format.frame_bytes();
}

} // namespace

Mix &mix_of(PKSFILTER filter) {
    return *static_cast<Mix *>(filter->Context);
}

std::size_t Mix::block_frames(const SampleFormat &format) {
    return format.rate_hz / 100;
}

Result<void> Mix::begin(const SampleFormat &format) {
    format_ = format;
    block_frames_ = block_frames(format);
    sum_.resize(block_frames_ * format.channels);
    position_ = 0;
    for (Stream *stream : streams_)
        if (auto entered = stream->enter(format); !entered) {
            end();
            return entered;
        }
    drop_block();
    return {};
}

void Mix::end() {
    format_.reset();
    for (Stream *stream : streams_)
        stream->leave();
    patience_.renew();
}

void Mix::drop_block() {
    complete_ = sent_ = 0;
    std::ranges::fill(sum_, 0.0F);
    for (Stream *stream : streams_)
        stream->begin_block();
}

Result<void> Mix::add(Stream &stream) {
    if (format_)
        KS_CHECK(stream.enter(*format_));
    streams_.push_back(&stream);
    return {};
}

void Mix::remove(Stream &stream) {
    std::erase(streams_, &stream);
}

float Mix::take_peak(unsigned channel) {
    return std::exchange(peaks_[channel], 0.0F);
}

/// All that ran has ended.
bool Mix::at_end() const {
    return std::ranges::any_of(streams_, &Stream::ended) &&
           std::ranges::none_of(streams_, &Stream::holds);
}

std::size_t Mix::longest() const {
    std::size_t frames = 0;
    for (const Stream *stream : streams_)
        frames = std::max(frames, stream->filled());
    return frames;
}

/// What the streams have goes to the block; whether anything moved.
bool Mix::collect(std::span<const PKSPROCESSPIN> sinks) {
    const std::span<float> sum(sum_);
    const unsigned channels = format_->channels;
    bool moved = false;
    addends_.clear();
    for (PKSPROCESSPIN pin : sinks) {
        auto *stream = static_cast<Stream *>(pin->Pin->Context);
        const Stream::Share share = stream->take(*pin, block_frames_);
        moved |= share.moved;
        if (share.frames == block_frames_)
            addends_.push_back(share.addend); // together they cost least
        else if (share.frames)
            mixer::add({&share.addend, 1}, channels,
                       sum.subspan(share.at * channels, share.frames * channels), true);
    }
    end_told_ = end_told_ && !moved;
    if (!addends_.empty())
        mixer::add(addends_, channels, sum, true);
    return moved;
}

/// The block is as it will be.
void Mix::complete(std::size_t frames) {
    const std::span<float> block = std::span(sum_).first(frames * format_->channels);
    if (limits)
        limit(block, knee);
    const auto peaks = mixer::peaks(block, format_->channels);
    for (unsigned c = 0; c < most_channels; ++c)
        peaks_[c] = std::max(peaks_[c], peaks[c]);
    dithers_ = std::ranges::any_of(
        streams_, [this](const Stream *stream) { return stream->loses_bits_in(*format_); });
    complete_ = frames;
    sent_ = 0;
    patience_.renew();
}

/// What fits of the block into the source's frame; whether anything did.
void Mix::send(KSPROCESSPIN &source) {
    const SampleFormat &format = *format_;
    const std::size_t room = frames_in(source.BytesAvailable, format);
    const std::size_t frames = std::min(complete_ - sent_, room);
    KSSTREAM_HEADER &header = *source.StreamPointer->StreamHeader;
    const KSSTREAM_POINTER_OFFSET &offset = source.StreamPointer->OffsetOut;
    if (offset.Remaining == offset.Count) {
        header.PresentationTime = {time_of_frames(position_, format.rate_hz), 1, 1};
        header.OptionsFlags |= KSSTREAM_HEADER_OPTIONSF_TIMEVALID;
    }
    encode(format.encoding, format.valid_bits,
           std::span<const float>(sum_).subspan(sent_ * format.channels, frames * format.channels),
           dithers_ ? &dither_ : nullptr, static_cast<std::byte *>(source.Data));
    source.BytesUsed = static_cast<ULONG>(frames * format.frame_bytes());
    source.Terminate = frames == room;
    sent_ += frames;
    position_ += frames;
    if (sent_ == complete_)
        drop_block();
}

/// Nothing comes any more for now: a frame that is not full goes as it is, and with the end of the
/// last stream the source's stream ends. Whether there was anything to send.
bool Mix::let_go(KSPROCESSPIN &source) {
    const KSSTREAM_POINTER_OFFSET &offset = source.StreamPointer->OffsetOut;
    const bool ends = at_end() && !std::exchange(end_told_, true);
    source.Terminate = ends || offset.Remaining != offset.Count;
    if (ends)
        source.StreamPointer->StreamHeader->OptionsFlags |= KSSTREAM_HEADER_OPTIONSF_ENDOFSTREAM;
    return source.Terminate;
}

NTSTATUS Mix::process(std::span<const PKSPROCESSPIN> sinks, KSPROCESSPIN &source) {
    if (!format_ || !source.StreamPointer)
        return STATUS_PENDING;
    if (complete_ != 0) {
        send(source);
        return STATUS_SUCCESS;
    }
    if (collect(sinks))
        return STATUS_SUCCESS; // there may be more
    const bool waits = std::ranges::any_of(
        streams_, [this](const Stream *stream) { return !stream->ready(block_frames_); });
    const std::size_t frames = longest();
    if (!waits && frames != 0) {
        const bool goes_on = std::ranges::any_of(streams_, &Stream::holds);
        complete(goes_on ? block_frames_ : frames);
        return STATUS_SUCCESS;
    }
    if (!waits)
        return let_go(source) ? STATUS_SUCCESS : STATUS_PENDING;
    if (use_ == Use::captures)
        return STATUS_PENDING;
    // Without anybody's frames there is nothing that comes too late.
    if (frames == 0 &&
        source.StreamPointer->OffsetOut.Remaining == source.StreamPointer->OffsetOut.Count)
        return STATUS_PENDING;
    if (!patience_.is_over())
        return STATUS_PENDING;
    for (Stream *stream : streams_)
        if (!stream->ready(block_frames_))
            stream->starve();
    patience_.renew();
    return STATUS_SUCCESS;
}

} // namespace ksbox::mixer
