#include "e2e/picture_viewer.h"

#include <array>

#include <pipewire/pipewire.h>
#include <spa/param/video/format-utils.h>

#include "e2e/pipewire_daemon.h"

namespace e2e {

struct PictureViewer::State {
    pw_thread_loop *threads = nullptr;
    pw_context *context = nullptr;
    pw_core *core = nullptr;
    pw_stream *stream = nullptr;
    spa_hook listener{};
    spa_rectangle size{};
    std::vector<std::vector<std::byte>> pictures;

    static void on_param(void *data, std::uint32_t id, const spa_pod *param) {
        spa_video_info_raw raw{};
        if (id == SPA_PARAM_Format && param != nullptr &&
            spa_format_video_raw_parse(param, &raw) >= 0)
            static_cast<State *>(data)->size = raw.size;
    }
    static void on_process(void *data) {
        State &state = *static_cast<State *>(data);
        while (pw_buffer *buffer = pw_stream_dequeue_buffer(state.stream)) {
            const spa_data &plane = buffer->buffer->datas[0];
            if (const auto *first = static_cast<const std::byte *>(plane.data))
                state.pictures.emplace_back(first, first + plane.chunk->size);
            pw_stream_queue_buffer(state.stream, buffer);
        }
    }
};

PictureViewer::PictureViewer(const std::map<std::string, std::string> &environment,
                             const std::string &node)
    : state_(std::make_unique<State>()) {
    static constexpr pw_stream_events events = {.version = PW_VERSION_STREAM_EVENTS,
                                                .param_changed = State::on_param,
                                                .process = State::on_process};
    pw_init(nullptr, nullptr);
    State &state = *state_;
    state.threads = pw_thread_loop_new("viewer", nullptr);
    state.context = pw_context_new(pw_thread_loop_get_loop(state.threads), nullptr, 0);
    const std::string socket = environment.at("XDG_RUNTIME_DIR") + "/pipewire-0";
    state.core = pw_context_connect(
        state.context, pw_properties_new(PW_KEY_REMOTE_NAME, socket.c_str(), nullptr), 0);
    if (state.core == nullptr)
        return;
    state.stream =
        pw_stream_new(state.core, "viewer",
                      pw_properties_new(PW_KEY_MEDIA_TYPE, "Video", PW_KEY_MEDIA_CATEGORY,
                                        "Capture", PW_KEY_MEDIA_ROLE, "Camera",
                                        PW_KEY_TARGET_OBJECT, node.c_str(), nullptr));
    pw_stream_add_listener(state.stream, &state.listener, &events, &state);
    std::array<std::uint8_t, 1024> memory{};
    spa_pod_builder builder{};
    spa_pod_builder_init(&builder, memory.data(), memory.size());
    const auto *format = static_cast<const spa_pod *>(
        spa_pod_builder_add_object(&builder, SPA_TYPE_OBJECT_Format, SPA_PARAM_EnumFormat,
                                   SPA_FORMAT_mediaType, SPA_POD_Id(SPA_MEDIA_TYPE_video),
                                   SPA_FORMAT_mediaSubtype, SPA_POD_Id(SPA_MEDIA_SUBTYPE_raw),
                                   SPA_FORMAT_VIDEO_format, SPA_POD_Id(SPA_VIDEO_FORMAT_YUY2)));
    (void)pw_stream_connect(
        state.stream, PW_DIRECTION_INPUT, PW_ID_ANY,
        static_cast<pw_stream_flags>(PW_STREAM_FLAG_AUTOCONNECT | PW_STREAM_FLAG_MAP_BUFFERS),
        &format, 1);
    pw_thread_loop_start(state.threads);
}

PictureViewer::~PictureViewer() {
    State &state = *state_;
    pw_thread_loop_stop(state.threads);
    if (state.stream != nullptr)
        pw_stream_destroy(state.stream);
    if (state.core != nullptr)
        pw_core_disconnect(state.core);
    pw_context_destroy(state.context);
    pw_thread_loop_destroy(state.threads);
    pw_deinit();
}

std::vector<std::vector<std::byte>> PictureViewer::take(std::size_t count) {
    std::vector<std::vector<std::byte>> taken;
    (void)becomes_true([&] {
        pw_thread_loop_lock(state_->threads);
        if (state_->pictures.size() >= count)
            taken.assign(state_->pictures.begin(),
                         state_->pictures.begin() + std::ptrdiff_t(count));
        pw_thread_loop_unlock(state_->threads);
        return !taken.empty();
    });
    return taken;
}

std::uint32_t PictureViewer::width() const {
    return state_->size.width;
}

std::uint32_t PictureViewer::height() const {
    return state_->size.height;
}

} // namespace e2e
