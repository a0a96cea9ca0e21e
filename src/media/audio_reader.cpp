#include "media/audio_reader.h"

#include <algorithm>

#include <fmt/format.h>

#include "media/input.h"
#include "media/samples.h"

namespace ksbox::media {

namespace {

// A coder with loss works in frames, and a container may count its delay and padding.
constexpr std::uint64_t slack_frames = 8192;

bool is_pcm(AVCodecID codec) {
    return codec >= AV_CODEC_ID_FIRST_AUDIO && codec < AV_CODEC_ID_ADPCM_IMA_QT;
}

// Of a sample, where the decoder knows it. 0: as many as its container has.
unsigned bits_of(const AVCodecContext &codec, bool lossless) {
    if (!lossless)
        return 0;
    const int bits = is_pcm(codec.codec_id) && codec.bits_per_coded_sample > 0
                         ? codec.bits_per_coded_sample
                         : codec.bits_per_raw_sample;
    return static_cast<unsigned>(std::max(bits, 0));
}

} // namespace

AudioReader::AudioReader(std::unique_ptr<Input> input) : input_(std::move(input)) {}
AudioReader::~AudioReader() = default;

bool AudioReader::lossless() const {
    return input_->lossless();
}

Result<std::unique_ptr<AudioReader>> AudioReader::open(const std::filesystem::path &file,
                                                       std::optional<unsigned> stream) {
    auto input = KS_TRY(Input::open(file, AVMEDIA_TYPE_AUDIO, stream));
    std::unique_ptr<AudioReader> reader(new AudioReader(std::move(input)));
    KS_CHECK(reader->begin());
    return reader;
}

// Some formats show only when a frame is decoded.
Result<void> AudioReader::begin() {
    const AVCodecContext &codec = input_->codec();
    const AVRational frames{1, codec.sample_rate};
    if (codec.sample_rate > 0 && input_->stated_duration() > 0)
        stated_ = static_cast<std::uint64_t>(std::max<std::int64_t>(
            av_rescale_q(input_->stated_duration(), input_->stream().time_base, frames), 0));
    const AVCodecID id = codec.codec_id;
    if (stated_ != 0 && (id == AV_CODEC_ID_FLAC || is_pcm(id)))
        length_ = stated_;
    KS_CHECK(next_frame());
    if (frame_ != nullptr)
        return {};
    // No samples: what the container says has to do.
    if (codec.sample_rate <= 0 || codec.ch_layout.nb_channels <= 0 ||
        codec.sample_fmt == AV_SAMPLE_FMT_NONE)
        return input_->refuse("empty: it has no samples");
    const Owned<AVFrame> like(av_frame_alloc());
    if (!like || av_channel_layout_copy(&like->ch_layout, &codec.ch_layout) < 0)
        return input_->refuse("cannot be read: no memory");
    like->sample_rate = codec.sample_rate;
    like->format = codec.sample_fmt;
    format_ = format_of(*like, bits_of(codec, lossless()));
    length_ = 0;
    return {};
}

// The encoder's delay lies before the time 0. MP4 and Ogg say where the padding begins.
void AudioReader::begin_with(const AVFrame &frame) {
    const AVRational frames{1, frame.sample_rate};
    if (frame.pts != AV_NOPTS_VALUE && frame.pts < 0)
        if (const std::int64_t start = av_rescale_q(frame.pts, input_->stream().time_base, frames);
            start < 0 && start > -static_cast<std::int64_t>(slack_frames))
            delay_ = static_cast<std::size_t>(-start);
    if (stated_ > delay_ && !lossless() &&
        (input_->is_container("mov") || input_->codec().codec_id == AV_CODEC_ID_VORBIS))
        ends_at_ = stated_ - delay_;
}

// Whether there is something in it to be read.
Result<bool> AudioReader::take_frame(AVFrame &frame) {
    if (frame.sample_rate <= 0 || frame.ch_layout.nb_channels <= 0 ||
        frame.ch_layout.nb_channels > UINT16_MAX)
        return input_->refuse_damaged("a frame without rate or channels");
    const auto packed = av_get_packed_sample_fmt(static_cast<AVSampleFormat>(frame.format));
    if (packed == AV_SAMPLE_FMT_S64 || packed == AV_SAMPLE_FMT_NONE)
        return input_->refuse("its samples are integers of 64 bits, which nothing plays");
    const AudioFormat format = format_of(frame, bits_of(input_->codec(), lossless()));
    if (!std::exchange(begun_, true)) {
        format_ = format;
        begin_with(frame);
    } else if (format.rate_hz != format_.rate_hz || format.channels != format_.channels ||
               format.bits != format_.bits || format.is_float != format_.is_float) {
        return input_->refuse(fmt::format("its format changes after {} samples, to {} channels at "
                                          "{} Hz",
                                          position_, format.channels, format.rate_hz));
    }
    frame_length_ = static_cast<std::size_t>(std::max(frame.nb_samples, 0));
    taken_ = std::min(delay_, frame_length_);
    delay_ -= taken_;
    if (ends_at_ && position_ + (frame_length_ - taken_) > *ends_at_) {
        const std::size_t kept = *ends_at_ - position_;
        padding_ += frame_length_ - taken_ - kept;
        if (padding_ > slack_frames)
            return input_->refuse_damaged(
                fmt::format("it has more than the {} samples that it says", *ends_at_));
        frame_length_ = taken_ + kept;
    }
    return taken_ < frame_length_;
}

Result<void> AudioReader::next_frame() {
    frame_ = nullptr;
    for (;;) {
        AVFrame *frame = KS_TRY(input_->next());
        if (frame == nullptr)
            return check_end();
        if (KS_TRY(take_frame(*frame))) {
            frame_ = frame;
            return {};
        }
    }
}

Result<void> AudioReader::check_end() const {
    if (length_ ? position_ != *length_ : position_ + slack_frames < stated_)
        return input_->refuse(fmt::format("truncated or damaged: its samples end after {} of {}",
                                          position_, stated_));
    return {};
}

Result<std::size_t> AudioReader::read(std::span<std::byte> bytes) {
    const std::size_t block = format_.frame_bytes();
    std::size_t done = 0;
    while (frame_ != nullptr && bytes.size() - done >= block) {
        const std::size_t count = std::min((bytes.size() - done) / block, frame_length_ - taken_);
        interleave(*frame_, taken_, count, format_, bytes.data() + done);
        taken_ += count;
        position_ += count;
        done += count * block;
        if (taken_ == frame_length_)
            if (auto next = next_frame(); !next)
                failure_ = std::move(next.error());
    }
    // What came before the damage is delivered first.
    if (done == 0 && failure_)
        return std::unexpected(*failure_);
    return done;
}

} // namespace ksbox::media
