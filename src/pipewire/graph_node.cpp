#include "pipewire/graph_node.h"

#include <algorithm>
#include <cstring>

#include <spa/param/audio/format-utils.h>

#include "pipewire/connection_state.h"
#include "pipewire/node_stream.h"

namespace ksbox::pipewire {

/// What PipeWire calls.
struct NodeEvents {
    static Node &node(void *data) { return *static_cast<Node *>(data); }

    static void state_changed(void *data, pw_stream_state, pw_stream_state state,
                              const char *error) {
        Node &self = node(data);
        Node::Stream &stream = *self.stream_;
        const bool streams = state == PW_STREAM_STATE_STREAMING;
        if (state >= PW_STREAM_STATE_PAUSED && !self.exists_.exchange(true))
            self.known();
        if (state == PW_STREAM_STATE_ERROR)
            stream.refusal = error == nullptr ? "no reason given" : error;
        if (streams != stream.streams)
            set_streaming(self, streams);
        self.wake_.signal();
    }
    static void set_streaming(Node &self, bool streams) {
        Node::Stream &stream = *self.stream_;
        stream.streams = streams;
        note_cycle(self);
        // Before anybody hears of it and asks for a cycle.
        pw_loop_invoke(
            self.connection().data_loop(),
            [](spa_loop *, bool, std::uint32_t, const void *data, std::size_t, void *user) {
                Node::Stream &stream = *node(user).stream_;
                std::memcpy(&stream.runs, data, sizeof stream.runs);
                stream.asked = false;
                if (stream.runs)
                    node(user).discard_old();
                return 0;
            },
            1, &streams, sizeof streams, true, &self);
        self.streaming_changed(streams);
    }
    static void param_changed(void *data, std::uint32_t id, const spa_pod *param) {
        if (id == SPA_PARAM_Format)
            node(data).format_changed(param);
        else if (id == SPA_PARAM_Props && param != nullptr)
            node(data).props_changed(param);
    }
    static void io_changed(void *data, std::uint32_t id, void *area, std::uint32_t) {
        if (id != SPA_IO_Position)
            return;
        node(data).stream_->position = static_cast<spa_io_position *>(area);
        note_cycle(node(data));
    }
    static void note_cycle(Node &self) {
        Node::Stream &stream = *self.stream_;
        self.drives_ =
            stream.stream != nullptr && stream.streams && pw_stream_is_driving(stream.stream);
        if (stream.position == nullptr)
            return;
        const spa_io_clock &clock = stream.position->clock;
        self.cycle_ = std::uint64_t(clock.duration) << 32 | clock.rate.denom;
    }
    static void process(void *data) {
        Node &self = node(data);
        note_cycle(self);
        self.process(std::exchange(self.stream_->asked, false));
        self.wake_.signal();
    }
    static void trigger_done(void *data) {
        ++node(data).ended_cycles_;
        node(data).wake_.signal();
    }

    /// PipeWire's data thread: the device's clock has come so far.
    static void on_trigger(void *data, std::uint64_t) {
        Node &self = node(data);
        Node::Stream &stream = *self.stream_;
        if (!stream.runs)
            return;
        note_cycle(self); // who drives may have changed since the stream began
        if (!self.drives_)
            return;
        stream.asked = true;
        if (stream.position != nullptr) {
            spa_io_clock &clock = stream.position->clock;
            clock.nsec = now_ns();
            clock.position += clock.duration;
            clock.delay = self.delay_frames_;
            clock.rate_diff = 1.0;
            clock.next_nsec =
                clock.nsec +
                (clock.rate.denom == 0 ? 0 : clock.duration * 1'000'000'000 / clock.rate.denom);
        }
        pw_stream_trigger_process(stream.stream);
    }
};

Node::Node(Connection &connection, NodeNames names, Direction direction)
    : connection_(connection), names_(std::move(names)), direction_(direction),
      stream_(std::make_unique<Stream>()) {}

Node::~Node() = default;

void Node::begin() {
    const Locked lock(connection());
    stream_->trigger = pw_loop_add_event(connection().data_loop(), NodeEvents::on_trigger, this);
    connection().nodes.push_back(this);
    if (connection().core != nullptr)
        connect();
}

void Node::end() {
    const Locked lock(connection());
    std::erase(connection().nodes, this);
    disconnect();
    // On its own thread: it may be running there.
    pw_loop_invoke(
        connection().data_loop(),
        [](spa_loop *, bool, std::uint32_t, const void *, std::size_t, void *user) {
            Node &self = NodeEvents::node(user);
            pw_loop_destroy_source(self.connection().data_loop(), self.stream_->trigger);
            return 0;
        },
        1, nullptr, 0, true, this);
}

void Node::connect() {
    static constexpr pw_stream_events events = {.version = PW_VERSION_STREAM_EVENTS,
                                                .state_changed = NodeEvents::state_changed,
                                                .io_changed = NodeEvents::io_changed,
                                                .param_changed = NodeEvents::param_changed,
                                                .process = NodeEvents::process,
                                                .trigger_done = NodeEvents::trigger_done};
    Stream &stream = *stream_;
    stream.refusal.clear();
    stream.stream = pw_stream_new(connection().core, names_.description.c_str(), properties());
    if (stream.stream == nullptr) {
        stream.refusal = std::strerror(errno);
        return;
    }
    stream.listener = {};
    pw_stream_add_listener(stream.stream, &stream.listener, &events, this);
    spa_pod_builder_init(&stream.builder, stream.memory.data(), stream.memory.size());
    stream.params.clear();
    offer(stream);
    const auto flags = static_cast<pw_stream_flags>(
        PW_STREAM_FLAG_MAP_BUFFERS | PW_STREAM_FLAG_RT_PROCESS | PW_STREAM_FLAG_DRIVER);
    const int result = pw_stream_connect(
        stream.stream, direction_ == Direction::sink ? PW_DIRECTION_INPUT : PW_DIRECTION_OUTPUT,
        PW_ID_ANY, flags, stream.params.data(), static_cast<std::uint32_t>(stream.params.size()));
    if (result < 0)
        stream.refusal = std::strerror(-result);
}

void Node::disconnect() {
    Stream &stream = *stream_;
    if (stream.stream == nullptr)
        return;
    lost();
    pw_stream *gone = std::exchange(stream.stream, nullptr);
    spa_hook_remove(&stream.listener);
    pw_stream_destroy(gone);
    stream.position = nullptr;
}

void Node::lost() {
    if (stream_->streams)
        NodeEvents::set_streaming(*this, false);
    exists_ = false;
    wake_.signal();
}

void Node::trigger(std::int64_t delay_frames) {
    delay_frames_ = delay_frames;
    pw_loop_signal_event(connection().data_loop(), stream_->trigger);
}

Node::Cycle Node::cycle() const {
    const std::uint64_t cycle = cycle_;
    return {static_cast<std::uint32_t>(cycle >> 32), static_cast<std::uint32_t>(cycle)};
}

std::string Node::refusal() const {
    const Locked lock(connection_.state());
    return stream_->refusal;
}

} // namespace ksbox::pipewire
