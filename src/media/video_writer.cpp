#include "media/video_writer.h"

#include <algorithm>
#include <cctype>
#include <string>

#include <fmt/format.h>

#include "media/output.h"
#include "media/picture_frames.h"

namespace ksbox::media {

namespace {

using Options = std::vector<std::pair<const char *, const char *>>;

// Whose own samples need not be converted for a y4m file.
AVPixelFormat planar(Pixels pixels) {
    switch (pixels) {
    case Pixels::yuy2:
    case Pixels::uyvy:
    case Pixels::i422:
        return AV_PIX_FMT_YUV422P;
    case Pixels::nv12:
    case Pixels::i420:
        return AV_PIX_FMT_YUV420P;
    default:
        return AV_PIX_FMT_YUV444P;
    }
}

// x264 takes even sizes only.
const char *mp4_encoder(const PictureFormat &format) {
    const bool even = format.width % 2 == 0 && format.height % 2 == 0;
    return even && avcodec_find_encoder_by_name("libx264") != nullptr ? "libx264" : "mpeg4";
}

} // namespace

struct VideoWriter::Parts {
    Parts(Sink &sink, VideoKind what, const PictureFormat &pictures)
        : output(sink), kind(what), format(pictures) {}
    Output output;
    const VideoKind kind;
    const PictureFormat format;
    Owned<AVFrame> given, coded; ///< `coded` is null when no conversion is needed
    Owned<SwsContext> scaler;
    std::int64_t count = 0;
};

VideoWriter::VideoWriter(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
VideoWriter::~VideoWriter() = default;

std::optional<VideoKind> video_kind(const std::filesystem::path &name) {
    std::string ending = name.extension().string();
    std::ranges::transform(ending, ending.begin(),
                           [](unsigned char letter) { return std::tolower(letter); });
    if (ending == ".mp4")
        return VideoKind::mp4;
    if (ending == ".y4m")
        return VideoKind::y4m;
    if (ending == ".png")
        return VideoKind::png;
    return std::nullopt;
}

Result<std::unique_ptr<VideoWriter>> VideoWriter::create(Sink &sink, VideoKind kind,
                                                         const PictureFormat &format) {
    constexpr std::uint32_t largest_side = 1 << 14;
    if (format.width == 0 || format.height == 0 || format.width > largest_side ||
        format.height > largest_side)
        return refuse(
            fmt::format("cannot be written: pictures of {}x{}", format.width, format.height));
    std::unique_ptr<VideoWriter> writer(
        new VideoWriter(std::make_unique<Parts>(sink, kind, format)));
    KS_CHECK(writer->begin());
    return writer;
}

Result<void> VideoWriter::begin() {
    Parts &parts = *parts_;
    const PictureFormat &format = parts.format;
    const char *names[] = {mp4_encoder(format), "wrapped_avframe", "png"};
    // A fragment a second: what is there can be played without what would have come.
    const Output::Container containers[] = {
        {"mp4", {{"movflags", "empty_moov+delay_moov"}, {"frag_duration", "1000000"}}},
        {"yuv4mpegpipe", {}},
        {"image2pipe", {}}};
    const auto index = static_cast<std::size_t>(parts.kind);
    AVCodecContext &codec = *KS_TRY(parts.output.encoder(names[index], containers[index]));
    codec.width = static_cast<int>(format.width);
    codec.height = static_cast<int>(format.height);
    codec.pix_fmt = parts.kind == VideoKind::mp4   ? AV_PIX_FMT_YUV420P
                    : parts.kind == VideoKind::y4m ? planar(format.pixels)
                                                   : AV_PIX_FMT_RGB24;
    codec.framerate = {static_cast<int>(format.rate.pictures),
                       static_cast<int>(format.rate.seconds)};
    codec.time_base = av_inv_q(codec.framerate);
    codec.sample_aspect_ratio = {1, 1};
    if (parts.kind != VideoKind::png) {
        codec.color_range = AVCOL_RANGE_MPEG;
        codec.colorspace = AVCOL_SPC_SMPTE170M;
    }
    Options options;
    if (parts.kind == VideoKind::mp4) {
        codec.gop_size = static_cast<int>(
            std::clamp(format.rate.pictures / std::max(format.rate.seconds, 1u), 1u, 600u));
        // Nothing is held back for what may come.
        if (std::string_view(names[0]) == "libx264")
            options = {{"preset", "veryfast"}, {"tune", "zerolatency"}, {"crf", "18"}};
        else
            codec.bit_rate = std::int64_t(format.width) * format.height * 8;
    }
    KS_CHECK(parts.output.open(options));
    const AVPixelFormat given = ffmpeg_format(format.pixels);
    parts.given = make_frame(given, format.width, format.height);
    if (!parts.given)
        return refuse("no memory");
    if (given == codec.pix_fmt)
        return {};
    parts.coded = make_frame(codec.pix_fmt, format.width, format.height);
    constexpr int flags =
        SWS_BILINEAR | SWS_ACCURATE_RND | SWS_BITEXACT | SWS_FULL_CHR_H_INT | SWS_FULL_CHR_H_INP;
    parts.scaler.reset(sws_getContext(codec.width, codec.height, given, codec.width, codec.height,
                                      codec.pix_fmt, flags, nullptr, nullptr, nullptr));
    if (!parts.coded || !parts.scaler)
        return refuse("no memory");
    return {};
}

Result<void> VideoWriter::append(std::span<const std::byte> picture) {
    Parts &parts = *parts_;
    if (picture.size() < parts.format.bytes())
        return refuse(fmt::format("a picture of {} bytes in place of {}", picture.size(),
                                  parts.format.bytes()));
    if (parts.kind == VideoKind::png && parts.count != 0)
        return refuse("a PNG file holds one picture");
    if (av_frame_make_writable(parts.given.get()) < 0)
        return refuse("no memory");
    to_frame(parts.format, picture, *parts.given);
    AVFrame *frame = parts.given.get();
    if (parts.coded) {
        if (av_frame_make_writable(parts.coded.get()) < 0)
            return refuse("no memory");
        sws_scale(parts.scaler.get(), frame->data, frame->linesize, 0, frame->height,
                  parts.coded->data, parts.coded->linesize);
        frame = parts.coded.get();
    }
    frame->pts = parts.count++;
    return parts.output.write(frame);
}

Result<void> VideoWriter::finish() {
    return parts_->output.finish();
}

} // namespace ksbox::media
