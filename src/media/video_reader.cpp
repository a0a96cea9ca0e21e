#include "media/video_reader.h"

#include "media/input.h"
#include "media/picture_frames.h"

extern "C" {
#include <libavutil/pixdesc.h>
}

namespace ksbox::media {

namespace {

constexpr AVRational unit_100ns{1, 10'000'000};

Pixels nearest(AVPixelFormat kind) {
    const AVPixFmtDescriptor *facts = av_pix_fmt_desc_get(kind);
    if (facts == nullptr || (facts->flags & AV_PIX_FMT_FLAG_RGB) != 0 ||
        (facts->flags & AV_PIX_FMT_FLAG_PAL) != 0)
        return facts != nullptr && (facts->flags & AV_PIX_FMT_FLAG_ALPHA) != 0 ? Pixels::rgb32
                                                                               : Pixels::rgb24;
    return facts->log2_chroma_w == 1 && facts->log2_chroma_h == 0 ? Pixels::yuy2 : Pixels::nv12;
}

} // namespace

struct VideoReader::Parts {
    std::unique_ptr<Input> input;
    AVFrame *next = nullptr; ///< decoded, the input's own
    Owned<AVFrame> converted;
    Owned<SwsContext> scaler;
    std::optional<std::int64_t> first_time;
};

VideoReader::VideoReader(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
VideoReader::~VideoReader() = default;

Result<std::unique_ptr<VideoReader>> VideoReader::open(const std::filesystem::path &file,
                                                       std::optional<Pixels> pixels,
                                                       std::optional<unsigned> stream) {
    auto parts = std::make_unique<Parts>();
    parts->input = KS_TRY(Input::open(file, AVMEDIA_TYPE_VIDEO, stream));
    std::unique_ptr<VideoReader> reader(new VideoReader(std::move(parts)));
    KS_CHECK(reader->begin(pixels));
    return reader;
}

Result<void> VideoReader::begin(std::optional<Pixels> pixels) {
    Input &input = *parts_->input;
    parts_->next = KS_TRY(input.next());
    if (parts_->next == nullptr)
        return input.refuse("empty: it has no pictures");
    const AVFrame &first = *parts_->next;
    if (first.width <= 0 || first.height <= 0)
        return input.refuse_damaged("a picture without size");
    format_.pixels = pixels.value_or(nearest(static_cast<AVPixelFormat>(first.format)));
    format_.width = static_cast<std::uint32_t>(first.width);
    format_.height = static_cast<std::uint32_t>(first.height);
    const AVRational rate = av_guess_frame_rate(&input.container(), &input.stream(), nullptr);
    if (rate.num > 0 && rate.den > 0)
        format_.rate = {static_cast<std::uint32_t>(rate.num), static_cast<std::uint32_t>(rate.den)};
    parts_->converted = make_frame(ffmpeg_format(format_.pixels), format_.width, format_.height);
    if (!parts_->converted)
        return input.refuse("cannot be read: no memory");
    return {};
}

Result<void> VideoReader::convert() {
    const AVFrame &from = *parts_->next;
    // The same numbers whatever the host's processor.
    constexpr int flags = SWS_BILINEAR | SWS_ACCURATE_RND | SWS_BITEXACT | SWS_FULL_CHR_H_INT;
    parts_->scaler.reset(sws_getCachedContext(
        parts_->scaler.release(), from.width, from.height, static_cast<AVPixelFormat>(from.format),
        static_cast<int>(format_.width), static_cast<int>(format_.height),
        ffmpeg_format(format_.pixels), flags, nullptr, nullptr, nullptr));
    if (!parts_->scaler || sws_scale(parts_->scaler.get(), from.data, from.linesize, 0, from.height,
                                     parts_->converted->data, parts_->converted->linesize) < 0)
        return parts_->input->refuse("its pictures cannot be converted");
    return {};
}

Result<std::optional<VideoReader::Picture>> VideoReader::read(std::span<std::byte> picture) {
    Input &input = *parts_->input;
    if (count_ != 0)
        parts_->next = KS_TRY(input.next());
    if (parts_->next == nullptr)
        return std::nullopt;
    const AVFrame &frame = *parts_->next;
    if (frame.width <= 0 || frame.height <= 0)
        return input.refuse_damaged("a picture without size");
    KS_CHECK(convert());
    from_frame(format_, *parts_->converted, picture);
    std::int64_t time = av_rescale_q(
        static_cast<std::int64_t>(count_),
        {static_cast<int>(format_.rate.seconds), static_cast<int>(format_.rate.pictures)},
        unit_100ns);
    if (frame.best_effort_timestamp != AV_NOPTS_VALUE) {
        time = av_rescale_q(frame.best_effort_timestamp, input.stream().time_base, unit_100ns);
        parts_->first_time = parts_->first_time.value_or(time);
        if (__builtin_sub_overflow(time, *parts_->first_time, &time))
            return input.refuse_damaged("a time stamp that makes no sense");
    }
    ++count_;
    return Picture{time};
}

} // namespace ksbox::media
