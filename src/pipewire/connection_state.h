// What nodes see of their connection. All of it is PipeWire's main thread's, or under its lock.
#pragma once

#include <atomic>
#include <vector>

#include <pipewire/pipewire.h>

#include "pipewire/connection.h"

namespace ksbox::pipewire {

class Node;

struct Connection::State {
    State();
    ~State();
    State(const State &) = delete;
    State &operator=(const State &) = delete;

    pw_thread_loop *threads = nullptr;
    pw_context *context = nullptr;
    pw_core *core = nullptr; ///< null: no daemon
    std::vector<Node *> nodes;

    std::atomic<bool> there = false;
    std::atomic<std::uint32_t> losses = 0;
    std::atomic<std::uint64_t> last_gap_ns = 0;

    pw_loop *data_loop() const { return pw_data_loop_get_loop(pw_context_get_data_loop(context)); }

  private:
    void start();
    void finish();
    bool connect();
    void disconnect();
    void retry_in(std::uint64_t time_ns);
    static void on_info(void *data, const pw_core_info *info);
    static void on_error(void *data, std::uint32_t id, int sequence, int result,
                         const char *message);
    static void on_retry(void *data, std::uint64_t expirations);

    spa_source *retry_ = nullptr;
    spa_hook listener_{};
    std::uint64_t lost_at_ns_ = 0;
    std::uint64_t patience_ns_ = 0;
};

/// PipeWire's main thread stands still as long as this lives. Not for that thread itself.
class Locked {
  public:
    explicit Locked(Connection::State &state) : threads_(state.threads) {
        pw_thread_loop_lock(threads_);
    }
    ~Locked() { pw_thread_loop_unlock(threads_); }
    Locked(const Locked &) = delete;
    Locked &operator=(const Locked &) = delete;

  private:
    pw_thread_loop *threads_;
};

} // namespace ksbox::pipewire
