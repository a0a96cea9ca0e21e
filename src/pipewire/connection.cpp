#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "pipewire/connection_state.h"
#include "pipewire/graph_node.h"
#include "pipewire/wake.h"

namespace ksbox::pipewire {

namespace {
constexpr std::uint64_t first_patience_ns = 100'000'000;
constexpr std::uint64_t longest_patience_ns = 2'000'000'000;

// With a real-time data thread where the system lets us, as audio programs have it.
pw_context *new_context(pw_loop *loop) {
    pw_context *context =
        pw_context_new(loop, pw_properties_new(PW_KEY_CONFIG_NAME, "client-rt.conf", nullptr), 0);
    return context != nullptr ? context : pw_context_new(loop, nullptr, 0);
}
} // namespace

Connection::State::State() {
    pw_init(nullptr, nullptr);
    // What matters is told in words of ours; PIPEWIRE_DEBUG shows the library's.
    if (std::getenv("PIPEWIRE_DEBUG") == nullptr)
        pw_log_set_level(SPA_LOG_LEVEL_NONE);
    try {
        start();
    } catch (...) {
        finish();
        throw;
    }
}

void Connection::State::start() {
    threads = pw_thread_loop_new("ksbox-pipewire", nullptr);
    if (threads != nullptr)
        context = new_context(pw_thread_loop_get_loop(threads));
    if (context == nullptr)
        throw Unreachable(std::string("the PipeWire library cannot be used: ") +
                          std::strerror(errno));
    retry_ = pw_loop_add_timer(pw_thread_loop_get_loop(threads), on_retry, this);
    if (!connect())
        throw Unreachable(std::string("no PipeWire to bridge to: ") + std::strerror(errno) +
                          " (PIPEWIRE_REMOTE and XDG_RUNTIME_DIR say where it is)");
    if (pw_thread_loop_start(threads) < 0)
        throw Unreachable("PipeWire's thread does not start");
    there = true;
}

Connection::State::~State() {
    finish();
}

void Connection::State::finish() {
    if (threads != nullptr)
        pw_thread_loop_stop(threads);
    if (core != nullptr)
        disconnect();
    if (context != nullptr)
        pw_context_destroy(context);
    if (threads != nullptr)
        pw_thread_loop_destroy(threads);
    pw_deinit();
}

bool Connection::State::connect() {
    static constexpr pw_core_events events = {
        .version = PW_VERSION_CORE_EVENTS, .info = on_info, .error = on_error};
    core = pw_context_connect(context, nullptr, 0);
    if (core == nullptr)
        return false;
    listener_ = {};
    pw_core_add_listener(core, &listener_, &events, this);
    return true;
}

void Connection::State::disconnect() {
    for (Node *node : nodes)
        node->disconnect();
    spa_hook_remove(&listener_);
    pw_core_disconnect(core);
    core = nullptr;
}

void Connection::State::retry_in(std::uint64_t time_ns) {
    timespec time{.tv_sec = static_cast<time_t>(time_ns / 1'000'000'000),
                  .tv_nsec = static_cast<long>(time_ns % 1'000'000'000)};
    pw_loop_update_timer(pw_thread_loop_get_loop(threads), retry_, &time, nullptr, false);
}

void Connection::State::on_info(void *data, const pw_core_info *) {
    State &state = *static_cast<State *>(data);
    state.patience_ns_ = first_patience_ns;
    if (!state.there && state.losses != 0)
        state.last_gap_ns = now_ns() - state.lost_at_ns_;
    state.there = true;
}

// A connection that broke: it cannot be ended from in here.
void Connection::State::on_error(void *data, std::uint32_t id, int, int result, const char *) {
    State &state = *static_cast<State *>(data);
    if (id != PW_ID_CORE || result != -EPIPE)
        return;
    if (state.there) {
        state.lost_at_ns_ = now_ns();
        ++state.losses;
    }
    state.there = false;
    for (Node *node : state.nodes)
        node->lost();
    state.patience_ns_ = std::max(state.patience_ns_, first_patience_ns);
    state.retry_in(1);
}

void Connection::State::on_retry(void *data, std::uint64_t) {
    State &state = *static_cast<State *>(data);
    if (state.core != nullptr)
        state.disconnect();
    if (state.connect()) {
        for (Node *node : state.nodes)
            node->connect();
        return;
    }
    state.retry_in(state.patience_ns_);
    state.patience_ns_ = std::min(2 * state.patience_ns_, longest_patience_ns);
}

Connection::Connection() : state_(std::make_unique<State>()) {}
Connection::~Connection() = default;

Connection::Status Connection::status() const {
    return {state_->there, state_->losses, state_->last_gap_ns};
}

} // namespace ksbox::pipewire
