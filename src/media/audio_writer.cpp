#include "media/audio_writer.h"

#include <algorithm>
#include <cctype>
#include <cstring>

#include <fmt/format.h>

#include "media/output.h"
#include "media/samples.h"
#include "media/wav_writer.h"

namespace ksbox::media {

namespace {

constexpr const char *encoders[] = {"", "flac", "aac", "libmp3lame", "libvorbis"}; // by AudioKind
constexpr std::pair<std::string_view, AudioKind> endings[] = {
    {".wav", AudioKind::wav}, {".flac", AudioKind::flac}, {".m4a", AudioKind::aac},
    {".mp4", AudioKind::aac}, {".mp3", AudioKind::mp3},   {".ogg", AudioKind::vorbis}};

class CodedWriter final : public AudioWriter {
  public:
    CodedWriter(Sink &sink, const AudioFormat &format, bool at_once)
        : output_(sink), format_(format), at_once_(at_once) {}
    Result<void> begin(AudioKind kind);
    Result<void> append(std::span<const std::byte> samples) override;
    Result<void> finish() override;

  private:
    Result<void> choose_encoder(AudioKind kind);
    void fill(std::size_t at, std::span<const std::byte> samples);
    Result<void> write_frame();

    Output output_;
    const AudioFormat format_;
    const bool at_once_;
    Owned<AVFrame> frame_;
    std::size_t frame_length_ = 0, filled_ = 0; ///< in frames of samples
    std::int64_t position_ = 0;
};

Result<void> CodedWriter::choose_encoder(AudioKind kind) {
    // Fragments and pages are short: what is there can be played without what would have come.
    const Output::Container containers[] = {
        {},
        {"flac", {}},
        {"mp4", {{"movflags", "empty_moov+delay_moov"}, {"frag_duration", "500000"}}},
        {"mp3", {}},
        {"ogg", {{"page_duration", "200000"}}}};
    const auto index = static_cast<std::size_t>(kind);
    AVCodecContext &codec = *KS_TRY(output_.encoder(encoders[index], containers[index]));
    if (kind == AudioKind::flac) {
        if (format_.is_float || format_.valid_bits > 24)
            return refuse(fmt::format("a FLAC file holds integers of up to 24 bits, not {} of {}; "
                                      "a WAV file does",
                                      format_.is_float ? "floats" : "integers",
                                      format_.valid_bits));
        const bool wide = format_.valid_bits > 16;
        codec.sample_fmt = wide ? AV_SAMPLE_FMT_S32 : AV_SAMPLE_FMT_S16;
        codec.bits_per_raw_sample = wide ? 24 : 16;
    } else {
        codec.sample_fmt = AV_SAMPLE_FMT_FLTP;
        // Hardly told from the original: Vorbis by quality, the others by bits a second.
        if (kind == AudioKind::vorbis) {
            codec.flags |= AV_CODEC_FLAG_QSCALE;
            codec.global_quality = 6 * FF_QP2LAMBDA;
        } else {
            codec.bit_rate = std::int64_t(96'000) * format_.channels;
        }
    }
    codec.sample_rate = static_cast<int>(format_.rate_hz);
    codec.time_base = {1, codec.sample_rate};
    if (format_.channel_mask != 0)
        av_channel_layout_from_mask(&codec.ch_layout, format_.channel_mask);
    if (codec.ch_layout.nb_channels != format_.channels) {
        av_channel_layout_uninit(&codec.ch_layout);
        av_channel_layout_default(&codec.ch_layout, format_.channels);
    }
    return {};
}

Result<void> CodedWriter::begin(AudioKind kind) {
    KS_CHECK(choose_encoder(kind));
    KS_CHECK(output_.open());
    AVCodecContext &codec = output_.codec();
    constexpr int usual_length = 4096; // where an encoder takes any
    frame_length_ =
        static_cast<std::size_t>(codec.frame_size > 0 ? codec.frame_size : usual_length);
    frame_.reset(av_frame_alloc());
    if (!frame_ || av_channel_layout_copy(&frame_->ch_layout, &codec.ch_layout) < 0)
        return refuse("no memory");
    frame_->format = codec.sample_fmt;
    frame_->sample_rate = codec.sample_rate;
    frame_->nb_samples = static_cast<int>(frame_length_);
    if (av_frame_get_buffer(frame_.get(), 0) < 0)
        return refuse("no memory");
    return at_once_ ? output_.flush() : Result<void>();
}

// Into the frame, from frame of samples `at` on.
void CodedWriter::fill(std::size_t at, std::span<const std::byte> samples) {
    const std::size_t bytes = format_.bits / 8u, channels = format_.channels;
    for (std::size_t i = 0; i < samples.size() / bytes; ++i) {
        const std::byte *sample = samples.data() + i * bytes;
        const std::size_t place = at * channels + i; // interleaved
        switch (frame_->format) {
        case AV_SAMPLE_FMT_S16:
            reinterpret_cast<std::int16_t *>(frame_->data[0])[place] =
                static_cast<std::int16_t>(to_int32(format_, sample) >> 16);
            break;
        case AV_SAMPLE_FMT_S32:
            reinterpret_cast<std::int32_t *>(frame_->data[0])[place] = to_int32(format_, sample);
            break;
        default:
            reinterpret_cast<float *>(frame_->extended_data[place % channels])[place / channels] =
                to_float(format_, sample);
        }
    }
}

Result<void> CodedWriter::append(std::span<const std::byte> samples) {
    const std::size_t block = format_.frame_bytes();
    while (samples.size() >= block) {
        // The encoder may still hold the last one's bytes.
        if (filled_ == 0 && av_frame_make_writable(frame_.get()) < 0)
            return refuse("no memory");
        const std::size_t count = std::min(samples.size() / block, frame_length_ - filled_);
        fill(filled_, samples.first(count * block));
        filled_ += count;
        samples = samples.subspan(count * block);
        if (filled_ == frame_length_)
            KS_CHECK(write_frame());
    }
    return at_once_ ? output_.flush() : Result<void>();
}

Result<void> CodedWriter::write_frame() {
    frame_->nb_samples = static_cast<int>(filled_);
    frame_->pts = position_;
    position_ += static_cast<std::int64_t>(filled_);
    filled_ = 0;
    return output_.write(frame_.get());
}

Result<void> CodedWriter::finish() {
    if (filled_ != 0)
        KS_CHECK(write_frame());
    return output_.finish();
}

} // namespace

std::optional<AudioKind> audio_kind(const std::filesystem::path &name) {
    std::string ending = name.extension().string();
    std::ranges::transform(ending, ending.begin(),
                           [](unsigned char letter) { return std::tolower(letter); });
    for (const auto &[known, kind] : endings)
        if (known == ending)
            return kind;
    return std::nullopt;
}

std::vector<std::uint32_t> encoded_rates(AudioKind kind) {
    std::vector<std::uint32_t> rates;
    const AVCodec *codec = avcodec_find_encoder_by_name(encoders[static_cast<std::size_t>(kind)]);
    for (const int *rate = codec ? codec->supported_samplerates : nullptr; rate && *rate; ++rate)
        rates.push_back(static_cast<std::uint32_t>(*rate));
    return rates;
}

std::string audio_endings() {
    std::string text;
    for (const auto &[ending, kind] : endings)
        text += (text.empty()                                      ? ""
                 : ending == endings[std::size(endings) - 1].first ? " and "
                                                                   : ", ") +
                std::string(ending);
    return text;
}

Result<std::unique_ptr<AudioWriter>> AudioWriter::create(Sink &sink, AudioKind kind,
                                                         const AudioFormat &format, bool at_once) {
    if (format.frame_bytes() == 0 || format.bits % 8 != 0 || format.rate_hz == 0 ||
        format.rate_hz > INT32_MAX ||
        (format.is_float ? format.bits != 32 && format.bits != 64 : format.bits > 32))
        return refuse(fmt::format("cannot be written: {} channels of {} bits at {} Hz",
                                  format.channels, format.bits, format.rate_hz));
    if (kind == AudioKind::wav)
        return create_wav(sink, wave_format_of(format), at_once);
    auto writer = std::make_unique<CodedWriter>(sink, format, at_once);
    KS_CHECK(writer->begin(kind));
    return writer;
}

Result<std::unique_ptr<AudioWriter>>
AudioWriter::create_wav(Sink &sink, std::span<const std::byte> wave_format, bool at_once) {
    auto writer = std::make_unique<WavWriter>(sink, wave_format, at_once);
    KS_CHECK(writer->begin());
    return writer;
}

} // namespace ksbox::media
