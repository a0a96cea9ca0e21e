#include "pipewire/video_node.h"

#include <algorithm>
#include <array>

#include <spa/buffer/meta.h>
#include <spa/param/buffers.h>
#include <spa/param/video/format-utils.h>

#include "pipewire/connection_state.h"
#include "pipewire/node_stream.h"

namespace ksbox::pipewire {

namespace {

constexpr std::uint32_t second_100ns = 10'000'000;
constexpr std::size_t pictures_on_the_way = 4;
constexpr unsigned interval_bits = 32, format_bits = 10;

struct Name {
    Pixels pixels;
    spa_video_format format;
};
constexpr std::array<Name, 7> spellings = {{{Pixels::yuy2, SPA_VIDEO_FORMAT_YUY2},
                                            {Pixels::uyvy, SPA_VIDEO_FORMAT_UYVY},
                                            {Pixels::nv12, SPA_VIDEO_FORMAT_NV12},
                                            {Pixels::i420, SPA_VIDEO_FORMAT_I420},
                                            {Pixels::yv12, SPA_VIDEO_FORMAT_YV12},
                                            {Pixels::bgr, SPA_VIDEO_FORMAT_BGR},
                                            {Pixels::bgrx, SPA_VIDEO_FORMAT_BGRx}}};

std::size_t ring_bytes(const std::vector<VideoFormat> &formats) {
    return pictures_on_the_way * std::ranges::max(formats, {}, &VideoFormat::bytes).bytes;
}

spa_fraction rate_of(std::uint64_t interval_100ns) {
    return {second_100ns, static_cast<std::uint32_t>(std::max<std::uint64_t>(1, interval_100ns))};
}

const spa_pod *format_offer(spa_pod_builder &builder, const VideoFormat &format) {
    const auto *name = std::ranges::find(spellings, format.pixels, &Name::pixels);
    const spa_rectangle size{format.width, format.height};
    const spa_fraction usual = rate_of(format.usual_100ns), least = rate_of(format.longest_100ns),
                       most = rate_of(format.shortest_100ns);
    return static_cast<const spa_pod *>(spa_pod_builder_add_object(
        &builder, SPA_TYPE_OBJECT_Format, SPA_PARAM_EnumFormat, SPA_FORMAT_mediaType,
        SPA_POD_Id(SPA_MEDIA_TYPE_video), SPA_FORMAT_mediaSubtype,
        SPA_POD_Id(SPA_MEDIA_SUBTYPE_raw), SPA_FORMAT_VIDEO_format, SPA_POD_Id(name->format),
        SPA_FORMAT_VIDEO_size, SPA_POD_Rectangle(&size), SPA_FORMAT_VIDEO_framerate,
        SPA_POD_CHOICE_RANGE_Fraction(&usual, &least, &most)));
}

} // namespace

VideoNode::VideoNode(Connection &connection, NodeNames names, std::vector<VideoFormat> formats)
    : Node(connection, std::move(names), Direction::source), formats_(std::move(formats)),
      ring_(ring_bytes(formats_)) {
    begin();
}

VideoNode::~VideoNode() {
    end();
}

pw_properties *VideoNode::properties() const {
    return pw_properties_new(PW_KEY_MEDIA_TYPE, "Video", PW_KEY_MEDIA_CATEGORY, "Capture",
                             PW_KEY_MEDIA_CLASS, "Video/Source", PW_KEY_MEDIA_ROLE, "Camera",
                             PW_KEY_NODE_NAME, this->names().name.c_str(), PW_KEY_NODE_DESCRIPTION,
                             this->names().description.c_str(), PW_KEY_NODE_NICK,
                             this->names().nick.c_str(), PW_KEY_DEVICE_API, "ksbox",
                             PW_KEY_PRIORITY_SESSION, "500", nullptr);
}

void VideoNode::offer(Stream &stream) {
    for (const VideoFormat &format : formats_)
        stream.params.push_back(format_offer(stream.builder, format));
}

void VideoNode::format_changed(const spa_pod *format) {
    chosen_.reset();
    spa_video_info_raw raw{};
    if (format != nullptr && spa_format_video_raw_parse(format, &raw) >= 0)
        for (std::uint32_t i = 0; i < formats_.size() && !chosen_; ++i) {
            const auto *name = std::ranges::find(spellings, formats_[i].pixels, &Name::pixels);
            if (name->format == raw.format && formats_[i].width == raw.size.width &&
                formats_[i].height == raw.size.height)
                chosen_ = i;
        }
    if (chosen_) {
        const VideoFormat &now = formats_[*chosen_];
        interval_100ns_ = raw.framerate.num == 0
                              ? static_cast<std::uint32_t>(now.usual_100ns)
                              : static_cast<std::uint32_t>(std::uint64_t(second_100ns) *
                                                           raw.framerate.denom / raw.framerate.num);
        picture_bytes_ = now.bytes;
        stride_ = now.stride;
        std::array<std::uint8_t, 1024> memory{};
        spa_pod_builder builder{};
        spa_pod_builder_init(&builder, memory.data(), memory.size());
        const auto *buffers = static_cast<const spa_pod *>(spa_pod_builder_add_object(
            &builder, SPA_TYPE_OBJECT_ParamBuffers, SPA_PARAM_Buffers, SPA_PARAM_BUFFERS_buffers,
            SPA_POD_CHOICE_RANGE_Int(4, 2, 16), SPA_PARAM_BUFFERS_blocks, SPA_POD_Int(1),
            SPA_PARAM_BUFFERS_size, SPA_POD_Int(static_cast<int>(now.bytes)),
            SPA_PARAM_BUFFERS_stride, SPA_POD_Int(static_cast<int>(now.stride))));
        const auto *header = static_cast<const spa_pod *>(spa_pod_builder_add_object(
            &builder, SPA_TYPE_OBJECT_ParamMeta, SPA_PARAM_Meta, SPA_PARAM_META_type,
            SPA_POD_Id(SPA_META_Header), SPA_PARAM_META_size,
            SPA_POD_Int(static_cast<int>(sizeof(spa_meta_header)))));
        std::array<const spa_pod *, 2> params{buffers, header};
        pw_stream_update_params(stream().stream, params.data(), params.size());
    }
    announce();
}

void VideoNode::streaming_changed(bool streams) {
    streams_ = streams;
    announce();
}

void VideoNode::announce() {
    std::uint64_t value = 0;
    if (streams_ && chosen_)
        value =
            (std::uint64_t(++number_) << format_bits | *chosen_) << interval_bits | interval_100ns_;
    session_ = value;
    wake().signal();
}

std::optional<VideoNode::Session> VideoNode::session() const {
    const std::uint64_t value = session_;
    if (value == 0)
        return std::nullopt;
    return Session{.number = static_cast<std::uint32_t>(value >> (interval_bits + format_bits)),
                   .format = static_cast<std::uint32_t>(value >> interval_bits) &
                             ((1u << format_bits) - 1),
                   .interval_100ns = static_cast<std::uint32_t>(value)};
}

bool VideoNode::show(std::span<const std::byte> picture) {
    if (!ring_.write(picture))
        return false;
    trigger(0);
    return true;
}

void VideoNode::process(bool) {
    const std::uint32_t bytes = picture_bytes_;
    if (bytes == 0 || ring_.readable() < bytes)
        return;
    while (ring_.readable() >= 2 * std::size_t(bytes))
        (void)ring_.skip(bytes); // the newest is what people want to see
    pw_buffer *buffer = pw_stream_dequeue_buffer(stream().stream);
    if (buffer == nullptr) {
        (void)ring_.skip(bytes); // nobody has given one back
        return;
    }
    spa_data &data = buffer->buffer->datas[0];
    const std::uint32_t room = data.data == nullptr ? 0 : std::min(bytes, data.maxsize);
    const std::size_t had = ring_.read({static_cast<std::byte *>(data.data), room});
    (void)ring_.skip(bytes - had);
    data.chunk->offset = 0;
    data.chunk->size = room;
    data.chunk->stride = static_cast<std::int32_t>(stride_.load());
    if (auto *header = static_cast<spa_meta_header *>(
            spa_buffer_find_meta_data(buffer->buffer, SPA_META_Header, sizeof(spa_meta_header)))) {
        header->pts = static_cast<std::int64_t>(now_ns());
        header->seq = sequence_++;
        header->flags = 0;
        header->dts_offset = 0;
    }
    pw_stream_queue_buffer(stream().stream, buffer);
}

} // namespace ksbox::pipewire
