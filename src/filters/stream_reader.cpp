#include "filters/stream_reader.h"

#include <cstring>
#include <optional>

#include "abi/speakers.h"
#include "base/stream_time.h"
#include "filters/formats.h"
#include "media/audio_reader.h"
#include "media/video_reader.h"
#include "mixer/blocks.h"

namespace ksbox::filters {
namespace {

constexpr std::uint64_t second_100ns = 10'000'000;

class AudioStream final : public StreamReader {
  public:
    AudioStream(std::unique_ptr<media::AudioReader> reader, const AudioFormat &to)
        : reader_(std::move(reader)), from_(reader_->format()), to_(to) {}

    media::Result<Piece> read(std::span<std::byte> room) override {
        const std::uint64_t before = reader_->position();
        const std::size_t wanted = room.size() / to_.frame_bytes();
        const std::size_t frames =
            KS_TRY(same_samples(from_, to_) ? reader_->read(room.first(wanted * to_.frame_bytes()))
                                            : read_converted(room, wanted)) /
            to_.frame_bytes();
        const std::int64_t time = time_of_frames(before, to_.rate_hz);
        return Piece{.bytes = frames * to_.frame_bytes(),
                     .time_100ns = time,
                     .duration_100ns = time_of_frames(before + frames, to_.rate_hz) - time,
                     .last = reader_->at_end()};
    }
    std::size_t unit_bytes() const override { return to_.frame_bytes(); }

  private:
    media::Result<std::size_t> read_converted(std::span<std::byte> room, std::size_t frames) {
        decoded_.resize(frames * from_.frame_bytes());
        const std::size_t bytes = KS_TRY(reader_->read(decoded_));
        floats_.resize(bytes / (from_.bits / 8u));
        mixer::decode(from_.bits == 64 ? mixer::Encoding::f64 : mixer::Encoding::f32,
                      decoded_.data(), floats_);
        const mixer::Encoding to = to_.is_float ? mixer::Encoding::f32 : mixer::Encoding::s16;
        mixer::encode(to, to_.valid_bits, floats_, nullptr, room.data());
        return floats_.size() * (to_.bits / 8u);
    }

    std::unique_ptr<media::AudioReader> reader_;
    const AudioFormat from_, to_;
    std::vector<std::byte> decoded_; ///< scratch
    std::vector<float> floats_;      ///< scratch
};

/// One picture is decoded ahead: so the last is known.
class PictureStream final : public StreamReader {
  public:
    explicit PictureStream(std::unique_ptr<media::VideoReader> reader)
        : reader_(std::move(reader)), next_(reader_->format().bytes()) {
        const media::FrameRate rate = reader_->format().rate;
        duration_100ns_ =
            rate.pictures == 0
                ? 0
                : static_cast<std::int64_t>(second_100ns * rate.seconds / rate.pictures);
        advance();
    }

    media::Result<Piece> read(std::span<std::byte> room) override {
        if (failure_)
            return std::unexpected(*failure_);
        if (!time_100ns_)
            return Piece{.last = true};
        Piece piece{.bytes = next_.size(),
                    .time_100ns = *time_100ns_,
                    .duration_100ns = duration_100ns_,
                    .last = false};
        std::memcpy(room.data(), next_.data(), next_.size());
        advance();
        piece.last = !failure_ && !time_100ns_;
        return piece;
    }
    std::size_t unit_bytes() const override { return next_.size(); }

  private:
    void advance() {
        auto picture = reader_->read(next_);
        time_100ns_.reset();
        if (!picture)
            failure_ = std::move(picture.error());
        else if (*picture)
            time_100ns_ = (*picture)->time_100ns;
    }

    std::unique_ptr<media::VideoReader> reader_;
    std::vector<std::byte> next_;
    std::optional<std::int64_t> time_100ns_; ///< of the next picture; none: the end
    std::optional<media::Error> failure_;
    std::int64_t duration_100ns_ = 0;
};

} // namespace

std::vector<AudioFormat> formats_of(const AudioFormat &decoded, bool lossless) {
    // What people's players make of so many channels needs no mask.
    AudioFormat own = decoded;
    if (own.channel_mask == usual_speakers(own.channels))
        own.channel_mask = 0;
    std::vector<AudioFormat> formats;
    const auto add = [&](std::uint16_t bits, bool is_float) {
        AudioFormat format = own;
        format.bits = format.valid_bits = bits;
        format.is_float = is_float;
        formats.push_back(format);
    };
    if (decoded.is_float && !lossless)
        add(16, false);
    if (decoded.is_float)
        add(32, true);
    if (decoded.bits != 32 || !decoded.is_float)
        formats.push_back(own);
    return formats;
}

media::Result<std::unique_ptr<StreamReader>> read_audio(const std::filesystem::path &file,
                                                        unsigned stream, const AudioFormat &to) {
    return std::make_unique<AudioStream>(KS_TRY(media::AudioReader::open(file, stream)), to);
}

media::Result<std::unique_ptr<StreamReader>> read_pictures(const std::filesystem::path &file,
                                                           unsigned stream) {
    return std::make_unique<PictureStream>(
        KS_TRY(media::VideoReader::open(file, std::nullopt, stream)));
}

} // namespace ksbox::filters
