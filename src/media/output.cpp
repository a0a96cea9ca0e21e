#include "media/output.h"

#include <algorithm>

#include <fmt/format.h>

namespace ksbox::media {

namespace {

using Options = std::vector<std::pair<const char *, const char *>>;

class Dictionary {
  public:
    explicit Dictionary(const Options &options) {
        for (const auto &[name, value] : options)
            av_dict_set(&entries_, name, value, 0);
    }
    ~Dictionary() { av_dict_free(&entries_); }
    Dictionary(const Dictionary &) = delete;
    Dictionary &operator=(const Dictionary &) = delete;
    AVDictionary **entries() { return &entries_; }

  private:
    AVDictionary *entries_ = nullptr;
};

} // namespace

Output::~Output() {
    // What FFmpeg still holds is for finish() or flush() to write; nothing calls the sink from
    // here.
    if (container_)
        container_->pb = nullptr;
}

Result<AVCodecContext *> Output::encoder(const char *name, const Container &container) {
    Messages::collect();
    const AVCodec *codec = avcodec_find_encoder_by_name(name);
    AVFormatContext *made = nullptr;
    avformat_alloc_output_context2(&made, nullptr, container.name, nullptr);
    container_.reset(made);
    if (codec == nullptr || made == nullptr)
        return refuse(fmt::format("FFmpeg was built without the {} '{}'",
                                  codec == nullptr ? "encoder" : "container",
                                  codec == nullptr ? name : container.name));
    container_options_ = container.options;
    codec_.reset(avcodec_alloc_context3(codec));
    packet_.reset(av_packet_alloc());
    constexpr int buffer_bytes = 32 * 1024;
    auto *buffer = static_cast<unsigned char *>(av_malloc(buffer_bytes));
    if (buffer != nullptr)
        bytes_.reset(avio_alloc_context(buffer, buffer_bytes, 1, this, nullptr, put,
                                        sink_.can_seek() ? seek : nullptr));
    if (!bytes_)
        av_free(buffer);
    if (!codec_ || !packet_ || !bytes_)
        return refuse("no memory");
    made->pb = bytes_.get();
    made->opaque = codec_->opaque = &messages_;
    // The same input gives the same bytes; no version goes into the file.
    made->flags |= AVFMT_FLAG_CUSTOM_IO | AVFMT_FLAG_BITEXACT;
    codec_->flags |= AV_CODEC_FLAG_BITEXACT;
    codec_->thread_count = 1;
    if ((made->oformat->flags & AVFMT_GLOBALHEADER) != 0)
        codec_->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
    return codec_.get();
}

Result<void> Output::open(const Options &codec_options) {
    Dictionary for_codec(codec_options);
    const AVCodec *codec = codec_->codec; // which is forgotten when it refuses
    if (const int error = avcodec_open2(codec_.get(), codec, for_codec.entries()); error < 0)
        return refuse(
            fmt::format("the encoder '{}' refuses: {}", codec->name, messages_.explain(error)));
    AVStream *stream = avformat_new_stream(container_.get(), nullptr);
    if (stream == nullptr || avcodec_parameters_from_context(stream->codecpar, codec_.get()) < 0)
        return refuse("no memory");
    stream->time_base = codec_->time_base;
    stream->avg_frame_rate = codec_->framerate;
    Dictionary for_container(container_options_);
    KS_CHECK(check(avformat_write_header(container_.get(), for_container.entries())));
    opened_ = true;
    return {};
}

Result<void> Output::check(int error) {
    if (sink_error_)
        return std::unexpected(*sink_error_);
    if (error < 0)
        return refuse("cannot be written: " + messages_.explain(error));
    return {};
}

Result<void> Output::write(const AVFrame *frame) {
    KS_CHECK(check(avcodec_send_frame(codec_.get(), frame)));
    AVStream &stream = *container_->streams[0];
    for (;;) {
        const int got = avcodec_receive_packet(codec_.get(), packet_.get());
        if (got == AVERROR(EAGAIN) || got == AVERROR_EOF)
            return {};
        KS_CHECK(check(got));
        av_packet_rescale_ts(packet_.get(), codec_->time_base, stream.time_base);
        packet_->stream_index = stream.index;
        KS_CHECK(check(av_write_frame(container_.get(), packet_.get())));
        av_packet_unref(packet_.get());
    }
}

Result<void> Output::flush() {
    avio_flush(bytes_.get());
    return check(bytes_->error);
}

Result<void> Output::finish() {
    if (!std::exchange(opened_, false))
        return {};
    KS_CHECK(write(nullptr));
    KS_CHECK(check(av_write_trailer(container_.get())));
    return flush();
}

int Output::put(void *self, std::uint8_t *bytes, int count) {
    auto &output = *static_cast<Output *>(self);
    if (output.sink_error_)
        return AVERROR(EIO);
    std::span<const std::byte> rest =
        std::as_bytes(std::span(bytes, static_cast<std::size_t>(count)));
    // Over what is there, and behind it.
    const std::size_t over = std::min<std::uint64_t>(
        rest.size(), output.size_ - std::min(output.size_, output.position_));
    Result<void> done;
    if (over != 0)
        done = output.sink_.write_at(output.position_, rest.first(over));
    if (done && over != rest.size()) {
        done = output.sink_.append(rest.subspan(over));
        output.size_ += rest.size() - over;
    }
    output.position_ += rest.size();
    if (done)
        return count;
    output.sink_error_ = done.error();
    return AVERROR(EIO);
}

std::int64_t Output::seek(void *self, std::int64_t offset, int whence) {
    auto &output = *static_cast<Output *>(self);
    if (whence == AVSEEK_SIZE)
        return static_cast<std::int64_t>(output.size_);
    const std::int64_t base = whence == SEEK_CUR   ? static_cast<std::int64_t>(output.position_)
                              : whence == SEEK_END ? static_cast<std::int64_t>(output.size_)
                                                   : 0;
    // Holes are for nobody: a container writes where it has written.
    if (base + offset < 0 || base + offset > static_cast<std::int64_t>(output.size_))
        return AVERROR(EINVAL);
    output.position_ = static_cast<std::uint64_t>(base + offset);
    return base + offset;
}

} // namespace ksbox::media
