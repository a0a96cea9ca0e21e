#include "media/input.h"

#include <algorithm>
#include <cctype>
#include <vector>

#include <fmt/format.h>

namespace ksbox::media {

namespace {

constexpr std::size_t largest_block = 512u << 20;  // of memory that a file's fields can ask for
constexpr std::int64_t most_pixels = 8192l * 8192; // of a picture
constexpr unsigned most_idle_packets = 10'000;     // that decode to nothing, in a row

int open_no_other(AVFormatContext *, AVIOContext **, const char *, int, AVDictionary **) {
    return AVERROR(EPERM);
}

const char *kind_name(AVMediaType kind) {
    return kind == AVMEDIA_TYPE_AUDIO ? "audio" : "video";
}

// As it stands in the file, where FFmpeg has no name for it.
std::string codec_name(const AVCodecParameters &codec) {
    if (codec.codec_id != AV_CODEC_ID_NONE)
        return avcodec_get_name(codec.codec_id);
    char tag[AV_FOURCC_MAX_STRING_SIZE];
    return av_fourcc_make_string(tag, codec.codec_tag);
}

// The container of an integer sample in bytes, where a WAV file's blocks tell it; else 0. Of 24
// bits in 32 FFmpeg thinks that they are an old editor's floats.
int container_bytes(const AVCodecParameters &parameters) {
    constexpr AVCodecID integers[] = {AV_CODEC_ID_PCM_U8,    AV_CODEC_ID_PCM_S16LE,
                                      AV_CODEC_ID_PCM_S24LE, AV_CODEC_ID_PCM_S32LE,
                                      AV_CODEC_ID_PCM_F24LE, AV_CODEC_ID_PCM_F16LE};
    const int channels = parameters.ch_layout.nb_channels;
    if (std::ranges::find(integers, parameters.codec_id) == std::end(integers) || channels <= 0 ||
        parameters.block_align % channels != 0 || parameters.block_align / channels > 4)
        return 0;
    return parameters.block_align / channels;
}

} // namespace

std::unexpected<Error> Input::refuse(const std::string &why) const {
    return media::refuse(name_.string() + ": " + why);
}

std::unexpected<Error> Input::refuse_damaged(const std::string &why) const {
    return packet_position_ < 0
               ? refuse("damaged: " + why)
               : refuse(fmt::format("damaged at byte {}: {}", packet_position_, why));
}

Result<std::unique_ptr<Input>> Input::look_at(const std::filesystem::path &file) {
    // Both are the process's, and always the same.
    Messages::collect();
    av_max_alloc(largest_block);
    std::unique_ptr<Input> input(new Input(file));
    auto source = Source::open(file);
    if (!source)
        return input->refuse(source.error().text);
    input->source_ = std::move(*source);
    input->packet_.reset(av_packet_alloc());
    input->frame_.reset(av_frame_alloc());
    if (!input->packet_ || !input->frame_)
        return input->refuse("cannot be read: no memory");
    KS_CHECK(input->open_container());
    KS_CHECK(input->find_streams());
    return input;
}

Result<std::unique_ptr<Input>> Input::open(const std::filesystem::path &file, AVMediaType kind,
                                           std::optional<unsigned> stream) {
    std::unique_ptr<Input> input = KS_TRY(look_at(file));
    KS_CHECK(input->choose_stream(kind, stream));
    KS_CHECK(input->open_codec());
    return input;
}

Result<void> Input::open_container() {
    AVFormatContext *container = avformat_alloc_context();
    if (container == nullptr)
        return refuse("cannot be read: no memory");
    container->pb = source_->bytes();
    container->opaque = &messages_;
    container->flags |= AVFMT_FLAG_CUSTOM_IO;
    container->io_open = open_no_other;
    container->error_recognition = AV_EF_CRCCHECK;
    // Playlists name other files, and places in the network: none of those is opened.
    container->protocol_whitelist = av_strdup("none");
    // Of the name FFmpeg shall know no more than its ending, which says what a file without a mark
    // is: names can be patterns.
    std::string name = "media" + name_.extension().string();
    if (!std::ranges::all_of(name, [](unsigned char c) { return std::isalnum(c) || c == '.'; }))
        name = "media";
    begin_step();
    // Frees the container when it fails.
    if (const int error = avformat_open_input(&container, name.c_str(), nullptr, nullptr);
        error < 0)
        return refuse("not a media file that FFmpeg reads: " + messages_.explain(error));
    container_.reset(container);
    return {};
}

Result<void> Input::find_streams() {
    // Before FFmpeg makes up what is missing.
    stated_durations_.resize(container_->nb_streams);
    for (unsigned i = 0; i < container_->nb_streams; ++i)
        stated_durations_[i] = container_->streams[i]->duration;
    begin_step();
    if (const int error = avformat_find_stream_info(container_.get(), nullptr); error < 0)
        return refuse("damaged: " + messages_.explain(error));
    return {};
}

Result<void> Input::choose_stream(AVMediaType kind, std::optional<unsigned> stream) {
    const int wanted = stream ? static_cast<int>(*stream) : -1;
    const int found = av_find_best_stream(container_.get(), kind, wanted, -1, nullptr, 0);
    if (found < 0)
        return refuse(stream ? fmt::format("its stream {} is no {}", *stream, kind_name(kind))
                             : fmt::format("it has no {}", kind_name(kind)));
    stream_ = static_cast<unsigned>(found);
    if (stream_ < stated_durations_.size() && stated_durations_[stream_] > 0)
        stated_duration_ = stated_durations_[stream_];
    for (unsigned i = 0; i < container_->nb_streams; ++i)
        if (i != stream_)
            container_->streams[i]->discard = AVDISCARD_ALL;
    return {};
}

Result<void> Input::open_codec() {
    AVCodecParameters &parameters = *stream().codecpar;
    // Where fewer bits are valid, FFmpeg may take these for the container's.
    if (const int bytes = container_bytes(parameters);
        bytes != 0 && parameters.bits_per_coded_sample != 8 * bytes) {
        constexpr AVCodecID by_bytes[] = {AV_CODEC_ID_PCM_U8, AV_CODEC_ID_PCM_S16LE,
                                          AV_CODEC_ID_PCM_S24LE, AV_CODEC_ID_PCM_S32LE};
        parameters.codec_id = by_bytes[bytes - 1];
        stated_duration_ = 0; // worked out with the wrong size
    }
    const AVCodec *decoder = avcodec_find_decoder(parameters.codec_id);
    if (decoder == nullptr)
        return refuse(fmt::format("its {} is coded as '{}', for which FFmpeg has no decoder",
                                  kind_name(parameters.codec_type), codec_name(parameters)));
    codec_.reset(avcodec_alloc_context3(decoder));
    if (!codec_ || avcodec_parameters_to_context(codec_.get(), &parameters) < 0)
        return refuse("cannot be decoded: no memory");
    const AVCodecDescriptor *facts = avcodec_descriptor_get(parameters.codec_id);
    lossless_ = facts != nullptr && (facts->props & AV_CODEC_PROP_LOSSLESS) != 0;
    begin_step();
    codec_->opaque = &messages_;
    codec_->pkt_timebase = stream().time_base;
    codec_->thread_count = 1; // the same run, and messages on this thread
    codec_->max_pixels = most_pixels;
    if (lossless_)
        codec_->err_recognition = AV_EF_CRCCHECK | AV_EF_BITSTREAM | AV_EF_BUFFER | AV_EF_EXPLODE;
    // FFmpeg miscounts a Vorbis stream of one page; its length is what the page says.
    if (parameters.codec_id == AV_CODEC_ID_VORBIS && is_container("ogg"))
        codec_->flags2 |= AV_CODEC_FLAG2_SKIP_MANUAL;
    if (const int error = avcodec_open2(codec_.get(), decoder, nullptr); error < 0)
        return refuse(fmt::format("its {} cannot be decoded as '{}': {}",
                                  kind_name(parameters.codec_type), decoder->name,
                                  messages_.explain(error)));
    return {};
}

bool Input::is_container(std::string_view name) const {
    const std::string_view names = container_->iformat->name; // "mov,mp4,m4a,3gp,3g2,mj2"
    return names.substr(0, names.find(',')) == name;
}

void Input::begin_step() {
    source_->begin_step();
    messages_.begin_step();
}

void Input::note_failure(const std::string &why) {
    if (failure_.empty())
        failure_ = refuse_damaged(why).error().text;
}

Result<AVFrame *> Input::next() {
    for (;;) {
        const int got = avcodec_receive_frame(codec_.get(), frame_.get());
        if (got == AVERROR_EOF) {
            if (!failure_.empty() && (lossless_ || !any_frame_))
                return std::unexpected(Error{failure_});
            return nullptr;
        }
        if (got != 0 && got != AVERROR(EAGAIN))
            note_failure(messages_.explain(got));
        if (!failure_.empty() && (lossless_ || got == 0))
            return std::unexpected(Error{failure_});
        if (got == 0) {
            idle_ = 0;
            any_frame_ = true;
            return frame_.get();
        }
        if (got == AVERROR(EAGAIN))
            KS_CHECK(feed());
        if (++idle_ > most_idle_packets)
            return refuse_damaged(fmt::format("{} packets without content", most_idle_packets));
    }
}

Result<void> Input::feed() {
    begin_step();
    int error = ended_ ? AVERROR_EOF : av_read_frame(container_.get(), packet_.get());
    if (error == AVERROR_EOF) {
        ended_ = true;
        (void)avcodec_send_packet(codec_.get(), nullptr);
        return {};
    }
    if (error < 0)
        return refuse_damaged(messages_.explain(error));
    if (packet_->stream_index == static_cast<int>(stream_)) {
        packet_position_ = packet_->pos;
        if ((packet_->flags & AV_PKT_FLAG_CORRUPT) != 0)
            note_failure("the file ends within a packet, or its checksum is wrong");
        else if (error = avcodec_send_packet(codec_.get(), packet_.get()); error < 0)
            note_failure(messages_.explain(error));
    }
    av_packet_unref(packet_.get());
    return {};
}

} // namespace ksbox::media
